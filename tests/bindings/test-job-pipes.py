# SPDX-License-Identifier: LGPL-2.1-or-later
"""Standard streams of jobs from Python, without overrides."""

import os
import signal
import sys
import threading
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

OUT = Proc.Stream.STDOUT
ERR = Proc.Stream.STDERR


def command(script, **settings):
    return Proc.Command(argv=["sh", "-c", script], **settings)


def data(text):
    return GLib.Bytes.new(text.encode())


def iterate_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class TestCase(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()
        self.addCleanup(self.runner.stop_all)

    def tearDown(self):
        """No child, not even a zombie."""
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    def start(self, script, **settings):
        return self.runner.start(command(script, **settings))

    def start_piped(self, script="exec cat", **settings):
        return self.start(script, stdin=Proc.Stdio.PIPE, stdout=Proc.Stdio.PIPE, **settings)

    def finish(self, source, method, *args, cancellable=None):
        """Calls an _async method, and gives what its _finish does when it has ended."""
        tasks = []
        getattr(source, method + "_async")(*args, cancellable,
                                           lambda source, task: tasks.append((source, task)))
        self.assertEqual(tasks, [])
        iterate_until(lambda: tasks)
        self.assertIs(tasks[0][0], source)
        return getattr(source, method + "_finish")(tasks[0][1])

    def wait(self, job):
        return self.finish(job, "wait")

    def read_all(self, job, stream=OUT):
        """At the end there is an empty list: PyGObject makes that of NULL."""
        batches = iter(lambda: self.finish(job, "read_lines", stream), [])
        return [line for lines in batches for line in lines]

    def assert_io_error(self, code, call, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            call(*args, **kwargs)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), code), caught.exception)

    def assert_fails(self, code, call, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            call(*args, **kwargs)
        self.assertEqual((caught.exception.domain, caught.exception.code),
                         ("ProcRunnerError", code))


class TestPipes(TestCase):
    def test_dialogue(self):
        """An answer comes before the next question is asked."""
        job = self.start_piped('while read n; do echo $((n * n)); done; printf "over"')
        for n in 3, 12:
            self.assertTrue(self.finish(job, "write", data(f"{n}\n")))
            self.assertEqual(self.finish(job, "read_lines", OUT), [str(n * n)])
        job.close_stdin()
        self.assertEqual(self.read_all(job), ["over"])
        self.assertEqual(self.finish(job, "read_lines", OUT), [])
        self.assertEqual(job.read_lines(OUT), [])
        self.assertEqual(self.wait(job).get_stdout_text(), "")
        self.assertEqual(job.get_stdout_size(), 10)

    def test_all_at_once(self):
        """Written, read and ended in one go, and nothing is missed."""
        lines = [f"line {n}" for n in range(20000)]
        job = self.start_piped()
        written = []
        job.write_async(data("\n".join(lines)), None,
                        lambda job, task: written.append(job.write_finish(task)))
        job.close_stdin()
        self.assertEqual(self.read_all(job), lines)
        self.assertTrue(self.wait(job).get_stdin_complete())
        self.assertEqual(written, [True])

    def test_sync(self):
        job = self.start_piped()
        self.assertTrue(job.write(data("a\nb\n")))
        job.close_stdin()
        lines = []
        while more := job.read_lines(OUT):
            lines += more
        self.assertEqual(lines, ["a", "b"])
        self.assertTrue(job.wait().get_successful())

    def test_captured_lines_can_be_read(self):
        """Right after the start, and of both outputs at once."""
        for stream, text in (OUT, "out"), (ERR, "err"):
            job = self.start("echo out; echo err >&2")
            self.assertEqual(self.read_all(job, stream), [text])
            self.assertEqual(self.wait(job).get_stdout_text(), "out\n")
            self.assertEqual(self.wait(job).get_stderr_text(), "err\n")

        lines = []
        job = self.start("echo out; echo err >&2")
        for stream in OUT, ERR:
            job.read_lines_async(stream, None, lambda job, task: lines.append(
                job.read_lines_finish(task)))
        iterate_until(lambda: len(lines) == 2)
        self.assertEqual(sorted(lines), [["err"], ["out"]])
        self.wait(job)

    def test_gio_streams(self):
        job = self.start_piped("tr a-z A-Z; echo aside >&2", stderr=Proc.Stdio.PIPE)
        stdin, stdout, stderr = job.get_stdin(), job.get_stdout(), job.get_stderr()
        self.assertIsInstance(stdin, Gio.OutputStream)
        self.assertIs(job.get_stdout(), stdout)
        del job
        self.assertEqual(stdin.write_all(b"text", None), (True, 4))
        self.assertTrue(stdin.close())
        self.assertEqual(stdout.read_bytes(2).get_data(), b"TE")
        rest = Gio.DataInputStream.new(stdout)
        self.assertEqual(rest.read_line_utf8(), ("XT", 2))
        self.assertEqual(rest.read_line_utf8(), (None, 0))
        block = self.finish(stderr, "read_bytes", 100, GLib.PRIORITY_DEFAULT)
        self.assertEqual(block.get_data(), b"aside\n")
        self.runner.stop_all()

    def test_no_pipes(self):
        job = self.start("true")
        self.assertEqual((job.get_stdin(), job.get_stdout(), job.get_stderr()), (None,) * 3)
        self.assert_io_error(Gio.IOErrorEnum.NOT_SUPPORTED, job.write, data("x"))
        self.wait(job)

    def test_stop_reading(self):
        """Who writes for nobody gets SIGPIPE, and who waits for lines is at the end."""
        job = self.start("exec yes", stdout=Proc.Stdio.PIPE)
        self.assertEqual(set(self.finish(job, "read_lines", OUT)), {"y"})
        job.stop_reading(OUT)
        self.assertEqual(self.finish(job, "read_lines", OUT), [])
        self.assertEqual(self.wait(job).get_term_signal(), signal.SIGPIPE)

    def test_write_errors(self):
        job = self.start_piped()
        job.close_stdin()
        self.assert_io_error(Gio.IOErrorEnum.CLOSED, job.write, data("x"))
        job.stop_reading(OUT)
        self.wait(job)

        job = self.start_piped("exec true")
        self.wait(job)
        self.assert_io_error(Gio.IOErrorEnum.BROKEN_PIPE, self.finish, job, "write", data("x"))

    def test_cancel_reading(self):
        """Takes nothing: the next one gets the line."""
        cancellable = Gio.Cancellable()
        job = self.start_piped()
        GLib.idle_add(cancellable.cancel)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, self.finish, job, "read_lines", OUT,
                             cancellable=cancellable)
        job.write(data("line\n"))
        job.close_stdin()
        self.assertEqual(self.read_all(job), ["line"])
        self.wait(job)

    def test_dropped_readers(self):
        """Called once each, and the job is gone then: also when it has ended before."""
        lines, gone = [], []
        thread = threading.get_ident()

        def on_over(job, task):
            self.assertTrue(job.wait_finish(task).get_successful())
            job.read_lines_async(OUT, None, on_lines)

        def on_lines(job, task):
            lines.append(job.read_lines_finish(task))

        self.runner.set_max_running(8)
        for _ in range(200):
            job = self.start("echo one; echo two", stdout=Proc.Stdio.PIPE)
            job.weak_ref(lambda: gone.append(threading.get_ident() == thread))
            job.wait_async(None, on_over)
        del job
        iterate_until(lambda: len(gone) == 200)
        self.assertEqual(lines, [["one", "two"]] * 200)
        self.assertEqual(gone, [True] * 200)

    def test_verbs_refuse_pipes(self):
        for settings in {"stdin": Proc.Stdio.PIPE}, {"stdout": Proc.Stdio.PIPE}:
            refused = command("true", **settings)
            self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.runner.run, refused)
            self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.finish, self.runner, "check",
                              refused)


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
