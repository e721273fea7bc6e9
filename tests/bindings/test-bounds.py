# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits on memory and output, from Python."""

import sys
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import GLib, Proc

MIB = 1024 * 1024


class TestBounds(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()

    def test_fail(self):
        runner = Proc.Runner(max_output=5)
        task = []
        loop = GLib.MainLoop()
        runner.check_output_async(["echo", "too long"], None,
                                  lambda source, result: (task.append(result), loop.quit()))
        loop.run()
        with self.assertRaises(GLib.Error) as caught:
            runner.check_output_finish(task[0])
        self.assertTrue(caught.exception.matches(Proc.RunnerError.quark(),
                                                 Proc.RunnerError.OUTPUT_LIMIT))
        self.assertIn("more than 5 bytes to standard output", caught.exception.message)

        result = runner.get_task_result(task[0])
        self.assertEqual(result.get_outcome(), Proc.Outcome.OUTPUT_LIMIT)
        self.assertTrue(result.get_truncated())
        self.assertEqual(result.get_stdout().get_data(), b"too l")

    def test_head_and_tail(self):
        for overflow, kept in ((Proc.Overflow.HEAD, b"to"), (Proc.Overflow.TAIL, b"g\n")):
            command = Proc.Command(argv=["echo", "too long"], max_output=2, overflow=overflow)
            result = self.runner.check(command)
            self.assertEqual(result.get_stdout().get_data(), kept)
            self.assertEqual(result.get_stdout_size(), 9)
            self.assertTrue(result.props.truncated)

    def test_command_and_runner(self):
        runner = Proc.Runner(max_output=2, overflow=Proc.Overflow.HEAD)
        command = Proc.Command(argv=["printf", "abcdef"])
        self.assertEqual(runner.check(command).get_stdout_text(), "ab")
        command.set_max_output(4, Proc.Overflow.TAIL)
        self.assertEqual(runner.check(command).get_stdout_text(), "cdef")
        command.set_max_output(0, Proc.Overflow.FAIL)
        self.assertEqual(runner.check(command).get_stdout_text(), "abcdef")
        self.assertEqual(command.props.max_output, 0)

    def test_cut_character(self):
        command = Proc.Command(argv=["printf", "a€"], max_output=3, overflow=Proc.Overflow.HEAD)
        result = self.runner.check(command)
        self.assertEqual(result.get_stdout().get_data(), "a€".encode()[:3])
        self.assertEqual(result.get_stdout_text(), "a")

    def test_memory_limit(self):
        self.assertEqual(self.runner.props.memory_limit, 64 * MIB)
        self.runner.set_memory_limit(MIB)
        argv = ["head", "-c", str(5 * MIB), "/dev/zero"]
        self.assertEqual(self.runner.check_output(argv).get_data(), bytes(5 * MIB))


class TapResult(unittest.TestResult):
    def report(self, ok, test):
        print(f"{'ok' if ok else 'not ok'} {self.testsRun} {test.id()}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.report(True, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.report(False, test)
        print("# " + self.failures[-1][1].replace("\n", "\n# "))

    def addError(self, test, error):
        super().addError(test, error)
        self.report(False, test)
        print("# " + self.errors[-1][1].replace("\n", "\n# "))


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(TestBounds)
    print(f"1..{suite.countTestCases()}", flush=True)
    sys.exit(0 if suite.run(TapResult()).wasSuccessful() else 1)
