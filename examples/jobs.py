#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three commands, two at a time: what they say, how far one has come, how each ended.

The one that takes too long is stopped. To be run in a checkout.
"""

import gi

gi.require_version("Proc", "1")
from gi.repository import GLib, Proc

PACK = r"""
set -- lib/*.c
for file; do
  gzip -9 <$file
  printf '[%d/%d]\r' $((n += 1)) $# >&2
done | wc -c
"""

loop = GLib.MainLoop()
runner = Proc.Runner(max_running=2)


def on_lines(job, stream, lines, name):
    for line in lines:
        print(f"{name}: {line}")


def on_progress(job, pspec, name):
    print(f"{name}: {job.props.progress:.0%}")


def on_over(job, task, name):
    try:
        print(f"{name}: {job.wait_finish(task).get_summary()}")
    except GLib.Error as error:
        print(f"{name}: {error.message}")


def on_changed(jobs, position, removed, added):
    if jobs.get_n_items() == 0:
        loop.quit()


def start(name, script):
    job = runner.start(Proc.Command.new_shell(script, None))
    job.connect("lines", on_lines, name)
    job.connect("notify::progress", on_progress, name)
    job.wait_async(None, on_over, name)
    return job


runner.get_jobs().connect("items-changed", on_changed)
follow = start("follow", "tail -n 2 -f NEWS.md")
start("pack", PACK)
start("count", "wc -l lib/*.c | tail -n 3")
GLib.timeout_add(500, follow.stop)
loop.run()
