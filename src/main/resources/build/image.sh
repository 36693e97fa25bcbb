#!/bin/sh
# Inside the sandbox: the one way in which an image is built. Arguments are passed on as "$@".
#
#   TOOL fetch NAME@DIGEST…                         registry images into the store, with the network
#   TOOL build [NAME=DIRECTORY]… -- BUD ARGUMENTS   package images into the store, then the build, then /work/out
#
# TOOL is buildah or podman, which builds with buildah's library.
set -eu
umask 022
mkdir -p storage run/user tmp home out

tool=$1 what=$2
shift 2
plain=
case $tool in
buildah)
  run() { buildah "$@"; }
  plain=--disable-compression
  ;;
podman)
  # What it keeps of containers is of no use here; its other directories are not ours to write.
  mkdir -p run/libpod
  run() { podman --tmpdir /work/run/libpod --events-backend=none --cgroup-manager=cgroupfs "$@"; }
  ;;
esac

case $what in
fetch)
  for image; do
    run pull --quiet --signature-policy /caution/fetch-policy.json "docker://$image" >/dev/null
  done
  ;;
build)
  while [ "$1" != -- ]; do
    id=$(run pull --quiet "oci:/bases/${1#*=}")
    run tag "$id" "${1%%=*}"
    shift
  done
  shift
  run build --tag localhost/caution/result --layers=false --isolation chroot --uts host --timestamp 0 --pull-never \
    --format oci "$@"
  run push --quiet $plain localhost/caution/result oci:/work/out:result
  ;;
esac
