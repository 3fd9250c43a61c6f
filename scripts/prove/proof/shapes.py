"""Llama models of a real shape with random weights, built on the device: nothing is downloaded."""

import contextlib

import torch

# hidden size, layers and heads as in the config.json of each model
SHAPES = {
    "llama-3.1-8b": {
        "vocab_size": 128256,
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "tie_word_embeddings": False,
    },
    # Llama 3.2 1B
    "llama-1b": {
        "vocab_size": 128256,
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "tie_word_embeddings": True,
    },
    # for tests on a CPU
    "tiny": {
        "vocab_size": 4096,
        "hidden_size": 64,
        "intermediate_size": 176,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "tie_word_embeddings": False,
    },
}
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
EOS = 2


def model_name(shape):
    return f"random-{shape}"


def torch_device(name):
    if name != "cuda":
        return torch.device(name)
    if not torch.cuda.is_available():
        raise RuntimeError("torch sees no CUDA device (--device cpu runs on the CPU)")
    return torch.device("cuda", 0)


def device_name(device):
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def random_llama(shape, device, dtype, positions):
    """The model of a shape, its weights drawn where they will be used: 16 GB of them never pass through the host."""
    import transformers

    transformers.logging.set_verbosity_error()
    config = transformers.LlamaConfig(
        **SHAPES[shape],
        max_position_embeddings=positions,
        rms_norm_eps=1e-5,
        bos_token_id=1,
        eos_token_id=EOS,
        attn_implementation="sdpa",
    )
    with torch.device(device), default_dtype(dtype):
        return transformers.LlamaForCausalLM(config)


def parameter_count(model):
    return sum(weight.numel() for weight in model.parameters())
