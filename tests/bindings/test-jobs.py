# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs from Python, without overrides."""

import gc
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

    def assert_io_error(self, code, call, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            call(*args, **kwargs)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), code), caught.exception)

    def assert_fails(self, code, call, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            call(*args, **kwargs)
        self.assertEqual((caught.exception.domain, caught.exception.code),
                         ("ProcRunnerError", code))


class TestTelling(TestCase):
    def test_signals(self):
        """Data, lines, states and callbacks: each of its type, and in order."""
        told = []
        job = self.start("echo one; echo größe; printf three")
        self.assertEqual(job.get_state(), Proc.JobState.QUEUED)
        self.assertIsNone(job.get_result())
        job.connect("data", lambda job, *block: told.append(block))
        job.connect("lines", lambda job, stream, lines: told.extend((stream, x) for x in lines))
        job.connect("notify::state", lambda job, _: told.append(job.props.state))
        job.wait_async(None, lambda job, task: told.append(job.wait_finish(task)))
        result = self.wait(job)

        self.assertEqual(told[0], Proc.JobState.RUNNING)
        self.assertIsInstance(told[1][1], GLib.Bytes)
        self.assertEqual(told[-2:], [Proc.JobState.FINISHED, result])
        pairs = told[1:-2]
        self.assertEqual({(type(stream), stream) for stream, _ in pairs}, {(Proc.Stream, OUT)})
        self.assertEqual([said for _, said in pairs if isinstance(said, str)],
                         ["one", "größe", "three"])
        blocks = [said.get_data() for _, said in pairs if isinstance(said, GLib.Bytes)]
        self.assertEqual(b"".join(blocks), "one\ngröße\nthree".encode())
        self.assertIs(job.props.result, result)

    def test_streams(self):
        """Each line comes with the stream that it is of."""
        lines = {OUT: [], ERR: []}
        job = self.start("echo out; echo err >&2; echo more")
        job.connect("lines", lambda job, stream, more: lines[stream].extend(more))
        self.wait(job)
        self.assertEqual(lines, {OUT: ["out", "more"], ERR: ["err"]})

    def test_properties(self):
        job = self.start('echo 12345; echo 12 >&2; echo $$', cwd="/")
        result = self.wait(job)
        pid = result.get_stdout_text().split()[1]
        self.assertEqual(str(job.props.pid), pid)
        self.assertEqual(job.props.stdout_size, 6 + len(pid) + 1)
        self.assertEqual(job.get_stderr_size(), 3)
        self.assertEqual(job.props.elapsed_usec, result.props.elapsed_usec)
        self.assertEqual(job.props.command.props.cwd, "/")
        self.assertEqual(job.get_command().get_argv()[:2], ["sh", "-c"])

    def test_progress(self):
        """A line that has no end yet is the last one, and tells the progress."""
        job = self.start('printf "copying 40%%\\r"; read go; echo done', stdin=Proc.Stdio.PIPE)
        self.assertEqual((job.props.has_progress, job.props.progress), (False, 0))
        self.assertEqual(job.props.last_line, "")
        seen = []

        def on_progress(job, pspec):
            seen.append((pspec.name, job.props.progress, job.dup_last_line()))
            job.write_async(data("go\n"), None, None)

        job.connect("notify::progress", on_progress)
        self.wait(job)
        self.assertEqual(seen, [("progress", 0.4, "copying 40%")])
        self.assertTrue(job.get_has_progress())
        self.assertEqual((job.props.progress, job.props.last_line), (0.4, "done"))

    def test_progress_pattern(self):
        pattern = GLib.Regex.new(r"^frame=(\d+)", 0, 0)
        job = self.start("echo frame=24 99%", progress_pattern=pattern, progress_total=48)
        self.wait(job)
        self.assertEqual(job.props.progress, 0.5)

        of_total = command("echo '3 of 4'; echo 99%")
        of_total.set_progress_pattern(GLib.Regex.new(r"(\d+) of (\d+)", 0, 0), 0)
        job = self.runner.start(of_total)
        of_total.set_progress_pattern(None, 0)
        plain = self.runner.start(of_total)
        self.wait(job)
        self.wait(plain)
        self.assertEqual((job.props.progress, plain.props.progress), (0.75, 0.99))


class TestWaiting(TestCase):
    def test_often(self):
        """Twice at once, after the end, and without a main loop: the same result."""
        job = self.start("exit 3")
        results = []
        for _ in range(2):
            job.wait_async(None, lambda job, task: results.append(job.wait_finish(task)))
        results += [job.wait(), self.wait(job), self.wait(job), job.wait(None)]
        self.assertEqual(len(results), 6)
        self.assertEqual(set(results), {job.props.result})
        self.assertEqual(results[0].get_exit_status(), 3)

    def test_thread(self):
        results = []
        job = self.start("read go; echo $go", stdin=Proc.Stdio.PIPE)
        thread = threading.Thread(target=lambda: results.append(job.wait()))
        thread.start()
        self.assertTrue(job.write(data("went\n")))
        thread.join()
        self.assertEqual(results[0].get_stdout_text(), "went\n")
        self.wait(job)

    def test_cancel_the_wait(self):
        """Its own cancellable ends the wait, and nothing else."""
        job = self.start("read go", stdin=Proc.Stdio.PIPE)
        cancelled = Gio.Cancellable()
        GLib.idle_add(cancelled.cancel)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, self.finish, job, "wait",
                             cancellable=cancelled)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, job.wait, cancelled)
        self.assertLess(job.get_state(), Proc.JobState.STOPPING)
        job.write(data("go\n"))
        self.assertTrue(self.wait(job).get_successful())

    def test_failed_start(self):
        """Each who waits is told why; there is no result."""
        for argv, settings, code in [
                (["/no/such/program"], {}, Proc.RunnerError.NOT_FOUND),
                (["true"], {"cwd": "/no/such/directory"}, Proc.RunnerError.BAD_CWD),
                ([""], {}, Proc.RunnerError.INVALID_COMMAND)]:
            job = self.runner.start(Proc.Command(argv=argv, **settings))
            self.assert_fails(code, job.wait)
            for _ in range(2):
                self.assert_fails(code, self.wait, job)
            self.assertEqual(job.get_state(), Proc.JobState.FINISHED)
            self.assertEqual((job.props.result, job.props.pid), (None, 0))


