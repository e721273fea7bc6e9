#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs in a window: a list with their progress, the output of the selected one, Stop.

The application of gtk-jobs/ in small. Close the window to stop all that runs.
"""

import sys

import gi

gi.require_version("Gtk", "4.0")
gi.require_version("Proc", "1")
from gi.repository import GLib, GObject, Gtk, Pango, Proc

N_LINES = 2000
LINE_LENGTH = 4096
STATES = {
    Proc.JobState.QUEUED: "Waiting",
    Proc.JobState.RUNNING: "Running",
    Proc.JobState.STOPPING: "Stopping",
    Proc.JobState.FINISHED: "Finished",
}


def shorten(line):
    """A text view lays out a line as a whole: what is longer is cut."""
    return line if len(line) <= LINE_LENGTH else line[:LINE_LENGTH] + "…"


class Row(Gtk.Box):
    """A job in the list. Rows are used again: what is bound to one job is undone with it."""

    def __init__(self):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        self.label = Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END)
        self.progress = Gtk.ProgressBar()
        self.progress.update_property([Gtk.AccessibleProperty.LABEL], ["Progress"])
        self.append(self.label)
        self.append(self.progress)
        self.bindings = []
        self.handler = 0

    def bind(self, job):
        flags = GObject.BindingFlags.SYNC_CREATE
        self.bindings = [job.bind_property("progress", self.progress, "fraction", flags),
                         job.bind_property("has-progress", self.progress, "visible", flags)]
        self.handler = job.connect("notify::state", self.show_state)
        self.show_state(job)

    def unbind(self, job):
        job.disconnect(self.handler)
        for binding in self.bindings:
            binding.unbind()

    def show_state(self, job, pspec=None):
        self.label.set_label(f"{STATES[job.props.state]}: {job.line}")


class Window(Gtk.ApplicationWindow):
    def __init__(self, **properties):
        super().__init__(title="Jobs", default_width=800, default_height=500, **properties)
        self.runner = Proc.Runner(max_running=2, keep_finished=50, max_output=1 << 20,
                                  overflow=Proc.Overflow.TAIL)
        self.entry = Gtk.Entry(hexpand=True, placeholder_text="Type a command, press Enter")
        self.entry.update_property([Gtk.AccessibleProperty.LABEL], ["Command"])
        self.entry.connect("activate", lambda entry: self.run(entry.get_text()))
        self.stop = Gtk.Button(label="Stop", sensitive=False)
        self.stop.connect("clicked", lambda button: self.job.stop())
        bar = Gtk.HeaderBar(title_widget=self.entry)
        bar.pack_end(self.stop)
        self.set_titlebar(bar)

        factory = Gtk.SignalListItemFactory()
        factory.connect("setup", lambda factory, item: item.set_child(Row()))
        factory.connect("bind", lambda factory, item: item.get_child().bind(item.get_item()))
        factory.connect("unbind", lambda factory, item: item.get_child().unbind(item.get_item()))
        self.selection = Gtk.SingleSelection(model=self.runner.get_jobs())
        self.selection.connect("notify::selected-item", lambda selection, pspec: self.select())
        self.list = Gtk.ListView(model=self.selection, factory=factory)
        self.list.update_property([Gtk.AccessibleProperty.LABEL], ["Jobs"])
        self.text = Gtk.TextView(editable=False, monospace=True)
        self.text.update_property([Gtk.AccessibleProperty.LABEL], ["Output"])
        self.set_child(Gtk.Paned(position=300,
                                 start_child=Gtk.ScrolledWindow(child=self.list),
                                 end_child=Gtk.ScrolledWindow(child=self.text)))
        self.job = None
        self.entry.grab_focus()
        self.connect("close-request", lambda window: self.close_when_stopped())

    def run(self, line):
        """Whoever connects before returning to the main loop misses no line."""
        job = self.runner.start(Proc.Command(script=line, stderr=Proc.Stdio.MERGE))
        job.line = line
        job.buffer = Gtk.TextBuffer()
        job.connect("lines", self.on_lines)
        job.connect("notify::state", lambda job, pspec: self.show_stop())
        job.wait_async(None, self.on_over)
        self.entry.set_text("")
        return job

    def on_lines(self, job, stream, lines):
        lines = map(shorten, lines[-N_LINES:])
        buffer = job.buffer
        buffer.insert(buffer.get_end_iter(), "\n".join(lines) + "\n")
        extra = buffer.get_line_count() - N_LINES
        if extra > 0:
            buffer.delete(buffer.get_start_iter(), buffer.get_iter_at_line(extra)[1])
        if job is self.job:
            self.text.scroll_to_mark(buffer.get_insert(), 0, False, 0, 0)

    def on_over(self, job, task):
        try:
            summary = job.wait_finish(task).get_summary()
        except GLib.Error as error:
            summary = error.message
        job.buffer.insert(job.buffer.get_end_iter(), f"({summary})")

    def select(self):
        self.job = self.selection.get_selected_item()
        self.text.set_buffer(self.job.buffer if self.job else None)
        self.show_stop()

    def show_stop(self):
        running = (Proc.JobState.QUEUED, Proc.JobState.RUNNING)
        self.stop.set_sensitive(self.job is not None and self.job.props.state in running)

    def close_when_stopped(self):
        self.set_focus(None)
        self.set_sensitive(False)
        self.runner.stop_all_async(None, self.on_stopped)
        return True

    def on_stopped(self, runner, task):
        self.list.set_model(None)
        self.destroy()


def new_application(**properties):
    application = Gtk.Application(application_id="org.procrunner.JobsInPython", **properties)
    application.connect("activate", lambda app: Window(application=app).present())
    return application


if __name__ == "__main__":
    sys.exit(new_application().run(sys.argv))
