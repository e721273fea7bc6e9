# SPDX-License-Identifier: LGPL-2.1-or-later

"""Calls that asyncio awaits, or a thread waits for.

A call is begun where a main context is iterated, by GLib or by us, and ends there.
"""

import asyncio

from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject

from . import _proc_context as contexts

Proc = get_introspection_module('Proc')
FINISHED = Proc.JobState.FINISHED


class Chain:
    """While it holds, the inner cancellable is cancelled by the outer one, if there is one."""

    def __init__(self, outer, inner):
        self.outer = outer
        self.inner = inner
        self.handler = 0

    def __enter__(self):
        if self.outer is None:
            return
        self.handler = GObject.Object.connect(self.outer, 'cancelled', self._on_cancelled)
        if self.outer.is_cancelled():
            self.inner.cancel()

    def __exit__(self, *raised):
        if self.handler > 0:
            self.outer.handler_disconnect(self.handler)
            self.handler = 0

    def _on_cancelled(self, outer):
        self.inner.cancel()


class Call:
    """One call of an _async method.

    begin() is told what to call when it has ended, with the source and the task that
    finish() takes. interrupt() has it end soon.
    """

    def __init__(self, source, begin, finish, args=(), cancellable=None):
        self.source = source
        self._begin = begin
        self._finish = finish
        self._args = args
        self.inner = Gio.Cancellable()
        self._chain = Chain(cancellable, self.inner)

    def begin(self, over):
        try:
            self._chain.__enter__()
            self._begin(self.source, *self._args, self.inner, over)
        except BaseException:
            self.unchain()
            raise

    def unchain(self):
        """The outer cancellable, which others may keep, is to forget it."""
        self._chain.__exit__()

    def interrupt(self):
        self.inner.cancel()

    def finish(self, source, task):
        self.unchain()
        return self._finish(source, task)

    def give_back(self, value):
        """Nobody waits any more for what it gave."""

    def reclaim(self, source, task):
        """A handler of a signal raised, and nobody waits any more. It may be finished, and
        this may be called twice."""

    def begin_in(self, context, steps, over):
        """As begin(), in a context. There are steps once it has begun."""
        self._chain.__enter__()  # wait() has it end
        context.call(steps, self._begin, self.source, *self._args, self.inner, over)


class JobCall(Call):
    """What a verb is: a job, from its submission to its end. Interrupting stops it."""

    def __init__(self, runner, command, urgent, cancellable):
        self.runner = runner
        self.command = command
        self.urgent = urgent
        self.cancellable = cancellable
        self.job = None

    def unchain(self):
        """The job has the cancellable itself."""

    def submit(self):
        self.job = self.runner.submit(self.command, self.urgent, self.cancellable)

    def submit_in(self, context):
        """Has the job in any case, even if a handler of a signal raises."""
        steps = []
        try:
            context.call(steps, self.runner.submit, self.command, self.urgent, self.cancellable)
        finally:
            self.job = steps[1] if steps else None

    def is_over(self):
        return self.job.get_state() == FINISHED

    def begin(self, over):
        """By a signal: PyGObject's callbacks leave some bytes behind, for each call."""
        self.submit()
        self.handler = self.job.connect('notify::state', self._on_state, over)

    def _on_state(self, job, pspec, over):
        if self.is_over():
            job.disconnect(self.handler)
            over(job, None)

    def interrupt(self):
        self.job.stop()


def _finish(call, source, task):
    """Gives the value, or the error. Its frames, of no use to who awaits it, have the future,
    which has the error: that cycle would hold the output until garbage is collected."""
    try:
        return call.finish(source, task), None
    except GLib.Error as error:
        error.__context__ = None
        return None, error.with_traceback(None)
    except Exception as error:
        return None, error


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

    def is_leaving(self, loop):
        """It was cancelled, and its call has yet to end, in this loop."""
        return self._cancelling is not None and not self.done() and self.get_loop() is loop

    def _is_over(self):
        return self._call is None

    def settle(self, source, task):
        """In the loop's thread. With the loop closed, nobody is left to be told."""
        call, self._call = self._call, None
        if self.get_loop().is_closed():
            call.unchain()
            return
        value, error = _finish(call, source, task)
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


def _is_glib_loop(loop):
    """Whether it iterates this thread's main context, as that of gi.events may."""
    context = getattr(loop, '_context', None)
    return (isinstance(context, GLib.MainContext)
            and hash(context) == hash(GLib.MainContext.ref_thread_default()))


def call_in(loop, function, *args):
    """Calls a function that begins what is to end in the loop, if there is one, and that gives
    what has _is_over()."""
    context = contexts.find_for_loop(loop) if loop is not None else None
    if context is None and loop is not None and not _is_glib_loop(loop):
        context = contexts.get_for_loop(loop)
    if context is None:
        return function(*args)
    steps = []
    context.call(steps, function, *args)
    context.begun.add(steps[1])
    return steps[1]


def begin(call, loop, make_future=CallFuture):
    """Begins a call, and gives a future of the running loop."""
    return call_in(loop, _begin, call, make_future(call, loop))


def _begin(call, future):
    call.begin(future.settle)
    return future


def give_at_once(value, loop):
    future = loop.create_future()
    future.set_result(value)
    return future


def wait_for_job(call):
    """Gives the job of a call when it is over, waiting so that handlers of signals run.

    If one raises, the job is stopped, and its end is waited for nevertheless. The second one
    kills it, and for the third nothing is waited for any more. They may be due at once, and
    one is heard wherever a function of ours begins: so C is called here, and first.
    """
    context = contexts.get_for_thread()
    try:
        if call.job is None:
            call.submit_in(context)
        context.wait_until(call.is_over)
    except BaseException:
        if call.job is not None:
            try:
                call.job.stop()
                context.wait_until(call.is_over)
            except BaseException:
                call.job.kill()
                context.wait_until(call.is_over)
                raise
        raise
    return call.job


class Wait:
    """A wait for a call, in this thread. If a handler of a signal raises, the call is
    interrupted, and has ended when that goes on.

    What is raised in a function that C calls would be lost, so there is none of ours here.
    """

    def __init__(self, call):
        self.call = call
        self.context = contexts.get_for_thread()
        self.steps = []
        self.ended = {}

    def run(self):
        try:
            self.call.begin_in(self.context, self.steps, self.ended.setdefault)
            self._join()
        except BaseException:
            if self.steps:
                try:
                    self.call.inner.cancel()
                    self._join()
                except BaseException:  # a second handler, which may have been due as well
                    self._interrupt()
                    raise
            raise

    def _join(self):
        self.context.wait_until(lambda: self.ended)

    def _interrupt(self):
        try:
            self.call.inner.cancel()
            self._join()
        except BaseException:
            self._interrupt()
            raise

    def get_outcome(self):
        """Gives the source and the task."""
        return next(iter(self.ended.items()))


def wait(call):
    """Gives what a call ends with, waiting so that handlers of signals run."""
    waiting = Wait(call)
    try:
        waiting.run()
        return call.finish(*waiting.get_outcome())
    except BaseException:
        if waiting.ended:
            try:
                call.reclaim(*waiting.get_outcome())
            except BaseException:  # a second handler
                call.reclaim(*waiting.get_outcome())
                raise
        call.unchain()
        raise
