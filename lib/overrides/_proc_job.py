# SPDX-License-Identifier: LGPL-2.1-or-later

"""Proc.Job, followed in asyncio."""

import asyncio
import collections
import contextlib
import ctypes
import itertools
import threading
import weakref

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

from . import _proc_blocking as blocking
from . import _proc_calls as calls
from . import _proc_errors as errors
from . import _proc_result as results
from ._proc_command import to_bytes

Proc = get_introspection_module('Proc')
Job = Proc.Job
STDOUT = Proc.Stream.STDOUT

_get_result = Job.get_result
_wait = Job.wait
_wait_async = Job.wait_async
_wait_finish = Job.wait_finish
_write_async = Job.write_async
_write_finish = Job.write_finish
_read_lines_async = Job.read_lines_async
_read_lines_finish = Job.read_lines_finish


class LinesCall(calls.Call):
    """Lines that came when nobody waited for them any more are for the next one."""

    def __init__(self, job, stream, cancellable):
        super().__init__(job, _read_lines_async, read_lines_finish, (stream,), cancellable)
        self.unread = _get_unread(job, stream)

    def give_back(self, lines):
        self.unread.extend(lines)


class UnreadCall(LinesCall):
    """Its lines are unread, and for the next one if a handler of a signal raises."""

    is_finished = False

    def finish(self, source, task):
        """In a single step of Python: after each one a handler may raise."""
        self.unchain()
        lines = itertools.chain.from_iterable(map(_read_lines_finish, [source], [task]))
        self.is_finished = True
        self.unread.extend(lines)

    def reclaim(self, source, task):
        with contextlib.suppress(GLib.Error):
            if not self.is_finished:
                self.finish(source, task)


class EndCall(calls.Call):
    """The end of a job that was told to stop. Interrupting kills it."""

    def __init__(self, job):
        super().__init__(job, _wait_async, wait_finish)

    def interrupt(self):
        self.source.kill()


class _LinesAwait:
    """A future of lines. A task that is cancelled when it has them already, and has yet to
    hear of it, leaves them to the next one."""

    unread = None

    def __await__(self):
        try:
            return (yield from super().__await__())
        except asyncio.CancelledError:
            if (self.unread is not None and self.done() and not self.cancelled()
                    and self.exception() is None):
                self.unread.extend(self.result())
            raise
        finally:
            self.unread = None  # of several that await it, one has the lines


class LinesFuture(_LinesAwait, calls.CallFuture):
    def __init__(self, call, loop):
        super().__init__(call, loop)
        self.unread = call.unread


class LinesTask(_LinesAwait, asyncio.Task):
    pass


def _get_unread(job, stream):
    """Lines that were taken from the job, and that nobody has seen."""
    if not hasattr(job, '_proc_unread'):
        job._proc_unread = {}
    return job._proc_unread.setdefault(stream, collections.deque())


def _get_reads(job):
    """The last call of read_lines_async() of each stream, as long as somebody has its future."""
    if not hasattr(job, '_proc_reads'):
        job._proc_reads = weakref.WeakValueDictionary()
    return job._proc_reads


def _converted(job):
    """Converts why the job was not started, or cannot be asked."""
    return errors.converted_in_wait(_get_start(job)[0], job.get_command())


def _get_start(job):
    """The runner, and whether outputs are asked for as str, as far as start() was called here."""
    runner, text = getattr(job, '_proc_start', (lambda: None, False))
    return runner(), text


def _complete(job, result):
    """Gives the result as a verb with the same keywords does."""
    runner, text = _get_start(job)
    if text:
        results.as_text(result)
    if runner is not None and not result.get_successful():
        results.remember_runner(result, runner)
    return result


def _is_over(self):
    return self.get_state() == calls.FINISHED


def get_result(self):
    """Gives the outcome once the job is over, or None."""
    result = _get_result(self)
    return _complete(self, result) if result is not None else None


def _take_all(unread):
    """Without a call, after which a handler of a signal may raise."""
    lines = [*unread]
    unread *= 0
    return lines


def wait_finish(self, result):
    """Gets the outcome of wait_async()."""
    with _converted(self):
        return _complete(self, _wait_finish(self, result))


def wait_async(self, cancellable=None, callback=None, *user_data):
    """Waits for the end of a job, whatever it is."""
    loop = calls.get_running_loop() if callback is None else None
    if loop is None:
        return _wait_async(self, cancellable, callback, *user_data)
    return calls.begin(calls.Call(self, _wait_async, wait_finish, (), cancellable), loop)


def write_finish(self, result):
    """Gets the outcome of write_async()."""
    with _converted(self):
        return _write_finish(self, result)


