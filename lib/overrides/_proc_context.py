# SPDX-License-Identifier: LGPL-2.1-or-later

"""A main context for who has no loop that iterates one: asyncio, or a thread that waits.

It has a descriptor that becomes readable when there is something to do in it, so any loop
can watch it, and no thread is needed. For that it takes what PyGObject does not offer,
g_main_context_query().
"""

import asyncio
import ctypes
import itertools
import os
import select
import threading
import weakref

from gi.repository import GLib

OWNERLESS_POLLING = 1  # to be woken up also while nobody iterates it
MAX_PRIORITY = 2**31 - 1

# Python does not hear of a signal that comes just before it begins to wait.
DEAF_MSEC = 500


class _PollFD(ctypes.Structure):
    _fields_ = [('fd', ctypes.c_int), ('events', ctypes.c_ushort), ('revents', ctypes.c_ushort)]


def _declare(library, name, result, *arguments):
    function = getattr(library, 'g_main_context_' + name)
    function.restype = result
    function.argtypes = arguments
    return function


# Who only looks keeps the interpreter's lock; handlers of signals run in an iteration.
_quick = ctypes.PyDLL('libglib-2.0.so.0')
_glib = ctypes.CDLL('libglib-2.0.so.0')
_Pointer = ctypes.c_void_p
_Int = ctypes.c_int
_IntPointer = ctypes.POINTER(ctypes.c_int)

# As the argument of all others, None is the default one.
_get_own = _declare(_quick, 'get_thread_default', _Pointer)
_new = _declare(_quick, 'new_with_flags', _Pointer, _Int)
_unref = _declare(_glib, 'unref', None, _Pointer)
_acquire = _declare(_quick, 'acquire', _Int, _Pointer)
_release = _declare(_quick, 'release', None, _Pointer)
_push = _declare(_quick, 'push_thread_default', None, _Pointer)
_pop = _declare(_quick, 'pop_thread_default', None, _Pointer)
_prepare = _declare(_quick, 'prepare', _Int, _Pointer, _IntPointer)
_query = _declare(_quick, 'query', _Int, _Pointer, _Int, _IntPointer, ctypes.POINTER(_PollFD), _Int)
_iteration = _declare(_glib, 'iteration', _Int, _Pointer, _Int)


class Context:
    """What is begun by its call() belongs to it, and ends when it is iterated. It is used by
    one thread."""

    _context = None  # if a handler of a signal raises before there is one

    def __init__(self):
        self._context = _new(OWNERLESS_POLLING)
        self._polled = _PollFD()
        self._number = ctypes.c_int()
        self._look()
        self.fd = self._polled.fd

    def __del__(self, _unref=_unref):
        if self._context is not None:
            _unref(self._context)

    def call(self, steps, function, *args):
        """Calls a function in the context, in a single step of Python: after each one a
        handler of a signal may raise. What the function gives is the second of the steps,
        and there is none if it raises."""
        within = [self._context]
        try:
            steps.extend(itertools.chain(map(_push, within), map(function, *zip(args)),
                                         map(_pop, within)))
        except BaseException:
            if steps == [None]:  # nothing is called before it is clear: a second one may raise
                del steps[:]
                _pop(self._context)
            raise

    def _look(self):
        """Gives for how many milliseconds there will be nothing to do, or -1."""
        number = ctypes.byref(self._number)
        _acquire(self._context)
        ready = _prepare(self._context, number)
        _query(self._context, MAX_PRIORITY, number, ctypes.byref(self._polled), 1)
        _release(self._context)
        return 0 if ready else self._number.value

    def iterate(self):
        """Does some of what is to be done. Gives in how many milliseconds it wants to be called
        again, if nothing comes in earlier: -1 is never."""
        _iteration(self._context, False)
        return self._look()


class LoopContext(Context):
    """A context that a loop of asyncio iterates. What was begun in it and is not over when the
    loop is closed has the context, and with that a descriptor, until it is iterated again."""

    def __init__(self, loop):
        super().__init__()
        self.begun = weakref.WeakSet()  # each has _is_over()
        self._timer = None
        self._loop = weakref.ref(loop)
        self._thread = threading.current_thread()
        loop.add_reader(self.fd, self._iterate)

    def clear(self):
        """Gives whether it is of no use any more: its loop is closed, and all is over."""
        loop = self._loop()
        if loop is not None and not loop.is_closed():
            return False
        self._timer = None  # which has the loop
        if self._thread is threading.current_thread() or not self._thread.is_alive():
            self.iterate()
        return all(each._is_over() for each in self.begun)

    def _iterate(self):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        msec = self.iterate()
        if msec == 0:
            self._timer = asyncio.get_running_loop().call_soon(self._iterate)
        elif msec > 0:
            self._timer = asyncio.get_running_loop().call_later(msec / 1000, self._iterate)


_loops = weakref.WeakKeyDictionary()
_used = set()  # contexts of loops, closed ones too


def find_for_loop(loop):
    """Gives the context that the loop iterates, or None."""
    return _loops.get(loop)


def get_for_loop(loop):
    """Gives the context that the loop iterates from now on."""
    if loop not in _loops:
        _used.difference_update([each for each in list(_used) if each.clear()])
        _loops[loop] = LoopContext(loop)
        _used.add(_loops[loop])
    return _loops[loop]


class ThreadContext(Context):
    """A context that a thread iterates while it waits."""

    def wait_until(self, condition):
        """Handlers of signals run meanwhile, if this is the main thread. They may raise, and
        may wait in here themselves."""
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        while True:
            msec = self.iterate()
            if condition():
                return
            poll.poll(msec if 0 <= msec < DEAF_MSEC else DEAF_MSEC)


def acquire_own():
    """Takes this thread's own main context, unless another thread iterates it."""
    return _acquire(_get_own())


def release_own():
    _release(_get_own())


def iterate_own(ended):
    """Iterates this thread's own main context until there is something in ended. It is GLib
    that is called: PyGObject's iteration() may swallow what a handler of a signal raises."""
    source = GLib.timeout_source_new(DEAF_MSEC)
    source.set_callback(bool, True)  # nothing but an end of the wait, and again
    source.attach(GLib.MainContext.get_thread_default())
    try:
        while not ended:
            _iteration(_get_own(), True)
    finally:
        source.destroy()


_threads = threading.local()


def get_for_thread():
    if not hasattr(_threads, 'context'):
        _threads.context = ThreadContext()
    return _threads.context


def _forget():
    """A child must not share descriptors with its parent."""
    global _threads
    _threads = threading.local()
    _loops.clear()
    _used.clear()


os.register_at_fork(after_in_child=_forget)
