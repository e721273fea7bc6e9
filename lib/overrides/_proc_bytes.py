# SPDX-License-Identifier: LGPL-2.1-or-later

"""Output as Python's bytes.

They own their memory, so this is a copy. For much output most of the time of a copy goes
into page faults: there pages are asked for many at once, by as many threads as may run, and
the interpreter is not locked.
"""

import ctypes
import mmap
import os
import threading

MUCH = 4 * 1024 * 1024
PIECE = 512 * 1024
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


def _copy_much(data, size):
    copy = _make(None, size)  # its content is nobody's yet
    pieces = iter(range(0, size, PIECE))

    def copy_pieces():
        """Holds both sides, should the thread that began be interrupted."""
        target = _get_address(copy)
        source = data.get_region(1, 0, size)
        for at in pieces:
            _copy_piece(target + at, source + at, min(PIECE, size - at))

    others = _start_others(copy_pieces)
    copy_pieces()
    for other in others:
        other.join()
    return copy


def _copy_piece(target, source, size):
    start = target // PAGE * PAGE
    _madvise(start, target + size - start, MADV_POPULATE_WRITE)  # where it cannot, faults will
    ctypes.memmove(target, source, size)


def _start_others(work):
    """Starts threads that do the same work as this one: none where there can be no more."""
    others = []
    for _ in range(min(len(os.sched_getaffinity(0)), MOST_THREADS) - 1):
        other = threading.Thread(target=work, daemon=True)
        try:
            other.start()
        except RuntimeError:
            break
        others.append(other)
    return others