def read_lines_finish(self, result):
    """Gets the outcome of read_lines_async()."""
    with _converted(self):
        return _read_lines_finish(self, result)


def _make_write(job, data, cancellable):
    return calls.Call(job, _write_async, write_finish, (to_bytes(data),), cancellable)


def write_async(self, bytes, cancellable=None, callback=None, *user_data):
    """Writes to the command's standard input: bytes, or a str as UTF-8."""
    loop = calls.get_running_loop() if callback is None else None
    if loop is None:
        return _write_async(self, to_bytes(bytes), cancellable, callback, *user_data)
    return calls.begin(_make_write(self, bytes, cancellable), loop)


def read_lines_async(self, stream, cancellable=None, callback=None, *user_data):
    """Reads the next lines of an output. At its end the list is empty."""
    loop = calls.get_running_loop() if callback is None else None
    if loop is None:
        return _read_lines_async(self, stream, cancellable, callback, *user_data)
    unread = _get_unread(self, stream)
    if unread:
        return calls.give_at_once(_take_all(unread), loop)
    last = _get_reads(self).get(stream)
    if last is not None and last.is_leaving(loop):
        task = LinesTask(_read_lines_after(last, self, stream, cancellable), loop=loop)
        task.unread = unread
        return task
    future = calls.begin(LinesCall(self, stream, cancellable), loop, LinesFuture)
    _get_reads(self)[stream] = future
    return future


async def _read_lines_after(last, job, stream, cancellable):
    """What has come for the last one, which was cancelled, is there then."""
    await asyncio.wait([last])
    return await job.read_lines_async(stream, cancellable)


def write(self, bytes, cancellable=None):
    """Writes to the command's standard input: bytes, or a str as UTF-8."""
    return calls.wait(_make_write(self, bytes, cancellable))


def read_lines(self, stream, cancellable=None):
    """Reads the next lines of an output. At its end the list is empty."""
    unread = _get_unread(self, stream)
    if not unread:
        with _converted(self):
            calls.wait(UnreadCall(self, stream, cancellable))
    return _take_all(unread)


def wait(self, cancellable=None):
    """Waits for the end of a job, whatever it is. A handler of a signal that raises ends
    the wait, and nothing else."""
    if threading.current_thread() is threading.main_thread():
        _announce_wait(self)
    with _converted(self):
        return _complete(self, blocking.call(lambda inner: _wait(self, inner), cancellable))


_silent_wait = ctypes.CDLL('libprocrunner-1.so.0').proc_job_wait
_silent_wait.restype = ctypes.c_void_p
_silent_wait.argtypes = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
_unref = ctypes.CDLL('libgobject-2.0.so.0').g_object_unref
_unref.restype = None
_unref.argtypes = ctypes.c_void_p,
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = ctypes.c_void_p
_get_pointer.argtypes = ctypes.py_object, ctypes.c_char_p


def _announce_wait(job):
    """The job is to know that this thread, if it is its own, hears nothing of it now: a wait
    that is cancelled says so as well. It asks for no error, which would be an exception."""
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    result = _silent_wait(_get_pointer(job.__gpointer__, None),
                          _get_pointer(cancellable.__gpointer__, None), None)
    if result is not None:
        _unref(result)


class Lines:
    """The lines of an output, as they come. Who leaves off can go on with another one."""

    def __init__(self, job, stream):
        self.job = job
        self.stream = stream
        self.unread = _get_unread(job, stream)

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.unread:
            self.unread.extend(await self.job.read_lines_async(self.stream))
        if self.unread:
            return self.unread.popleft()
        (await self.job.wait_async()).check()
        raise StopAsyncIteration


def lines(self, stream=STDOUT):
    """Gives the lines of an output as they come, for async for.

    The command waits for who is behind. At the end this raises as check() does, unless the
    command succeeds.
    """
    return Lines(self, stream)


def _await(self):
    return self.wait_async().__await__()


async def _enter(self):
    return self


async def _exit(self, *raised):
    """Stops the command, and waits until it is gone, which cancelling hastens."""
    self.stop()
    try:
        await calls.begin(EndCall(self), asyncio.get_running_loop())
    except GLib.Error:
        pass  # it could not be started, so it is gone


def install():
    Job._is_over = _is_over
    Job.get_result = get_result
    Job.wait = wait
    Job.wait_async = wait_async
    Job.wait_finish = wait_finish
    Job.write = write
    Job.write_async = write_async
    Job.write_finish = write_finish
    Job.read_lines = read_lines
    Job.read_lines_async = read_lines_async
    Job.read_lines_finish = read_lines_finish
    Job.lines = lines
    Job.__await__ = _await
    Job.__aenter__ = _enter
    Job.__aexit__ = _exit
