# SPDX-License-Identifier: LGPL-2.1-or-later

"""Proc.Result, as subprocess.CompletedProcess has it."""

import weakref

from gi.module import get_introspection_module

from . import _proc_errors as errors
from ._proc_bytes import to_python

Proc = get_introspection_module('Proc')
Result = Proc.Result


def as_text(result):
    """Has the result give its outputs as str."""
    result._proc_text = True


def remember_runner(result, runner):
    """Has check() tell what was the runner's setting, not the command's. The runner may keep
    the job, which has the result."""
    result._proc_runner = weakref.ref(runner)


def _get_returncode(self):
    """The exit status; the negative number of the signal that ended it; None if unknown."""
    status = self.get_exit_status()
    if status >= 0:
        return status
    signal = self.get_term_signal()
    return -signal if signal > 0 else None


def _is_text(self):
    return getattr(self, '_proc_text', False)


def _get_stdout(self):
    """The standard output that was kept: bytes, or str if the command was run with text."""
    return self.get_stdout_text() if _is_text(self) else to_python(self.get_stdout())


def _get_stderr(self):
    """The standard error that was kept: bytes, or str if the command was run with text."""
    return self.get_stderr_text() if _is_text(self) else to_python(self.get_stderr())


def _get_args(self):
    """The arguments, the program first."""
    return self.get_command().get_argv()


def _check(self):
    """Raises unless the result is a success."""
    errors.check(self, getattr(self, '_proc_runner', lambda: None)())
    return True


def install():
    Result.returncode = property(_get_returncode)
    Result.stdout = property(_get_stdout)
    Result.stderr = property(_get_stderr)
    Result.args = property(_get_args)
    Result.check = _check
    Result.check_returncode = _check
