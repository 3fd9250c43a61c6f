#!/usr/bin/env python3
"""A text server for the proof of joulemark on a machine that has torch and transformers only.

    text-server.py --device cuda --shape llama-3.1-8b --port 8000

It serves the OpenAI API over a Llama of a real shape with random weights, with continuous batching, and counts what it does at
/metrics. It is no product: its speed is that of a plain forward pass, and says nothing of vLLM. Once it can be asked, it prints one
line of JSON, `{"listening": 8000, "model": "random-llama-3.1-8b", …}`, or `{"error": "…"}` where it cannot. SIGTERM ends it.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import asyncio
import os
import signal
import time

import torch

from proof.counters import Counters
from proof.engine import Engine
from proof.lines import fail, say
from proof.requests import Limits
from proof.shapes import DTYPES, SHAPES, device_name, model_name, parameter_count, random_llama, torch_device
from proof.slots import SlotModel
from proof.web import Web

# of the server itself
VERSION = 1


def parse_args():
    parser = argparse.ArgumentParser(description="an OpenAI-compatible server over random weights of a real shape")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--shape", choices=list(SHAPES), default="llama-3.1-8b")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--dtype", choices=list(DTYPES), default="bfloat16")
    parser.add_argument("--max-streams", type=positive, default=32, help="sequences of one forward pass")
    parser.add_argument("--max-model-len", type=positive, default=4096, help="tokens of a prompt and its answer")
    parser.add_argument("--no-graphs", action="store_true", help="start each kernel from Python instead of by CUDA graphs")
    return parser.parse_args()


def positive(text):
    value = int(text)
    if not 0 < value < 10**6:
        raise argparse.ArgumentTypeError(f"{text}: expected a number above 0")
    return value


def load(args):
    """The model and what /joulemark-proof says of it."""
    began = time.monotonic()
    device = torch_device(args.device)
    if device.type == "cpu":
        torch.set_num_threads(1)
    torch.manual_seed(1)
    weights = random_llama(args.shape, device, DTYPES[args.dtype], args.max_model_len)
    model = SlotModel(weights, args.max_streams, args.max_model_len)
    has_graphs = device.type == "cuda" and not args.no_graphs
    if has_graphs:
        try:
            model.capture()
        except RuntimeError as error:
            # a capture that failed leaves the device in a state of which little is known: a new process has a clean one
            print(f"without CUDA graphs: {error}", file=sys.stderr, flush=True)
            os.execv(sys.executable, [sys.executable, *sys.argv, "--no-graphs"])
    # compiles or chooses what the first request would wait for
    model.prefill(0, [0] * min(16, args.max_model_len))
    model.step([0], [0])
    import transformers

    return model, {
        "server": "joulemark-proof",
        "version": f"{VERSION} with torch {torch.__version__} and transformers {transformers.__version__}",
        "model": model_name(args.shape),
        "parameters": parameter_count(weights),
        "weights": "random",
        "dtype": args.dtype,
        "device": device_name(device),
        "maxStreams": args.max_streams,
        "maxModelLen": args.max_model_len,
        "kvCapacityTokens": args.max_streams * args.max_model_len,
        "kvBytes": model.kv_bytes(),
        "cudaGraphs": has_graphs,
        "loadSeconds": round(time.monotonic() - began, 3),
    }


async def serve(args, model, facts):
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)

    def hand_out(events):
        for sequence, token, reason in events:
            sequence.listener(token, reason)

    counters = Counters(facts["model"], time.time())
    engine = Engine(model, counters, lambda events: loop.call_soon_threadsafe(hand_out, events))
    limits = Limits(facts["model"], model.embed.num_embeddings, args.max_model_len)
    web = Web(engine, limits, facts)
    server = await asyncio.start_server(web.serve, args.host, args.port, limit=64 * 1024)
    engine.start()
    say({"listening": server.sockets[0].getsockname()[1], **facts})
    await ended.wait()
    # the streams that are open are cut, and a forward pass that is under way is not waited for
    sys.stdout.flush()
    os._exit(0)


def main():
    args = parse_args()
    try:
        model, facts = load(args)
    except (RuntimeError, ImportError) as error:
        fail(error)
    try:
        asyncio.run(serve(args, model, facts))
    except OSError as error:
        fail(error)


if __name__ == "__main__":
    main()
