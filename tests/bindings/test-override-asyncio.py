# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python override: what asyncio awaits, in a loop of its own or in GLib's."""

import asyncio
import gc
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import weakref

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, GObject, Proc

import tap

try:
    from gi.events import GLibEventLoopPolicy
except ImportError:
    GLibEventLoopPolicy = None

OUT = Proc.Stream.STDOUT
PIPE = subprocess.PIPE
# Says that it runs, and takes its time to go.
SLOW_END = "trap 'sleep 0.2; touch gone; exit 0' TERM; touch here; while :; do sleep 0.01; done"


class TestCase(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def tearDown(self):
        """No child, not even a zombie."""
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    def run_loop(self, function, *args):
        return asyncio.run(function(*args))

    async def until(self, name):
        """Until a command has made a file."""
        while not (self.dir / name).exists():
            await asyncio.sleep(0.001)

    def slow_end(self):
        return self.runner.check_output_async(["sh", "-c", SLOW_END], cwd=self.dir)


class TestAwait(TestCase):
    def test_verbs(self):
        async def main():
            runner = self.runner
            echo = ["echo", "a"]
            self.assertEqual(await runner.check_output_async(echo), b"a\n")
            self.assertEqual(await runner.check_output_async(Proc.Command(echo)), b"a\n")
            self.assertEqual(await runner.check_output_async(echo, text=True), "a\n")
            self.assertEqual(await runner.check_output_text_async(echo), "a")
            self.assertEqual(await runner.check_output_shell_async("echo $1", ["b"]), b"b\n")
            self.assertEqual((await runner.run_async(["false"])).returncode, 1)
            self.assertEqual((await runner.check_async(echo)).stdout, b"a\n")
            file = self.dir / "out"
            self.assertEqual((await runner.check_output_to_file_async(echo, file)).returncode, 0)
            self.assertEqual(file.read_bytes(), b"a\n")
            await runner.stop_all_async()
            with self.assertRaises(Proc.CancelledError):
                await runner.run_async(echo)

        self.run_loop(main)

    def test_errors(self):
        async def main():
            with self.assertRaises(subprocess.CalledProcessError) as caught:
                await self.runner.check_output_async(["sh", "-c", "echo o; exit 3"])
            self.assertEqual(caught.exception.stdout, b"o\n")
            with self.assertRaises(FileNotFoundError):
                await self.runner.run_async(["/no/such"])
            with self.assertRaises(subprocess.TimeoutExpired):
                await self.runner.check_async(["sleep", "60"], timeout=0.01)

        self.run_loop(main)

    def test_error_is_in_no_cycle(self):
        """Its output is gone as soon as nobody looks at it, not when garbage is collected."""
        async def main():
            await self.runner.run_async(["false"])
            try:
                await self.runner.check_async(["false"])
            except Proc.ProcessError as error:
                reference = weakref.ref(error)
            await asyncio.sleep(0)
            self.assertIsNone(reference())

        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        self.run_loop(main)

    def test_gives_a_future(self):
        async def main():
            future = self.runner.check_output_text_async(["echo", "a"])
            self.assertIsInstance(future, asyncio.Future)
            self.assertIs(future.get_loop(), asyncio.get_running_loop())
            given = []
            future.add_done_callback(lambda future: given.append(future.result()))
            self.assertEqual(await future, "a")
            self.assertEqual(await future, "a")
            await asyncio.sleep(0)
            self.assertEqual(given, ["a"])
            self.assertFalse(future.cancel())

        self.run_loop(main)

    def test_gather(self):
        async def main():
            numbers = [str(number) for number in range(40)]
            calls = [self.runner.check_output_text_async(["echo", each]) for each in numbers]
            self.assertEqual(await asyncio.gather(*calls), numbers)

        self.run_loop(main)

    def test_is_submitted_at_once(self):
        """What is changed when the call has returned is for later ones."""
        async def main():
            command = Proc.Command(["pwd"], cwd="/")
            self.runner.set_cwd("/usr")
            first = self.runner.check_output_text_async(["pwd"])
            second = self.runner.check_output_text_async(command)
            self.runner.set_cwd("/bin")
            command.set_cwd("/etc")
            self.assertEqual(await asyncio.gather(first, second), ["/usr", "/"])

        self.run_loop(main)

    def test_max_running(self):
        async def main():
            self.runner.set_max_running(2)
            calls = [self.runner.run_async(["sleep", "0.01"]) for _ in range(6)]
            self.assertEqual(self.runner.get_n_running() + self.runner.get_n_queued(), 6)
            self.assertLessEqual(self.runner.get_n_running(), 2)
            await asyncio.gather(*calls)

        self.run_loop(main)

    def test_cancellable(self):
        async def main():
            cancellable = Gio.Cancellable()
            call = self.runner.check_output_async(["sh", "-c", SLOW_END], cancellable,
                                                  cwd=self.dir)
            await self.until("here")
            cancellable.cancel()
            with self.assertRaises(Proc.CancelledError) as caught:
                await call
            self.assertEqual(caught.exception.result.returncode, 0)
            self.assertTrue((self.dir / "gone").exists())

        self.run_loop(main)

    def test_callback_is_as_introspection_has_it(self):
        async def main():
            self.assertIsNone(self.runner.run_async(["true"], None, lambda *_: None))

        self.run_loop(main)
        self.runner.stop_all()

    def test_many_loops(self):
        for _ in range(3):
            self.run_loop(self.echo, "a")

    async def echo(self, text):
        self.assertEqual(await self.runner.check_output_text_async(["echo", text]), text)

    def test_any_loop_in_a_callback(self):
        """GLib is in a callback, and iterates nothing until the loop ends."""
        class Loop(asyncio.SelectorEventLoop):
            pass

        class LoopOfAnotherContext(asyncio.SelectorEventLoop):
            _context = GLib.MainContext()

        def run(make_loop):
            loop = make_loop()
            loop.run_until_complete(asyncio.wait(
                [loop.create_task(self.echo("a"))], timeout=20))
            ended.append(len(asyncio.all_tasks(loop)) == 0)
            loop.close()

        ended = []
        for each in Loop, LoopOfAnotherContext:
            GLib.idle_add(run, each)
            while len(ended) < 1 + (each is LoopOfAnotherContext):
                GLib.MainContext.default().iteration(True)
        self.assertEqual(ended, [True, True])

    def test_threads(self):
        """A loop in each thread, and one runner."""
        faults = []

        async def main():
            await asyncio.gather(*(self.echo(str(number)) for number in range(20)))

        def run():
            try:
                asyncio.run(main())
            except BaseException as error:
                faults.append(error)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])

    def test_synchronous_call_inside(self):
        async def main():
            call = self.runner.check_output_text_async(["echo", "a"])
            self.assertEqual(self.runner.check_output_text(["echo", "b"]), "b")
            self.assertEqual(await call, "a")

        self.run_loop(main)

    def test_closed_loop(self):
        """Nobody awaits it, and that is no error."""
        marker = self.dir / "marker"

        async def main():
            self.runner.run_async(["sh", "-c", 'sleep 0.1; touch "$0"', marker])

        self.run_loop(main)
        self.runner.stop_all()
        gc.collect()

    def test_closed_loops_leave_no_descriptor(self):
        """Though what was begun in them was not over."""
        async def main():
            self.runner.run_async(["true"])
            self.runner.start(["true"])
            asyncio.get_running_loop().call_soon(lambda: None)

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        for number in range(250):
            self.run_loop(main)
            if number % 10 == 0:
                self.runner.run(["true"])  # they have the time to end
        self.runner.stop_all()

    def test_leaves_no_descriptor(self):
        async def main():
            await self.runner.run_async(["true"])

        def count():
            gc.collect()
            return len(os.listdir("/proc/self/fd"))

        self.run_loop(main)
        before = count()
        for _ in range(5):
            self.run_loop(main)
        self.assertLessEqual(count(), before)


