# SPDX-License-Identifier: LGPL-2.1-or-later

"""The verbs of Proc.Runner, and start().

All verbs are one call, which differs in the command, in what is demanded of its end, and
in what of the result is given.
"""

import inspect
import threading
import weakref

from gi.module import get_introspection_module
from gi.repository import GLib

from . import _proc_blocking as blocking
from . import _proc_calls as calls
from . import _proc_context as contexts
from . import _proc_errors as errors
from . import _proc_result as results
from ._proc_bytes import to_python
from ._proc_command import prepare, to_file

Proc = get_introspection_module('Proc')
Runner = Proc.Runner
Command = Proc.Command


_job_wait = Proc.Job.wait


class VerbCall(calls.JobCall):
    """A verb. finish() gives what the verb does, or raises."""

    def __init__(self, verb, runner, request, urgent=False):
        super().__init__(runner, request.command, urgent, request.cancellable)
        self.verb = verb
        self.text = request.text

    def finish(self, job, task):
        with errors.converted(self.runner, self.command):
            result = _job_wait(job)
        return self.verb.judge(self.runner, result, self.text)

    def wait(self):
        return self.finish(calls.wait_for_job(self), None)


class Request:
    """What a verb was given: the arguments that introspection has, and keywords."""

    def __init__(self, what, settings, cancellable, callback=None, user_data=()):
        self.command, self.text = prepare(what, settings)
        self.cancellable = cancellable
        self.callback = callback
        self.user_data = user_data


def _ask_command(command, cancellable=None, callback=None, *user_data, **settings):
    return Request(command, settings, cancellable, callback, user_data)


def _ask_argv(argv, cancellable=None, callback=None, *user_data, **settings):
    return Request(argv, settings, cancellable, callback, user_data)


def _ask_shell(script, args=None, cancellable=None, callback=None, *user_data, **settings):
    return Request(Command.new_shell(script, args), settings, cancellable, callback, user_data)


def _ask_to_file(argv, file, cancellable=None, callback=None, *user_data, **settings):
    if settings.get('stdout') is not None:
        raise TypeError('standard output goes to the file: stdout cannot be given too')
    settings['stdout'] = to_file(file)
    return Request(argv, settings, cancellable, callback, user_data)


def _give_result(result):
    return result


def _give_output(result):
    return result.stdout


def _give_text(result):
    text = result.get_stdout_text()
    return text.removesuffix('\n').removesuffix('\r') if text.endswith('\n') else text


class Verb:
    def __init__(self, name, ask, give, doc, endings=()):
        self.name = name
        self.ask = ask
        self.give = give
        self.doc = doc
        self.endings = endings
        self.c_async = Runner.run_async if endings else Runner.check_async
        self.c_finish = Runner.run_finish if endings else Runner.check_finish
        self.own_finish = getattr(Runner, name + '_finish')

    def judge(self, runner, result, text):
        if text:
            results.as_text(result)
        errors.check(result, runner, self.endings)
        if not result.get_successful():
            results.remember_runner(result, runner)
        return self.give(result)

    def wait(self, runner, *args, **kwargs):
        request = self.ask(*args, **kwargs)
        if request.callback is not None:
            raise TypeError('%s() waits, and takes no callback' % self.name)
        return VerbCall(self, runner, request, urgent=True).wait()

    def begin(self, runner, *args, **kwargs):
        request = self.ask(*args, **kwargs)
        loop = calls.get_running_loop() if request.callback is None else None
        if loop is not None:
            return calls.begin(VerbCall(self, runner, request), loop)
        return self._begin_with_callback(runner, request)

    def _begin_with_callback(self, runner, request):
        """As introspection has it. The task is one of run or check, whatever the verb."""
        def over(source, task, *user_data):
            task._proc_request = request
            request.callback(source, task, *user_data)

        callback = over if request.callback is not None else None
        self.c_async(runner, request.command, request.cancellable, callback, *request.user_data)

    def finish(self, runner, task):
        request = getattr(task, '_proc_request', None)
        if request is None:
            return self._finish_foreign(runner, task)
        result = runner.get_task_result(task)
        if result is not None:
            return self.judge(runner, result, request.text)
        with errors.converted(runner, request.command):
            return self.c_finish(runner, task)

    def _finish_foreign(self, runner, task):
        """What was begun in another language is a task of the verb itself."""
        result = runner.get_task_result(task)
        with errors.converted(runner, result.get_command() if result else None, result):
            value = self.own_finish(runner, task)
        return to_python(value) if isinstance(value, GLib.Bytes) else value


