# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Python override: argument vectors, keywords, and what verbs give."""

import functools
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest
import unittest.mock

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

import tap

MIB = 1024 * 1024
BOTH = ["sh", "-c", "echo out; echo err >&2"]


@functools.cache
def numbers():
    """What seq writes, of more than 20 MiB."""
    return b"".join(b"%d\n" % i for i in range(1, 3000000))


class TestCase(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)

    def tearDown(self):
        """No child, not even a zombie."""
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)


class TestArgv(TestCase):
    def test_kinds_of_arguments(self):
        out = self.runner.check_output(["printf", "%s,", "str", b"bytes \xff", pathlib.Path("/p")])
        self.assertEqual(out, b"str,bytes \xff,/p,")

    def test_any_iterable(self):
        self.assertEqual(self.runner.check_output_text(w for w in ("echo", "a")), "a")

    def test_plain_string_is_refused(self):
        for argv in "ls -l", b"ls", pathlib.Path("ls"):
            for refuse in (self.runner.check_output, self.runner.run, self.runner.start,
                           self.runner.check_output_async, Proc.Command.new, Proc.Command):
                with self.assertRaisesRegex(TypeError, "check_output_shell"):
                    refuse(argv)

    def test_none_is_refused(self):
        for refuse in (self.runner.check_output, self.runner.run, self.runner.start,
                       self.runner.check_output_async, Proc.Command.new, Proc.Command):
            with self.assertRaises(TypeError):
                refuse(["echo", None, "lost"])
        with self.assertRaises(TypeError):
            self.runner.check_output_to_file(["echo", None], Gio.File.new_for_path("/dev/null"))
        with self.assertRaises(TypeError):
            self.runner.check_output_shell("echo", ["a", None])
        with self.assertRaises(TypeError):
            Proc.Command(["echo"]).add_arg(None)

    def test_command_everywhere(self):
        command = Proc.Command([b"printf", "%s", "\udcff"], timeout_msec=5000)
        self.assertEqual(self.runner.check_output(command), b"\xff")
        self.assertEqual(self.runner.check_output_text(command), "\ufffd")
        self.assertEqual(self.runner.run(command).stdout, b"\xff")
        file = self.dir / "file"
        self.runner.check_output_to_file(command, file)
        self.assertEqual(file.read_bytes(), b"\xff")

    def test_command_is_left_as_it_was(self):
        command = Proc.Command(["pwd"])
        self.assertEqual(self.runner.check_output(command, cwd="/"), b"/\n")
        self.assertIsNone(command.get_cwd())

    def test_constructors(self):
        self.assertEqual(self.runner.check_output(Proc.Command(argv=["echo", "a"])), b"a\n")
        shell = Proc.Command.new_shell('echo "$1"', [pathlib.Path("/p")])
        self.assertEqual(self.runner.check_output(shell), b"/p\n")
        self.assertEqual(self.runner.check_output(Proc.Command.new_shell("echo $#")), b"0\n")
        self.assertEqual(self.runner.check_output(Proc.Command(script="echo b")), b"b\n")


