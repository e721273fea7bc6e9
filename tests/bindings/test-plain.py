# SPDX-License-Identifier: LGPL-2.1-or-later
"""All of the library from Python where the override is not installed."""

import os
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

import tap


class TestPlain(unittest.TestCase):
    def setUp(self):
        self.assertFalse(hasattr(Proc, "ProcessError"), "the override is there")
        self.runner = Proc.Runner()

    def tearDown(self):
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    def finish(self, source, method, *args):
        """Calls an _async method, and gives its task when it has ended."""
        loop = GLib.MainLoop()
        tasks = []
        getattr(source, method + "_async")(*args, None, lambda source, task: (tasks.append(task),
                                                                               loop.quit()))
        loop.run()
        return tasks[0]

    def assert_raises(self, code, call, *args):
        with self.assertRaises(GLib.Error) as caught:
            call(*args)
        self.assertTrue(caught.exception.matches(Proc.RunnerError.quark(), code))

    def test_run_and_check(self):
        command = Proc.Command.new(["sh", "-c", "echo out; echo err >&2; exit 3"])
        result = self.runner.run_finish(self.finish(self.runner, "run", command))
        self.assertEqual(result.get_exit_status(), 3)
        self.assertEqual(result.get_stdout().get_data(), b"out\n")
        self.assert_raises(Proc.RunnerError.EXIT_STATUS, result.check)

    def test_result_behind_an_error(self):
        task = self.finish(self.runner, "check_output", ["sh", "-c", "echo out; exit 3"])
        self.assert_raises(Proc.RunnerError.EXIT_STATUS, self.runner.check_output_finish, task)
        self.assertEqual(self.runner.get_task_result(task).get_stdout_text(), "out\n")
        task = self.finish(self.runner, "check_output", ["/no/such"])
        self.assert_raises(Proc.RunnerError.NOT_FOUND, self.runner.check_output_finish, task)
        self.assertIsNone(self.runner.get_task_result(task))

    def test_settings(self):
        command = Proc.Command(argv=["sort"], stdin_text="b\na\n", timeout_msec=60000)
        self.assertEqual(self.runner.check(command).get_stdout_text(), "a\nb\n")
        command = Proc.Command(argv=["sleep", "60"], timeout_msec=10)
        self.assert_raises(Proc.RunnerError.TIMED_OUT, self.runner.check, command)

    def test_synchronous(self):
        self.assertEqual(self.runner.check_output(["echo", "a"]).get_data(), b"a\n")
        self.assertEqual(self.runner.check_output_text(["echo", "a"]), "a")
        self.assertEqual(self.runner.check_output_shell("echo $1", ["a"]).get_data(), b"a\n")
        file = Gio.File.new_for_path("/dev/null")
        self.assertTrue(self.runner.check_output_to_file(["echo"], file).get_successful())

    def test_cancel(self):
        cancellable = Gio.Cancellable()
        loop = GLib.MainLoop()
        tasks = []
        self.runner.run_async(Proc.Command.new(["sleep", "60"]), cancellable,
                              lambda runner, task: (tasks.append(task), loop.quit()))
        GLib.idle_add(cancellable.cancel)
        loop.run()
        with self.assertRaises(GLib.Error) as caught:
            self.runner.run_finish(tasks[0])
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_lines(self):
        job = self.runner.start(Proc.Command(argv=["seq", "3"], stdout=Proc.Stdio.PIPE))
        lines = []
        while some := job.read_lines_finish(self.finish(job, "read_lines", Proc.Stream.STDOUT)):
            lines.extend(some)
        self.assertEqual(lines, ["1", "2", "3"])
        self.assertTrue(job.wait_finish(self.finish(job, "wait")).get_successful())


if __name__ == "__main__":
    tap.main()
