# SPDX-License-Identifier: LGPL-2.1-or-later
"""Commands awaited in Python, beside asyncio's own.

Rounds of both are interleaved. A target that is missed is no failure, as in the
other benchmarks. PROC_BENCH_ROUNDS, PROC_BENCH_RUNS and PROC_BENCH_MIB are for a
quick look.
"""

import asyncio
import json
import mmap
import os
import platform
import statistics
import time

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc

ROUNDS = int(os.environ.get("PROC_BENCH_ROUNDS", 9))
RUNS = int(os.environ.get("PROC_BENCH_RUNS", 1000))
MIB = int(os.environ.get("PROC_BENCH_MIB", 256))
WARM_UPS = 2
SIZES_MIB = (0, 256, 1024, 4096)
SPARE_MIB = 1024

runner = Proc.Runner()


async def ours(argv):
    return await runner.check_output_async(argv)


async def ours_uncopied(argv):
    return (await runner.run_async(argv)).get_stdout()


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
    size = len(output) if isinstance(output, bytes) else output.get_size()
    assert size == MIB * 1024 * 1024


async def measure(body, *args):
    start = time.perf_counter()
    await body(*args)
    return time.perf_counter() - start


def summarize(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


async def measure_both(body, *args, our_call=ours):
    """The seconds of each round, of ours and of asyncio's."""
    taken: tuple = ([], [])
    for _ in range(WARM_UPS + ROUNDS):
        for seconds, call in zip(taken, (our_call, asyncios)):
            seconds.append(await measure(body, call, *args))
    return [seconds[WARM_UPS:] for seconds in taken]


class Report:
    """A table for people, and a line of JSON as the other benchmarks print it."""

    def __init__(self):
        self.rows = []
        self.series = {}
        print(f"{'':45} {'median':>10} {'min':>10} {'max':>10}  target")

    def add_row(self, label, values, series, **more):
        row = {"label": label, "series": series} | summarize(values) | more
        line = f"{label:45} {row['median']:10.2f} {row['min']:10.2f} {row['max']:10.2f}"
        if "at-least" in row:
            row["met"] = row["median"] >= row["at-least"]
            line += f"  ≥ {row['at-least']:g} {'met' if row['met'] else 'MISSED'}"
        print(line, flush=True)
        self.rows.append(row)

    async def compare(self, name, unit, bar, amount, body, *args, **more):
        taken = await measure_both(body, *args, **more)
        speeds = [[amount / seconds for seconds in of_one] for of_one in taken]
        ratios = [a / b for a, b in zip(*speeds)]
        keys = [f"{who}-{name.split(',')[0].replace(' ', '-')}" for who in ("ours", "asyncio")]
        self.add_row(f"{unit}, asyncio, {name}", speeds[1], keys[1])
        self.add_row(f"{unit}, ours, {name}", speeds[0], keys[0])
        target = {} if bar is None else {"at-least": bar}
        self.add_row("  to asyncio", ratios, keys[0], **{"ratio-to": keys[1]}, **target)
        return keys, taken, speeds

    async def compare_runs(self, name, bar, at_once):
        await self.compare(name, "runs/s", bar, RUNS, run_many, at_once)

    async def compare_uncopied_capture(self):
        await self.compare("capture as GLib.Bytes", "MiB/s", None, MIB, capture,
                           our_call=ours_uncopied)

    async def compare_capture(self):
        keys, _, speeds = await self.compare("capture", "MiB/s", 3.0, MIB, capture)
        for key, values in zip(keys, speeds):
            self.series[key] = {"mib-per-sec": summarize(values)}

    async def compare_in_memory(self, mib):
        _, taken, _ = await self.compare(f"program of {mib} MiB", "runs/s", None, RUNS, run_many, 1)
        for who, seconds in zip(("ours", "asyncio"), taken):
            usec = [each / RUNS * 1e6 for each in seconds]
            self.series[f"{who}-{mib}"] = {"whole-usec": summarize(usec)}

    def print_line(self):
        print(json.dumps({
            "benchmark": "python",
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "rounds": ROUNDS,
            "python": platform.python_version(),
            "series": self.series,
            "rows": self.rows,
        }))


def available_mib():
    with open("/proc/meminfo") as file:
        fields = dict(line.split(":") for line in file)
    return int(fields["MemAvailable"].split()[0]) // 1024


def hold_memory(mib):
    """So much that is really there, in pages of the small size."""
    memory = mmap.mmap(-1, mib << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.madvise(mmap.MADV_NOHUGEPAGE)
    for at in range(0, mib << 20, mmap.PAGESIZE):
        memory[at] = 1
    return memory


async def main():
    report = Report()
    await report.compare_runs("one after the other", 1.0, 1)
    await report.compare_runs("16 at once", 1.3, 16)
    await report.compare_capture()
    await report.compare_uncopied_capture()
    for mib in SIZES_MIB:
        if mib + SPARE_MIB > available_mib():
            break
        memory = hold_memory(mib) if mib > 0 else None
        await report.compare_in_memory(mib)
        del memory
    report.print_line()


if __name__ == "__main__":
    asyncio.run(main())
