#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at the Flatpak manifest of examples/gtk-jobs.

    flatpak.py MESON SOURCE_ROOT WORK [GTK]

It has what flatpak-builder needs, and the names are those of the application. With a fourth
argument GTK is there: then the tree is configured as the manifest says, to see what would be
installed. Nothing is built, and no Flatpak is needed. The output is TAP.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

TEXTS = ["id", "runtime", "runtime-version", "sdk", "command"]
# What it may ask for: to be seen. Its commands run in the sandbox.
FINISH_ARGS = {"--share=ipc", "--socket=fallback-x11", "--socket=wayland", "--device=dri"}


class Tree:
    def __init__(self, meson, root, work):
        self.meson = meson
        self.root = Path(root)
        self.work = Path(work) / "flatpak"
        [self.path] = (self.root / "doc/packaging/flatpak").glob("*.json")
        self.manifest = json.loads(self.path.read_text())
        self.id = self.manifest["id"]

    def example(self, name):
        return self.root / "examples/gtk-jobs" / name


def check_keys(tree):
    for key in TEXTS:
        assert isinstance(tree.manifest[key], str) and tree.manifest[key], key
    assert tree.path.stem == tree.id
    assert re.fullmatch(r"[0-9]+", tree.manifest["runtime-version"])


def check_permissions(tree):
    asked = set(tree.manifest["finish-args"])
    assert asked <= FINISH_ARGS, asked - FINISH_ARGS


def check_modules(tree):
    assert tree.manifest["modules"]
    for module in tree.manifest["modules"]:
        assert module["name"] and module["buildsystem"] == "meson" and module["sources"]
        for source in module["sources"]:
            assert source["type"] == "dir"
            assert (tree.path.parent / source["path"]).resolve() == tree.root.resolve()


def check_names(tree):
    header = tree.example("jobs-application.h").read_text()
    assert f'APPLICATION_ID "{tree.id}"' in header
    desktop = tree.example(f"{tree.id}.desktop").read_text().splitlines()
    assert f"Icon={tree.id}" in desktop
    assert f"Exec={tree.manifest['command']}" in desktop
    metainfo = ElementTree.parse(tree.example(f"{tree.id}.metainfo.xml"))
    assert metainfo.findtext("id") == tree.id
    assert metainfo.findtext("launchable") == f"{tree.id}.desktop"
    assert metainfo.findtext("provides/binary") == tree.manifest["command"]


def check_builder(tree):
    # It makes its folder in the current one.
    shown = subprocess.run(["flatpak-builder", "--show-manifest", tree.path.resolve()],
                           cwd=tree.work.parent, check=True, stdout=subprocess.PIPE).stdout
    assert json.loads(shown) == tree.manifest


def check_installs(tree):
    [module] = tree.manifest["modules"]
    shutil.rmtree(tree.work, ignore_errors=True)
    subprocess.run([tree.meson, "setup", tree.work, tree.root, "--prefix=/app", "--libdir=lib",
                    "--wrap-mode=nodownload", *module["config-opts"]],
                   check=True, stdout=subprocess.DEVNULL)
    plan = json.loads((tree.work / "meson-info/intro-installed.json").read_text())
    places = set(plan.values())
    for place in (f"bin/{tree.manifest['command']}",
                  "libexec/procrunner-1/procrunner-exec",
                  "lib/libprocrunner-1.so.0.0.0",
                  f"share/applications/{tree.id}.desktop",
                  f"share/icons/hicolor/scalable/apps/{tree.id}.svg",
                  f"share/metainfo/{tree.id}.metainfo.xml"):
        assert f"/app/{place}" in places, place


def main(meson, root, work, gtk=None):
    tree = Tree(meson, root, work)
    checks = [check_keys, check_permissions, check_modules, check_names, check_builder,
              check_installs]
    lacking = {}
    if not shutil.which("flatpak-builder"):
        lacking[check_builder] = "flatpak-builder"
    if not gtk:
        lacking[check_installs] = "GTK 4"
    status = 0
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        name = check.__name__.partition("_")[2]
        if check in lacking:
            print(f"ok {number} {name} # SKIP there is no {lacking[check]}")
            continue
        try:
            check(tree)
            print(f"ok {number} {name}")
        except (AssertionError, KeyError, OSError, subprocess.CalledProcessError) as error:
            print(f"# {error!r}\nnot ok {number} {name}")
            status = 1
    return status


sys.exit(main(*sys.argv[1:]))
