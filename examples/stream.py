#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows a command's lines as it writes them, and how it ended; Ctrl-C stops it.

usage: stream.py [COMMAND [ARGUMENT...]]
"""

import asyncio
import subprocess
import sys
import time

import gi

gi.require_version("Proc", "1")
from gi.repository import Proc

SCRIPT = 'for n in 1 2 3; do echo "step $n of 3"; sleep 0.2; done; echo "no step 4" >&2; exit 1'


async def follow(argv):
    start = time.monotonic()
    runner = Proc.Runner()

    async with runner.start(argv, stdout=subprocess.PIPE) as job:
        async for line in job.lines():
            print(f"{time.monotonic() - start:6.2f}  {line}", flush=True)


def main():
    try:
        asyncio.run(follow(sys.argv[1:] or ["sh", "-c", SCRIPT]))
    except Proc.Error as error:
        print(error)
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
