#!/usr/bin/env python3
"""A load of known timing on the GPU: large matrix products that reach the power limit of the card.

    gpu-load.py --device cuda --pattern square --seconds 30 --period-ms 2000 --duty 0.5

One line of JSON per fact on stdout: `{"ready": true, …}` when the load starts, `{"on": true, "t": …, "unix": …}` at each edge
of it (`t` is the monotonic clock of Linux, `unix` the time of day, both in seconds), and `{"done": true, …}` at the end. An edge is
stamped where the GPU has nothing to do: just before the first product, and after the last one has ended. SIGTERM ends it.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import time

import torch

from proof.lines import Ending, fail, say
from proof.shapes import device_name, torch_device

# on the CPU the program is tested, not a processor
MATRIX_SIZE = {"cuda": 8192, "cpu": 192}
LEAST_SIZE = 2048
# a smaller card takes smaller matrices: an edge is at most a few products late
MOST_PRODUCT_S = 0.005
# products that wait in the queue of the GPU: it never runs dry, and is at most this far behind the clock
QUEUED = 2
# length of one work and rest cycle where only a share of a pulse is work
SHARE_CYCLE_S = 0.02


def parse_args():
    parser = argparse.ArgumentParser(description="matrix products in a pattern, one line of JSON per edge")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--pattern", choices=["idle", "steady", "square"], default="steady")
    parser.add_argument("--seconds", type=positive, required=True)
    parser.add_argument("--period-ms", type=positive, default=2000.0, help="length of one period of the square wave")
    parser.add_argument("--duty", type=share, default=0.5, help="share of a period that is load")
    parser.add_argument("--share", type=share, default=1.0, help="share of the load itself that is work, in cycles of 20 ms")
    return parser.parse_args()


def positive(text):
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text}: expected a number above 0")
    return value


def share(text):
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a share above 0 and at most 1")
    return value


class Products:
    """Matrix products of random numbers; how much power they take depends on the numbers, and zeros take little."""

    def __init__(self, device):
        self.device, self.dtype = device, matrix_dtype(device)
        self.queue = []
        self._take_size(MATRIX_SIZE[device.type])
        while self._product_s() > MOST_PRODUCT_S and self.size >= 2 * LEAST_SIZE:
            self._take_size(self.size // 2)
        self.count = 0

    def _take_size(self, size):
        self.size = size
        self.left, self.right = (torch.randn(size, size, device=self.device).to(self.dtype) for _ in range(2))
        self.out = torch.empty(size, size, device=self.device, dtype=self.dtype)
        self.count = 0
        # the first product loads libraries and chooses a kernel
        self.launch()
        self.drain()

    def _product_s(self):
        began = time.monotonic()
        self.launch()
        self.drain()
        return time.monotonic() - began

    def launch(self):
        torch.mm(self.left, self.right, out=self.out)
        self.count += 1
        if self.device.type == "cpu":
            return
        # blocking: a wait that spins would load the processor that reads the sensor
        ended = torch.cuda.Event(blocking=True)
        ended.record()
        self.queue.append(ended)
        if len(self.queue) > QUEUED:
            self.queue.pop(0).synchronize()

    def drain(self):
        """Waits until the GPU has nothing to do."""
        self.queue.clear()
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def matrix_dtype(device):
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.get_device_capability(device)[0] >= 8 else torch.float16


def stamp():
    return {"t": round(time.monotonic(), 6), "unix": round(time.time(), 6)}


def work_until(products, end, work_share, ending):
    """Works until `end`, with pauses where only a share of the time is work; then the GPU has nothing to do."""
    while not ending.asked and (began := time.monotonic()) < end:
        work_end = min(end, began + SHARE_CYCLE_S * work_share)
        while time.monotonic() < work_end and not ending.asked:
            products.launch()
        if work_share < 1:
            products.drain()
            ending.pause(min(end, began + SHARE_CYCLE_S) - time.monotonic())
    products.drain()


def pulse(products, end, work_share, ending):
    """One time of load between two edges, in seconds."""
    began = stamp()
    products.launch()
    # while the GPU works: printing takes time
    say({"on": True, **began})
    work_until(products, end, work_share, ending)
    over = stamp()
    say({"on": False, **over})
    return over["t"] - began["t"]


def run_pattern(args, products, ending):
    """Seconds in which the load was on."""
    start = time.monotonic()
    finish = start + args.seconds
    period = args.period_ms / 1000 if args.pattern == "square" else args.seconds
    duty = {"idle": 0.0, "steady": 1.0, "square": args.duty}[args.pattern]
    on_s, number = 0.0, 0
    # from the start of the pattern, not from the last edge: delays must not add up
    while duty > 0 and (rise := start + number * period) < finish:
        ending.pause(rise - time.monotonic())
        if ending.asked:
            break
        on_s += pulse(products, min(finish, rise + period * duty), args.share, ending)
        number += 1
    ending.pause(finish - time.monotonic())
    return on_s


def main():
    args = parse_args()
    ending = Ending()
    try:
        device = torch_device(args.device)
        if device.type == "cpu":
            torch.set_num_threads(1)
        products = Products(device)
    except RuntimeError as error:
        fail(error)
    say(
        {
            "ready": True,
            "device": device_name(device),
            "torch": torch.__version__,
            "matrixSize": products.size,
            "matrixFormat": str(products.dtype).removeprefix("torch."),
        }
    )
    on_s = run_pattern(args, products, ending)
    tflops = 2 * products.size**3 * products.count / on_s / 1e12 if on_s > 0 else None
    say({"done": True, "products": products.count, "onSeconds": round(on_s, 6), "tflops": tflops})


if __name__ == "__main__":
    main()
