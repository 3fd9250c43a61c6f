#!/usr/bin/env bash
#
# Serve a real llama.cpp OpenAI-compatible endpoint on an ordinary CPU, with a
# tiny random Llama. No GPU, no model download, no account: the sources of
# llama.cpp come with the PyPI package `llama-cpp-python`, its server is built
# here, and the weights are random numbers. The answers are random text; the
# wire protocol, the token counts and the metrics are those of llama.cpp.
#
#   scripts/serve-llama-cpp.sh [DIR [PORT [llama-server options...]]]
#
#   DIR   folder of the sources, the build and the model (default ./.llama-cpp;
#         about 1 GB)
#   PORT  port of the server                             (default 8080)
#
# Environment:
#   SERVED_NAME    name of the model        (default: tiny-random-llama)
#   HOST           address to bind          (default 127.0.0.1)
#   PYTHON         interpreter to build the venv with    (default python3)
#   MAX_MODEL_LEN  context of one request, at most 8192  (default 4096)
#   PARALLEL       requests decoded at once              (default 8)
#   THREADS        threads of the engine                 (default 1)
#   BUILD_JOBS     compilers at once                     (default 2)
#   BUILD_ONLY     when set, ends after the build and the model
#
# Requires: Linux, Python 3.10 or newer, CMake 3.21 or newer, a C++17 compiler.
# The first run downloads about 100 MB from PyPI and compiles for 5 to 20
# minutes; later runs start at once.

set -euo pipefail

say() { printf '[serve-llama-cpp] %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

case "${1:-}" in
  -h | --help)
    sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
dir="${1:-./.llama-cpp}"
port="${2:-8080}"
if (($# > 2)); then shift 2; else set --; fi # the remaining arguments go to llama-server

served_name="${SERVED_NAME:-tiny-random-llama}"
host="${HOST:-127.0.0.1}"
python="${PYTHON:-python3}"
max_model_len="${MAX_MODEL_LEN:-4096}"
parallel="${PARALLEL:-8}"

[[ "$port" =~ ^[0-9]+$ ]] || die "PORT must be a number, not '$port'"
[[ "$max_model_len" =~ ^[0-9]+$ && "$parallel" =~ ^[0-9]+$ ]] ||
  die "MAX_MODEL_LEN and PARALLEL must be numbers"
command -v cmake >/dev/null || die "cmake is required (Debian: apt-get install cmake g++)"

package=llama-cpp-python==0.3.36
sha256=832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e

mkdir -p "$dir"
dir="$(cd "$dir" && pwd)"
venv="$dir/venv"
sources="$dir/llama_cpp_python-0.3.36/vendor/llama.cpp"
server="$dir/build/bin/llama-server"
model="$dir/$served_name.gguf"

# --- The sources and the build -------------------------------------------------

if [[ ! -x "$venv/bin/python" ]] || ! "$venv/bin/python" -c 'import gguf' 2>/dev/null; then
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy
fi
if [[ ! -d "$sources" ]]; then
  say "downloading the sources in $package"
  "$venv/bin/python" -m pip download --quiet --disable-pip-version-check \
    --no-deps --no-binary :all: --dest "$dir" "$package"
  archive="$dir/llama_cpp_python-0.3.36.tar.gz"
  echo "$sha256  $archive" | sha256sum --check --quiet || die "$archive is not the published file"
  tar -xzf "$archive" -C "$dir"
fi
if [[ ! -x "$server" ]]; then
  say "building llama-server into $dir/build (5 to 20 minutes)"
  # -O1 builds sooner; without a page for browsers, without downloads
  cmake -S "$sources" -B "$dir/build" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_C_FLAGS_RELEASE=-O2 -DBUILD_SHARED_LIBS=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DGGML_OPENMP=OFF >"$dir/cmake.log" 2>&1 ||
    die "cmake failed; see $dir/cmake.log"
  cmake --build "$dir/build" --target llama-server -j "${BUILD_JOBS:-2}" >"$dir/build.log" 2>&1 ||
    die "the build failed; see $dir/build.log"
fi

# --- The model: a vocabulary of llama.cpp, random weights ------------------------

if [[ ! -f "$model" ]]; then
  "$venv/bin/python" "$here/tiny-gguf.py" "$sources/models/ggml-vocab-llama-spm.gguf" "$model.part"
  mv "$model.part" "$model"
fi
if [[ -n "${BUILD_ONLY:-}" ]]; then
  say "ready: $server and $model"
  exit 0
fi

# --- The server --------------------------------------------------------------

base="http://$host:$port"
say "starting llama-server on $base as: $served_name (Ctrl-C stops it)"
say "then, from another terminal:"
say "  npm run bench -- run scenarios/tiny-random-llama.yaml --endpoint $base --no-gpu"

# every request has a slot of its own, with a whole context
cd "$dir"
exec "$server" --model "./$served_name.gguf" --alias "$served_name" \
  --host "$host" --port "$port" --metrics \
  --parallel "$parallel" --ctx-size "$((max_model_len * parallel))" \
  --threads "${THREADS:-1}" \
  "$@"
