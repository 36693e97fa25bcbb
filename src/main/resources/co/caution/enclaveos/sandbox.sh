#!/bin/sh
# Runs one command in a root file system of its own, with nothing of this machine but a few harmless devices. Called by
# Sandbox.java inside new namespaces (user, mount, PID, network, IPC, host name): what is mounted here ends with them.
#   sandbox.sh BASE ROOT [ro|rw FROM TO]... -- COMMAND...
set -eu
base=$1 root=$2
shift 2

fail() {
  printf 'sandbox: %s\n' "$*" >&2
  exit 125
}

# A namespace may not drop the flags of the mount that a directory lies on, so they are tried.
read_only() {
  for flags in nosuid nosuid,nodev nosuid,nodev,noatime nosuid,noatime; do
    mount -o "remount,bind,ro,$flags" "$1" 2>/dev/null && return
  done
  fail "$1 cannot be made read-only; put the cache on another file system (--workdir)"
}

mount --bind "$root" "$base"
while [ "$1" != -- ]; do
  mount --bind "$2" "$base$3"
  [ "$1" = rw ] || read_only "$base$3"
  shift 3
done
shift
mount -t tmpfs -o mode=1777,nosuid,nodev tmp "$base/tmp"
mount -t tmpfs -o mode=755,nosuid dev "$base/dev"
for node in null zero full random urandom; do
  : >"$base/dev/$node"
  mount --bind "/dev/$node" "$base/dev/$node"
done
read_only "$base"
hostname enclaveos
exec setpriv --no-new-privs chroot "$base" "$@"