class TestCancel(TestCase):
    """The await ends when the child is gone."""

    async def expect_gone(self, awaitable, *errors):
        with self.assertRaises(errors):
            await awaitable
        self.assertTrue((self.dir / "gone").exists())

    def test_task_cancel(self):
        async def main():
            async def run():
                await self.slow_end()

            task = asyncio.create_task(run())
            await self.until("here")
            task.cancel()
            await asyncio.sleep(0)
            self.assertFalse(task.done())
            task.cancel()
            await self.expect_gone(task, asyncio.CancelledError)
            self.assertTrue(task.cancelled())

        self.run_loop(main)

    def test_wait_for(self):
        async def main():
            call = self.slow_end()
            await self.until("here")
            await self.expect_gone(asyncio.wait_for(call, 0.01), asyncio.TimeoutError)
            self.assertTrue(call.cancelled())

        self.run_loop(main)

    @unittest.skipIf(sys.version_info < (3, 11), "Python 3.11 has it")
    def test_timeout(self):
        async def main():
            call = self.slow_end()
            await self.until("here")

            async def limited():
                async with asyncio.timeout(0.01):
                    await call

            await self.expect_gone(limited(), TimeoutError)

        self.run_loop(main)

    def test_gather(self):
        async def main():
            calls = [self.slow_end(), self.runner.run_async(["sleep", "60"])]
            both = asyncio.gather(*calls, return_exceptions=True)
            await self.until("here")
            both.cancel()
            await self.expect_gone(both, asyncio.CancelledError)
            self.assertTrue(all(call.cancelled() for call in calls))

        self.run_loop(main)

    @unittest.skipIf(sys.version_info < (3, 11), "Python 3.11 has it")
    def test_task_group(self):
        async def main():
            async def slow():
                await self.slow_end()

            async def fail():
                await self.until("here")
                await self.runner.check_async(["false"])

            async with asyncio.TaskGroup() as group:
                group.create_task(slow())
                group.create_task(fail())

        with self.assertRaises(BaseExceptionGroup) as caught:
            self.run_loop(main)
        self.assertEqual([type(each) for each in caught.exception.exceptions],
                         [Proc.ProcessError])
        self.assertTrue((self.dir / "gone").exists())

    def test_shield(self):
        async def main():
            call = self.runner.check_output_text_async(["sh", "-c", "sleep 0.1; echo a"])
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(call), 0.01)
            self.assertEqual(await call, "a")

        self.run_loop(main)

    def test_end_of_loop(self):
        """asyncio.run() cancels what is left, and waits for it."""
        async def main():
            async def slow():
                await self.slow_end()

            main.task = asyncio.create_task(slow())
            await self.until("here")

        self.run_loop(main)
        self.assertTrue((self.dir / "gone").exists())

    def test_queued(self):
        async def main():
            self.runner.set_max_running(1)
            first = self.slow_end()
            second = self.runner.run_async(["touch", self.dir / "second"])
            await self.until("here")
            second.cancel()
            await asyncio.wait([second])
            self.assertTrue(second.cancelled())
            self.assertFalse(first.done())
            first.cancel()
            await self.expect_gone(first, asyncio.CancelledError)
            self.assertFalse((self.dir / "second").exists())

        self.run_loop(main)

    def test_message(self):
        async def main():
            call = self.runner.run_async(["sleep", "60"])
            call.cancel("why")
            with self.assertRaisesRegex(asyncio.CancelledError, "why"):
                await call

        self.run_loop(main)

    def test_shared_cancellable_is_left_alone(self):
        async def main():
            cancellable = Gio.Cancellable()
            call = self.runner.run_async(["sleep", "60"], cancellable)
            call.cancel()
            await asyncio.wait([call])
            self.assertFalse(cancellable.is_cancelled())
            job = self.runner.start(["true"])
            wait = job.wait_async(cancellable)
            wait.cancel()
            await asyncio.wait([wait])
            self.assertFalse(cancellable.is_cancelled())
            await job

        self.run_loop(main)