VERBS = (
    Verb('run', _ask_command, _give_result, 'Runs a command to its end, whatever that is.',
         endings=errors.ENDINGS),
    Verb('check', _ask_command, _give_result, 'Runs a command, and fails unless it succeeds.'),
    Verb('check_output', _ask_argv, _give_output,
         'Runs a command, and gives its standard output if it succeeds.'),
    Verb('check_output_text', _ask_argv, _give_text,
         'Runs a command, and gives its standard output as str, without one final line end.'),
    Verb('check_output_shell', _ask_shell, _give_output,
         'Runs a shell script, and gives its standard output if it succeeds.'),
    Verb('check_output_to_file', _ask_to_file, _give_result,
         'Runs a command, and writes its standard output to a file if it succeeds.'),
)


def _get_signature(ask, waits):
    own = inspect.Parameter('self', inspect.Parameter.POSITIONAL_OR_KEYWORD)
    left_out = ('callback', 'user_data') if waits else ()
    asked = inspect.signature(ask).parameters.values()
    return inspect.Signature([own, *(each for each in asked if each.name not in left_out)])


def _install_verb(verb):
    def wait(self, *args, **kwargs):
        return verb.wait(self, *args, **kwargs)

    def begin(self, *args, **kwargs):
        return verb.begin(self, *args, **kwargs)

    def finish(self, result):
        return verb.finish(self, result)

    wait.__signature__ = _get_signature(verb.ask, True)
    begin.__signature__ = _get_signature(verb.ask, False)
    for method, suffix in (wait, ''), (begin, '_async'), (finish, '_finish'):
        method.__name__ = verb.name + suffix
        method.__doc__ = verb.doc
        setattr(Runner, method.__name__, method)


_start = Runner.start
_stop_all = Runner.stop_all
_stop_all_async = Runner.stop_all_async
_stop_all_finish = Runner.stop_all_finish


def start(self, command, cancellable=None, **settings):
    """Starts a command, and gives a job at once, to follow and to stop it."""
    command, text = prepare(command, settings, piped=True)
    job = calls.call_in(calls.get_running_loop(), _start, self, command, cancellable)
    job._proc_start = weakref.ref(self), text
    return job


def stop_all(self, cancellable=None):
    """Stops all that runs and waits, and waits for the end. From now on the runner takes no
    command any more. In the main thread handlers of signals run meanwhile; one that raises
    ends the wait."""
    with errors.converted_in_wait(self, None):
        if threading.current_thread() is not threading.main_thread() or GLib.main_depth() > 0:
            return _stop_all(self, cancellable)
        if not contexts.acquire_own():
            return blocking.call(lambda inner: _stop_all(self, inner), cancellable)
        ended = {}
        try:
            # No function of ours, in which what a handler of a signal raises would be lost.
            _stop_all_async(self, cancellable, ended.setdefault)
            contexts.iterate_own(ended)
        finally:
            contexts.release_own()
        return _stop_all_finish(self, ended[self])


def stop_all_finish(self, result):
    """Gets the outcome of stop_all_async()."""
    with errors.converted_in_wait(self, None):
        return _stop_all_finish(self, result)


def stop_all_async(self, cancellable=None, callback=None, *user_data):
    """Stops all that runs and waits. From now on the runner takes no command any more."""
    loop = calls.get_running_loop() if callback is None else None
    if loop is None:
        return _stop_all_async(self, cancellable, callback, *user_data)
    return calls.begin(
        calls.Call(self, _stop_all_async, stop_all_finish, (), cancellable), loop)


def install():
    for verb in VERBS:
        _install_verb(verb)
    Runner.start = start
    Runner.stop_all = stop_all
    Runner.stop_all_async = stop_all_async
    Runner.stop_all_finish = stop_all_finish
