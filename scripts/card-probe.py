#!/usr/bin/env python3
"""A few seconds of copies and matrix products on every visible GPU, before a server is started on it.

Reads its whole program from stdin when it runs in the serving image, which carries torch. Prints one line of JSON:
    {"joulemarkProbe": 1, "torch": "2.9.0", "cards": [{"uuid": "GPU-...", "name": "...", "copyGBs": 905.1,
     "matrixTflops": 151.2, "matrixFormat": "bf16", "hostToDeviceGBs": 24.9, "deviceToHostGBs": 26.1, "numaNode": 0}],
     "pairs": [{"from": 0, "to": 1, "GBs": 22.1}]}
A figure that could not be measured is {"value": null, "reason": "..."}. `--cpu` runs it on the CPU, to test it.
"""

import argparse
import json
import statistics
import time

COPY_BYTES = 2 * 1024**3  # far above any L2 cache
LINK_BYTES = 256 * 1024**2
MATRIX_SIZE = 8192
MATRIX_SECONDS = 2.0
REPEATS = 12
CALLS = 5
MAX_CARDS = 8


def missing(error):
    return {"value": None, "reason": (str(error).strip() or type(error).__name__).splitlines()[0][:200]}


def or_reason(measure):
    try:
        return measure()
    except Exception as error:  # one figure that fails must not hide the others
        return missing(error)


class Timer:
    """Seconds between two points on the GPU's own clock; on the CPU the wall clock."""

    def __init__(self, torch, device):
        self.torch, self.device = torch, device

    def __call__(self, work):
        if self.device.type == "cpu":
            start = time.perf_counter()
            work()
            return time.perf_counter() - start
        cuda = self.torch.cuda
        with cuda.device(self.device):
            start, end = cuda.Event(enable_timing=True), cuda.Event(enable_timing=True)
            start.record()
            work()
            end.record()
            end.synchronize()
            return start.elapsed_time(end) / 1000


def rate(timer, work, amount):
    """Median of the repeats, each of several calls; the first repeats warm up and do not count."""

    def calls():
        for _ in range(CALLS):
            work()

    for _ in range(3):
        timer(calls)
    return statistics.median(amount * CALLS / timer(calls) for _ in range(REPEATS))


def copy_gbs(torch, device, timer, limit):
    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else limit
    size = min(limit, free // 4)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    # every byte is read once and written once
    return rate(timer, lambda: target.copy_(source), 2 * size) / 1e9


def matrix_format(torch, device):
    return "bf16" if device.type == "cpu" or torch.cuda.get_device_capability(device)[0] >= 8 else "fp16"


def matrix_tflops(torch, device, timer, size, seconds):
    dtype = torch.bfloat16 if matrix_format(torch, device) == "bf16" else torch.float16
    left = torch.randn(size, size, device=device, dtype=torch.float32).to(dtype)
    right = torch.randn(size, size, device=device, dtype=torch.float32).to(dtype)
    rates = []
    began = time.perf_counter()
    # the clock settles under the power limit: only the second half counts
    while time.perf_counter() - began < seconds or len(rates) < 4:
        rates.append(2 * size**3 / timer(lambda: torch.mm(left, right)))
    return statistics.median(rates[len(rates) // 2 :]) / 1e12


def link_gbs(torch, device, timer, size, to_device):
    host = torch.ones(size, dtype=torch.uint8, pin_memory=device.type == "cuda")
    card = torch.ones(size, dtype=torch.uint8, device=device)
    target, source = (card, host) if to_device else (host, card)
    return rate(timer, lambda: target.copy_(source, non_blocking=True), size) / 1e9


def pair_gbs(torch, source, target, size):
    here = torch.ones(size, dtype=torch.uint8, device=source)
    there = torch.empty(size, dtype=torch.uint8, device=target)
    return rate(Timer(torch, source), lambda: there.copy_(here, non_blocking=True), size) / 1e9


def identity(torch, device):
    if device.type == "cpu":
        return {"uuid": None, "name": "CPU"}
    properties = torch.cuda.get_device_properties(device)
    uuid = str(getattr(properties, "uuid", "") or "")
    return {"uuid": uuid if uuid == "" or uuid.startswith("GPU-") else f"GPU-{uuid}", "name": properties.name}


def numa_node(torch, device):
    """The processor socket of the card's link by Linux; None on one socket (-1), and where torch or the system does not say."""
    if device.type == "cpu":
        return None
    properties = torch.cuda.get_device_properties(device)
    try:
        address = f"{properties.pci_domain_id:04x}:{properties.pci_bus_id:02x}:{properties.pci_device_id:02x}.0"
        with open(f"/sys/bus/pci/devices/{address}/numa_node", encoding="ascii") as file:
            node = int(file.read())
    except (AttributeError, OSError, ValueError):
        return None
    return node if node >= 0 else None


def probe_card(torch, device, scale):
    timer = Timer(torch, device)
    copied = or_reason(lambda: copy_gbs(torch, device, timer, COPY_BYTES // scale))
    matrix = or_reason(lambda: matrix_tflops(torch, device, timer, MATRIX_SIZE // scale, MATRIX_SECONDS / scale))
    to_device = or_reason(lambda: link_gbs(torch, device, timer, LINK_BYTES // scale, True))
    from_device = or_reason(lambda: link_gbs(torch, device, timer, LINK_BYTES // scale, False))
    found = identity(torch, device)
    return {
        **found,
        "uuid": found["uuid"] or None,
        "copyGBs": copied,
        "matrixTflops": matrix,
        "matrixFormat": matrix_format(torch, device),
        "hostToDeviceGBs": to_device,
        "deviceToHostGBs": from_device,
        "numaNode": numa_node(torch, device),
    }


def main():
    parser = argparse.ArgumentParser(description="memory, arithmetic and links of every visible GPU, one line of JSON")
    parser.add_argument("--cpu", action="store_true", help="small sizes on the CPU: tests the program, not a card")
    args = parser.parse_args()
    import torch

    if args.cpu:
        devices, scale = [torch.device("cpu")], 16
    else:
        count = torch.cuda.device_count()
        if count == 0:
            raise SystemExit("torch sees no GPU")
        devices, scale = [torch.device("cuda", index) for index in range(min(count, MAX_CARDS))], 1
    cards = [probe_card(torch, device, scale) for device in devices]
    pairs = [
        {"from": a, "to": b, "GBs": or_reason(lambda: pair_gbs(torch, one, other, LINK_BYTES))}
        for a, one in enumerate(devices)
        for b, other in enumerate(devices)
        if a != b
    ]
    print(json.dumps({"joulemarkProbe": 1, "torch": torch.__version__, "cards": cards, "pairs": pairs}), flush=True)


if __name__ == "__main__":
    main()
