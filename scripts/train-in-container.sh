#!/bin/sh
# Runs a command with pinned Python packages, which are installed once into a folder that outlives the container:
#   train-in-container.sh REQUIREMENTS FOLDER COMMAND…
# The folder holds one set per list of packages, version of Python and processor, complete or not at all, so that containers
# of several cards may share it, and a start without a network finds what an earlier one installed.
set -eu
requirements=$1
folder=$2
shift 2

python=$(python3 -c 'import platform, sys; print("cp%d%d-%s" % (*sys.version_info[:2], platform.machine()))')
packages=$folder/$python-$(sha256sum <"$requirements" | cut -c 1-16)

if [ ! -f "$packages/.complete" ]; then
  if [ "${HF_HUB_OFFLINE:-0}" = 1 ]; then
    echo "the Python packages of the training are not in the cache, and nothing is to be downloaded: run it once online" >&2
    exit 1
  fi
  mkdir -p "$folder"
  new=$(mktemp -d "$folder/install-XXXXXX")
  trap 'rm -rf "$new"' EXIT
  trap 'exit 143' TERM INT
  # stdout is for the lines of the command; in the background, because a shell handles a signal only after its command
  python3 -m pip install --no-deps --require-hashes --only-binary :all: --no-input --disable-pip-version-check \
    --no-cache-dir --target "$new" --requirement "$requirements" >&2 &
  if ! wait $!; then
    echo "the Python packages of the training were not installed (train-requirements.txt): let the container reach PyPI" \
      "once, or name a mirror with PIP_INDEX_URL" >&2
    exit 1
  fi
  chmod 755 "$new"
  touch "$new/.complete"
  # another container may have been faster: a folder that is there stays
  mv -T "$new" "$packages" 2>/dev/null || rm -rf "$new"
  trap - EXIT TERM INT
fi

PYTHONPATH=$packages${PYTHONPATH:+:$PYTHONPATH}
export PYTHONPATH
exec "$@"
