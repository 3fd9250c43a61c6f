"""Continuous batching in a thread: prompts are admitted between steps, and one step makes one token for every running sequence."""

import collections
import sys
import threading
import time

import torch

from proof.shapes import EOS

# prompt tokens that are read between two steps: more would hold up the sequences that run
PROMPT_TOKENS_PER_STEP = 2048


class Sequence:
    """One request on its way through the engine. `listener(token, finish_reason)` is called outside of the engine's thread."""

    def __init__(self, request, listener):
        self.request, self.listener = request, listener
        self.arrived = time.monotonic()
        self.length = len(request.tokens)
        self.made = 0
        self.last_token = None
        self.last_at = None
        self.is_cancelled = False


class Engine:
    def __init__(self, model, counters, deliver):
        """`deliver(events)` hands (sequence, token, finish reason) of one step to another thread."""
        self.model, self.counters, self.deliver = model, counters, deliver
        self.slots = [None] * model.slots
        self.waiting = collections.deque()
        self.wake = threading.Condition()
        self.failure = None
        self.thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self):
        self.thread.start()

    def submit(self, sequence):
        with self.wake:
            self.waiting.append(sequence)
            self.counters.waiting = len(self.waiting)
            self.wake.notify()

    def cancel(self, sequence):
        """The client is gone: its slot is free from the next step on."""
        with self.wake:
            sequence.is_cancelled = True
            self.wake.notify()

    def _run(self):
        while True:
            with self.wake:
                while not (self.waiting or self._running()):
                    self.wake.wait()
            try:
                self._turn()
            except Exception as error:  # out of memory, or a fault of the GPU: every client must hear of it
                self.failure = f"{type(error).__name__}: {error}".splitlines()[0][:300]
                print(self.failure, file=sys.stderr, flush=True)
                self._end_all()

    def _running(self):
        return [(slot, each) for slot, each in enumerate(self.slots) if each is not None]

    def _turn(self):
        for slot, sequence in self._running():
            if sequence.is_cancelled:
                self._finish(slot, "abort")
        self._admit()
        if self._running():
            self._step()
        self._count()

    def _admit(self):
        budget = PROMPT_TOKENS_PER_STEP
        while budget > 0 and None in self.slots:
            with self.wake:
                sequence = self.waiting.popleft() if self.waiting else None
            if sequence is None:
                return
            if sequence.is_cancelled:
                self.counters.success["abort"] += 1
                continue
            # the lowest: the rows of a step end with the last slot that is in use
            slot = self.slots.index(None)
            self.slots[slot] = sequence
            self._count()
            budget -= sequence.length
            logits = self.model.prefill(slot, sequence.request.tokens)
            [token] = chosen(logits, [sequence.request.temperature])
            self.counters.prompt_tokens += sequence.length
            self.deliver([self._take(slot, token)])

    def _step(self):
        running = self._running()
        used = running[-1][0] + 1
        # an empty slot computes token 0 at position 0
        tokens, positions, temperatures = [0] * used, [0] * used, [0.0] * used
        for slot, sequence in running:
            tokens[slot] = sequence.last_token
            positions[slot] = sequence.length
            temperatures[slot] = sequence.request.temperature
        made = chosen(self.model.step(tokens, positions), temperatures)
        self.counters.steps += 1
        for _, sequence in running:
            sequence.length += 1
        self.deliver([self._take(slot, made[slot]) for slot, _ in running])

    def _take(self, slot, token):
        """Counts a token of a slot, which is free again after the last one."""
        sequence, now = self.slots[slot], time.monotonic()
        request = sequence.request
        if sequence.last_at is None:
            self.counters.ttft.observe(now - sequence.arrived)
        else:
            self.counters.itl.observe(now - sequence.last_at)
        sequence.last_token, sequence.last_at = token, now
        sequence.made += 1
        self.counters.generation_tokens += 1
        reason = None
        if token == EOS and not request.ignore_eos and sequence.made >= request.min_tokens:
            reason = "stop"
        elif sequence.made >= request.max_tokens:
            reason = "length"
        if reason is not None:
            self._finish(slot, reason)
        return sequence, token, reason

    def _finish(self, slot, reason):
        self.slots[slot] = None
        self.counters.success[reason] += 1
        self._count()

    def _end_all(self):
        with self.wake:
            ended = [*(each for each in self.slots if each is not None), *self.waiting]
            self.waiting.clear()
        self.slots = [None] * len(self.slots)
        self.counters.success["error"] += len(ended)
        self._count()
        self.deliver([(sequence, None, "error") for sequence in ended])

    def _count(self):
        running = self._running()
        self.counters.running, self.counters.waiting = len(running), len(self.waiting)
        self.counters.kv_share = sum(each.length for _, each in running) / (self.model.slots * self.model.max_len)


@torch.no_grad()
def chosen(logits, temperatures):
    """The next token of each row: the likeliest, or drawn where a temperature is set. Waits for the GPU."""
    best = logits.argmax(-1)
    if any(temperatures):
        heat = torch.tensor(temperatures, device=logits.device)[:, None]
        odds = torch.softmax(logits.float() / heat.clamp_min(1e-4), -1)
        best = torch.where(heat[:, 0] > 0, torch.multinomial(odds, 1)[:, 0], best)
    return best.tolist()
