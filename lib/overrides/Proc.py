# SPDX-License-Identifier: LGPL-2.1-or-later

"""What Python needs beyond what introspection gives.

Methods are patched in place, and keep their signatures: they take a Proc.Command or an
argument vector, and keywords as subprocess has them; without a callback, the
asynchronous ones give a future of the running asyncio loop; errors are Python's as well.
"""

from . import _proc_command, _proc_job, _proc_result, _proc_runner
from ._proc_errors import (BadCwdError, CancelledError, Error, NotExecutableError,
                           NotFoundError, ProcessError, StartError, TimeoutExpired)

__all__ = [
    'BadCwdError',
    'CancelledError',
    'Error',
    'NotExecutableError',
    'NotFoundError',
    'ProcessError',
    'StartError',
    'TimeoutExpired',
]

_proc_command.install()
_proc_result.install()
_proc_job.install()
_proc_runner.install()
