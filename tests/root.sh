# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# What runs things on another release of Debian, in a root that debootstrap makes in a cache. To
# be sourced by bash, after setup.sh.

# shellcheck disable=SC2034 # used by who sources this
root_needs='
debootstrap  command -v debootstrap || test -x /usr/sbin/debootstrap
util-linux   unshare --version
tar          tar --version
'

mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
roots=${XDG_CACHE_HOME:-$source_root/_build-releases}
checkout=/srv/procrunner

# No package may start its daemon in there.
forbid_daemons () {
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$1/usr/sbin/policy-rc.d" >/dev/null
  as_root chmod +x "$1/usr/sbin/policy-rc.d"
}

# make_root SUITE ROOT: unless it is there.
make_root () {
  local suite=$1 root=$2

  [ ! -e "$root" ] || return 0
  say "Making a root of Debian $suite, once: $root"
  mkdir -p "$(dirname "$root")"
  as_root rm -rf "$root.part"
  as_root /usr/sbin/debootstrap --variant=minbase --include=ca-certificates \
    "$suite" "$root.part" "$mirror" >&2
  forbid_daemons "$root.part"
  as_root mv "$root.part" "$root"
}

# The files keep their times, so that only what changed is built again.
copy_checkout () {
  local place=$1$checkout

  as_root mkdir -p "$place"
  as_root find "$place" -mindepth 1 -maxdepth 1 ! -name '_build*' -exec rm -rf {} +
  pack_sources | as_root tar --extract --no-same-owner --directory "$place"
}

# Mounts and processes of its own: nothing of either is left behind. The root is a mount,
# and not one that chroot made: in there are tests that make such roots themselves.
# shellcheck disable=SC2016 # expanded in there
in_root='
set -e
root=$1
shift
mount --make-rprivate /
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/run"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cd "$root"
pivot_root . .
umount --lazy .
exec chroot . env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_CTYPE=C.UTF-8 "$@"
'

# run_in_root ROOT COMMAND…
run_in_root () {
  as_root unshare --mount --pid --fork --kill-child bash -c "$in_root" bash "$@"
}
