#!/bin/sh
# Runs what carry.py made on a bare system that has Python with torch and nothing else: only loopback for a network, no root, no
# Node, a home folder that cannot be written.
#   bare-python.sh ROOT FILE.pyz PYTHON [FLAGS OF prove…]
# ROOT is a root file system, as of `debootstrap --variant=minbase --include=libssl3,libsqlite3-0 bookworm ROOT`; PYTHON a Python of this
# machine, which is mounted there with its packages. Needs root to enter it, and changes nothing in it but folders to mount on.
# Ends with code 0 if the proof was made and its bundle verifies.
set -eu
if [ -z "${IN_BARE_SYSTEM:-}" ]; then
  IN_BARE_SYSTEM=1 exec unshare --net --mount --pid --fork "$0" "$@"
fi
root=$1 file=$2 python=$3
shift 3
ip link set lo up
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# a Python below /root could be used by nobody else
mount -t tmpfs -o mode=755 tmpfs "$root/root"
for folder in $("$python" -c 'import sys; print("\n".join(dict.fromkeys([sys.base_prefix, sys.prefix])))'); do
  mkdir -p "$root$folder"
  mount --bind "$folder" "$root$folder"
  mount -o remount,bind,ro "$root$folder"
done
touch "$root/tmp/carried.pyz"
mount --bind "$file" "$root/tmp/carried.pyz"

cat >"$root/tmp/steps" <<'STEPS'
set -u
python=$1
shift
mkdir /tmp/work
cd /tmp/work
echo "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release), $(getconf GNU_LIBC_VERSION), $(uname -m), user $(id -u), home $HOME"
"$python" -c 'import platform, torch, transformers, peft; print("Python", platform.python_version(), "torch", torch.__version__, "transformers", transformers.__version__, "peft", peft.__version__)'
for program in node npm git curl docker nvidia-smi xz; do
  command -v $program >/dev/null && echo "there is a $program"
done
touch "$HOME/written" 2>/dev/null && { echo "== FAILED: $HOME can be written"; exit 1; }
began=$(date +%s)
"$python" /tmp/carried.pyz "$@" --no-progress
code=$?
echo "== the proof ended with code $code after $(($(date +%s) - began)) s"
[ $code -ne 2 ] || exit 1
joulemark=$("$python" /tmp/carried.pyz --unpack)
"$joulemark" verify joulemark-proof/*/bundle.tar || { echo "== FAILED: the bundle does not verify"; exit 1; }
ls -l joulemark-proof/*
echo "== the bundle verifies"
STEPS
env_of="/usr/bin/env -i PATH=/usr/bin:/bin HOME=/root NO_COLOR=1"
chroot --userspec=65534:65534 "$root" $env_of sh /tmp/steps "$python" "$@"
