# SPDX-License-Identifier: LGPL-2.1-or-later
"""The introspected API from Python, without overrides."""

import os
import resource
import sys
import tempfile
import threading
import unittest

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

FAIL_SCRIPT = 'printf out; printf "err\\n" >&2; exit 3'


class TestCase(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner.new()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = os.path.realpath(directory.name)

    def path(self, name):
        return os.path.join(self.dir, name)

    def task(self, verb, *args, cancellable=None):
        """Calls an _async method and iterates the main loop until it has ended."""
        loop = GLib.MainLoop()
        tasks = []

        def ended(source, task):
            self.assertIs(source, self.runner)
            tasks.append(task)
            loop.quit()

        getattr(self.runner, verb + "_async")(*args, cancellable, ended)
        self.assertEqual(tasks, [])
        loop.run()
        return tasks[0]

    def finish(self, verb, *args, cancellable=None):
        task = self.task(verb, *args, cancellable=cancellable)
        return getattr(self.runner, verb + "_finish")(task)

    def assert_error(self, error, code):
        self.assertEqual(error.domain, "ProcRunnerError")
        self.assertEqual(error.code, code)
        self.assertTrue(error.matches(Proc.RunnerError.quark(), code))

    def assert_fails(self, code, call, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            call(*args, **kwargs)
        self.assert_error(caught.exception, code)
        return caught.exception

    def tick_until(self, event, act):
        """Acts in the main loop once event () is true, and counts the ticks before."""
        ticks = []

        def tick():
            ticks.append(None)
            if not event():
                return GLib.SOURCE_CONTINUE
            act()
            return GLib.SOURCE_REMOVE

        GLib.timeout_add(1, tick)
        return ticks


class TestOutput(TestCase):
    def test_sync(self):
        output = self.runner.check_output(["printf", "%s|", "one", "two words"])
        self.assertEqual(output.get_data(), b"one|two words|")

    def test_async(self):
        output = self.finish("check_output", ["printf", "%s|", "one", "two words"])
        self.assertEqual(output.get_data(), b"one|two words|")

    def test_empty(self):
        output = self.runner.check_output(["true"])
        self.assertEqual(output.get_size(), 0)
        self.assertEqual(self.runner.check_output_text(["true"]), "")

    def test_nul_and_bad_utf8(self):
        argv = ["printf", r"a\000\377z\n"]
        self.assertEqual(self.runner.check_output(argv).get_data(), b"a\0\xffz\n")
        self.assertEqual(self.runner.check_output_text(argv), "a\ufffd\ufffdz")

    def test_large(self):
        output = self.finish("check_output", ["head", "-c", "10000000", "/dev/zero"])
        self.assertEqual(output.get_data(), bytes(10000000))

    def test_text(self):
        argv = ["printf", "größe\n\n"]
        self.assertEqual(self.runner.check_output_text(argv), "größe\n")
        self.assertEqual(self.finish("check_output_text", argv), "größe\n")

    def test_shell(self):
        script = 'printf "%s;" "$#" "$1" "$2" | tr a-z A-Z'
        args = ["it's", "$HOME"]
        self.assertEqual(self.runner.check_output_shell(script, args).get_data(), b"2;IT'S;$HOME;")
        self.assertEqual(self.finish("check_output_shell", script, args).get_data(),
                         b"2;IT'S;$HOME;")
        self.assertEqual(self.finish("check_output_shell", "echo $#", None).get_data(), b"0\n")

    def test_bytes_argv(self):
        output = self.runner.check_output([b"printf", b"%s", b"\xff\xfe"])
        self.assertEqual(output.get_data(), b"\xff\xfe")

    def test_surrogate_argv(self):
        output = self.finish("check_output", ["printf", "%s", os.fsdecode(b"\xff")])
        self.assertEqual(output.get_data(), b"\xff")

    def test_bytes_cwd(self):
        odd = os.path.join(os.fsencode(self.dir), b"\xff")
        os.mkdir(odd)
        self.runner.set_cwd(os.fsdecode(odd))
        self.assertEqual(self.runner.check_output(["pwd"]).get_data(), odd + b"\n")

    def test_thread(self):
        outputs = []
        thread = threading.Thread(
            target=lambda: outputs.append(self.runner.check_output_text(["echo", "thread"])))
        thread.start()
        thread.join()
        self.assertEqual(outputs, ["thread"])

    def test_three_at_once(self):
        loop = GLib.MainLoop()
        outputs = []

        def ended(runner, task):
            outputs.append(runner.check_output_text_finish(task))
            if len(outputs) == 3:
                loop.quit()

        for word in "one", "two", "three":
            self.runner.check_output_text_async(["echo", word], None, ended)
        loop.run()
        self.assertEqual(sorted(outputs), ["one", "three", "two"])

    def test_loop_ticks(self):
        """The command ends only after the main loop has ticked ten times."""
        script = 'until [ -e "$1" ]; do sleep 0.01; done; echo seen'
        go = self.path("go")
        ticks = self.tick_until(lambda: len(ticks) == 10, lambda: open(go, "w").close())
        output = self.finish("check_output_shell", script, [go])
        self.assertEqual(output.get_data(), b"seen\n")
        self.assertEqual(len(ticks), 10)


class TestFailure(TestCase):
    def test_run_tells(self):
        command = Proc.Command.new_shell(FAIL_SCRIPT, None)
        for result in self.runner.run(command), self.finish("run", command):
            self.assertEqual(result.get_outcome(), Proc.Outcome.EXITED)
            self.assertFalse(result.get_successful())
            self.assertEqual(result.get_exit_status(), 3)
            self.assertEqual(result.get_stdout().get_data(), b"out")
            self.assertEqual(result.get_stderr_text(), "err\n")
            error = self.assert_fails(Proc.RunnerError.EXIT_STATUS, result.check)
            self.assertIn("3", error.message)
            self.assertIn("err", error.message)

    def test_check_raises(self):
        command = Proc.Command.new_shell(FAIL_SCRIPT, None)
        error = self.assert_fails(Proc.RunnerError.EXIT_STATUS, self.runner.check, command)
        self.assertIn("status 3: err", error.message)
        # PyGObject rebuilds errors from domain, code and message.
        self.assertIsNone(Proc.RunnerError.get_result(error))

    def test_task_result(self):
        calls = [("check", Proc.Command.new_shell(FAIL_SCRIPT, None)),
                 ("check_output", ["sh", "-c", FAIL_SCRIPT]),
                 ("check_output_text", ["sh", "-c", FAIL_SCRIPT]),
                 ("check_output_shell", FAIL_SCRIPT, None)]
        for verb, *args in calls:
            with self.subTest(verb):
                task = self.task(verb, *args)
                self.assert_fails(Proc.RunnerError.EXIT_STATUS,
                                  getattr(self.runner, verb + "_finish"), task)
                result = self.runner.get_task_result(task)
                self.assertEqual(result.get_exit_status(), 3)
                self.assertEqual(result.get_stdout_text(), "out")
                self.assertEqual(result.get_stderr_text(), "err\n")

    def test_success_code(self):
        command = Proc.Command.new(["sh", "-c", "exit 1"])
        command.add_success_code(1)
        result = self.runner.check(command)
        self.assertTrue(result.get_successful())
        self.assertEqual(result.get_exit_status(), 1)

    def test_signal(self):
        result = self.runner.run(Proc.Command.new_shell("kill -9 $$", None))
        self.assertEqual(result.get_outcome(), Proc.Outcome.SIGNALED)
        self.assertEqual(result.get_term_signal(), 9)
        self.assertEqual(result.get_exit_status(), -1)
        self.assert_fails(Proc.RunnerError.SIGNALED, result.check)

    def test_missing_program(self):
        for argv in ["no-such-program"], ["/no/such/program"]:
            for call in self.runner.check_output, lambda argv: self.finish("check_output", argv):
                error = self.assert_fails(Proc.RunnerError.NOT_FOUND, call, argv)
                self.assertIn(argv[0], error.message)

    def test_not_executable(self):
        self.assert_fails(Proc.RunnerError.NOT_EXECUTABLE, self.runner.check_output, [self.dir])

    def test_bad_cwd(self):
        self.runner.set_cwd("/no/such/directory")
        error = self.assert_fails(Proc.RunnerError.BAD_CWD, self.runner.check_output, ["true"])
        self.assertIn("/no/such/directory", error.message)
        self.assert_fails(Proc.RunnerError.BAD_CWD, self.finish, "check_output", ["true"])

    def test_empty_argv(self):
        for argv in [], [""]:
            self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.runner.check_output, argv)
            self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.finish, "check_output", argv)

    def test_bad_line(self):
        command = Proc.Command.new_parse("echo 'unclosed")
        self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.runner.run, command)

    def test_bad_variable(self):
        command = Proc.Command.new(["true"])
        command.setenv("A=B", "value")
        self.assert_fails(Proc.RunnerError.INVALID_COMMAND, self.finish, "run", command)

    def test_nul_in_argument(self):
        with self.assertRaises((TypeError, ValueError)):
            self.runner.check_output(["echo", "a\0b"])

    def test_timeout(self):
        self.runner.set_timeout_msec(50)
        task = self.task("check_output", ["sleep", "1000"])
        self.assert_fails(Proc.RunnerError.TIMED_OUT, self.runner.check_output_finish, task)
        result = self.runner.get_task_result(task)
        self.assertEqual(result.get_outcome(), Proc.Outcome.TIMED_OUT)
        self.assert_fails(Proc.RunnerError.TIMED_OUT, self.runner.check_output, ["sleep", "1000"])

    def test_idle_and_forced(self):
        self.runner.set_idle_timeout_msec(50)
        self.runner.set_kill_grace_msec(0)
        result = self.runner.run(Proc.Command.new(["sleep", "1000"]))
        self.assertEqual(result.get_outcome(), Proc.Outcome.IDLE)
        self.assertEqual(result.get_term_signal(), 9)
        self.assertTrue(result.props.forced)
        self.assertEqual(result.props.survivors, 0)
        self.assert_fails(Proc.RunnerError.TIMED_OUT, result.check)

    def test_drain(self):
        self.runner.set_drain_grace_msec(50)
        result = self.runner.run(Proc.Command.new_shell("sleep 1000 & echo $!", None))
        os.kill(int(result.get_stdout_text()), 9)
        self.assertTrue(result.get_successful())
        self.assertFalse(result.get_complete())

    def test_cancel(self):
        """Cancelled while it runs: gone when that is told, and its output kept."""
        cancellable = Gio.Cancellable()
        script = 'echo partial; echo $$ > "$1.new"; mv "$1.new" "$1"; exec sleep 1000'
        pidfile = self.path("pid")
        self.tick_until(lambda: os.path.exists(pidfile), cancellable.cancel)
        task = self.task("check_output_shell", script, [pidfile], cancellable=cancellable)
        with self.assertRaises(GLib.Error) as caught:
            self.runner.check_output_shell_finish(task)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        result = self.runner.get_task_result(task)
        self.assertEqual(result.get_outcome(), Proc.Outcome.CANCELLED)
        self.assertEqual(result.get_stdout_text(), "partial\n")
        with open(pidfile) as file:
            self.assertRaises(ProcessLookupError, os.kill, int(file.read()), 0)

    def test_cancelled_before(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        marker = self.path("marker")
        for call in self.runner.check_output, self.finish:
            args = (["touch", marker],)
            if call == self.finish:
                args = ("check_output", *args)
            with self.assertRaises(GLib.Error) as caught:
                call(*args, cancellable=cancellable)
            self.assertTrue(
                caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertFalse(os.path.exists(marker))

    def test_cancel_from_thread(self):
        cancellable = Gio.Cancellable()
        fifo = self.path("fifo")
        os.mkfifo(fifo)

        def cancel_once_started():
            open(fifo).close()
            cancellable.cancel()

        thread = threading.Thread(target=cancel_once_started)
        thread.start()
        with self.assertRaises(GLib.Error) as caught:
            self.runner.check_output_shell(': > "$1"; exec sleep 1000', [fifo], cancellable)
        thread.join()
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))