class TestJob(TestCase):
    def start(self, script, **settings):
        return self.runner.start(["sh", "-c", script], **settings)

    def test_wait(self):
        async def main():
            job = self.start("exit 3")
            self.assertEqual((await job.wait_async()).returncode, 3)
            self.assertEqual((await job).returncode, 3)
            self.assertEqual(job.get_state(), Proc.JobState.FINISHED)
            with self.assertRaises(FileNotFoundError):
                await self.runner.start(["/no/such"])

        self.run_loop(main)

    def test_cancel_ends_the_wait_alone(self):
        async def main():
            job = self.start("read line; exit 3", stdin=PIPE)
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(job.wait_async(), 0.01)
            await job.write_async(b"\n")
            self.assertEqual((await job).returncode, 3)

        self.run_loop(main)

    def test_outer_cancellable(self):
        async def main():
            job = self.start("read line; exit 3", stdin=PIPE)
            cancellable = Gio.Cancellable()
            wait = job.wait_async(cancellable)
            cancellable.cancel()
            with self.assertRaises(GLib.Error) as caught:
                await wait
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                     Gio.IOErrorEnum.CANCELLED))
            with self.assertRaises(GLib.Error):
                await job.wait_async(cancellable)
            job.close_stdin()
            await job

        self.run_loop(main)

    def test_cancellable_is_forgotten(self):
        """Also by calls that fail, or are cancelled."""
        async def main():
            job = self.start("exec cat", stdin=PIPE, stdout=PIPE)
            cancellable = Gio.Cancellable()
            self.assertRaises(TypeError, job.read_lines_async, "nonsense", cancellable)
            self.assertRaises(TypeError, job.read_lines, "nonsense", cancellable)
            call = job.read_lines_async(OUT, cancellable)
            call.cancel()
            await asyncio.wait([call])
            number = GObject.signal_lookup("cancelled", cancellable)
            self.assertFalse(GObject.signal_has_handler_pending(cancellable, number, 0, True))
            job.close_stdin()
            await job

        self.run_loop(main)

    def test_dialogue(self):
        async def main():
            job = self.start("exec cat", stdin=PIPE, stdout=PIPE)
            for data, line in (b"a\n", "a"), (bytearray(b"b\n"), "b"), ("ü\n", "ü"):
                await job.write_async(data)
                self.assertEqual(await job.read_lines_async(OUT), [line])
            job.close_stdin()
            self.assertEqual(await job.read_lines_async(OUT), [])
            self.assertEqual((await job).returncode, 0)

        self.run_loop(main)

    def test_lines(self):
        async def main():
            for settings in {}, {"stdout": PIPE}, {"stdout": self.dir / "out"}:
                job = self.start("echo a; echo b; printf c", **settings)
                self.assertEqual([line async for line in job.lines()], ["a", "b", "c"])

        self.run_loop(main)

    def test_lines_of_stderr(self):
        async def main():
            job = self.start("echo a; echo b >&2")
            lines = [line async for line in job.lines(Proc.Stream.STDERR)]
            self.assertEqual(lines, ["b"])

        self.run_loop(main)

    def test_lines_raise_as_check_does(self):
        async def main():
            lines = []
            with self.assertRaises(Proc.ProcessError) as caught:
                async for line in self.start("echo a; echo e >&2; exit 3").lines():
                    lines.append(line)
            self.assertEqual((lines, caught.exception.stderr), (["a"], b"e\n"))
            with self.assertRaises(FileNotFoundError):
                async for line in self.runner.start(["/no/such"]).lines():
                    pass

        self.run_loop(main)

    def test_lines_go_on_after_break(self):
        async def main():
            job = self.start("echo a; echo b; echo c", stdout=PIPE)
            async for line in job.lines():
                break
            self.assertEqual([line, *[each async for each in job.lines()]], ["a", "b", "c"])

        self.run_loop(main)

    def test_cancelled_reader_takes_nothing(self):
        async def main():
            job = self.start("exec cat", stdin=PIPE, stdout=PIPE)
            lines = []
            for number in range(50):
                call = job.read_lines_async(OUT)
                await job.write_async("%d\n" % number)
                if number % 2:
                    await asyncio.sleep(0)
                call.cancel()
                await asyncio.wait([call])
                lines.extend([] if call.cancelled() else call.result())
            job.close_stdin()
            lines.extend([line async for line in job.lines()])
            self.assertEqual(lines, [str(number) for number in range(50)])

        self.run_loop(main)

    def test_reader_after_a_cancelled_one(self):
        """Which may have been answered, and not have heard of it: the command, which waits for
        what is written next, is not to wait for ever."""
        async def main():
            job = self.start("exec cat", stdin=PIPE, stdout=PIPE)
            lines = []
            for number in range(50):
                first = job.read_lines_async(OUT)
                await job.write_async("%d\n" % number)
                time.sleep(0.005)  # this loop hears nothing meanwhile
                first.cancel()
                if first.done():
                    lines.extend(first.result())
                else:
                    lines.extend(await asyncio.wait_for(job.read_lines_async(OUT), 20))
            self.assertEqual(lines, [str(number) for number in range(50)])
            job.close_stdin()
            self.assertEqual((await job).returncode, 0)

        self.run_loop(main)

    def test_cancelled_task_takes_nothing(self):
        """Though it has been answered, in the same turn of the loop."""
        async def read_all(job, lines):
            async for line in job.lines():
                lines.append(line)

        async def read_once(job, lines):
            lines.extend(await job.read_lines_async(OUT))

        async def read_after(job, lines):
            job.read_lines_async(OUT).cancel()
            lines.extend(await job.read_lines_async(OUT))

        async def read_twice(job, lines):
            call = job.read_lines_async(OUT)

            async def read():
                lines[:] = await call  # both have it, if the answer came before they are cancelled

            await asyncio.gather(read(), read())

        async def main():
            for read in read_all, read_once, read_after, read_twice:
                job = self.start("exec cat", stdin=PIPE, stdout=PIPE)
                lines = []
                task = asyncio.create_task(read(job, lines))
                await asyncio.sleep(0.01)
                await job.write_async("a\n")
                time.sleep(0.05)  # this loop hears nothing meanwhile
                asyncio.get_running_loop().call_later(0, task.cancel)
                await asyncio.wait([task])
                job.close_stdin()
                await asyncio.wait_for(read_all(job, lines), 20)
                self.assertEqual(lines, ["a"], read.__name__)

        self.run_loop(main)

    def test_back_pressure(self):
        async def main():
            job = self.start("exec yes", stdout=PIPE)
            async for line in job.lines():
                break
            size = -1
            while size != job.get_stdout_size():
                size = job.get_stdout_size()
                await asyncio.sleep(0.2)
            self.assertLess(size, 2**24)
            job.stop_reading(OUT)
            self.assertEqual((await job).returncode, -13)

        self.run_loop(main)

    def test_signals_come_in_the_loop(self):
        async def main():
            lines, states = [], []
            job = self.start("echo a; echo b")
            thread = threading.current_thread()

            def on_lines(job, stream, some):
                self.assertIs(threading.current_thread(), thread)
                lines.extend(some)

            job.connect("lines", on_lines)
            job.connect("notify::state", lambda *_: states.append(job.get_state()))
            await job
            self.assertEqual(lines, ["a", "b"])
            self.assertEqual(states, [Proc.JobState.RUNNING, Proc.JobState.FINISHED])

        self.run_loop(main)

    def test_with(self):
        async def main():
            async with self.start(SLOW_END, cwd=self.dir) as job:
                await self.until("here")
            self.assertTrue((self.dir / "gone").exists())
            self.assertEqual(job.get_result().get_outcome(), Proc.Outcome.CANCELLED)

            with self.assertRaises(KeyError):
                async with self.start("exec sleep 60") as job:
                    raise KeyError
            self.assertEqual(job.get_state(), Proc.JobState.FINISHED)

            async with self.start("exit 3") as job:
                self.assertEqual((await job).returncode, 3)
            self.assertEqual(job.get_result().returncode, 3)

            async with self.runner.start(["/no/such"]):
                pass

        self.run_loop(main)

    def test_with_that_is_cancelled(self):
        """While it waits: the command that takes its time is killed."""
        async def main():
            async def use():
                async with job:
                    pass

            self.runner.set_kill_grace_msec(600000)
            job = self.start("trap 'touch told' TERM; touch here; while :; do sleep 0.01; done",
                             cwd=self.dir)
            await self.until("here")
            task = asyncio.create_task(use())
            await self.until("told")
            task.cancel()
            await asyncio.wait([task], timeout=20)
            self.assertTrue(task.cancelled())
            self.assertEqual(job.get_result().returncode, -9)

        self.run_loop(main)


