# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands awaited in Python, beside asyncio's own.

Rounds of both are interleaved, and each figure is a median. PROC_BENCH_ROUNDS,
PROC_BENCH_RUNS and PROC_BENCH_MIB are for a quick look.
"""

import asyncio
import os
import statistics
import sys
import time

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc

ROUNDS = int(os.environ.get("PROC_BENCH_ROUNDS", 9))
RUNS = int(os.environ.get("PROC_BENCH_RUNS", 1000))
MIB = int(os.environ.get("PROC_BENCH_MIB", 256))
WARM_UPS = 2

runner = Proc.Runner()


async def ours(argv):
    return await runner.check_output_async(argv)


async def asyncios(argv):
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe)
    return (await process.communicate())[0]


async def run_many(call, at_once):
    """Runs `true`, some at once, each in the place of one that has ended."""
    left = iter(range(RUNS))

    async def run_next():
        for _ in left:
            await call(["true"])

    await asyncio.gather(*(run_next() for _ in range(at_once)))


async def capture(call):
    output = await call(["head", "-c", str(MIB * 1024 * 1024), "/dev/zero"])
    assert len(output) == MIB * 1024 * 1024


async def measure(body, *args):
    start = time.perf_counter()
    await body(*args)
    return time.perf_counter() - start


async def compare(name, bar, unit, amount, body, *args):
    """Prints both speeds, and whether ours is as many times the other as it has to be."""
    seconds: dict = {ours: [], asyncios: []}
    for number in range(WARM_UPS + ROUNDS):
        for call, taken in seconds.items():
            taken.append(await measure(body, call, *args))
    speeds = [amount / statistics.median(taken[WARM_UPS:]) for taken in seconds.values()]
    ratio = speeds[0] / speeds[1]
    print(f"{name:28} {speeds[0]:10.0f} {speeds[1]:10.0f} {unit:6} {ratio:8.2f} {bar:8.2f}",
          flush=True)
    return ratio >= bar


async def main():
    print(f"{'':28} {'ours':>10} {'asyncio':>10} {'':6} {'ratio':>8} {'at least':>8}")
    passed = [
        await compare("true, one after the other", 1.0, "/s", RUNS, run_many, 1),
        await compare("true, 16 at once", 1.3, "/s", RUNS, run_many, 16),
        await compare(f"{MIB} MiB captured", 3.0, "MiB/s", MIB, capture),
    ]
    return all(passed)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
