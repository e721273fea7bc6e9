# SPDX-License-Identifier: LGPL-2.1-or-later
"""Standard input from files and streams, from Python, without overrides."""

import os
import sys
import tempfile
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc


class InputTest(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner.new()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = directory.name

    def file(self, name, contents):
        path = os.path.join(self.dir, name)
        if contents is not None:
            with open(path, "wb") as file:
                file.write(contents)
        return Gio.File.new_for_path(path)

    def assert_fails(self, code, command):
        with self.assertRaises(GLib.Error) as caught:
            self.runner.check(command)
        self.assertTrue(caught.exception.matches(Proc.RunnerError.quark(), code))
        return caught.exception

    def test_file(self):
        file = self.file("input", b"a\0\xff")
        command = Proc.Command(argv=["cat"], stdin_file=file)
        self.assertIs(command.props.stdin_file, file)
        self.assertEqual(command.get_stdin_file().get_path(), file.get_path())
        for _ in range(2):
            result = self.runner.check(command)
            self.assertEqual(result.get_stdout().get_data(), b"a\0\xff")
            self.assertTrue(result.props.stdin_complete)

    def test_missing_file(self):
        marker = os.path.join(self.dir, "marker")
        command = Proc.Command.new(["touch", marker])
        command.set_stdin_file(self.file("missing", None))
        error = self.assert_fails(Proc.RunnerError.INPUT_FILE, command)
        self.assertIn("missing", error.message)
        self.assertFalse(os.path.exists(marker))

    def test_stream_serves_one_run(self):
        stream = Gio.MemoryInputStream.new_from_bytes(GLib.Bytes.new(b"x" * 1000000))
        command = Proc.Command(argv=["cat"], stdin_stream=stream)
        self.assertIs(command.get_stdin_stream(), stream)
        result = self.runner.check(command)
        self.assertEqual(result.get_stdout().get_data(), b"x" * 1000000)
        self.assertTrue(result.get_stdin_complete())
        self.assertFalse(stream.is_closed())
        self.assert_fails(Proc.RunnerError.INVALID_COMMAND, command)

    def test_asynchronous(self):
        stream = Gio.MemoryInputStream.new_from_data(b"pear\napple\n")
        command = Proc.Command(argv=["sort"], stdin_stream=stream)
        loop = GLib.MainLoop()
        results = []

        def sorted_(runner, task):
            results.append(runner.check_finish(task))
            loop.quit()

        self.runner.check_async(command, None, sorted_)
        loop.run()
        self.assertEqual(results[0].get_stdout_text(), "apple\npear\n")

    def test_last_word(self):
        command = Proc.Command(argv=["cat"], stdin_text="text")
        command.set_stdin_file(self.file("input", b"file"))
        self.assertIsNone(command.get_stdin_bytes())
        command.set_stdin_stream(Gio.MemoryInputStream.new_from_data(b"stream"))
        self.assertIsNone(command.get_stdin_file())
        self.assertEqual(self.runner.check(command).get_stdout_text(), "stream")
        command.set_stdin_stream(None)
        self.assertEqual(self.runner.check(command).get_stdout_text(), "")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    names = [test.id() for group in suite for test in group]
    print(f"1..{len(names)}", flush=True)
    n_failed = 0
    for number, test in enumerate((test for group in suite for test in group), 1):
        result = unittest.TestResult()
        test.run(result)
        faults = [trace for _, trace in result.errors + result.failures]
        n_failed += bool(faults)
        print("not ok" if faults else "ok", number, names[number - 1], flush=True)
        print("".join(faults), file=sys.stderr, end="")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