def in_glib(case):
    """The same once more, in GLib's loop."""
    def run_loop(self, function, *args):
        policy = GLibEventLoopPolicy()
        with asyncio.Runner(loop_factory=policy.get_event_loop) as runner:
            return runner.run(function(*args))

    return type(case.__name__ + "InGLib", (case,), {"run_loop": run_loop})


@unittest.skipIf(GLibEventLoopPolicy is None, "PyGObject 3.50 has it")
class TestApplication(TestCase):
    """A program whose main loop is GLib's, as that of a GTK application is."""

    def test_task(self):
        said = []

        async def work(app):
            said.append(await self.runner.check_output_text_async(["echo", "a"]))
            job = self.runner.start(["seq", "3"])
            job.connect("lines", lambda job, stream, lines: said.extend(lines))
            await job
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(self.runner.run_async(["sleep", "60"]), 0.01)
            app.release()

        def on_activate(app):
            app.hold()
            app.task = asyncio.get_running_loop().create_task(work(app))
            call = self.runner.check_output_text_async(["echo", "b"])
            call.add_done_callback(lambda call: said.append(call.result()))

        policy = GLibEventLoopPolicy()
        app = Gio.Application()
        app.connect("activate", on_activate)
        with policy.get_event_loop().running(app.quit):
            app.run()
        app.task.result()
        policy.get_event_loop().close()
        self.assertEqual(sorted(said), ["1", "2", "3", "a", "b"])


if GLibEventLoopPolicy is not None:
    TestAwaitInGLib = in_glib(TestAwait)
    TestCancelInGLib = in_glib(TestCancel)
    TestJobInGLib = in_glib(TestJob)

if __name__ == "__main__":
    tap.main()