class TestKeywords(TestCase):
    def test_cwd(self):
        real = os.path.realpath(self.dir)
        self.assertEqual(self.runner.check_output_text(["pwd"], cwd=self.dir), real)
        self.assertEqual(self.runner.check_output_text(["pwd"], cwd=os.fsencode(self.dir)), real)

    def test_env_replaces(self):
        out = self.runner.check_output(["/usr/bin/env"], env={"A": "1", b"B": b"\xff", "C": ""})
        self.assertEqual(out, b"A=1\nB=\xff\nC=\n")
        self.assertEqual(self.runner.check_output(["/usr/bin/env"], env={}), b"")
        for name in "", "A=B":
            with self.assertRaises(ValueError):
                self.runner.check(["true"], env={name: ""})

    def test_input(self):
        for data in b"a\0b", bytearray(b"a\0b"), memoryview(b"a\0b"), "a\0b":
            self.assertEqual(self.runner.check_output(["cat"], input=data), b"a\0b")
        self.assertEqual(self.runner.check_output(["cat"], input=memoryview(b"abcd")[::2]), b"ac")
        for nonsense in 5, True, [1]:
            self.assertRaises(TypeError, self.runner.run, ["cat"], input=nonsense)
        for both in {"script": "true"}, {"line": "true"}:
            self.assertRaises(TypeError, Proc.Command, ["rm"], **both)
        command = Proc.Command(["cat"], stdin_text="a\0b")
        self.assertEqual(self.runner.check(command).stdout, b"a\0b")
        command.set_stdin_text("\0c")
        self.assertEqual(self.runner.check(command).stdout, b"\0c")
        self.assertEqual(self.runner.check_output(["cat"], input=b""), b"")
        with self.assertRaises(ValueError):
            self.runner.run(["cat"], input=b"", stdin=subprocess.PIPE)

    def test_timeout(self):
        with self.assertRaises(subprocess.TimeoutExpired) as caught:
            self.runner.run(["sleep", "60"], timeout=0.01).check()
        self.assertEqual(caught.exception.timeout, 0.01)
        with self.assertRaises(subprocess.TimeoutExpired):
            self.runner.check(["sleep", "60"], timeout=0)

    def test_text(self):
        argv = ["sh", "-c", r"printf 'gr\303\274n\n\377'; echo err >&2"]
        self.assertEqual(self.runner.check_output(argv, text=True), "grün\n\ufffd")
        result = self.runner.run(argv, text=True)
        self.assertEqual((result.stdout, result.stderr), ("grün\n\ufffd", "err\n"))
        result = self.runner.run(argv)
        self.assertEqual((result.stdout, result.stderr), (b"gr\xc3\xbcn\n\xff", b"err\n"))

    def test_encoding(self):
        out = self.runner.check_output(["cat"], input="größe", encoding="ISO-8859-1")
        self.assertEqual(out, "größe")

    def test_outputs(self):
        result = self.runner.run(BOTH, stdout=subprocess.DEVNULL)
        self.assertEqual((result.stdout, result.stderr), (b"", b"err\n"))
        result = self.runner.run(BOTH, stderr=subprocess.STDOUT)
        self.assertEqual((result.stdout, result.stderr), (b"out\nerr\n", b""))
        result = self.runner.run(BOTH, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((result.stdout, result.stderr), (b"out\n", b"err\n"))
        result = self.runner.run(BOTH, stderr=Proc.Stdio.DISCARD)
        self.assertEqual((result.stdout, result.stderr), (b"out\n", b""))

    def test_stdin(self):
        for stdin in subprocess.DEVNULL, subprocess.PIPE, Proc.Stdio.DISCARD, None:
            self.assertEqual(self.runner.check_output(["cat"], stdin=stdin), b"")

    def test_files(self):
        source, out, err = self.dir / "in", self.dir / "out", self.dir / "err"
        source.write_text("input")
        result = self.runner.check(["sh", "-c", "cat; echo err >&2"], stdin=source, stdout=out,
                                   stderr=Gio.File.new_for_path(os.fspath(err)))
        self.assertEqual((out.read_text(), err.read_text()), ("input", "err\n"))
        self.assertEqual(result.get_stdout_size(), 5)

    def test_streams(self):
        source = Gio.MemoryInputStream.new_from_data(b"input")
        target = Gio.MemoryOutputStream.new_resizable()
        self.runner.check(["cat"], stdin=source, stdout=target)
        target.close()
        self.assertEqual(target.steal_as_bytes().get_data(), b"input")

    def test_nonsense_is_refused(self):
        for settings in ({"stdin": "file"}, {"stdout": 1}, {"stderr": 2.5}, {"stdin": -2},
                         {"stdout": subprocess.STDOUT}, {"shell": True}):
            with self.assertRaises(TypeError):
                self.runner.run(["true"], **settings)
        with self.assertRaises(TypeError):
            self.runner.check_output_to_file(["true"], self.dir / "out", stdout=subprocess.PIPE)
        with self.assertRaises(TypeError):
            self.runner.run(["true"], None, print)


class TestResult(TestCase):
    def test_returncode(self):
        self.assertEqual(self.runner.run(["true"]).returncode, 0)
        self.assertEqual(self.runner.run(["sh", "-c", "exit 3"]).returncode, 3)
        self.assertEqual(self.runner.run(["sh", "-c", "kill -KILL $$"]).returncode, -9)

    def test_args(self):
        self.assertEqual(self.runner.run(["echo", "a", b"\xff"]).args, ["echo", "a", "\udcff"])

    def test_check(self):
        self.assertTrue(self.runner.run(["true"]).check())
        with self.assertRaises(subprocess.CalledProcessError):
            self.runner.run(["false"]).check_returncode()

    def test_much_output(self):
        for size in 0, 1, 2**22 - 1, 2**22, 2**22 + 1, 2**24 + 12345:
            out = self.runner.check_output(["sh", "-c", "yes 0123456 | head -c %d" % size])
            self.assertEqual(out, (b"0123456\n" * (size // 8 + 1))[:size])
            self.assertEqual(hash(out), hash(bytes(bytearray(out))))

    def test_outputs_of_verbs(self):
        self.assertEqual(self.runner.check_output(["echo", "a"]), b"a\n")
        self.assertEqual(self.runner.check_output(["true"]), b"")
        self.assertEqual(self.runner.check_output_text(["printf", r"a\r\n\n"]), "a\r\n")
        self.assertEqual(self.runner.check_output_text(["printf", r"a\r\n"]), "a")
        self.assertEqual(self.runner.check_output_text(["printf", r"a\r"]), "a\r")
        self.assertEqual(self.runner.check_output_text(["true"]), "")
        self.assertEqual(self.runner.check_output_shell('echo "$1"', ["a b"]), b"a b\n")
        self.assertEqual(self.runner.check_output_shell("echo a", text=True), "a\n")


class TestJob(TestCase):
    """Waiting for it in a thread."""

    def test_dialogue(self):
        job = self.runner.start(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for data in b"a\n", "a\n", GLib.Bytes.new(b"a\n"):
            job.write(data)
            self.assertEqual(job.read_lines(Proc.Stream.STDOUT), ["a"])
        self.assertRaises(TypeError, job.write, 5)
        job.close_stdin()
        self.assertEqual(job.read_lines(Proc.Stream.STDOUT), [])
        for _ in range(2):
            self.assertEqual(job.wait().returncode, 0)

    def test_wait(self):
        job = self.runner.start(["sh", "-c", "read line; exit 3"], stdin=subprocess.PIPE)
        cancellable = Gio.Cancellable()
        threading.Timer(0.01, cancellable.cancel).start()
        for _ in range(2):
            with self.assertRaises(GLib.Error) as caught:
                job.wait(cancellable)
            self.assertNotIsInstance(caught.exception, Proc.Error)
        job.close_stdin()
        self.assertEqual(job.wait().returncode, 3)

    def test_wait_for_much(self):
        """In its own thread, which makes no signals meanwhile."""
        size = 32 * MIB
        lines = []
        job = self.runner.start(["sh", "-c", "yes | head -c %d" % size])
        job.connect("lines", lambda job, stream, some: lines.extend(some))
        self.assertEqual(job.wait().get_stdout_size(), size)
        while job.get_state() != Proc.JobState.FINISHED:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(len(lines), size // 2)

    def test_much(self):
        """Around the size from which on it is copied in pieces."""
        for size in (4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 20 * MIB + 12345):
            self.assert_much(size)

    def test_much_without_threads(self):
        with unittest.mock.patch("threading.Thread.start", side_effect=RuntimeError):
            self.assert_much(10 * MIB + 1)

    def assert_much(self, size):
        expected = numbers()[:size]
        self.assertEqual(len(expected), size)
        out = self.runner.check_output(["sh", "-c", "seq 100000000 | head -c %d" % size])
        self.assertTrue(out == expected)  # and no diff of them

    def test_other_thread(self):
        job = self.runner.start(["sh", "-c", "echo a; exit 3"])
        results = []
        thread = threading.Thread(target=lambda: results.append(job.wait()))
        thread.start()
        thread.join()
        self.assertEqual(results[0].returncode, 3)


class TestCallbacks(TestCase):
    """As introspection has them, in a main loop."""

    def call(self, name, *args, **settings):
        loop = GLib.MainLoop()
        given = []

        def over(runner, task, *data):
            self.assertIs(runner, self.runner)
            given.append((task, data))
            loop.quit()

        getattr(self.runner, name + "_async")(*args, None, over, "data", **settings)
        self.assertEqual(given, [])
        loop.run()
        task, data = given[0]
        self.assertEqual(data, ("data",))
        return getattr(self.runner, name + "_finish")(task)

    def test_verbs(self):
        echo = ["echo", pathlib.Path("a")]
        self.assertEqual(self.call("check_output", echo), b"a\n")
        self.assertEqual(self.call("check_output", echo, text=True), "a\n")
        self.assertEqual(self.call("check_output_text", Proc.Command(echo)), "a")
        self.assertEqual(self.call("check_output_shell", "echo $1", ["a"]), b"a\n")
        self.assertEqual(self.call("run", ["false"]).returncode, 1)
        self.assertEqual(self.call("check", echo).stdout, b"a\n")
        self.call("check_output_to_file", echo, self.dir / "out")
        self.assertEqual((self.dir / "out").read_bytes(), b"a\n")

    def test_errors(self):
        with self.assertRaises(Proc.ProcessError) as caught:
            self.call("check_output", BOTH[:2] + ["echo out; exit 3"])
        self.assertEqual(caught.exception.output, b"out\n")
        with self.assertRaises(FileNotFoundError):
            self.call("run", ["/no/such"])

    def test_nobody_waits(self):
        marker = self.dir / "marker"
        self.runner.run_async(["touch", marker])
        self.runner.stop_all_async()
        self.runner.run_async(["true"], None, None)
        self.runner.stop_all()


if __name__ == "__main__":
    tap.main()
