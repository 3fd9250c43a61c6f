#!/bin/sh
# Runs a packaged joulemark on a bare system: only loopback for a network, no root, its own folder read-only.
#   bare-box.sh ROOT ARCHIVE
# ROOT is a root file system, as of `debootstrap --variant=minbase bookworm ROOT`; ARCHIVE is of `npm run package`. Needs root to
# enter it, and changes nothing in it. Ends with code 0 if every command ended as it must.
set -eu
root=$1 archive=$2
if [ -z "${IN_BARE_BOX:-}" ]; then
  IN_BARE_BOX=1 exec unshare --net --mount --pid --fork "$0" "$root" "$archive"
fi
media=$(mktemp -d)
chmod 755 "$media"
trap 'umount "$root/mnt" 2>/dev/null; rm -rf "$media"' EXIT
ip link set lo up
tar -C "$media" --strip-components=1 -xJf "$archive"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$media" "$root/mnt"
mount -o remount,bind,ro "$root/mnt"

cat >"$root/tmp/steps" <<'STEPS'
set -u
# expect CODE COMMAND...: runs it, says how long it took, and keeps whether it ended with that code
expect() {
  code=$1
  shift
  echo "== $*"
  began=$(date +%s%N)
  "$@" && got=0 || got=$?
  echo "== code $got after $((($(date +%s%N) - began) / 1000000)) ms"
  [ "$got" -eq "$code" ] || { echo "== FAILED: expected code $code"; failed=1; }
}
failed=0
cd /tmp
echo "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release), $(getconf GNU_LIBC_VERSION), $(uname -m), user $(id -u)"
for program in node npm git python3 curl docker nvidia-smi; do
  command -v $program >/dev/null && echo "there is a $program"
done
touch /mnt/written 2>/dev/null && { echo "== FAILED: /mnt can be written"; failed=1; }
joulemark=/mnt/bin/joulemark
expect 0 $joulemark --version
# no driver, no card: it must say so, and not fail otherwise
expect 1 $joulemark doctor
expect 0 $joulemark demo --quick --out /tmp/demo
$joulemark simulate --card rtx-4090 --model llama-3.1-8b-instruct-fp8 >/tmp/simulator 2>/dev/null &
simulator=$!
tries=0
until grep -q '^nvidia-smi' /tmp/simulator; do
  tries=$((tries + 1))
  [ $tries -lt 300 ] || { echo "== FAILED: the simulator did not start"; exit 1; }
  sleep 0.1
done
endpoint=$(sed -n 's/^endpoint *//p' /tmp/simulator)
JOULEMARK_NVIDIA_SMI=$(sed -n 's/^nvidia-smi *//p' /tmp/simulator)
export JOULEMARK_NVIDIA_SMI
expect 0 $joulemark run --endpoint "$endpoint" --concurrency 4 --trials 1 --warmup 1 --duration 5 --out /tmp/results
expect 0 $joulemark report /tmp/results --format html,md,csv,json --out /tmp/report
expect 0 $joulemark verify /tmp/results /tmp/demo
kill $simulator
wait $simulator 2>/dev/null
ls /tmp/report
[ $failed -eq 0 ] && echo "== every command ended as it must"
exit $failed
STEPS
chroot --userspec=65534:65534 "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/nonexistent NO_COLOR=1 sh /tmp/steps
