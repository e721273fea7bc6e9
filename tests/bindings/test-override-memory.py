# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python override: many calls leave nothing behind.

usage: test-override-memory.py [CALLS]
"""

import asyncio
import gc
import os
import sys
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

import tap

N_CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 500
AT_ONCE = 8
MIB = 1024 * 1024
# What PyGObject 3.42 leaves behind for each callback of an _async call, GIO's own too.
PYGOBJECT_LEAK = 256


def get_memory():
    """Gives the bytes of memory that are this program's own."""
    gc.collect()
    with open("/proc/self/status", encoding="ascii") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


class TestMemory(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()

    def tearDown(self):
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    async def call_all_ways(self, number):
        kind = number % 6
        if kind == 0:
            await self.runner.check_output_text_async(["echo", str(number)], timeout=60)
        elif kind == 1:
            try:
                await self.runner.check_async(["false"])
            except Proc.ProcessError:
                pass
        elif kind == 2:
            try:
                await self.runner.run_async(["/no/such"], Gio.Cancellable())
            except FileNotFoundError:
                pass
        elif kind == 3:
            call = self.runner.run_async(["sleep", "60"])
            call.cancel()
            await asyncio.wait([call])
        elif kind == 4:
            assert self.runner.run(["false"]).returncode == 1
        else:
            self.runner.check_output_async(["true"])

    def check(self, call_some, allowed=MIB):
        """Calls some at a time: first until all is warm, then all."""
        for _ in range(60):
            call_some()
        before = get_memory()
        for _ in range(N_CALLS // AT_ONCE):
            call_some()
        self.assertLess(get_memory() - before, allowed)

    def test_asyncio(self):
        async def call_some():
            await asyncio.gather(*(self.call_all_ways(number) for number in range(AT_ONCE)))

        with asyncio.Runner() as runner:
            self.check(lambda: runner.run(call_some()))

    def test_jobs(self):
        async def follow(number):
            job = self.runner.start(["echo", str(number)])
            job.connect("notify::state", lambda *_: None)
            assert [line async for line in job.lines()] == [str(number)]
            await job.wait_async(Gio.Cancellable())

        async def call_some():
            await asyncio.gather(*(follow(number) for number in range(AT_ONCE)))

        with asyncio.Runner() as runner:
            self.check(lambda: runner.run(call_some()), MIB + N_CALLS * 4 * PYGOBJECT_LEAK)

    def test_output(self):
        async def call_some():
            calls = [self.runner.check_output_async(["echo"]) for _ in range(AT_ONCE)]
            await asyncio.gather(*calls)

        self.check(lambda: asyncio.run(call_some()))

    def test_callbacks(self):
        loop = GLib.MainLoop()

        def over(runner, task, left):
            runner.check_output_finish(task)
            left.pop()
            if not left:
                loop.quit()

        def call_some():
            left = [None] * AT_ONCE
            for _ in range(AT_ONCE):
                self.runner.check_output_async(["echo"], None, over, left)
            loop.run()

        self.check(call_some, MIB + N_CALLS * PYGOBJECT_LEAK)


if __name__ == "__main__":
    tap.main()
