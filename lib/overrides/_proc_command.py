# SPDX-License-Identifier: LGPL-2.1-or-later

"""Commands made of Python's values, with the keywords of subprocess.

What introspection would take for something else is refused: a plain string would be a
command of single letters, and None would end the command where it stands.
"""

import math
import os
import subprocess

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

Proc = get_introspection_module('Proc')
Command = Proc.Command
Stdio = Proc.Stdio

MAX_MSEC = 2**31 - 1


def to_argv(argv):
    if isinstance(argv, (str, bytes, os.PathLike)):
        raise TypeError('a command is a list of arguments, not %s: for a shell line use '
                        'check_output_shell() or Proc.Command.new_shell()' % type(argv).__name__)
    return [os.fspath(arg) for arg in argv]


def to_bytes(data, encoding='utf-8'):
    if isinstance(data, GLib.Bytes):
        return data
    # A view refuses what is no data: of a number, bytes() makes as many NULs.
    return GLib.Bytes.new(data.encode(encoding) if isinstance(data, str)
                          else bytes(memoryview(data)))


def to_file(file):
    return file if isinstance(file, Gio.File) else Gio.File.new_for_path(os.fspath(file))


def _to_msec(seconds):
    """At least 1: to the library 0 means that there is no timeout."""
    return min(max(math.ceil(seconds * 1000), 1), MAX_MSEC)


def _to_variable(name, value):
    name = os.fsencode(name)
    if not name or b'=' in name:
        raise ValueError('not the name of an environment variable: %r' % name)
    return name + b'=' + os.fsencode(value)


def _refuse(name, value):
    raise TypeError('%s is a Proc.Stdio, subprocess.PIPE or DEVNULL, or a Gio.File, not %r'
                    % (name, value))


class _Streams:
    """Sets a command's standard streams. A pipe of a verb is what subprocess.run() makes of
    it: output that is captured, and input that is at its end."""

    def __init__(self, command, piped):
        self.command = command
        self.piped = piped

    def _to_stdio(self, name, value, pipe):
        if isinstance(value, Stdio):
            return value
        if value is subprocess.PIPE or value == subprocess.PIPE:
            return Stdio.PIPE if self.piped else pipe
        if value == subprocess.DEVNULL:
            return Stdio.DISCARD
        _refuse(name, value)

    def set_stdin(self, value):
        if isinstance(value, Gio.InputStream):
            self.command.set_stdin_stream(value)
        elif isinstance(value, (Gio.File, os.PathLike)):
            self.command.set_stdin_file(to_file(value))
        else:
            self.command.set_stdin(self._to_stdio('stdin', value, Stdio.DISCARD))

    def set_stdout(self, value):
        if isinstance(value, Gio.OutputStream):
            self.command.set_stdout_stream(value)
        elif isinstance(value, (Gio.File, os.PathLike)):
            self.command.set_stdout_file(to_file(value), Proc.FileFlags.NONE)
        else:
            self.command.set_stdout(self._to_stdio('stdout', value, Stdio.CAPTURE))

    def set_stderr(self, value):
        if isinstance(value, (Gio.File, os.PathLike)):
            self.command.set_stderr_file(to_file(value), Proc.FileFlags.NONE)
        elif value == subprocess.STDOUT:
            self.command.set_stderr(Stdio.MERGE)
        else:
            self.command.set_stderr(self._to_stdio('stderr', value, Stdio.CAPTURE))


class Settings:
    """The keywords that verbs and start() take, as subprocess has them."""

    def __init__(self, *, cwd=None, env=None, input=None, timeout=None, text=None,
                 encoding=None, stdin=None, stdout=None, stderr=None):
        if input is not None and stdin is not None:
            raise ValueError('input is what standard input is then: stdin cannot be given too')
        self.cwd = cwd
        self.env = env
        self.input = input
        self.timeout = timeout
        self.encoding = encoding
        self.text = bool(text or encoding)
        self.streams = {'stdin': stdin, 'stdout': stdout, 'stderr': stderr}

    def apply(self, command, piped):
        if self.cwd is not None:
            command.set_cwd(os.fspath(self.cwd))
        if self.env is not None:
            command.set_environ([_to_variable(*each) for each in self.env.items()])
        if self.timeout is not None:
            command.set_timeout_msec(_to_msec(self.timeout))
        if self.encoding is not None:
            command.set_charset(self.encoding)
        if self.input is not None:
            command.set_stdin_bytes(to_bytes(self.input, self.encoding or 'utf-8'))
        streams = _Streams(command, piped)
        for name, value in self.streams.items():
            if value is not None:
                getattr(streams, 'set_' + name)(value)


def prepare(what, settings, piped=False):
    """Gives a command that nobody else has, and whether its outputs are asked for as str.

    What it is made of is a Proc.Command or an argument vector.
    """
    settings = Settings(**settings)
    command = what.copy() if isinstance(what, Command) else Command.new(what)
    settings.apply(command, piped)
    return command, settings.text


_new = Command.new
_new_shell = Command.new_shell
_add_arg = Command.add_arg
_init = Command.__init__


def _python_init(self, argv=None, stdin_text=None, **properties):
    if argv is not None and not properties.keys().isdisjoint(('script', 'line')):
        raise TypeError('a command is an argument vector, a script or a line, and one of them')
    _init(self, **properties)
    if stdin_text is not None:
        self.set_stdin_text(stdin_text)
    for arg in to_argv(argv) if argv is not None else ():
        _add_arg(self, arg)


def _python_new(argv):
    """Makes a command of an argument vector. No shell is involved."""
    return _new(to_argv(argv))


def _python_new_shell(script, args=None):
    """Makes a command of a shell script, which finds its arguments as $1, $2 and so on."""
    return _new_shell(script, to_argv(args) if args is not None else None)


def _python_add_arg(self, arg):
    """Adds an argument: a str, bytes or os.PathLike."""
    _add_arg(self, os.fspath(arg))


def _python_set_stdin_text(self, text):
    """Sets the standard input: text, which goes as UTF-8, NULs included."""
    self.set_stdin_bytes(to_bytes(text) if text is not None else None)


def install():
    Command.set_stdin_text = _python_set_stdin_text
    Command.__init__ = _python_init
    Command.new = staticmethod(_python_new)
    Command.new_shell = staticmethod(_python_new_shell)
    Command.add_arg = _python_add_arg
