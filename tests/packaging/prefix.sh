# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# What the tests of an installation share. To be sourced by bash, with Meson's command, the source
# tree and a folder to work in as arguments. The tree is built there, without optimization, and
# installed to a prefix of its own, where libraries and helper have a folder as on Debian. What
# has not changed since is not built again.

# A machine without any locale can still show what is not ASCII.
[ -n "${LC_ALL-}${LC_CTYPE-}${LANG-}" ] || export LC_CTYPE=C.UTF-8

# Nothing of a build tree may be found instead.
unset DESTDIR GI_TYPELIB_PATH GJS_PATH PYTHONPATH PROCRUNNER_EXEC PROC_TEST_CHILD PROC_TEST_LOCALEDIR

meson=$1 source_root=$2
work=$(realpath "$3")/installed
prefix=$work/usr
libdir=lib/multiarch
python_overrides=lib/python3/dist-packages
n=0

# result STATUS NAME [OUTPUT]: the output is for who reads of a failure.
result () {
  n=$((n + 1))
  [ "$1" = 0 ] || printf '%s\n' "${3-}" | sed 's/^/# /'
  [ "$1" = 0 ] || printf 'not '
  printf 'ok %d - %s\n' "$n" "$2"
}

# check NAME COMMAND…
check () {
  local name=$1 output status=0

  shift
  output=$("$@" 2>&1 </dev/null) || status=$?
  result "$status" "$name" "$output"
}

skip () {
  n=$((n + 1))
  printf 'ok %d - %s # SKIP %s\n' "$n" "$1" "$2"
}

build_and_install () {
  local build=$work/build

  # Another version of this file may want other options.
  if ! [ "$build/build.ninja" -nt "$source_root/tests/packaging/prefix.sh" ]; then
    rm -rf "$build"
    "$meson" setup "$build" "$source_root" --prefix="$prefix" --libdir="$libdir" \
      --libexecdir="$libdir" --buildtype=plain -Dexamples=false -Dinstalled_tests=true \
      -Dpython_overrides_dir="$prefix/$python_overrides/gi/overrides" || return
  fi
  "$meson" compile -C "$build" || return
  rm -rf "$prefix"
  "$meson" install -C "$build" --no-rebuild
}

# Installs, and lets programs find what was installed, as they find a package.
install_tree () {
  mkdir -p "$work"
  if ! build_and_install >"$work/log" 2>&1; then
    sed 's/^/# /' "$work/log"
    echo 'Bail out! It cannot be built and installed.'
    exit 1
  fi
  export XDG_DATA_DIRS=$prefix/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
  export LD_LIBRARY_PATH=$prefix/$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export PKG_CONFIG_PATH=$prefix/$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
  export GI_TYPELIB_PATH=$prefix/$libdir/girepository-1.0
  export PYTHONPATH=$prefix/$python_overrides PYTHONDONTWRITEBYTECODE=1
}
