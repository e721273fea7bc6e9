# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every ending of a command, told in a line each: the same in four languages."""

import gi

gi.require_version("Proc", "1")
from gi.repository import Gio, GLib, Proc

CODES = [name for name in dir(Proc.RunnerError) if name.isupper()]

loop = GLib.MainLoop()
runner = Proc.Runner()


def shell(script, **settings):
    return Proc.Command(argv=["sh", "-c", script], **settings)


def describe_error(error):
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
        return "IO_ERROR CANCELLED"
    for name in CODES:
        if error.matches(Proc.RunnerError.quark(), getattr(Proc.RunnerError, name)):
            return "RUNNER_ERROR " + name
    return str(error)


def describe_result(result):
    if result is None:
        return "no result"
    return "%s, status %d, signal %d, “%s”, “%s”%s" % (
        result.get_outcome().value_name[len("PROC_OUTCOME_"):],
        result.get_exit_status(),
        result.get_term_signal(),
        result.get_stdout_text().rstrip("\n"),
        result.get_stderr_text().rstrip("\n"),
        ", truncated" if result.get_truncated() else "",
    )


def tell(ending, error, result):
    what = "success" if error is None else describe_error(error)
    print("%s: %s; %s" % (ending, what, describe_result(result)))


def try_(ending, command, cancellable=None):
    """Checks a command."""

    def ended(runner, task):
        try:
            tell(ending, None, runner.check_finish(task))
        except GLib.Error as error:
            tell(ending, error, runner.get_task_result(task))
        loop.quit()

    runner.check_async(command, cancellable, ended)
    loop.run()


def try_job(ending, command, stop, cancellable=None):
    """Follows a command, and stops it when it has said something."""

    def ended(job, task):
        result = job.wait_finish(task)
        try:
            result.check()
            tell(ending, None, result)
        except GLib.Error as error:
            tell(ending, error, result)
        loop.quit()

    job = runner.start(command, cancellable)
    job.connect("lines", lambda job, stream, lines: stop(job))
    job.wait_async(None, ended)
    loop.run()


try_("success", shell("echo out; echo err >&2"))
try_("success code", shell("echo out; exit 1", success_code=1))
try_("exit status", shell("echo out; echo err >&2; exit 3"))
try_("signal", shell("echo out; kill -9 $$"))
try_("missing program", Proc.Command(argv=["/no/such/program"]))
try_("not executable", Proc.Command(argv=["/dev/null"]))
try_("missing directory", shell("echo out", cwd="/no/such/directory"))
try_("no arguments", Proc.Command(argv=[]))
try_("timeout", shell("exec sleep 1000", timeout_msec=50))
try_("idle", shell("exec sleep 1000", idle_timeout_msec=50))
try_("cap", shell("echo 12345; exec sleep 1000", max_output=3))
try_("cap, first bytes",
     shell("echo 12345", max_output=3, overflow=Proc.Overflow.HEAD))
try_("cap, last bytes",
     shell("echo 12345", max_output=3, overflow=Proc.Overflow.TAIL))
try_("output file",
     shell("echo out", stdout_file=Gio.File.new_for_path("/no/such/directory/file")))
try_("full file",
     shell("echo err >&2; echo out; exec sleep 1000",
           stdout_file=Gio.File.new_for_path("/dev/full")))
try_("input file", shell("cat", stdin_file=Gio.File.new_for_path("/no/such/file")))

cancelled = Gio.Cancellable()
cancelled.cancel()
try_("cancelled before the start", shell("echo out"), cancelled)

cancellable = Gio.Cancellable()
talker = shell("echo out; exec sleep 1000")
try_job("cancelled", talker, lambda job: cancellable.cancel(), cancellable)
try_job("stopped", talker, lambda job: job.stop())
try_job("killed", talker, lambda job: job.kill())
