# SPDX-License-Identifier: LGPL-2.1-or-later

"""A thread with a main context, for who has none that is iterated.

There is one for all jobs, made when first needed. A job that is begun in it belongs to its
context. Nothing of a program's runs there: what comes of a job is handed on at once.
"""

import atexit
import concurrent.futures
import os
import threading

from gi.repository import GLib


class Thread:
    def __init__(self):
        self.context = GLib.MainContext.new()
        self.loop = GLib.MainLoop.new(self.context, False)
        self.thread = threading.Thread(target=self._run, name='Proc', daemon=True)
        self.thread.start()

    def _run(self):
        self.context.push_thread_default()
        self.loop.run()
        self.context.pop_thread_default()

    def is_current(self):
        return threading.current_thread() is self.thread

    def post(self, function):
        """Has it called in the thread."""
        def call(*_):
            function()
            return GLib.SOURCE_REMOVE

        self.context.invoke_full(GLib.PRIORITY_DEFAULT, call)

    def call(self, function):
        """Has it called in the thread, and gives what it returns."""
        called = concurrent.futures.Future()

        def call():
            try:
                called.set_result(function())
            except BaseException as error:
                called.set_exception(error)

        self.post(call)
        return called.result()

    def stop(self):
        self.post(self.loop.quit)
        self.thread.join()


class _Home:
    """Where the thread is kept. It does not survive a fork, and ends before Python does:
    a thread that wakes up in an interpreter that is half gone would hang in it."""

    def __init__(self):
        self.forget()
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self.forget)

    def forget(self):
        self.lock = threading.Lock()
        self.thread = None
        self.closed = False

    def get(self):
        with self.lock:
            if self.thread is None and not self.closed:
                self.thread = Thread()
            return None if self.closed else self.thread

    def close(self):
        with self.lock:
            self.closed = True
            thread = self.thread
        if thread is not None:
            thread.stop()


_home = _Home()


def get():
    """Gives the thread, or None if the interpreter is about to end."""
    return _home.get()
