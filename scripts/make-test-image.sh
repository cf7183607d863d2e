#!/usr/bin/env bash
# Makes a tiny local image out of the host's static busybox: no registry is asked.
#
#   make-test-image.sh IMAGE_NAME
set -euo pipefail

image=${1:?usage: make-test-image.sh IMAGE_NAME}

if docker image inspect "$image" >/dev/null 2>&1; then exit 0; fi

busybox=$(command -v busybox) || {
  echo 'make-test-image.sh: busybox is missing; install busybox-static' >&2
  exit 1
}
rootfs=$(mktemp -d)
trap 'rm -rf "$rootfs"' EXIT
chmod 755 "$rootfs"

mkdir "$rootfs"/{bin,etc,proc,root,sys,tmp}
chmod 1777 "$rootfs/tmp"
echo 'root:x:0:0:root:/root:/bin/sh' >"$rootfs/etc/passwd"
echo 'root:x:0:' >"$rootfs/etc/group"
cp "$busybox" "$rootfs/bin/busybox"
for applet in $("$busybox" --list); do
  [[ $applet == busybox ]] || ln -s busybox "$rootfs/bin/$applet"
done

tar --create --numeric-owner --owner=0 --group=0 --directory "$rootfs" . |
  docker import --change 'ENV PATH=/bin' --change 'CMD ["/bin/sh"]' - "$image" >/dev/null
