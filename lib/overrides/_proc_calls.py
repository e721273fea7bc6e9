# SPDX-License-Identifier: LGPL-2.1-or-later

"""Calls that asyncio awaits, or a thread waits for.

A call is begun where a main context is iterated: here, if GLib iterates the running loop,
or else in the thread for that. It ends there too, and is handed to who waits.
"""

import asyncio
import threading

from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject

from . import _proc_thread as background

Proc = get_introspection_module('Proc')

_job_wait_async = Proc.Job.wait_async


class Call:
    """One call of an _async method.

    begin() is told what to call when it has ended, with the source and the task that
    finish() takes. interrupt() has it end soon; any thread may call that, also before it
    is begun.
    """

    def __init__(self, source, begin, finish, args=(), cancellable=None):
        self.source = source
        self._begin = begin
        self._finish = finish
        self._args = args
        self._outer = cancellable
        self._outer_id = 0
        self._cancellable = Gio.Cancellable()

    def begin(self, over):
        if self._outer is not None:
            self._outer_id = GObject.Object.connect(self._outer, 'cancelled', self._on_cancelled)
            if self._outer.is_cancelled():
                self.interrupt()
        self._begin(self.source, *self._args, self._cancellable, over)

    def _on_cancelled(self, outer):
        self.interrupt()

    def interrupt(self):
        self._cancellable.cancel()

    def finish(self, source, task):
        if self._outer is not None:
            self._outer.handler_disconnect(self._outer_id)
        return self._finish(source, task)

    def give_back(self, value):
        """Nobody waits any more for what it gave."""


class JobCall(Call):
    """What a verb is: a job, from its submission to its end. Interrupting stops it, and
    kills it the second time.

    It is submitted in one thread and interrupted in another: one of the two sees what the
    other has done.
    """

    def __init__(self, runner, command, urgent, cancellable):
        self.runner = runner
        self.command = command
        self.urgent = urgent
        self.cancellable = cancellable
        self.job = None
        self.orders = 0

    def submit(self):
        self.job = self.runner.submit(self.command, self.urgent, self.cancellable)
        self._obey()

    def begin(self, over):
        self.submit()
        _job_wait_async(self.job, None, over)

    def interrupt(self):
        self.orders += 1
        self._obey()

    def _obey(self):
        if self.job is not None and self.orders == 1:
            self.job.stop()
        elif self.job is not None and self.orders > 1:
            self.job.kill()

class CallFuture(asyncio.Future):
    """The end of a call. Cancelling it interrupts the call, and when that has ended the
    future is cancelled: whoever awaits a verb goes on after the child is gone."""

    def __init__(self, call, loop):
        super().__init__(loop=loop)
        self._call = call
        self._cancelling = None

    def cancel(self, *args, **kwargs):
        if self.done():
            return False
        if self._cancelling is None:
            self._cancelling = args, kwargs
            self._call.interrupt()
        return True

    def settle(self, source, task):
        """In the loop's thread."""
        call, self._call = self._call, None
        value = error = None
        try:
            value = call.finish(source, task)
        except Exception as caught:
            error = caught

        if self._cancelling is not None:
            args, kwargs = self._cancelling
            if error is None:
                call.give_back(value)
            super().cancel(*args, **kwargs)
        elif error is not None:
            self.set_exception(error)
        else:
            self.set_result(value)


def get_running_loop():
    """Gives this thread's running loop of asyncio, or None."""
    return asyncio._get_running_loop()


def is_glib_loop(loop):
    """Whether GLib iterates it, and so this thread's main context: as gi.events does."""
    return GLib.main_depth() > 0 and type(loop) is not asyncio.SelectorEventLoop


def call_in_thread(function):
    """Calls it there, and gives what it returns."""
    thread = background.get()
    if thread is None:
        raise RuntimeError('nothing can be awaited any more: Python is about to end')
    return thread.call(function)


def begin_here(call, loop):
    future = CallFuture(call, loop)
    call.begin(future.settle)
    return future


def begin_in_thread(call, loop):
    """Returns when it is begun: what is changed later is for later calls."""
    future = CallFuture(call, loop)

    def over(source, task):
        try:
            loop.call_soon_threadsafe(future.settle, source, task)
        except RuntimeError:
            pass  # the loop is closed, and nobody waits

    try:
        call_in_thread(lambda: call.begin(over))
    except BaseException:
        call.interrupt()
        raise
    return future


def begin(call, loop):
    """Begins a call, and gives a future of the running loop."""
    return begin_here(call, loop) if is_glib_loop(loop) else begin_in_thread(call, loop)


class Wait:
    """A thread that waits for a call. If it is the main one, handlers of signals run
    meanwhile, and may raise: then the call is interrupted, and its end is waited for."""

    def __init__(self, call):
        self.call = call
        self.ended = None
        self.lock = threading.Lock()
        self.lock.acquire()

    def over(self, source, task):
        self.ended = source, task
        self.lock.release()

    def until_over(self):
        try:
            while self.ended is None:
                self.lock.acquire()
        except BaseException:
            self.call.interrupt()
            self.until_over()
            raise

    def finish(self):
        return self.call.finish(*self.ended)


def wait(call):
    """Waits for a call that is begun in the thread, and gives what it ends with."""
    thread = background.get()
    if thread is None or thread.is_current():
        return call.wait_here()
    waiting = Wait(call)
    thread.post(lambda: call.begin(waiting.over))
    waiting.until_over()
    return waiting.finish()