class TestCommand(TestCase):
    def test_construct(self):
        command = Proc.Command(argv=["sh", "-c", "pwd; cat"], cwd=self.dir, stdin_text="text")
        self.assertEqual(command.props.argv, ["sh", "-c", "pwd; cat"])
        result = self.runner.check(command)
        self.assertEqual(result.get_stdout_text(), self.dir + "\ntext")
        self.assertEqual(result.get_command().get_argv(), ["sh", "-c", "pwd; cat"])

    def test_construct_runner(self):
        runner = Proc.Runner(cwd=self.dir, timeout_msec=60000, session=Proc.Session.GROUP)
        self.assertEqual(runner.check_output_text(["pwd"]), self.dir)
        self.assertEqual(runner.props.timeout_msec, 60000)
        self.assertEqual(runner.get_session(), Proc.Session.GROUP)

    def test_construct_settings(self):
        runner = Proc.Runner(idle_timeout_msec=60000, kill_grace_msec=20, drain_grace_msec=500)
        self.assertEqual(runner.props.idle_timeout_msec, 60000)
        self.assertEqual(runner.get_kill_grace_msec(), 20)
        self.assertEqual(runner.get_drain_grace_msec(), 500)
        command = Proc.Command(argv=["sh", "-c", "echo $0; nice; umask; ulimit -n; cat <&3"],
                               argv0="other", nice=1, umask=0o27, idle_timeout_msec=0)
        command.set_rlimit(resource.RLIMIT_NOFILE, 33, 44)
        reader, writer = os.pipe()
        os.write(writer, b"three")
        os.close(writer)
        command.take_fd(reader, 3)
        expected = f"other\n{os.nice(0) + 1}\n0027\n33\nthree"
        self.assertEqual(runner.check(command).get_stdout_text(), expected)

    def test_stdin_bytes(self):
        data = bytes(range(256)) * 40000
        command = Proc.Command(argv=["cat"], stdin_bytes=GLib.Bytes.new(data))
        self.assertEqual(self.finish("check", command).get_stdout().get_data(), data)

    def test_stdin_unread(self):
        command = Proc.Command(argv=["true"], stdin_bytes=GLib.Bytes.new(bytes(1 << 20)))
        result = self.runner.check(command)
        self.assertFalse(result.get_stdin_complete())

    def test_stdin_default(self):
        self.assertEqual(self.runner.check_output(["cat"]).get_size(), 0)

    def test_merge(self):
        command = Proc.Command(argv=["sh", "-c", "echo 1; echo 2 >&2; echo 3; echo 4 >&2"],
                               stderr=Proc.Stdio.MERGE)
        result = self.runner.check(command)
        self.assertEqual(result.get_stdout_text(), "1\n2\n3\n4\n")
        self.assertEqual(result.get_stderr_text(), "")

    def test_discard(self):
        command = Proc.Command(argv=["sh", "-c", "echo 1; echo 2 >&2"], stdout=Proc.Stdio.DISCARD)
        result = self.runner.check(command)
        self.assertEqual(result.get_stdout_text(), "")
        self.assertEqual(result.get_stderr_text(), "2\n")

    def test_environ(self):
        self.runner.setenv("PROC_TEST_A", "runner")
        self.runner.setenv("PROC_TEST_B", "runner")
        command = Proc.Command.new(["sh", "-c", 'echo "$PROC_TEST_A $PROC_TEST_B"'])
        command.setenv("PROC_TEST_B", "command")
        self.assertEqual(self.runner.check(command).get_stdout_text(), "runner command\n")
        self.assertNotIn("PROC_TEST_A", os.environ)

    def test_set_environ(self):
        self.runner.set_environ(["A=1", b"B=\xff"])
        self.assertEqual(self.runner.check_output(["/usr/bin/env"]).get_data(), b"A=1\nB=\xff\n")

    def test_to_string(self):
        command = Proc.Command.new(["curl", "two words"])
        command.add_arg("token=hunter2")
        command.add_secret("hunter2")
        self.assertEqual(command.to_string(), "curl 'two words' 'token=•••'")


