# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people write with asyncio.subprocess, written with the override instead.

Each is a coroutine in a program of its own, under a plain asyncio.run().
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import tap

HEAD = """
import asyncio
import sys

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc

runner = Proc.Runner()
"""

# Runs a shell command, and prints what it wrote, or its return code.
PRINT = HEAD + """
async def run(command):
    try:
        print(await runner.check_output_shell_async(command, text=True), end="")
    except Proc.ProcessError as error:
        print("failed with", error.returncode)

async def main():
    await asyncio.gather(*(run(each) for each in sys.argv[1:]))

asyncio.run(main())
"""

# Gives standard output and error in one, or raises with both.
COMBINE = HEAD + """
import subprocess

async def get_output(command):
    result = await runner.check_async(["sh", "-c", command], text=True, stderr=subprocess.STDOUT)
    return result.stdout

async def main():
    for command in sys.argv[1:]:
        try:
            print(await get_output(command), end="")
        except subprocess.CalledProcessError as error:
            print(f"{error.returncode}: {error.stdout}", end="")

asyncio.run(main())
"""

# Writes a command's output to a file, while something else goes on.
WRITE = HEAD + """
async def main():
    file, *argv = sys.argv[1:]
    writing = runner.check_output_to_file_async(argv, file)
    turns = 0
    while not writing.done():
        await asyncio.sleep(0)
        turns += 1
    result = await writing
    print(result.get_stdout_size(), turns > 1)

asyncio.run(main())
"""


class TestSeeds(unittest.TestCase):
    def run_program(self, program, *args):
        done = subprocess.run([sys.executable, "-c", program, *args], text=True, timeout=60,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_print(self):
        self.assertEqual(self.run_program(PRINT, "echo a; echo b >&2"), "a\n")
        self.assertEqual(self.run_program(PRINT, "echo a; exit 3"), "failed with 3\n")
        self.assertEqual(self.run_program(PRINT, "kill -TERM $$"), "failed with -15\n")

    def test_combine(self):
        out = self.run_program(COMBINE, "echo a; echo b >&2; echo c",
                               "echo d; echo e >&2; exit 3")
        self.assertEqual(out, "a\nb\nc\n3: d\ne\n")

    def test_write(self):
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "file"
            self.assertEqual(self.run_program(WRITE, str(file), "seq", "100000"), "588895 True\n")
            self.assertEqual(len(file.read_text().splitlines()), 100000)


if __name__ == "__main__":
    tap.main()
