# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python override: Ctrl-C while a call waits. Each test is a program that gets it."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import tap

# Run until they are told to go: then one does, after a while, and the other does not.
CHILD = "trap 'sleep 0.2; touch gone; exit 0' TERM; touch here; while :; do sleep 0.01; done"
STUBBORN = "trap 'touch told' TERM; touch here; while :; do sleep 0.01; done"

HEAD = """
import asyncio, os, signal, sys, threading, warnings
import gi
gi.require_version("Proc", "1")
from gi.repository import GLib, Gio, Proc
runner = Proc.Runner()
argv = ["sh", "-c", *sys.argv[1:]]
def expect_no_child():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        print("no child", flush=True)
"""

WAITING = """
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
expect_no_child()
"""


class TestSignals(unittest.TestCase):
    maxDiff = None  # a traceback is to be read

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def start(self, program, script=CHILD):
        """Starts a program that runs a script, and gives it when that runs."""
        process = subprocess.Popen([sys.executable, "-c", HEAD + program, script], cwd=self.dir,
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        self.wait_until((self.dir / "here").exists)
        return process

    def wait_until(self, condition):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.001)

    def expect(self, process, *said):
        out, err = process.communicate(timeout=30)
        self.assertEqual((tuple(out.splitlines()), err, process.returncode), (said, "", 0))

    def interrupt(self, call, script=CHILD):
        process = self.start(WAITING.format(call=call), script)
        process.send_signal(signal.SIGINT)
        return process

    def test_verbs(self):
        for call in "runner.run(argv)", "runner.check_output_text(argv)":
            with self.subTest(call):
                self.expect(self.interrupt(call), "interrupted", "no child")
                (self.dir / "gone").unlink()
                (self.dir / "here").unlink()

    def test_second_one_kills(self):
        process = self.interrupt("runner.run(argv)", STUBBORN)
        self.wait_until((self.dir / "told").exists)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.expect(process, "interrupted", "no child")

    def test_handler_that_returns(self):
        process = self.start("""
signal.signal(signal.SIGUSR1, lambda *_: print("handled", flush=True))
signal.signal(signal.SIGUSR2, lambda *_: os.kill(runner_pid(), signal.SIGTERM))
def runner_pid():
    return int(open("here").read())
print(runner.run(argv).returncode)
expect_no_child()
""", "echo $$ >pid; mv pid here; exec sleep 60")
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.stdout.readline(), "handled\n")
        process.send_signal(signal.SIGUSR2)
        self.expect(process, "-15", "no child")

    def test_handler_that_calls(self):
        """A call inside a call: both wait in the same context."""
        process = self.start("""
def on_usr1(*_):
    print(runner.check_output_text(["echo", "inner"]), flush=True)
signal.signal(signal.SIGUSR1, on_usr1)
try:
    runner.run(argv)
except KeyboardInterrupt:
    print("interrupted")
expect_no_child()
""")
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.stdout.readline(), "inner\n")
        process.send_signal(signal.SIGINT)
        self.expect(process, "interrupted", "no child")

    def test_wait_for_job(self):
        """Only the wait ends."""
        process = self.interrupt("""
    job = runner.start(argv)
    try:
        job.wait()
    except KeyboardInterrupt:
        job.stop()
        print(job.wait().returncode)
""")
        self.expect(process, "0", "no child")

    def test_read_lines(self):
        """Nothing is lost."""
        process = self.interrupt("""
    job = runner.start(argv, stdout=Proc.Stdio.PIPE)
    try:
        job.read_lines(Proc.Stream.STDOUT)
    except KeyboardInterrupt:
        open("go", "w").close()
    print(job.read_lines(Proc.Stream.STDOUT))
    job.wait()
""", "touch here; while ! [ -e go ]; do sleep 0.01; done; echo line")
        self.expect(process, "['line']", "no child")

    def test_read_lines_that_came_meanwhile(self):
        """While the handler runs, which then raises."""
        process = self.start("""
import time
def on_usr1(*_):
    job.write("line\\n")
    time.sleep(0.05)
    if reading:
        raise KeyboardInterrupt
signal.signal(signal.SIGUSR1, on_usr1)
open("here", "w").close()
job = runner.start(["cat"], stdin=Proc.Stdio.PIPE, stdout=Proc.Stdio.PIPE)
for _ in range(20):
    reading = False
    threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    try:
        reading = True
        lines = job.read_lines(Proc.Stream.STDOUT)
    except KeyboardInterrupt:
        lines = job.read_lines(Proc.Stream.STDOUT)
    assert lines == ["line"], lines
job.close_stdin()
job.wait()
print("all there")
expect_no_child()
""")
        self.expect(process, "all there", "no child")

    def test_stop_all(self):
        """Only the wait ends."""
        process = self.start(WAITING.format(call="""
    runner.set_kill_grace_msec(600000)
    job = runner.start(argv)
    while not os.path.exists("here"):
        pass
    runner.stop_all()
except KeyboardInterrupt:
    print("first", flush=True)
    job.kill()
try:
    print(runner.stop_all(), flush=True)
    os.kill(os.getpid(), signal.SIGINT)
"""), STUBBORN)
        self.wait_until((self.dir / "told").exists)
        process.send_signal(signal.SIGINT)
        self.expect(process, "first", "True", "interrupted", "no child")

    def test_stop_all_where_another_thread_iterates(self):
        process = self.start(WAITING.format(call="""
    loop = GLib.MainLoop()
    threading.Thread(target=loop.run).start()
    while not loop.is_running():
        pass
    runner.set_kill_grace_msec(600000)
    job = runner.start(argv)
    while not os.path.exists("here"):
        pass
    runner.stop_all()
except KeyboardInterrupt:
    job.kill()
    print(job.wait().returncode, flush=True)
    loop.quit()
try:
    pass
"""), STUBBORN)
        self.wait_until((self.dir / "told").exists)
        process.send_signal(signal.SIGINT)
        self.expect(process, "-9", "no child")

    def test_at_any_moment(self):
        """A handler that raises ends the call, wherever that is, and nothing is lost.
        (PyGObject prepares a function in its first call, which has to succeed.)"""
        calls = {
            "runner.run(['sleep', '600'])": "runner.run(['true'])",
            "job.wait()": """
runner.start(["true"]).wait()
job = runner.start(["sleep", "600"])
""",
            "numbers.extend(job.read_lines(Proc.Stream.STDOUT))": """
job = runner.start(["sh", "-c", "i=0; while echo $((i += 1)); do :; done"], stdout=Proc.Stdio.PIPE)
numbers = job.read_lines(Proc.Stream.STDOUT)
""",
            "job.write(b'x' * 1000)": """
job = runner.start(["sh", "-c", "cat >/dev/null"], stdin=Proc.Stdio.PIPE)
job.write(b"x")
""",
        }
        for call, preparation in calls.items():
            with self.subTest(call):
                process = self.start(preparation + """
import random
class Alarm(BaseException): pass
def on_alarm(*_):
    raise Alarm
signal.signal(signal.SIGALRM, on_alarm)
open("here", "w").close()
def call_until_alarm():
    try:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(5e-6, 1e-3))
        while True:
            {call}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
for _ in range(200):
    try:
        call_until_alarm()
    except Alarm:
        pass
if "job" in globals():
    job.kill()
    job.wait()
if "numbers" in globals():
    assert len(numbers) > 0 and numbers == [str(i + 1) for i in range(len(numbers))]
expect_no_child()
""".replace("{call}", call))
                self.expect(process, "no child")
                (self.dir / "here").unlink()

    def test_two_at_once(self):
        """The second one is due when the first one has raised, and may be heard in the call
        or after it."""
        program = """
{preparation}
class Signal(BaseException): pass
def on_signal(number, _):
    came.append(number)
    raise Signal
def send():
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
signal.signal(signal.SIGINT, on_signal)
signal.signal(signal.SIGTERM, on_signal)
open("here", "w").close()
for _ in range(4):
    came = []
    threading.Timer(0.01, send).start()
    try:
        try:
            {call}
        finally:
            while len(came) < 2:
                signal.pthread_sigmask(signal.SIG_BLOCK, [])  # which has Python look
    except Signal:
        {check}
"""
        process = self.start(program.format(
            preparation="", call="runner.run(['sleep', '600'])", check="expect_no_child()"))
        self.expect(process, *["no child"] * 4)
        (self.dir / "here").unlink()
        process = self.start(program.format(
            preparation="job = runner.start(['cat'], stdin=Proc.Stdio.PIPE,"
                        " stdout=Proc.Stdio.PIPE)",
            call="job.read_lines(Proc.Stream.STDOUT)",
            check="job.write('line\\n'); print(job.read_lines(Proc.Stream.STDOUT), flush=True)")
            + "job.close_stdin()\njob.wait()\n")
        self.expect(process, *["['line']"] * 4)

    def test_asyncio(self):
        process = self.interrupt("""
    async def main():
        await runner.run_async(argv)
    asyncio.run(main())
""")
        self.expect(process, "interrupted", "no child")
        self.assertTrue((self.dir / "gone").exists())

    def test_other_thread(self):
        """Which gets no signals: the main one does, and stops the job."""
        process = self.start("""
cancellable = Gio.Cancellable()
def run():
    try:
        runner.run(argv, cancellable)
    except Proc.CancelledError as error:
        print(error.result.returncode, flush=True)
    over.set()
over = threading.Event()
try:
    threading.Thread(target=run).start()
    over.wait()
except KeyboardInterrupt:
    cancellable.cancel()
    over.wait()
expect_no_child()
""")
        process.send_signal(signal.SIGINT)
        self.expect(process, "0", "no child")


