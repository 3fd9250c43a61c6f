"""Writes small models with random weights: reads {folder: config} as JSON from standard input.

The weights are made by transformers from the configuration, so the tensors on disk are those of a
published checkpoint of the family, only smaller. The tokenizer is copied from the folder given as argument.
One line of JSON per model is written: its folder, and its parameters or why it could not be made.
"""

import json
import os
import shutil
import sys

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

transformers.logging.set_verbosity_error()


def made(folder, fields):
    """Parameters of the model that is written; a folder stands there complete or not at all."""
    torch.manual_seed(1)
    shape = AutoConfig.for_model(fields.pop("model_type"), **fields)
    model = AutoModelForCausalLM.from_config(shape, dtype=torch.bfloat16)
    part = folder + ".part"
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part)
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        shutil.copy(os.path.join(sys.argv[1], name), part)
    os.rename(part, folder)
    return sum(p.numel() for p in model.parameters())


for folder, config in json.load(sys.stdin).items():
    try:
        line = {"folder": folder, "params": made(folder, dict(config))}
    except Exception as error:  # one model that this version cannot make must not stop the others
        line = {"folder": folder, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(line), flush=True)
