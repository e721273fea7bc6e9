// SPDX-License-Identifier: LGPL-2.1-or-later

// Every ending of a command, told in a line each: the same in four languages.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';

const CODES = Object.keys(Proc.RunnerError).filter(name => name === name.toUpperCase());

const nameOf = (type, value) => Object.keys(type).find(name => type[name] === value);

const loop = new GLib.MainLoop(null, false);
const runner = new Proc.Runner();

const shell = (script, settings = {}) =>
    new Proc.Command({argv: ['sh', '-c', script], ...settings});

function describeError(error) {
    if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED))
        return 'IO_ERROR CANCELLED';
    for (const name of CODES) {
        if (error.matches(Proc.RunnerError, Proc.RunnerError[name]))
            return `RUNNER_ERROR ${name}`;
    }
    return `${error}`;
}

function describeResult(result) {
    if (result === null)
        return 'no result';
    return [
        nameOf(Proc.Outcome, result.outcome),
        `status ${result.exit_status}`,
        `signal ${result.term_signal}`,
        `“${result.stdout_text.trimEnd()}”`,
        `“${result.stderr_text.trimEnd()}”`,
        ...result.truncated ? ['truncated'] : [],
    ].join(', ');
}

function tell(ending, error, result) {
    const what = error === null ? 'success' : describeError(error);
    print(`${ending}: ${what}; ${describeResult(result)}`);
}

/* Checks a command. */
function tryCommand(ending, command, cancellable = null) {
    runner.check_async(command, cancellable, (_runner, task) => {
        try {
            tell(ending, null, runner.check_finish(task));
        } catch (error) {
            tell(ending, error, runner.get_task_result(task));
        }
        loop.quit();
    });
    loop.run();
}

/* Follows a command, and stops it when it has said something. */
function tryJob(ending, command, stop, cancellable = null) {
    const job = runner.start(command, cancellable);
    job.connect('lines', () => stop(job));
    job.wait_async(null, (_job, task) => {
        const result = job.wait_finish(task);
        try {
            result.check();
            tell(ending, null, result);
        } catch (error) {
            tell(ending, error, result);
        }
        loop.quit();
    });
    loop.run();
}

tryCommand('success', shell('echo out; echo err >&2'));
tryCommand('success code', shell('echo out; exit 1', {success_code: 1}));
tryCommand('exit status', shell('echo out; echo err >&2; exit 3'));
tryCommand('signal', shell('echo out; kill -9 $$'));
tryCommand('missing program', new Proc.Command({argv: ['/no/such/program']}));
tryCommand('not executable', new Proc.Command({argv: ['/dev/null']}));
tryCommand('missing directory', shell('echo out', {cwd: '/no/such/directory'}));
tryCommand('no arguments', new Proc.Command({argv: []}));
tryCommand('timeout', shell('exec sleep 1000', {timeout_msec: 50}));
tryCommand('idle', shell('exec sleep 1000', {idle_timeout_msec: 50}));
tryCommand('cap', shell('echo 12345; exec sleep 1000', {max_output: 3}));
tryCommand('cap, first bytes',
    shell('echo 12345', {max_output: 3, overflow: Proc.Overflow.HEAD}));
tryCommand('cap, last bytes',
    shell('echo 12345', {max_output: 3, overflow: Proc.Overflow.TAIL}));
tryCommand('output file',
    shell('echo out', {stdout_file: Gio.File.new_for_path('/no/such/directory/file')}));
tryCommand('full file', shell('echo err >&2; echo out; exec sleep 1000', {
    stdout_file: Gio.File.new_for_path('/dev/full'),
}));
tryCommand('input file', shell('cat', {stdin_file: Gio.File.new_for_path('/no/such/file')}));

const cancelled = new Gio.Cancellable();
cancelled.cancel();
tryCommand('cancelled before the start', shell('echo out'), cancelled);

const cancellable = new Gio.Cancellable();
const talker = shell('echo out; exec sleep 1000');
tryJob('cancelled', talker, () => cancellable.cancel(), cancellable);
tryJob('stopped', talker, job => job.stop());
tryJob('killed', talker, job => job.kill());
