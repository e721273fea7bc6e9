# SPDX-License-Identifier: LGPL-2.1-or-later

"""Output as Python's bytes.

They own their memory, so this is a copy. For much output most of the time of a copy goes
into page faults: there pages are asked for many at once, and several threads copy a part
each, without the interpreter's lock.
"""

import ctypes
import mmap
import os
import sys
import threading

MUCH = 4 * 1024 * 1024
PAGE = mmap.PAGESIZE
MOST_THREADS = 4
MADV_POPULATE_WRITE = 23

_make = ctypes.pythonapi.PyBytes_FromStringAndSize
_make.restype = ctypes.py_object
_make.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
_get_address = ctypes.pythonapi.PyBytes_AsString
_get_address.restype = ctypes.c_void_p
_get_address.argtypes = [ctypes.py_object]
_madvise = ctypes.CDLL(None).madvise
_madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def to_python(data):
    """Gives the bytes of a GLib.Bytes."""
    size = data.get_size()
    return data.get_data() or b'' if size < MUCH else _copy_much(data, size)


def _count_threads():
    """How many may copy. No other one starts any more when the interpreter ends."""
    return 1 if sys.is_finalizing() else min(len(os.sched_getaffinity(0)), MOST_THREADS)


def _copy_much(data, size):
    copy = _make(None, size)  # its content is nobody's yet
    length = -(-size // _count_threads())

    def copy_part(at):
        """Holds both sides, should the thread that began be interrupted."""
        target = _get_address(copy) + at
        end = target + min(length, size - at)
        start = target // PAGE * PAGE
        _madvise(start, end - start, MADV_POPULATE_WRITE)  # where it cannot, faults will
        ctypes.memmove(target, data.get_region(1, 0, size) + at, end - target)

    others = []
    for at in range(length, size, length):
        other = threading.Thread(target=copy_part, args=(at,), daemon=True)
        try:
            other.start()
            others.append(other)
        except RuntimeError:
            if other in threading.enumerate() or other.ident is not None:
                raise  # what a handler of a signal did; else there can be no more of them
            copy_part(at)

    copy_part(0)
    for other in others:
        other.join()
    return copy
