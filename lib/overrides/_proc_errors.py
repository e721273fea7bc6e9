# SPDX-License-Identifier: LGPL-2.1-or-later

"""What Python raises: the library's errors, which are Python's own as well.

PyGObject makes an error anew from domain, code and message. Here it gets a class by its
code, and the result behind it back.
"""

import contextlib
import errno
import subprocess

from gi.module import get_introspection_module
from gi.repository import Gio, GLib

Proc = get_introspection_module('Proc')
Code = Proc.RunnerError


class Error(GLib.Error):
    """Why a command failed. `result` tells how it ended, and is None if it never ran."""

    def __init__(self, message='', domain='', code=0):
        GLib.Error.__init__(self, message, domain, code)
        self.result = None

    def __str__(self):
        return self.message

    def __repr__(self):
        return '%s(%r)' % (type(self).__name__, self.message)

    def _describe(self, runner, command):
        """Fills in what the Python class promises."""

    def _get_state(self):
        return dict(self.__dict__)

    # A result belongs to this process; what was copied from it travels.
    def __reduce__(self):
        return _rebuild, (type(self), dict(self._get_state(), result=None))

    def __copy__(self):
        return _rebuild(type(self), self._get_state())

    def __deepcopy__(self, memo):
        return self.__copy__()

    def copy(self):
        return self.__copy__()


def _rebuild(cls, state):
    error = cls(state['message'], state['domain'], state['code'])
    for name, value in state.items():
        setattr(error, name, value)
    return error


class ProcessError(Error, subprocess.CalledProcessError):
    """A command ran, and that was no success."""

    returncode = cmd = output = stderr = None

    def _describe(self, runner, command):
        self.cmd = command.get_argv()
        self.returncode = self.result.returncode
        self.output = self.result.stdout
        self.stderr = self.result.stderr


class TimeoutExpired(Error, subprocess.TimeoutExpired):
    """A command was stopped: its time was over, or it had written nothing for too long."""

    timeout = cmd = output = stderr = None

    def _describe(self, runner, command):
        idle = self.result.get_outcome() == Proc.Outcome.IDLE
        setting = 'idle_timeout_msec' if idle else 'timeout_msec'
        msec = command.get_property(setting)
        if msec < 0 and runner is not None:
            msec = runner.get_property(setting)
        self.timeout = msec / 1000 if msec >= 0 else None
        self.cmd = command.get_argv()
        self.output = self.result.stdout
        self.stderr = self.result.stderr


class CancelledError(Error):
    """A command was stopped: by a Gio.Cancellable, by its job, or with its runner."""


class StartError(Error, OSError):
    """A command could not be started."""

    # OSError has a layout of its own, so it has to be the one that makes the object.
    def __new__(cls, *args):
        return OSError.__new__(cls)

    def _describe(self, runner, command):
        self.strerror = self.message
        if command is not None:  # else it was begun in another language
            self.filename = next(iter(command.get_argv()), None)

    def _get_state(self):
        return dict(self.__dict__, errno=self.errno, strerror=self.strerror,
                    filename=self.filename)


class NotFoundError(StartError, FileNotFoundError):
    """The program, or the interpreter that its first line names, does not exist."""

    def _describe(self, runner, command):
        super()._describe(runner, command)
        self.errno = errno.ENOENT


class NotExecutableError(StartError, PermissionError):
    """The program exists, and cannot be executed."""

    def _describe(self, runner, command):
        super()._describe(runner, command)
        self.errno = errno.EACCES


class BadCwdError(StartError, NotADirectoryError):
    """The working directory cannot be entered."""

    def _describe(self, runner, command):
        super()._describe(runner, command)
        self.errno = errno.ENOTDIR
        cwd = command.get_cwd() if command is not None else None
        self.filename = cwd or (runner.dup_cwd() if runner is not None else None)


_CLASSES = {
    Code.EXIT_STATUS: ProcessError,
    Code.SIGNALED: ProcessError,
    Code.OUTPUT_LIMIT: ProcessError,
    Code.UNKNOWN_STATUS: ProcessError,
    Code.TIMED_OUT: TimeoutExpired,
    Code.NOT_FOUND: NotFoundError,
    Code.NOT_EXECUTABLE: NotExecutableError,
    Code.BAD_CWD: BadCwdError,
}

# run() does not fail for these: they are how a command may end.
ENDINGS = (Code.EXIT_STATUS, Code.SIGNALED, Code.TIMED_OUT, Code.OUTPUT_LIMIT,
           Code.UNKNOWN_STATUS)

for _class in (Error, StartError, CancelledError, *_CLASSES.values()):
    _class.__module__ = 'gi.repository.Proc'


def _get_class(error):
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
        return CancelledError
    if error.matches(Code.quark(), error.code):
        return _CLASSES.get(error.code, Error)
    return None


def convert(error, runner, command, result):
    """Gives the error that Python raises for a GLib.Error. The result may be None."""
    cls = _get_class(error)
    if cls is None or isinstance(error, Error):
        return error
    converted = cls(error.message, error.domain, error.code)
    converted.result = result
    converted._describe(runner, command)
    return converted


@contextlib.contextmanager
def converted(runner, command, result=None):
    """Converts what the library raises in it."""
    try:
        yield
    except GLib.Error as error:
        raise convert(error, runner, command, result) from None


@contextlib.contextmanager
def converted_in_wait(runner, command):
    """As converted(). That the wait was cancelled is no end of a command."""
    try:
        yield
    except GLib.Error as error:
        if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            raise
        raise convert(error, runner, command, None) from None


def check(result, runner=None, endings=()):
    """Raises unless the result is a success, or fails with a code of endings."""
    if result.get_successful():
        return
    try:
        _check(result)
    except GLib.Error as error:
        if error.matches(Code.quark(), error.code) and error.code in endings:
            return
        raise convert(error, runner, result.get_command(), result) from None


_check = Proc.Result.check
