# SPDX-License-Identifier: LGPL-2.1-or-later

"""Output as Python's bytes.

They own their memory, so this is a copy. For much output most of the time of a copy goes
into page faults: there huge pages are asked for, and the interpreter is not locked.
"""

import ctypes
import mmap

MUCH = 4 * 1024 * 1024
PAGE = mmap.PAGESIZE
MADV_HUGEPAGE = 14

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
    address = _get_address(copy)
    start = -(-address // PAGE) * PAGE
    _madvise(start, (address + size - start) // PAGE * PAGE, MADV_HUGEPAGE)
    ctypes.memmove(address, data.get_region(1, 0, size), size)
    return copy
