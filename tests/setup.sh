# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# What examples/run, tests/run and .ci/run share: sets a machine up and builds.
# To be sourced by bash.

export DEBIAN_FRONTEND=noninteractive

# A machine without any locale can still show what is not ASCII.
[ -n "${LC_ALL-}${LC_CTYPE-}${LANG-}" ] || export LC_CTYPE=C.UTF-8

source_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# A Debian package, and the command that succeeds where what it brings is there.
# shellcheck disable=SC2034 # used by who sources this
build_needs='
gcc                     cc --version
pkg-config              pkg-config --version
meson                   meson --version
ninja-build             ninja --version
git                     git --version
gettext                 msgfmt --version
libglib2.0-dev          pkg-config --exists gio-unix-2.0
gobject-introspection   g-ir-scanner --version
libgirepository1.0-dev  pkg-config --exists gobject-introspection-1.0
python3-gi              /usr/bin/python3 -c "import gi"
gjs                     gjs --version
valac                   valac --version
'
# shellcheck disable=SC2034
test_needs='
gnome-desktop-testing   command -v gnome-desktop-testing-runner
abigail-tools           abidiff --version
appstream               appstreamcli --version
gi-docgen               gi-docgen --version
musl-tools              musl-gcc --version
valgrind                valgrind --version
dbus-daemon             dbus-run-session --version
gvfs-backends           test -e /usr/share/gvfs/mounts/ftp.mount
python3-pyftpdlib       /usr/bin/python3 -W ignore -c "import pyftpdlib.servers"
libfuse3-dev            pkg-config --exists fuse3
fuse3                   fusermount3 --version
bubblewrap              bwrap --version
bc                      bc --version
libgtk-4-dev            pkg-config --exists gtk4
gir1.2-gtk-4.0          /usr/bin/python3 -c "import gi; gi.require_version(\"Gtk\", \"4.0\")"
xvfb                    command -v Xvfb
adwaita-icon-theme      test -e /usr/share/icons/Adwaita/index.theme
fonts-dejavu-core       test -e /usr/share/doc/fonts-dejavu-core
desktop-file-utils      command -v desktop-file-validate
strace                  strace --version
mypy                    mypy --version
'

# Most of a test's time it waits: twice as many at once as there are processors.
export MESON_TESTTHREADS=${MESON_TESTTHREADS-$((2 * $(nproc)))}

# A tar archive of the tree, at standard output: what git knows or would take; in a tree without
# git all but build directories.
pack_sources () {
  (
    cd "$source_root" || exit
    if [ -e .git ]; then
      git ls-files -z --cached --others --exclude-standard |
        while IFS= read -rd '' file; do
          [ ! -e "$file" ] && [ ! -L "$file" ] || printf '%s\0' "$file"
        done
    else
      find . -type d '(' -name '_build*' -o -exec test -e '{}/meson-info' ';' ')' -prune -o \
        ! -type d -print0
    fi | tar --create --null --no-recursion --files-from=-
  )
}

say () {
  printf '%s\n' "$*" >&2
}

die () {
  say "$@"
  exit 1
}

# The packages of the table at standard input whose command fails.
missing_packages () {
  local package check

  while read -r package check; do
    if [ -n "$package" ] && ! eval "$check" >/dev/null 2>&1 </dev/null; then
      echo "$package"
    fi
  done
}

is_debian () {
  grep -qsE '^ID(_LIKE)?=.*debian' /etc/os-release && command -v apt-get >/dev/null
}

as_root () {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "Neither root nor sudo: run this as root first: $*"
  fi
}

# Installs what of the tables is missing, and says so.
set_up () {
  local missing

  mapfile -t missing < <(printf '%s\n' "$@" | missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0

  is_debian || die "Missing (by the names of Debian's packages): ${missing[*]}"
  say "Installing: ${missing[*]}"
  as_root apt-get update -qq
  as_root apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null

  mapfile -t missing < <(printf '%s\n' "$@" | missing_packages)
  [ ${#missing[@]} -eq 0 ] || die "Installed, and still not there: ${missing[*]}"
}

# For builds that are made anew for each checker: the debug information of a backtrace, no more.
# shellcheck disable=SC2034 # used by who sources this
light_debugging=(-Doptimization=1 -Ddebug=true -Dc_args=-g1)

# configure DIRECTORY [OPTION…]: makes a build directory in the checkout.
configure () {
  local dir=$source_root/$1 reconfigure=()

  shift
  [ ! -e "$dir/build.ninja" ] || reconfigure=(--reconfigure)
  meson setup "${reconfigure[@]}" "$@" "$dir" "$source_root"
}

# build DIRECTORY [OPTION…]: the same, and builds there.
build () {
  configure "$@"
  meson compile -C "$source_root/$1"
}
