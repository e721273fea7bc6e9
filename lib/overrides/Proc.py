# SPDX-License-Identifier: LGPL-2.1-or-later

"""What Python needs beyond what introspection gives: argument vectors.

Methods are patched in place and keep their signatures. An argument is a str,
bytes or os.PathLike. What introspection would take for something else is
refused: a plain string would be a command of single letters, and None would end
the command where it stands.
"""

import functools
import os

from gi.module import get_introspection_module

Proc = get_introspection_module('Proc')

__all__ = []


def _to_argv(argv):
    if isinstance(argv, (str, bytes, os.PathLike)):
        raise TypeError('a command is a list of arguments, not %s: for a shell line use '
                        'check_output_shell()' % type(argv).__name__)
    return [os.fspath(arg) for arg in argv]


def _take_argv(name):
    original = getattr(Proc.Runner, name)

    @functools.wraps(original)
    def method(self, argv, *args, **kwargs):
        return original(self, _to_argv(argv), *args, **kwargs)

    setattr(Proc.Runner, name, method)


for _verb in 'check_output', 'check_output_text', 'check_output_to_file':
    _take_argv(_verb)
    _take_argv(_verb + '_async')


def _take_argv_in_new():
    original = Proc.Command.new

    @functools.wraps(original)
    def new(argv):
        return original(_to_argv(argv))

    Proc.Command.new = staticmethod(new)


_take_argv_in_new()
