# SPDX-License-Identifier: LGPL-2.1-or-later
"""Drives examples/gtk-jobs.py: its path is the argument."""

import gc
import importlib.util
import os
import sys
import unittest

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Gtk, Proc

spec = importlib.util.spec_from_file_location("gtk_jobs", sys.argv.pop())
gtk_jobs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gtk_jobs)


def iterate_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


def is_over(job):
    return job.props.state == Proc.JobState.FINISHED


def text_of(buffer):
    return buffer.get_text(*buffer.get_bounds(), True)


def rows_of(widget):
    """The rows that are on the screen, found as a user finds them."""
    child = widget.get_first_child()
    while child is not None:
        if isinstance(child, gtk_jobs.Row):
            yield child
        yield from rows_of(child)
        child = child.get_next_sibling()


def labels_of(window):
    return [row.label.get_label() for row in rows_of(window.list) if row.get_mapped()]


class Test(unittest.TestCase):
    def setUp(self):
        flags = Gio.ApplicationFlags.NON_UNIQUE
        self.application = gtk_jobs.new_application(flags=flags)
        self.application.register(None)
        self.application.activate()
        self.window = self.application.get_active_window()

    def tearDown(self):
        if self.application.get_windows():
            self.window.close()
        iterate_until(lambda: not self.application.get_windows())
        self.assertRaises(ChildProcessError, os.waitpid, -1, os.WNOHANG)

    def test_output_progress_and_end(self):
        job = self.window.run("seq 3; echo '[1/2]'; exit 3")
        iterate_until(lambda: is_over(job) and self.window.job is job)
        iterate_until(lambda: text_of(job.buffer).endswith(")"))
        text = text_of(self.window.text.get_buffer())
        self.assertTrue(text.startswith("1\n2\n3\n[1/2]\n(“seq 3"))
        iterate_until(lambda: labels_of(self.window) == ["Finished: seq 3; echo '[1/2]'; exit 3"])
        row, = [row for row in rows_of(self.window.list) if row.get_mapped()]
        self.assertEqual(row.progress.get_fraction(), 0.5)
        self.assertTrue(row.progress.get_visible())

    def test_stop(self):
        self.window.entry.set_text("exec sleep 1000")
        self.window.entry.emit("activate")
        iterate_until(lambda: labels_of(self.window) == ["Running: exec sleep 1000"])
        iterate_until(self.window.stop.get_sensitive)
        self.window.stop.emit("clicked")
        job = self.window.job
        iterate_until(lambda: is_over(job))
        self.assertEqual(job.props.result.get_outcome(), Proc.Outcome.CANCELLED)
        self.assertFalse(self.window.stop.get_sensitive())

    def test_waiting_jobs_end_with_the_window(self):
        jobs = [self.window.run(f"exec sleep 100{n}") for n in range(4)]
        iterate_until(lambda: "Waiting: exec sleep 1003" in labels_of(self.window))
        self.window.close()
        iterate_until(lambda: all(map(is_over, jobs)))

    def test_only_the_last_lines_are_kept(self):
        job = self.window.run("seq 100000")
        iterate_until(lambda: text_of(job.buffer).endswith(")"))
        self.assertLessEqual(job.buffer.get_line_count(), gtk_jobs.N_LINES)
        self.assertIn("\n99999\n100000\n(", text_of(job.buffer))

    def test_a_long_line_is_cut(self):
        job = self.window.run("printf '😀%.0s' $(seq 5000); echo; echo short")
        iterate_until(lambda: text_of(job.buffer).endswith(")"))
        self.assertEqual(text_of(job.buffer).split("\n")[:2], ["😀" * 4096 + "…", "short"])

    def test_dropped_at_any_moment(self):
        for n_iterations in range(0, 40, 4):
            self.window.run("seq 10000; exit 1")
            self.window.run("exec cat")
            for _ in range(n_iterations):
                GLib.MainContext.default().iteration(True)
            self.window.close()
            iterate_until(lambda: not self.application.get_windows())
            self.window = None
            gc.collect()
            self.application.activate()
            self.window = self.application.get_active_window()


if __name__ == "__main__":
    unittest.main(verbosity=2)
