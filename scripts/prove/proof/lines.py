"""Lines of JSON on stdout, one per fact, and how a program of the proof ends."""

import json
import os
import select
import signal
import sys


def say(value):
    print(json.dumps(value, allow_nan=False), flush=True)


def fail(error):
    """Says in one line why the program cannot go on, and ends it."""
    words = (str(error).strip() or type(error).__name__).splitlines()[0][:300]
    say({"error": words})
    sys.exit(1)


class Ending:
    """Whether the program was asked to end (SIGTERM, SIGINT), and pauses that are cut short by that."""

    def __init__(self):
        self.asked = False
        # a handler must not take a lock that the interrupted code may hold, as threading.Event does
        self._reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, *_):
        self.asked = True

    def pause(self, seconds):
        if seconds > 0 and not self.asked:
            select.select([self._reader], [], [], seconds)