class TestStopping(TestCase):
    def assert_cancelled(self, job):
        result = self.wait(job)
        self.assertEqual(result.get_outcome(), Proc.Outcome.CANCELLED)
        self.assert_io_error(Gio.IOErrorEnum.CANCELLED, result.check)
        return result

    def test_stop(self):
        """What it still says comes, too, and its states in order."""
        told = []
        job = self.start('trap "echo bye; exit" TERM; echo ready; while :; do sleep 0.01; done',
                         stderr=Proc.Stdio.DISCARD)
        job.connect("lines", lambda job, stream, lines: told.extend(lines))
        job.connect("notify::state", lambda job, _: told.append(job.props.state))
        iterate_until(lambda: "ready" in told)
        job.stop()
        result = self.assert_cancelled(job)
        self.assertEqual(result.get_stdout_text(), "ready\nbye\n")
        self.assertEqual(told, [Proc.JobState.RUNNING, "ready", Proc.JobState.STOPPING, "bye",
                                Proc.JobState.FINISHED])
        job.stop()
        job.kill()
        job.send_signal(signal.SIGTERM)

    def test_kill(self):
        self.runner.set_kill_grace_msec(2**31 - 1)
        job = self.start('trap "" TERM; echo ready; while :; do sleep 0.01; done')
        iterate_until(lambda: job.props.last_line == "ready")
        job.stop()
        iterate_until(lambda: job.props.state == Proc.JobState.STOPPING)
        job.kill()
        self.assertEqual(self.assert_cancelled(job).get_term_signal(), signal.SIGKILL)

    def test_send_signal(self):
        """It is the program's own affair, also when it is sent before the start."""
        job = self.start('echo ready; exec sleep 1000')
        job.send_signal(signal.SIGUSR2)
        result = self.wait(job)
        self.assertEqual((result.get_outcome(), result.get_term_signal()),
                         (Proc.Outcome.SIGNALED, signal.SIGUSR2))

    def test_cancellable(self):
        cancellable = Gio.Cancellable()
        job = self.runner.start(command("exec sleep 1000"), cancellable=cancellable)
        iterate_until(lambda: job.props.state == Proc.JobState.RUNNING)
        cancellable.cancel()
        self.assert_cancelled(job)
        self.assert_cancelled(self.runner.start(command("exec sleep 1000"), cancellable))

    def test_stop_all(self):
        """The callbacks of the jobs come first; then nothing is taken any more."""
        for stop_all in self.runner.stop_all, lambda: self.finish(self.runner, "stop_all"):
            told = []
            for _ in range(3):
                job = self.start("exec sleep 1000")
                job.wait_async(None, lambda job, task: told.append(job.wait_finish(task)))
            self.assertTrue(stop_all())
            self.assertEqual([result.get_outcome() for result in told],
                             [Proc.Outcome.CANCELLED] * 3)
            self.assert_cancelled(self.start("exec sleep 1000"))
            self.assert_io_error(Gio.IOErrorEnum.CANCELLED, self.runner.check_output, ["true"])
            self.runner = Proc.Runner()


