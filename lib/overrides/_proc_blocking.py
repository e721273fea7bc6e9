# SPDX-License-Identifier: LGPL-2.1-or-later

"""Calls that block, and that a handler of a signal can end.

Handlers run in the main thread, and what one raises is lost where PyGObject runs Python by
itself: in a callback, and while it makes an exception of a GError. So another thread makes
the call, and the main one waits for that.
"""

import _thread
import sys
import threading

from gi.repository import Gio

from ._proc_calls import Chain
from ._proc_context import DEAF_MSEC


def call(function, cancellable):
    """Gives what function(cancellable) gives. In the main thread handlers of signals run
    meanwhile. If one raises, the call is cancelled, and has ended when that goes on."""
    if threading.current_thread() is not threading.main_thread() or sys.is_finalizing():
        return function(cancellable)  # at the end of the program a new thread never runs
    return _Call(function, cancellable).wait()


class _Call:
    def __init__(self, function, outer):
        self.function = function
        self.outer = outer
        self.cancellable = Gio.Cancellable()
        self.threads = []
        self.beginning = _thread.allocate_lock()
        self.beginning.acquire()
        self.running = _thread.allocate_lock()
        self.running.acquire()
        self.is_over = False
        self.value = self.error = None

    def _run(self):
        self.beginning.release()
        try:
            self.value = self.function(self.cancellable)
        except Exception as error:
            self.error = error
        self.is_over = True
        self.running.release()

    def wait(self):
        with Chain(self.outer, self.cancellable):
            try:
                self._start()
                if self.threads:
                    self.beginning.acquire()
                    self._join()
            except BaseException:
                try:
                    self._interrupt()
                except BaseException:  # a second handler, which may have been due as well
                    self._interrupt()
                    raise
                raise
        return self._give() if self.threads else self.function(self.outer)

    def _start(self):
        """In a single step of Python: after each one a handler may raise."""
        start = map(_thread.start_new_thread, [self._run], [()])
        try:
            self.threads.extend(start)
        except RuntimeError:
            if self.threads:
                raise  # what the handler did; else, at the end of the program, none is to be had

    def _join(self):
        try:
            while not self.is_over:
                self.running.acquire(timeout=DEAF_MSEC / 1000)
        except BaseException:
            try:
                self._interrupt()
            except BaseException:
                self._interrupt()
                raise
            raise

    def _interrupt(self):
        """The program may end next, which no thread that is about to begin survives."""
        self.cancellable.cancel()
        if self.threads:
            self._join()

    def _give(self):
        error, self.error = self.error, None
        try:
            if error is not None:
                raise error
            return self.value
        finally:
            del error  # which has this frame
