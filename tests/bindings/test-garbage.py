# SPDX-License-Identifier: LGPL-2.1-or-later
"""BI2: objects are collected while their jobs run, and each callback still comes, once."""

import gc
import os
import sys
import weakref

import gi

gi.require_version("Proc", "1")
from gi.repository import GLib, Proc

N_JOBS = 10000 if "PROC_TEST_LONG" in os.environ else 500
N_AT_ONCE = 16


def iterate_until(condition):
    n = 0
    while not condition():
        GLib.MainContext.default().iteration(True)
        n += 1
        if n % 50 == 0:
            gc.collect()


def collect_and_assert_gone(references):
    gc.collect()
    while GLib.MainContext.default().iteration(False):
        pass
    gc.collect()
    assert not any(reference() for reference in references)
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return
    raise AssertionError("a child is left")


def test_bi2_dropped_runs():
    """Nobody keeps the runner, the command or the result."""
    told = [0] * N_JOBS
    references = []

    def submit(n):
        runner = Proc.Runner(max_running=N_AT_ONCE)
        command = Proc.Command(argv=["sh", "-c", f"exit {n % 200}"])
        references.append(weakref.ref(runner))
        references.append(weakref.ref(command))
        runner.run_async(command, None, on_over, n)
        del runner, command

    def on_over(runner, task, n):
        assert runner.run_finish(task).get_exit_status() == n % 200
        told[n] += 1

    for n in range(0, N_JOBS, N_AT_ONCE):
        chunk = range(n, min(n + N_AT_ONCE, N_JOBS))
        for i in chunk:
            submit(i)
        iterate_until(lambda: all(told[i] for i in chunk))

    assert told == [1] * N_JOBS
    collect_and_assert_gone(references)


def test_bi2_dropped_jobs():
    """Nobody keeps the job: its signals come, and the callback of who waits for it."""
    told = [0] * N_JOBS
    lines = [0] * N_JOBS
    references = []

    def start(runner, n):
        job = runner.start(Proc.Command(argv=["echo", str(n)]), None)
        references.append(weakref.ref(job))
        job.connect("lines", on_lines, n)
        job.wait_async(None, on_over, n)
        del job

    def on_lines(job, stream, block, n):
        assert block == [str(n)]
        lines[n] += 1

    def on_over(job, task, n):
        assert job.wait_finish(task).get_successful()
        told[n] += 1

    runner = Proc.Runner(max_running=N_AT_ONCE)
    for n in range(N_JOBS):
        start(runner, n)
    del runner
    iterate_until(lambda: all(told))

    assert told == [1] * N_JOBS
    assert lines == [1] * N_JOBS
    collect_and_assert_gone(references)


def main():
    tests = [test_bi2_dropped_runs, test_bi2_dropped_jobs]
    print(f"1..{len(tests)}", flush=True)
    for number, test in enumerate(tests, 1):
        test()
        name = test.__name__.replace("test_", "").replace("_", "-")
        print(f"ok {number} /garbage/{name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