class TestList(TestCase):
    def test_items(self):
        """Jobs come when they are submitted, and go when they have finished."""
        changes = []
        jobs = self.runner.props.jobs
        self.assertEqual(jobs.get_item_type().name, "ProcJob")
        self.assertIs(self.runner.get_jobs(), jobs)
        jobs.connect("items-changed", lambda jobs, *change: changes.append(change))
        first = self.start("read go; exit 1", stdin=Proc.Stdio.PIPE)
        second = self.start("read go; exit 2", stdin=Proc.Stdio.PIPE)
        iterate_until(lambda: len(jobs) == 2)
        self.assertEqual(list(jobs), [first, second])
        self.assertIs(jobs.get_item(1), second)
        self.assertIsNone(jobs.get_item(2))

        for job in first, second:
            job.write(data("go\n"))
            iterate_until(lambda: job not in list(jobs))
        self.assertEqual(len(jobs), 0)
        self.assertEqual(changes[-2:], [(0, 1, 0)] * 2)
        self.assertEqual(sum(added for _, _, added in changes), 2)
        statuses = [job.props.result.props.exit_status for job in (first, second)]
        self.assertEqual(statuses, [1, 2])

    def test_keep_finished(self):
        runner = Proc.Runner(keep_finished=2)
        jobs = runner.get_jobs()
        for status in 1, 2, 3:
            self.wait(runner.start(command(f"exit {status}")))
        iterate_until(lambda: len(jobs) == 2)
        self.assertEqual([job.get_result().get_exit_status() for job in jobs], [2, 3])
        runner.props.keep_finished = 0
        iterate_until(lambda: len(jobs) == 0)

    def test_max_running(self):
        """The others wait; the limit acts at once; the counts are notified."""
        runner = Proc.Runner(max_running=2)
        counts = []
        for name in "n-running", "n-queued":
            runner.connect("notify::" + name, lambda runner, pspec: counts.append(
                (pspec.name, runner.get_property(pspec.name))))
        jobs = [runner.start(command("read go", stdin=Proc.Stdio.PIPE)) for _ in range(4)]

        def running():
            return [job.props.state == Proc.JobState.RUNNING for job in jobs]

        self.assertEqual(runner.get_n_queued() + runner.get_n_running(), 4)
        iterate_until(lambda: running().count(True) == 2)
        self.assertEqual(running(), [True, True, False, False])
        self.assertEqual((runner.props.n_running, runner.props.n_queued), (2, 2))
        runner.set_max_running(3)
        iterate_until(lambda: running().count(True) == 3)
        self.assertEqual((runner.get_max_running(), runner.get_n_queued()), (3, 1))
        for job in jobs:
            job.write_async(data("go\n"), None, None)
        for job in jobs:
            self.assertTrue(self.wait(job).get_successful())
        iterate_until(lambda: {("n-running", 0), ("n-queued", 0)} <= set(counts))


class TestGarbage(TestCase):
    N_JOBS = 500

    def start_and_drop(self, told, gone, thread):
        """A job that nobody keeps, and what it tells; gone says who let go of it last."""
        n = len(told)
        diary = []
        told.append(diary)
        job = self.start(f"echo {n}; echo e{n} >&2")
        job.connect("lines", lambda job, stream, lines: diary.extend(lines))
        job.connect("notify::state", lambda job, _: diary.append(job.props.state))
        job.wait_async(None, lambda job, task: diary.append(job.wait_finish(task)))
        job.weak_ref(lambda: gone.append(threading.get_ident() == thread))

    def test_dropped(self):
        """Each tells all it has to tell, once, and is gone then."""
        self.runner.set_max_running(16)
        told, gone = [], []
        while len(gone) < self.N_JOBS:
            if len(told) < self.N_JOBS:
                self.start_and_drop(told, gone, threading.get_ident())
            GLib.MainContext.default().iteration(len(told) == self.N_JOBS)
            if len(gone) % 20 == 0:
                gc.collect()

        self.assertEqual(gone, [True] * self.N_JOBS)
        for n, diary in enumerate(told):
            self.assertTrue(diary[-1].get_successful())
            self.assertIn(f"e{n}", diary)
            self.assertEqual([entry for entry in diary[:-1] if entry != f"e{n}"],
                             [Proc.JobState.RUNNING, str(n), Proc.JobState.FINISHED])
            self.assertEqual(len(diary), 5)


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
