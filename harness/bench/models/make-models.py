"""Writes small models with random weights: reads {folder: config} as JSON from standard input.

The weights are made by transformers from the configuration, so the tensors on disk are those of a
published checkpoint of the family, only smaller. The tokenizer is copied from the folder given as argument.
"""

import json
import os
import shutil
import sys

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM

transformers.logging.set_verbosity_error()
torch.manual_seed(1)

for folder, config in json.load(sys.stdin).items():
    os.makedirs(folder, exist_ok=True)
    fields = dict(config)
    shape = AutoConfig.for_model(fields.pop("model_type"), **fields)
    model = AutoModelForCausalLM.from_config(shape, dtype=torch.bfloat16)
    model.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        shutil.copy(os.path.join(sys.argv[1], name), folder)
    print(folder, sum(p.numel() for p in model.parameters()), flush=True)
