#!/usr/bin/env python3
"""QLoRA training job that joulemark starts, monitors and stops.

One line of JSON per step on stdout, after the GPU has finished the step:
    {"step": 1, "tokens": 8192, "loss": 1.93, "seconds": 0.41}
and one line before the first step with the settings of the training:
    {"config": {"model": "...", "batch": 4, "sequenceTokens": 2048, "rank": 16, ...}}

Any other command that prints such lines can replace this one. Requires torch, transformers and peft, and on a GPU
bitsandbytes (NF4, double quantisation, BF16 compute, paged 8-bit AdamW). `--tiny` trains a small random Llama on the
CPU instead, without bitsandbytes: it tests the harness on a machine without a GPU; its steps/s are not meaningful.
The text is random tokens, because the speed of a step does not depend on the text.
"""

import argparse
import json
import math
import signal
import sys
import time
from importlib.metadata import version

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def parse_args():
    parser = argparse.ArgumentParser(description="QLoRA training steps, one line of JSON per step")
    parser.add_argument("--model", help="name or path of the base model")
    parser.add_argument("--batch", type=int, default=4, help="sequences per step")
    parser.add_argument("--sequence-tokens", type=int, default=2048)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gradient-checkpointing", action="store_true")
    parser.add_argument("--tiny", action="store_true", help="a tiny random Llama on the CPU")
    args = parser.parse_args()
    if not args.tiny and not args.model:
        parser.error("--model is required without --tiny")
    return args


def tiny_model():
    config = LlamaConfig(
        vocab_size=4096,
        hidden_size=128,
        intermediate_size=352,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
    )
    return LlamaForCausalLM(config)


def quantised_model(name):
    if not torch.cuda.is_available():
        sys.exit("no CUDA device, which QLoRA of a real model requires (--tiny runs on the CPU)")
    from transformers import BitsAndBytesConfig

    nf4 = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    return AutoModelForCausalLM.from_pretrained(name, quantization_config=nf4, device_map={"": 0})


def with_adapters(model, args, quantised):
    if not quantised:
        if args.gradient_checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            model.enable_input_require_grads()
    else:
        model = prepare_model_for_kbit_training(
            model,
            use_gradient_checkpointing=args.gradient_checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
        )
    adapters = LoraConfig(r=args.rank, lora_alpha=2 * args.rank, target_modules=TARGETS, task_type="CAUSAL_LM")
    return get_peft_model(model, adapters)


def make_optimizer(model, tiny):
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if tiny:
        return torch.optim.AdamW(weights, lr=2e-4), "AdamW"
    import bitsandbytes

    return bitsandbytes.optim.PagedAdamW8bit(weights, lr=2e-4), "PagedAdamW8bit"


def say(value):
    print(json.dumps(value, allow_nan=False), flush=True)


def train(model, optimizer, args, device, config):
    """Says the settings, then trains on random tokens, one line per step that the device has finished."""
    model.config.use_cache = False
    model.train()
    say(
        {
            "config": {
                **config,
                "batch": args.batch,
                "sequenceTokens": args.sequence_tokens,
                "rank": args.rank,
                "gradientCheckpointing": args.gradient_checkpointing,
                "trainableParameters": sum(w.numel() for w in model.parameters() if w.requires_grad),
                "device": "cpu" if device == "cpu" else torch.cuda.get_device_name(0),
                "torch": torch.__version__,
                "transformers": transformers.__version__,
                "peft": peft.__version__,
            }
        }
    )
    vocabulary = model.config.vocab_size
    generator = torch.Generator().manual_seed(args.seed)
    for step in range(1, args.steps + 1):
        began = time.perf_counter()
        tokens = torch.randint(0, vocabulary, (args.batch, args.sequence_tokens), generator=generator).to(device)
        loss = model(input_ids=tokens, labels=tokens).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        value = loss.item()  # waits for the GPU
        if device != "cpu":
            torch.cuda.synchronize()
        say(
            {
                "step": step,
                "tokens": tokens.numel(),
                "loss": value if math.isfinite(value) else None,
                "seconds": round(time.perf_counter() - began, 6),
            }
        )


def main():
    args = parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    torch.manual_seed(args.seed)
    transformers.logging.set_verbosity_error()
    device = "cpu" if args.tiny else "cuda:0"
    if args.tiny:
        torch.set_num_threads(1)  # with more threads so small a model is slower, above all on a busy machine
    model = with_adapters(tiny_model() if args.tiny else quantised_model(args.model), args, not args.tiny)
    optimizer, optimizer_name = make_optimizer(model, args.tiny)
    config = {
        "model": "tiny-random-llama" if args.tiny else args.model,
        "weights": "float32" if args.tiny else "nf4, double quantised, bfloat16 compute",
        "optimizer": optimizer_name,
        "bitsandbytes": None if args.tiny else version("bitsandbytes"),
    }
    train(model, optimizer, args, device, config)


if __name__ == "__main__":
    main()
