#!/usr/bin/env python3
"""A LoRA training job over random weights of a real shape, for the proof of joulemark on a machine without a network.

Its lines are those of train-qlora.py, whose steps it takes, so that a scenario of kind `training` reads them. The weights are
bfloat16 and not quantised: bitsandbytes is not required.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import importlib.util
import signal
from pathlib import Path

import torch

from proof.shapes import DTYPES, SHAPES, model_name, random_llama, torch_device


def parse_args():
    parser = argparse.ArgumentParser(description="LoRA training steps over random weights, one line of JSON per step")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--shape", choices=list(SHAPES), default="llama-3.1-8b")
    parser.add_argument("--dtype", choices=list(DTYPES), default="bfloat16")
    parser.add_argument("--batch", type=int, default=4, help="sequences per step")
    parser.add_argument("--sequence-tokens", type=int, default=2048)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gradient-checkpointing", action="store_true")
    return parser.parse_args()


def qlora():
    """train-qlora.py as a module; its name is none that `import` takes."""
    spec = importlib.util.spec_from_file_location("train_qlora", Path(__file__).resolve().parent.parent / "train-qlora.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        job = qlora()
        device = torch_device(args.device)
    except (RuntimeError, ImportError) as error:
        sys.exit(str(error))
    if device.type == "cpu":
        torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    model = random_llama(args.shape, device, DTYPES[args.dtype], args.sequence_tokens)
    model = job.with_adapters(model, args, quantised=False)
    optimizer = torch.optim.AdamW([weight for weight in model.parameters() if weight.requires_grad], lr=2e-4)
    config = {"model": model_name(args.shape), "weights": f"random, {args.dtype}", "optimizer": "AdamW"}
    job.train(model, optimizer, args, str(device), config)


if __name__ == "__main__":
    main()