class TestLife(unittest.TestCase):
    """The end of the interpreter, and forks."""

    def run_program(self, program):
        done = subprocess.run([sys.executable, "-c", HEAD + program], text=True, timeout=30,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_exit_while_it_runs(self):
        self.assertEqual(self.run_program("""
async def main():
    runner.run_async(["sleep", "0.2"])
    runner.start(["sleep", "0.2"])
asyncio.run(main())
runner.run(["true"])
print("end")
"""), "end\n")

    def test_call_at_exit(self):
        self.assertEqual(self.run_program("""
import atexit
class Late:
    def __del__(self):
        print(runner.check_output_text(["echo", "late"]))
late = Late()
atexit.register(lambda: print(runner.check_output_text(["echo", "at exit"])))
runner.run(["true"])
"""), "at exit\nlate\n")

    def test_wait_at_exit(self):
        """When no thread can be started any more."""
        self.assertEqual(self.run_program("""
import atexit
job = runner.start(["sleep", "600"])
@atexit.register
def stop():
    job.stop()
    print(-job.wait().returncode)
"""), "%d\n" % signal.SIGTERM)

    def test_wait_after_exit(self):
        """When a thread can be started, and never runs."""
        self.assertEqual(self.run_program("""
class Late:
    def __init__(self):
        self.job = runner.start(["sleep", "600"])
    def __del__(self):
        self.job.stop()
        print(-self.job.wait().returncode)
Late().__del__()  # PyGObject imports in the first one, which nobody can any more then
late = Late()
"""), "%d\n" % signal.SIGTERM * 3)

    def test_fork(self):
        """In the child calls fail; the parent's go on. (No thread is in the middle of
        something, which could hold a lock of the system's for ever in the child.)"""
        self.assertEqual(self.run_program("""
async def main():
    job = runner.start(["cat"], stdin=Proc.Stdio.PIPE)
    await job.write_async("parent")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are threads
        pid = os.fork()
    if pid == 0:
        calls = [lambda: runner.run(["true"]), lambda: job.write("child"), runner.stop_all,
                 lambda: job.read_lines(Proc.Stream.STDOUT)]
        n_errors = 0
        for call in calls:
            try:
                call()
            except Proc.Error:
                n_errors += 1
        os._exit(n_errors)
    status = os.waitpid(pid, 0)[1]
    job.close_stdin()
    print(os.waitstatus_to_exitcode(status), (await job).get_stdout_text())
runner.run(["true"])
asyncio.run(main())
"""), "4 parent\n")

    def test_spawned_pool(self):
        """Errors travel between processes."""
        self.assertEqual(self.run_program("""
import pickle, subprocess
try:
    runner.check(["false"])
except subprocess.CalledProcessError as error:
    data = pickle.dumps(error)
print(subprocess.run([sys.executable, "-W", "ignore", "-c",
    "import pickle, sys; print(pickle.loads(sys.stdin.buffer.read()).returncode)"],
    input=data, stdout=-1).stdout)
"""), "b'1\\n'\n")


if __name__ == "__main__":
    tap.main()
