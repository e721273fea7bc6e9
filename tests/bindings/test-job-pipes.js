// SPDX-License-Identifier: LGPL-2.1-or-later

// Standard streams of jobs from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';

import {assertEqual, assertFails, run, test} from './harness.js';

for (const method of ['wait', 'write', 'read_lines'])
    Gio._promisify(Proc.Job.prototype, `${method}_async`, `${method}_finish`);
for (const method of ['check', 'stop_all'])
    Gio._promisify(Proc.Runner.prototype, `${method}_async`, `${method}_finish`);

const {STDOUT, STDERR} = Proc.Stream;

const command = (script, settings = {}) =>
    new Proc.Command({argv: ['sh', '-c', script], ...settings});

const bytes = text => new GLib.Bytes(new TextEncoder().encode(text));
const text = block => new TextDecoder().decode(block.toArray());

const start = (runner, script, settings) => runner.start(command(script, settings), null);
const PIPES = {stdin: Proc.Stdio.PIPE, stdout: Proc.Stdio.PIPE};

async function readAll(job, stream = STDOUT) {
    const all = [];
    for (let lines; (lines = await job.read_lines_async(stream, null)) !== null;)
        all.push(...lines);
    return all;
}

test('a dialogue', async runner => {
    const job = start(runner, 'while read n; do echo $((n * n)); done; printf over', PIPES);
    for (const n of [3, 12]) {
        assertEqual(await job.write_async(bytes(`${n}\n`), null), true);
        assertEqual(await job.read_lines_async(STDOUT, null), [`${n * n}`]);
    }
    job.close_stdin();
    assertEqual(await readAll(job), ['over']);
    assertEqual([await job.read_lines_async(STDOUT, null), job.read_lines(STDOUT, null)],
        [null, null]);
    assertEqual((await job.wait_async(null)).stdout_text, '');
    assertEqual(job.stdout_size, 10);
});

test('all at once', async runner => {
    const lines = Array.from({length: 20000}, (_, n) => `line ${n}`);
    const job = start(runner, 'exec cat', PIPES);
    const written = job.write_async(bytes(lines.join('\n')), null);
    job.close_stdin();
    assertEqual(await readAll(job), lines);
    assertEqual([await written, (await job.wait_async(null)).stdin_complete], [true, true]);
});

test('without a main loop', runner => {
    const job = start(runner, 'exec cat', PIPES);
    assertEqual(job.write(bytes('a\nb\n'), null), true);
    job.close_stdin();
    const all = [];
    for (let lines; (lines = job.read_lines(STDOUT, null)) !== null;)
        all.push(...lines);
    assertEqual([all, job.wait(null).successful], [['a', 'b'], true]);
});

test('captured lines can be read', async runner => {
    const job = start(runner, 'echo out; echo err >&2');
    assertEqual(await Promise.all([readAll(job, STDOUT), readAll(job, STDERR)]),
        [['out'], ['err']]);
    assertEqual((await job.wait_async(null)).stdout_text, 'out\n');
});

test('streams of GIO', async runner => {
    const job = start(runner, 'tr a-z A-Z; echo aside >&2', {...PIPES, stderr: Proc.Stdio.PIPE});
    const [stdin, stdout, stderr] = [job.get_stdin(), job.get_stdout(), job.get_stderr()];
    assertEqual([stdin instanceof Gio.OutputStream, stdout === job.get_stdout()], [true, true]);
    assertEqual(stdin.write_all(new TextEncoder().encode('text'), null), [true, 4]);
    assertEqual(stdin.close(null), true);
    assertEqual(text(stdout.read_bytes(2, null)), 'TE');
    const rest = new Gio.DataInputStream({base_stream: stdout});
    assertEqual([rest.read_line_utf8(null), rest.read_line_utf8(null)], [['XT', 2], [null, 0]]);
    const block = await new Promise(resolve => stderr.read_bytes_async(100, 0, null,
        (_stream, task) => resolve(stderr.read_bytes_finish(task))));
    assertEqual(text(block), 'aside\n');
    await job.wait_async(null);
});

test('what is no pipe', async runner => {
    const job = start(runner, 'true');
    assertEqual([job.get_stdin(), job.get_stdout(), job.get_stderr()], [null, null, null]);
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_SUPPORTED,
        () => job.write_async(bytes('x'), null));
    await job.wait_async(null);
});

test('stop reading', async runner => {
    const job = start(runner, 'exec yes', {stdout: Proc.Stdio.PIPE});
    assertEqual([...new Set(await job.read_lines_async(STDOUT, null))], ['y']);
    job.stop_reading(STDOUT);
    assertEqual(await job.read_lines_async(STDOUT, null), null);
    assertEqual((await job.wait_async(null)).term_signal, 13);
});

test('writing to nobody', async runner => {
    const closed = start(runner, 'exec cat', PIPES);
    closed.close_stdin();
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED,
        () => closed.write_async(bytes('x'), null));
    await closed.wait_async(null);
    const over = start(runner, 'true', PIPES);
    await over.wait_async(null);
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE,
        () => over.write_async(bytes('x'), null));
});

test('reading that is cancelled takes nothing', async runner => {
    const cancellable = new Gio.Cancellable();
    const job = start(runner, 'exec cat', PIPES);
    const reading = assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED,
        () => job.read_lines_async(STDOUT, cancellable));
    cancellable.cancel();
    await reading;
    job.write(bytes('line\n'), null);
    job.close_stdin();
    assertEqual(await readAll(job), ['line']);
    await job.wait_async(null);
});

test('verbs refuse pipes', async runner => {
    for (const settings of [{stdin: Proc.Stdio.PIPE}, {stdout: Proc.Stdio.PIPE}]) {
        for (const check of ['check', 'check_async']) {
            await assertFails(Proc.RunnerError, Proc.RunnerError.INVALID_COMMAND,
                () => runner[check](command('true', settings), null));
        }
    }
});

run();
