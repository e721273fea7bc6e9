# SPDX-License-Identifier: LGPL-2.1-or-later
"""Not run: what a type checker must make of it. See test-override-stubs.py."""

import asyncio
import subprocess
from pathlib import Path

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, Proc

from typing_extensions import assert_type

runner = Proc.Runner(max_running=4)
command = Proc.Command(["ls", b"-l", Path("/")], cwd="/")


def waits() -> None:
    assert_type(runner.check_output(["ls"]), bytes)
    assert_type(runner.check_output(command, text=True), str)
    assert_type(runner.check_output(command, encoding="UTF-16"), str)
    assert_type(runner.check_output_text(["ls"], cwd=Path("/"), timeout=1.5), str)
    assert_type(runner.check_output_shell("ls $1", ["/"], env={"A": "B"}), bytes)
    assert_type(runner.run(["cat"], input="text", stderr=subprocess.STDOUT), Proc.Result)
    assert_type(runner.check_output_to_file(["ls"], "file"), Proc.Result)
    assert_type(runner.check(["ls"], Gio.Cancellable(), stdout=Path("file")), Proc.Result)
    runner.check_output(["ls", None])  # type: ignore[list-item]
    runner.run(["ls"], shell=True)  # type: ignore[call-arg]


def called(runner: Proc.Runner, result: Gio.AsyncResult, number: int) -> None:
    assert_type(runner.check_finish(result), Proc.Result)


async def awaits() -> None:
    assert_type(await runner.check_output_async(["ls"]), bytes)
    assert_type(await runner.check_output_async(["ls"], text=True), str)
    assert_type(await runner.run_async(command), Proc.Result)
    assert_type(await asyncio.wait_for(runner.check_output_text_async(["ls"]), 1), str)
    one, other = await asyncio.gather(runner.check_output_async(["ls"]), runner.run_async(["ls"]))
    assert_type(one, bytes)
    assert_type(other, Proc.Result)
    assert_type(runner.check_async(["ls"], None, called, 1), None)


async def follows() -> None:
    async with runner.start(["ls"], stdin=subprocess.PIPE) as job:
        await job.write_async(b"data")
        async for line in job.lines(Proc.Stream.STDERR):
            assert_type(line, str)
        assert_type(await job.read_lines_async(Proc.Stream.STDOUT), list[str])
        assert_type(await job, Proc.Result)


def fails() -> None:
    try:
        runner.check(["ls"])
    except Proc.ProcessError as error:
        assert_type(error.returncode, int)
        assert error.result is not None
        assert_type(error.result.get_outcome(), Proc.Outcome)
    except FileNotFoundError:
        pass
