#!/bin/sh
# Inside the sandbox: the one way in which an image is built. Arguments are passed on as "$@".
#
#   fetch NAME@DIGEST…                         registry images into the store, with the network
#   build [NAME=DIRECTORY]… -- BUD ARGUMENTS   package images into the store, then the build, then /work/out
set -eu
umask 022
mkdir -p storage run/user tmp home out

what=$1
shift
case $what in
fetch)
  for image; do
    buildah pull --quiet --signature-policy /caution/fetch-policy.json "docker://$image" >/dev/null
  done
  ;;
build)
  while [ "$1" != -- ]; do
    id=$(buildah pull --quiet "oci:/bases/${1#*=}")
    buildah tag "$id" "${1%%=*}"
    shift
  done
  shift
  buildah bud --tag localhost/caution/result --layers=false --isolation chroot --uts host --timestamp 0 --pull-never \
    --format oci "$@"
  buildah push --quiet --disable-compression localhost/caution/result oci:/work/out:result
  ;;
esac
