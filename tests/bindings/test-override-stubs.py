# SPDX-License-Identifier: LGPL-2.1-or-later
"""The stubs of the Python override: they tell what is there, and a type checker takes them.

usage: test-override-stubs.py PROC_PYI [PROGRAM...]
"""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gi

gi.require_version("Proc", "1")
from gi.repository import GObject, Proc

import tap

STUBS = Path(__file__).parent / "stubs"
PROC_PYI = Path(sys.argv[1])
PROGRAMS = sys.argv[2:]
MYPY = shutil.which("mypy", path="/usr/bin:" + os.environ.get("PATH", ""))


def get_stubs():
    """Gives the names that each class has in the stubs."""
    for node in ast.parse(PROC_PYI.read_text()).body:
        if isinstance(node, ast.ClassDef):
            names = set()
            for each in node.body:
                if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    names.add(each.name)
                elif isinstance(each, ast.AnnAssign):
                    names.add(each.target.id)
            yield node.name, names


def is_named(name):
    return not name.startswith("_") and not name.startswith("do_") and name != "props"


class TestNames(unittest.TestCase):
    def test_all_in_stubs_is_there(self):
        for cls, names in get_stubs():
            there = dir(getattr(Proc, cls))
            for name in names - {"result"}:
                self.assertIn(name, there, cls)

    def test_all_that_is_there_is_in_stubs(self):
        stubs = dict(get_stubs())
        for name in filter(is_named, dir(Proc)):
            cls = getattr(Proc, name)
            if isinstance(cls, type) and not name.endswith(("Class", "Private")):
                self.assertIn(name, stubs)
                if issubclass(cls, GObject.Object):
                    own = set(filter(is_named, dir(cls))) - set(dir(GObject.Object))
                    self.assertEqual(own - stubs[name], set(), name)


class TestTypes(unittest.TestCase):
    def check(self, option, *programs):
        with tempfile.TemporaryDirectory() as directory:
            shutil.copytree(STUBS, directory, dirs_exist_ok=True)
            shutil.copy(PROC_PYI, Path(directory) / "gi" / "repository")
            done = subprocess.run([MYPY, option, "--cache-dir=/dev/null", *programs], text=True,
                                  capture_output=True, env={**os.environ, "MYPYPATH": directory})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    @unittest.skipIf(MYPY is None, "no mypy")
    def test_all_types(self):
        self.check("--strict", Path(__file__).parent / "typed.py")

    @unittest.skipIf(MYPY is None, "no mypy")
    def test_programs(self):
        self.check("--check-untyped-defs", *PROGRAMS)


if __name__ == "__main__":
    tap.main()
