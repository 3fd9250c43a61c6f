#!/bin/sh
# Starts the packaged joulemark on the Node beside this file, from any folder and through any link.
folder_of() {
  case $1 in */*) folder=${1%/*} ;; *) folder=. ;; esac
}
self=$0
folder_of "$self"
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=$folder/$link ;; esac
  folder_of "$self"
done
here=$(cd "${folder:-/}" && pwd -P) || exit 3

# the loader of an older C library would name a missing symbol, and another C library has no loader for this Node at all
if command -v getconf >/dev/null 2>&1; then
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)
  case $libc in
    'glibc 2.'[0-9]*)
      minor=${libc#glibc 2.}
      [ "${minor%%.*}" -ge 28 ] && found=1
      ;;
  esac
  if [ -z "${found:-}" ]; then
    echo "joulemark requires glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8), and this system has ${libc:-another C library}." >&2
    exit 3
  fi
fi
# a small young generation keeps a run of a million requests under 300 MB
exec "$here/node" --max-semi-space-size=4 "$here/../lib/scripts.cli.js" "$@"
