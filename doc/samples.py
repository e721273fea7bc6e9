#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles and runs the programs that the pages show.

usage: samples.py LANGUAGE SOURCE_ROOT BUILD_ROOT COMMAND -- PAGE...

A fenced block of LANGUAGE that is a whole program is one sample; COMMAND is the
compiler or the interpreter. A sample passes if it exits with 0, writes to
standard output and leaves standard error empty. One with a window gets a display of
its own, where GTK and an X server are installed. The output is TAP.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = {
    "c": r"^main \(",
    "python": r"^import gi$",
    "js": r"^import .*gi://",
    "vala": r"^(async )?(void|int) main \(",
}
GTK = "#include <gtk/gtk.h>"
TIMEOUT_SEC = 30


def samples(language, pages):
    for page in pages:
        fences = re.finditer(rf"^```{language}\n(.*?)^```$", page.read_text(), re.M | re.S)
        for fence in fences:
            if re.search(PROGRAM[language], fence[1], re.M):
                yield f"{page.name}:{page.read_text()[:fence.start()].count(chr(10)) + 1}", fence[1]


def has_display():
    gtk = ["pkg-config", "--exists", "gtk4"]
    return shutil.which("Xvfb") is not None and subprocess.run(gtk).returncode == 0


def packages(*names):
    return subprocess.check_output(["pkg-config", "--cflags", "--libs", *names], text=True).split()


def build(language, command, source_root, build_root, source):
    """Gives the command that runs the sample."""
    lib = build_root / "lib"
    link = ["-L" + str(lib), "-lprocrunner-1"]
    program = str(source.with_suffix(""))

    if language == "c":
        include = ["-I" + str(root / "lib") for root in (source_root, build_root)]
        subprocess.check_call(
            [*command, "-Wall", "-Werror", str(source), "-o", program, *include, *link,
             *packages("gtk4" if GTK in source.read_text() else "gio-2.0")])
        return [program]
    if language == "vala":
        # The .deps file, which names gio-2.0, is there only when installed. With what an old
        # vapigen made, the C compiler warns of each array of strings, as it does with GLib's.
        vapi = (lib / "procrunner-1.vapi").read_text()
        knows_const = "const char* const*" in vapi
        warnings = "-Werror=incompatible-pointer-types" if knows_const else "-w"
        flags = [f"--Xcc=-I{root / 'lib'}" for root in (source_root, build_root)]
        flags += [f"--Xcc={flag}" for flag in (*link, warnings)]
        subprocess.check_call(
            [*command, "--quiet", "--vapidir", str(lib), "--girdir", str(lib), "--pkg", "gio-2.0",
             "--pkg", "procrunner-1", *flags, "-o", program, str(source)])
        return [program]
    return [*command, str(source)]


def run(language, command, source_root, build_root, text):
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / f"sample.{language}"
        source.write_text(text)
        argv = build(language, command, source_root, build_root, source)
        if GTK in text:
            argv = [sys.executable, "-B", str(source_root / "tests/gtk/run.py"), *argv]
        lib = str(build_root / "lib")
        env = dict(os.environ, LD_LIBRARY_PATH=lib, GI_TYPELIB_PATH=lib, LC_ALL="C.UTF-8")
        done = subprocess.run(argv, cwd=directory, env=env, timeout=TIMEOUT_SEC, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
    sys.stdout.write(re.sub("^", "# ", done.stdout + done.stderr, flags=re.M) + "\n")
    return done.returncode == 0 and done.stdout != "" and done.stderr == ""


def main():
    language, source_root, build_root = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    split = sys.argv.index("--")
    found = list(samples(language, map(Path, sys.argv[split + 1:])))

    print(f"1..{len(found)}")
    for number, (name, text) in enumerate(found, 1):
        if GTK in text and not has_display():
            print(f"ok {number} {name} # SKIP there is no GTK, or no Xvfb")
            continue
        try:
            passed = run(language, sys.argv[4:split], source_root, build_root, text)
        except subprocess.SubprocessError as error:
            passed = print(f"# {error}")
        print(f"{'ok' if passed else 'not ok'} {number} {name}", flush=True)


main()