class TestFile(TestCase):
    def test_async(self):
        file = Gio.File.new_for_path(self.path("out"))
        argv = ["sh", "-c", "echo to file; echo aside >&2"]
        result = self.finish("check_output_to_file", argv, file)
        self.assertTrue(result.get_successful())
        self.assertEqual(result.get_stderr_text(), "aside\n")
        self.assertEqual(file.load_contents(None)[1], b"to file\n")
        self.assertEqual(os.listdir(self.dir), ["out"])

    def test_failed_command_leaves_file(self):
        file = Gio.File.new_for_path(self.path("out"))
        file.replace_contents(b"old", None, False, Gio.FileCreateFlags.NONE, None)
        task = self.task("check_output_to_file", ["sh", "-c", FAIL_SCRIPT], file)
        self.assert_fails(Proc.RunnerError.EXIT_STATUS,
                          self.runner.check_output_to_file_finish, task)
        self.assertEqual(self.runner.get_task_result(task).get_stdout_text(), "out")
        self.assertEqual(file.load_contents(None)[1], b"old")
        self.assertEqual(os.listdir(self.dir), ["out"])

    def test_append(self):
        file = Gio.File.new_for_path(self.path("out"))
        command = Proc.Command.new(["echo", "line"])
        command.set_stdout_file(file, Proc.FileFlags.APPEND)
        self.runner.check(command)
        self.runner.check(command)
        self.assertEqual(file.load_contents(None)[1], b"line\nline\n")

    def test_bad_target(self):
        file = Gio.File.new_for_path(self.path("missing/out"))
        marker = self.path("marker")
        error = self.assert_fails(Proc.RunnerError.OUTPUT_FILE,
                                  self.runner.check_output_to_file, ["touch", marker], file)
        self.assertIn("missing/out", error.message)
        self.assertFalse(os.path.exists(marker))


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
