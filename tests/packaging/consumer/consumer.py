# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same as consumer.c, with what only the override has: await, and subprocess's errors."""

import asyncio
import subprocess

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc


async def main():
    runner = Proc.Runner(supervise=True)
    print(await runner.check_output_text_async(["/bin/sh", "-c", "readlink /proc/$PPID/exe"]))
    try:
        await runner.check_async(["false"])
    except subprocess.CalledProcessError:
        return
    raise SystemExit("false was a success")


asyncio.run(main())
