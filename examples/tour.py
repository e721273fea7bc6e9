#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seven commands at once, each shown as it ends; the dots are the main loop's."""

import os
import sys

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

loop = GLib.MainLoop()
n_running = 7


def tick():
    print(".", end="", flush=True)
    return GLib.SOURCE_CONTINUE


def ended(runner, task, finish):
    """Shows a command's output, or how it failed."""
    try:
        print("\n" + finish(runner, task).rstrip())
    except GLib.Error as error:
        print("\n" + error.message)
        result = runner.get_task_result(task)
        if result is not None:
            print(f"→ status {result.get_exit_status()}, stderr: {result.get_stderr_text()}")
    global n_running
    n_running -= 1
    if n_running == 0:
        loop.quit()


def finish_file(runner, task):
    return runner.check_output_to_file_finish(task).get_summary()


def finish_shell(runner, task):
    return runner.check_output_shell_finish(task).get_data().decode()


runner = Proc.Runner.new()
finish_text = Proc.Runner.check_output_text_finish
file = Gio.File.new_for_path(sys.argv[1] if sys.argv[1:] else "tour.txt")
log = ["git", "log", "--oneline", "-n5"] if os.path.exists(".git") else ["du", "lib"]
sizes = 'wc -l "$1"/*.c | sort -rn | head -n4'

GLib.timeout_add(50, tick)
runner.check_output_text_async(log, None, ended, finish_text)
runner.check_output_shell_async(sizes, ["lib"], None, ended, finish_shell)
runner.check_output_text_async(["sh", "-c", "ls /no/such/file; exit 3"], None, ended, finish_text)
for word in "one", "two", "three":
    runner.check_output_shell_async('sleep 0.3; echo "$1"', [word], None, ended, finish_shell)
runner.check_output_to_file_async(["du", "lib"], file, None, ended, finish_file)
loop.run()
