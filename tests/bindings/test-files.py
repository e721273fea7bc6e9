# SPDX-License-Identifier: LGPL-2.1-or-later
"""Output files and streams from Python, without overrides."""

import os
import sys
import tempfile
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

SCRIPT = "printf out; printf err >&2"


class TestFiles(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner.new()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "file")
        self.file = Gio.File.new_for_path(self.path)

    def contents(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def test_stderr_file(self):
        command = Proc.Command(script=SCRIPT, stderr_file=self.file)
        result = self.runner.check(command, None)
        self.assertEqual(self.contents(), "err")
        self.assertEqual(result.get_stdout_text(), "out")
        self.assertTrue(command.get_stderr_file().equal(self.file))

    def test_both_to_one_file(self):
        command = Proc.Command(script=SCRIPT)
        command.set_stdout_file(self.file, Proc.FileFlags.TRUNCATE)
        command.set_stderr_file(self.file, Proc.FileFlags.TRUNCATE)
        self.runner.check(command, None)
        self.assertEqual(self.contents(), "outerr")

    def test_tee(self):
        command = Proc.Command(
            script=SCRIPT, stdout_file=self.file, stdout_file_flags=Proc.FileFlags.TEE
        )
        self.assertEqual(self.runner.check(command, None).get_stdout_text(), "out")
        self.assertEqual(self.contents(), "out")

    def test_direct(self):
        command = Proc.Command(script=SCRIPT)
        command.set_stdout_file(self.file, Proc.FileFlags.DIRECT | Proc.FileFlags.APPEND)
        self.assertEqual(self.runner.check(command, None).get_stdout_size(), 3)
        self.assertEqual(self.contents(), "out")

    def test_refused(self):
        command = Proc.Command(script=SCRIPT)
        command.set_stdout_file(self.file, Proc.FileFlags.DIRECT | Proc.FileFlags.TEE)
        with self.assertRaises(GLib.Error) as caught:
            self.runner.check(command, None)
        code = Proc.RunnerError.INVALID_COMMAND
        self.assertTrue(caught.exception.matches(Proc.RunnerError.quark(), code))
        self.assertFalse(os.path.exists(self.path))

    def test_stream(self):
        stream = Gio.MemoryOutputStream.new_resizable()
        command = Proc.Command(script=SCRIPT, stdout_stream=stream)
        self.assertIs(command.get_stdout_stream(), stream)
        self.runner.check(command, None)
        self.assertFalse(stream.is_closed())
        stream.close(None)
        self.assertEqual(stream.steal_as_bytes().get_data(), b"out")


class TapResult(unittest.TestResult):
    """Prints each test's outcome as a line of the Test Anything Protocol."""

    n_failed = 0

    def stopTest(self, test):
        super().stopTest(test)
        faults = [trace for _, trace in self.errors + self.failures]
        self.errors.clear()
        self.failures.clear()
        self.n_failed += bool(faults)
        status = "not ok" if faults else "ok"
        print(f"{status} {self.testsRun} {test.id().partition('.')[2]}", flush=True)
        for line in "".join(faults).splitlines():
            print(f"# {line}", flush=True)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = TapResult()
    suite.run(result)
    return 1 if result.n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
