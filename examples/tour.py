#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seven commands at once, each shown as it ends; the dots are the loop's."""

import asyncio
import os
import sys

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc

runner = Proc.Runner()
path = sys.argv[1] if sys.argv[1:] else "tour.txt"
log = ["git", "log", "--oneline", "-n5"] if os.path.exists(".git") else ["du", "lib"]
sizes = 'wc -l "$1"/*.c | sort -rn | head -n4'


async def tick():
    while True:
        print(".", end="", flush=True)
        await asyncio.sleep(0.05)


async def show(call):
    """Shows a command's output, or how it failed."""
    try:
        output = await call
        print("\n" + (output.get_summary() if isinstance(output, Proc.Result) else output.rstrip()))
    except Proc.ProcessError as error:
        print(f"\n{error}\n→ status {error.returncode}, stderr: {error.stderr.decode()}")


async def main():
    ticking = asyncio.create_task(tick())
    await asyncio.gather(
        show(runner.check_output_text_async(log)),
        show(runner.check_output_shell_async(sizes, ["lib"], text=True)),
        show(runner.check_output_text_async(["sh", "-c", "ls /no/such/file; exit 3"])),
        *(show(runner.check_output_shell_async('sleep 0.3; echo "$1"', [word], text=True))
          for word in ("one", "two", "three")),
        show(runner.check_output_to_file_async(["du", "lib"], path)),
    )
    ticking.cancel()


try:
    asyncio.run(main())
except Proc.Error as error:
    sys.exit(f"\n{error}")
