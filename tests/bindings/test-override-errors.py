# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python override: errors that are Python's own as well."""

import asyncio
import copy
import errno
import gc
import os
import pathlib
import pickle
import subprocess
import tempfile
import unittest
import weakref

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

import tap

Code = Proc.RunnerError
FAIL = ["sh", "-c", "echo out; echo err >&2; exit 3"]


class TestErrors(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def tearDown(self):
        """No child, not even a zombie."""
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    def fail(self, *classes, code=None, call=None, argv=FAIL, **settings):
        """Gives the error of what fails, which is of all the classes."""
        with self.assertRaises(classes[0]) as caught:
            (call or self.runner.check)(argv, **settings)
        error = caught.exception
        for cls in (*classes, GLib.Error, Proc.Error):
            self.assertIsInstance(error, cls)
        if code is not None:
            self.assertTrue(error.matches(Code.quark(), code))
        self.assertEqual(str(error), error.message)
        self.assertIn(error.message, repr(error))
        self.assertIsNone(error.__cause__)
        return error

    def test_exit_status(self):
        error = self.fail(Proc.ProcessError, subprocess.CalledProcessError, code=Code.EXIT_STATUS)
        self.assertEqual(error.returncode, 3)
        self.assertEqual(error.cmd, FAIL)
        self.assertEqual((error.stdout, error.output, error.stderr),
                         (b"out\n", b"out\n", b"err\n"))
        self.assertEqual(error.result.get_exit_status(), 3)
        self.assertIn("exited with status 3: err", str(error))

    def test_text(self):
        error = self.fail(Proc.ProcessError, call=self.runner.check_output, text=True)
        self.assertEqual((error.stdout, error.stderr), ("out\n", "err\n"))

    def test_signal(self):
        error = self.fail(Proc.ProcessError, code=Code.SIGNALED, argv=["sh", "-c", "kill -9 $$"])
        self.assertEqual(error.returncode, -9)

    def test_timeout(self):
        argv = ["sh", "-c", "echo out; exec sleep 60"]
        error = self.fail(Proc.TimeoutExpired, subprocess.TimeoutExpired, code=Code.TIMED_OUT,
                          argv=argv, timeout=0.25)
        self.assertNotIsInstance(error, subprocess.CalledProcessError)
        self.assertEqual((error.cmd, error.timeout), (argv, 0.25))
        self.assertEqual((error.stdout, error.output, error.stderr), (b"out\n", b"out\n", b""))
        self.assertEqual(error.result.get_outcome(), Proc.Outcome.TIMED_OUT)

    def test_timeouts_of_the_runner(self):
        sleep = ["sleep", "60"]
        self.runner.set_timeout_msec(10)
        self.assertEqual(self.fail(subprocess.TimeoutExpired, argv=sleep).timeout, 0.01)
        self.runner.set_timeout_msec(0)
        self.runner.set_idle_timeout_msec(20)
        self.assertEqual(self.fail(subprocess.TimeoutExpired, argv=sleep).timeout, 0.02)

    def test_of_a_job(self):
        """What start() was given, and the runner's settings, are told by the job's result."""
        job = self.runner.start(FAIL, text=True)
        self.assertEqual((job.wait().stdout, job.wait().stderr), ("out\n", "err\n"))
        with self.assertRaises(Proc.ProcessError) as caught:
            job.wait().check()
        self.assertEqual(caught.exception.stderr, "err\n")
        self.assertEqual(self.runner.start(FAIL).wait().stdout, b"out\n")
        self.runner.set_timeout_msec(10)
        for wait in self.runner.run, lambda argv: self.runner.start(argv).wait():
            with self.assertRaises(Proc.TimeoutExpired) as caught:
                wait(["sleep", "60"]).check()
            self.assertEqual(caught.exception.timeout, 0.01)
        self.runner.set_cwd("/no/such")
        with self.assertRaises(Proc.BadCwdError) as caught:
            self.runner.start(["true"]).wait()
        self.assertEqual(caught.exception.filename, "/no/such")

    def test_no_runner_is_kept(self):
        """By the jobs that it keeps."""
        runner = Proc.Runner(keep_finished=5)
        asyncio.run(self.follow(runner))
        reference = weakref.ref(runner)
        del runner
        gc.collect()
        self.assertIsNone(reference())

    async def follow(self, runner):
        job = runner.start(["false"], text=True)
        await job
        job.get_result()
        await runner.run_async(["false"])

    def test_of_lines(self):
        async def main():
            async for line in self.runner.start(FAIL, text=True).lines():
                self.assertEqual(line, "out")

        with self.assertRaises(Proc.ProcessError) as caught:
            asyncio.run(main())
        self.assertEqual((caught.exception.stdout, caught.exception.stderr), ("out\n", "err\n"))

    def test_not_found(self):
        error = self.fail(Proc.NotFoundError, FileNotFoundError, Proc.StartError,
                          code=Code.NOT_FOUND, argv=["/no/such", "arg"])
        self.assertEqual((error.errno, error.filename), (errno.ENOENT, "/no/such"))
        self.assertEqual(error.strerror, error.message)
        self.assertIsNone(error.result)

    def test_not_executable(self):
        (self.dir / "file").touch()
        error = self.fail(Proc.NotExecutableError, PermissionError, Proc.StartError,
                          code=Code.NOT_EXECUTABLE, argv=[self.dir / "file"])
        self.assertEqual((error.errno, error.filename), (errno.EACCES, str(self.dir / "file")))

    def test_bad_cwd(self):
        error = self.fail(Proc.BadCwdError, NotADirectoryError, Proc.StartError,
                          code=Code.BAD_CWD, cwd="/no/such")
        self.assertEqual((error.errno, error.filename), (errno.ENOTDIR, "/no/such"))
        self.runner.set_cwd("/dev/null")
        self.assertEqual(self.fail(NotADirectoryError).filename, "/dev/null")

    def test_output_limit(self):
        self.runner.set_max_output(2)
        error = self.fail(Proc.ProcessError, code=Code.OUTPUT_LIMIT)
        self.assertEqual(error.stdout, b"ou")

    def test_file(self):
        error = self.fail(Proc.Error, code=Code.OUTPUT_FILE, stdout=self.dir / "no" / "such")
        self.assertNotIsInstance(error, subprocess.SubprocessError)
        error = self.fail(Proc.Error, code=Code.INPUT_FILE, stdin=self.dir / "missing")
        self.assertIsNone(error.result)

    def test_file_that_fails_later(self):
        error = self.fail(Proc.Error, code=Code.OUTPUT_FILE, call=self.runner.run,
                          argv=["head", "-c", "100000", "/dev/zero"],
                          stdout=pathlib.Path("/dev/full"))
        self.assertIsNotNone(error.result)

    def test_invalid(self):
        self.fail(Proc.Error, code=Code.INVALID_COMMAND, argv=[])
        self.fail(Proc.Error, code=Code.INVALID_COMMAND, argv=[""])

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        error = self.fail(Proc.CancelledError, call=lambda argv: self.runner.run(argv, cancellable))
        self.assertTrue(error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.runner.stop_all()
        self.fail(Proc.CancelledError)

    def test_result_of_cancelled(self):
        job = self.runner.start(["sleep", "60"])
        job.stop()
        error = self.fail(Proc.CancelledError, call=lambda argv: job.wait().check())
        self.assertEqual(error.result.get_outcome(), Proc.Outcome.CANCELLED)

    def test_run_does_not_fail_for_endings(self):
        self.assertEqual(self.runner.run(FAIL).returncode, 3)
        self.assertEqual(self.runner.run(["sleep", "60"], timeout=0.01).get_outcome(),
                         Proc.Outcome.TIMED_OUT)
        self.fail(FileNotFoundError, call=self.runner.run, argv=["/no/such"])

    def test_job(self):
        job = self.runner.start(["/no/such"])
        self.fail(FileNotFoundError, call=lambda argv: job.wait())

    def test_unsuccessful_result(self):
        error = self.fail(Proc.ProcessError, call=lambda argv: self.runner.run(argv).check())
        self.assertEqual(error.returncode, 3)


class TestCopies(unittest.TestCase):
    def errors(self):
        runner = Proc.Runner()
        for argv in FAIL, ["/no/such"], ["sleep", "60"], []:
            try:
                runner.check(argv, timeout=0.5)
            except Proc.Error as error:
                yield error

    def assert_same(self, error, other):
        self.assertIs(type(other), type(error))
        self.assertEqual(str(other), str(error))
        for name in ("domain", "code", "returncode", "cmd", "stdout", "stderr", "timeout",
                     "errno", "strerror", "filename", "args"):
            self.assertEqual(getattr(other, name, None), getattr(error, name, None))

    def test_copy(self):
        for error in self.errors():
            for other in copy.copy(error), copy.deepcopy(error), error.copy():
                self.assert_same(error, other)
                self.assertIs(other.result, error.result)

    def test_pickle(self):
        """All but the result, which belongs to this process."""
        for error in self.errors():
            other = pickle.loads(pickle.dumps(error))
            self.assert_same(error, other)
            self.assertIsNone(other.result)

    def test_names(self):
        self.assertEqual(Proc.ProcessError.__module__, "gi.repository.Proc")
        for name in ("BadCwdError", "CancelledError", "Error", "NotExecutableError",
                     "NotFoundError", "ProcessError", "StartError", "TimeoutExpired"):
            self.assertTrue(issubclass(getattr(Proc, name), Proc.Error))


if __name__ == "__main__":
    tap.main()
