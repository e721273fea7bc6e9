// SPDX-License-Identifier: LGPL-2.1-or-later

// The GJS override.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

import {
    assertCancelled, assertEqual, assertFails, assertRefused, children, idle, run, test, thrown,
} from './harness.js';

const {PIPE} = Proc.Stdio;
const {STDERR} = Proc.Stream;

const bytes = text => new TextEncoder().encode(text);
const text = block => new TextDecoder().decode(block.toArray());
const shell = (script, settings = {}) => ({argv: ['sh', '-c', script], ...settings});

test('every verb gives a promise, with nothing but its own arguments', async (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/file`);
    const ran = await runner.run_async(new Proc.Command({argv: ['false']}));
    const checked = await runner.check_async(new Proc.Command({argv: ['true']}));
    const output = await runner.check_output_async(['printf', 'a\\n']);
    const script = await runner.check_output_shell_async('echo "$#"');
    const values = await runner.check_output_shell_async('echo "$1"', ['c']);
    const written = await runner.check_output_to_file_async(['echo', 'd'], file);

    assertEqual([ran.exit_status, checked.successful], [1, true]);
    assertEqual([output, script, values].map(text), ['a\n', '0\n', 'c\n']);
    assertEqual(await runner.check_output_text_async(['printf', 'b\\n']), 'b');
    assertEqual([written.stdout_size, new TextDecoder().decode(file.load_contents(null)[1])],
        [2, 'd\n']);
});

test('a cancellable may be null, undefined or there', async runner => {
    for (const cancellable of [null, undefined, new Gio.Cancellable()])
        assertEqual(await runner.check_output_text_async(['echo', 'a'], cancellable), 'a');
    const output = await runner.check_output_shell_async('echo $#', undefined, null);
    assertEqual(text(output), '0\n');
});

test('synchronous calls, too', (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/file`);
    assertEqual(runner.run(['false']).exit_status, 1);
    assertEqual(runner.check(['true']).successful, true);
    assertEqual(text(runner.check_output(['echo', 'a'])), 'a\n');
    assertEqual(runner.check_output_text(['echo', 'b'], null), 'b');
    assertEqual(text(runner.check_output_shell('echo "$1"', ['c'])), 'c\n');
    assertEqual(runner.check_output_to_file(['echo', 'd'], file).stdout_size, 2);
    assertEqual(runner.start(['true']).wait().successful, true);
    assertEqual(runner.submit(['true']).wait().successful, true);
    assertEqual(runner.stop_all(), true);
});

test('the introspected form stays', async (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/file`);
    const called = (begin, finish) => new Promise((resolve, reject) => begin((source, task) => {
        try {
            resolve(source[finish](task));
        } catch (error) {
            reject(error);
        }
    }));
    const {argv} = {argv: ['echo', 'a']};
    for (const args of [[argv, null], [argv], [{argv}, null], [{argv}]]) {
        assertEqual(await called(done => runner.check_output_text_async(...args, done),
            'check_output_text_finish'), 'a');
        assertEqual(text(await called(done => runner.check_output_async(...args, done),
            'check_output_finish')), 'a\n');
        assertEqual((await called(done => runner.run_async(...args, done),
            'run_finish')).exit_status, 0);
    }
    assertEqual((await called(done => runner.check_output_to_file_async({argv}, file, null, done),
        'check_output_to_file_finish')).stdout_size, 2);
    await assertRefused(Proc.RunnerError.EXIT_STATUS,
        () => called(done => runner.check_output_async(['false'], done), 'check_output_finish'));
    const job = runner.start(new Proc.Command({argv}), null);
    assertEqual((await called(done => job.wait_async(null, done), 'wait_finish')).exit_status, 0);
});

test('a callback that is null asks for no promise', async (runner, dir) => {
    const job = runner.start({argv: ['cat'], stdin: PIPE}, null);
    assertEqual(job.write_async(new GLib.Bytes(bytes('a\n')), null, null), undefined);
    job.close_stdin();
    assertEqual((await job.wait_async()).stdout_text, 'a\n');

    const file = Gio.File.new_for_path(`${dir}/file`);
    const argv = ['true'];
    for (const command of [argv, {argv}]) {
        assertEqual(runner.check_output_async(command, null, null), undefined);
        assertEqual(runner.check_output_text_async(command, null, null), undefined);
        assertEqual(runner.check_output_to_file_async(command, file, null, null), undefined);
    }
    await runner.stop_all_async();
});

test('what was promisified by hand may stay so', async runner => {
    Gio._promisify(Proc.Runner.prototype, 'check_output_text_async');
    Gio._promisify(Proc.Job.prototype, 'wait_async', 'wait_finish');
    assertEqual(await runner.check_output_text_async(['echo', 'a'], null), 'a');
    assertEqual((await runner.start(['true']).wait_async(null)).successful, true);
});

test('a command is an array, a Proc.Command, or its properties', async (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/file`);
    const argv = ['sh', '-c', 'cat; pwd; echo more'];
    const settings = {argv, stdin_text: 'in\n', cwd: '/'};
    const expected = 'in\n/\nmore';
    for (const command of [settings, new Proc.Command(settings)]) {
        assertEqual((await runner.run_async(command)).stdout_text, `${expected}\n`);
        assertEqual((await runner.check_async(command)).stdout_text, `${expected}\n`);
        assertEqual(text(await runner.check_output_async(command)), `${expected}\n`);
        assertEqual(await runner.check_output_text_async(command), expected);
        assertEqual(runner.check_output_text(command), expected);
        assertEqual(text(runner.check_output(command)), `${expected}\n`);
        assertEqual((await runner.start(command).wait_async()).stdout_text, `${expected}\n`);
        await runner.check_output_to_file_async(command, file);
        runner.check_output_to_file(command, file);
        assertEqual(new TextDecoder().decode(file.load_contents(null)[1]), `${expected}\n`);
        // The command itself has no file.
        assertEqual(command.stdout_file ?? null, null);
    }
    await thrown(() => runner.run_async({argv, no_such_property: 1}));
    assertEqual(await runner.check_output_text_async({argv: ['printf', 'a\\r\\n\\r\\n']}), 'a\r\n');
});

test('bytes may be a Uint8Array, or text', async runner => {
    const data = Uint8Array.of(0x61, 0, 0xff);
    for (const stdin_bytes of [data, new GLib.Bytes(data), 'a\0\u00ff']) {
        const output = await runner.check_output_async({argv: ['cat'], stdin_bytes});
        assertEqual(output.toArray()[1], 0);
    }
    const job = runner.start({argv: ['cat'], stdin: PIPE});
    for (const what of ['größe ', bytes('one '), new GLib.Bytes(bytes('two'))])
        assertEqual(await job.write_async(what), true);
    job.close_stdin();
    assertEqual((await job.wait_async()).stdout_text, 'größe one two');
});

test('no string for a command', async runner => {
    for (const call of [
        () => runner.check_output('ls'),
        () => runner.check_output_async('ls'),
        () => runner.run_async('ls'),
        () => runner.start('ls'),
        () => Proc.Command.new('ls'),
        () => new Proc.Command({argv: 'ls'}),
        () => runner.check_output_shell_async('ls', 'l'),
    ])
        assertEqual((await thrown(call)).name, 'TypeError');

    for (const call of [
        () => runner.check_output_async(),
        () => runner.check_output_async(['ls', null]),
        () => runner.check_output_async(['ls', 5]),
        () => runner.check_output_async(['ls'], 'cancellable'),
        () => runner.check_output_async(['ls'], null, null, null),
    ])
        await thrown(call);
});

test('a usage error rejects, and throws when there is a callback', async runner => {
    assertEqual(runner.check_output_async('ls').catch(() => 'later') instanceof Promise, true);
    assertEqual(runner.check_output_async({argv: 'ls'}).catch(() => 0) instanceof Promise, true);
    assertEqual(runner.check_output_to_file_async({argv: 'ls'}, null).catch(() => 0)
        instanceof Promise, true);
    await thrown(() => {
        runner.check_output_async('ls', () => {});
    });
});

test('no NUL in a command', async runner => {
    for (const call of [
        () => runner.check_output(['echo', 'a\0b']),
        () => runner.check_output_async(['echo', 'a\0b']),
        () => runner.run_async(['echo\0']),
        () => runner.check_output_shell_async('echo \0'),
        () => runner.check_output_shell_async('echo "$1"', ['\0']),
        () => Proc.Command.new(['echo', '\0']),
        () => Proc.Command.new_shell('echo "$1"', ['\0']),
        () => new Proc.Command({argv: ['echo', '\0']}),
        () => new Proc.Command({script: '\0'}),
        () => new Proc.Command({script: 'true', script_args: ['\0']}),
        () => new Proc.Command({line: 'true \0'}),
        () => new Proc.Command({environ: ['A=\0']}),
        () => new Proc.Command({argv: ['echo']}).add_arg('\0'),
        () => new Proc.Command({argv: ['echo']}).setenv('A', '\0'),
        () => new Proc.Command({argv: ['echo'], cwd: '/\0'}),
        () => new Proc.Command({argv: ['echo'], argv0: 'a\0'}),
        () => new Proc.Command({argv: ['echo']}).set_cwd('/\0'),
        () => new Proc.Command({argv: ['echo']}).set_argv0('a\0'),
        () => new Proc.Command({argv: ['echo']}).set_environ(['A=b\0']),
        () => Proc.Command.new_parse('true \0'),
        () => runner.set_cwd('/\0'),
        () => runner.set_environ(['A=b\0']),
        () => runner.setenv('A', 'b\0'),
        () => runner.unsetenv('A\0'),
    ])
        await assertRefused(Proc.RunnerError.INVALID_COMMAND, call);
});

test('a NUL in text that is input', async runner => {
    const read = async command => (await runner.check_output_async(command)).toArray();
    const command = new Proc.Command({argv: ['cat'], stdin_text: 'a\0b'});
    assertEqual([...await read(command)], [0x61, 0, 0x62]);
    command.stdin_text = 'c\0';
    assertEqual([...await read(command)], [0x63, 0]);
    command.set_stdin_text('\0d');
    assertEqual([...await read(command)], [0, 0x64]);
    command.set_stdin_bytes(bytes('\0e'));
    assertEqual([...await read(command)], [0, 0x65]);
    command.stdin_text = null;
    assertEqual([command.stdin_bytes, [...await read(command)]], [null, []]);
});

test('what is set stays as it was', async runner => {
    const command = new Proc.Command({argv: ['sh', '-c', 'echo "$0 $A $B"']});
    command.add_arg('x');
    command.setenv('A', 'y');
    runner.setenv('B', 'z');
    assertEqual(await runner.check_output_text_async(command), 'x y z');
    command.unsetenv('A');
    assertEqual(await runner.check_output_text_async(command), 'x  z');
});

test('constructors are as they were', runner => {
    assertEqual(runner.check(Proc.Command.new(['echo', 'a'])).stdout_text, 'a\n');
    assertEqual(runner.check(Proc.Command.new_shell('echo $#')).stdout_text, '0\n');
    assertEqual(runner.check(Proc.Command.new_shell('echo $1', ['b'])).stdout_text, 'b\n');
    assertEqual(runner.check(Proc.Command.new_parse("echo 'c d'")).stdout_text, 'c d\n');
    assertEqual(Proc.Command.new_shell('true', null) instanceof Proc.Command, true);
    assertEqual(new Proc.Command().argv ?? [], []);
});

test('an error has its result', async runner => {
    const argv = ['sh', '-c', 'echo o; exit 3'];
    for (const call of [
        () => runner.check_output_async(argv),
        () => runner.check_output_async({argv}),
        () => runner.check_async(argv),
        () => runner.check_output(argv),
        () => runner.check(argv),
        () => runner.run(argv).check(),
    ]) {
        const error = await assertRefused(Proc.RunnerError.EXIT_STATUS, call);
        System.gc();
        assertEqual([error.result.exit_status, error.result.stdout_text], [3, 'o\n']);
        assertEqual(error.result === Proc.RunnerError.get_result(error), true);
    }
    const error = await assertRefused(Proc.RunnerError.NOT_FOUND,
        () => runner.check_async(['/no/such/program']));
    assertEqual(error.result, null);
});

test('a cancelled call, too', async () => {
    const argv = ['sh', '-c', 'echo o; exec sleep 1000'];
    for (const call of [
        (runner, cancellable) => runner.check_output_async(argv, cancellable),
        (runner, cancellable) => runner.check_output_async({argv}, cancellable),
        (runner, cancellable) => runner.run_async(argv, cancellable),
    ]) {
        const runner = new Proc.Runner();
        const cancellable = new Gio.Cancellable();
        const promise = call(runner, cancellable);
        await new Promise(resolve => {
            const [job] = runner.jobs;
            const id = job.connect('notify::last-line', () => {
                job.disconnect(id);
                resolve();
            });
        });
        cancellable.cancel();
        const error = await assertCancelled(() => promise);
        assertEqual([error.result.outcome, error.result.stdout_text],
            [Proc.Outcome.CANCELLED, 'o\n']);
        assertEqual((await assertCancelled(() => error.result.check())).result === error.result,
            true);
    }
});

test('a job that was not started rejects', async runner => {
    const job = runner.start(['/no/such/program']);
    const error = await assertRefused(Proc.RunnerError.NOT_FOUND, () => job.wait_async());
    assertEqual(error.result, null);
});

test('every method of a job gives a promise', async runner => {
    const job = runner.start({argv: ['cat'], stdin: PIPE, stdout: PIPE});
    assertEqual(await job.write_async('one\ntwo\n'), true);
    job.close_stdin();
    const lines = [];
    for (let more; (more = await job.read_lines_async()) !== null;)
        lines.push(...more);
    assertEqual(lines, ['one', 'two']);
    assertEqual((await job.wait_async()).successful, true);
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED, () => job.write_async('three'));
});

async function collect(iteration, into = []) {
    for await (const line of iteration)
        into.push(line);
    return into;
}

test('lines', async runner => {
    for (const stdout of [PIPE, Proc.Stdio.CAPTURE]) {
        const job = runner.start({argv: ['seq', '3'], stdout});
        assertEqual(await collect(job.lines()), ['1', '2', '3']);
        assertEqual(job.result.successful, true);
    }
    const none = runner.start({argv: ['true'], stdout: PIPE});
    assertEqual(await collect(none.lines()), []);
});

test('lines of both outputs', async runner => {
    const script = 'for i in 1 2 3; do echo $i; echo e$i >&2; done';
    const job = runner.start(shell(script, {stdout: PIPE, stderr: PIPE}));
    assertEqual(await Promise.all([collect(job.lines()), collect(job.lines(STDERR))]),
        [['1', '2', '3'], ['e1', 'e2', 'e3']]);
});

test('a loop over lines ends as check does', async runner => {
    const lines = [];
    const failed = runner.start(shell('echo 1; exit 3', {stdout: PIPE}));
    const error = await assertRefused(Proc.RunnerError.EXIT_STATUS,
        () => collect(failed.lines(), lines));
    assertEqual([error.result.exit_status, lines], [3, ['1']]);

    await assertRefused(Proc.RunnerError.NOT_FOUND,
        () => collect(runner.start(['/no/such/program']).lines()));

    const grep = runner.start(shell('echo 1; exit 1', {success_code: 1}));
    assertEqual(await collect(grep.lines()), ['1']);
});

test('who leaves the loop has stopped the command', async runner => {
    for (const leave of ['break', 'return', 'throw']) {
        const job = runner.start({argv: ['yes'], stdout: PIPE});
        const loop = async () => {
            for await (const line of job.lines()) {
                assertEqual(line, 'y');
                if (leave === 'break')
                    break;
                if (leave === 'return')
                    return;
                throw new Error('left');
            }
        };
        await loop().catch(error => assertEqual(error.message, 'left'));
        assertEqual([job.state, job.result.outcome],
            [Proc.JobState.FINISHED, Proc.Outcome.CANCELLED]);
    }
});

test('a cancellable ends the loop and the command', async runner => {
    const waiting = shell('echo 1; exec sleep 1000', {stdout: PIPE});
    for (const start of [
        cancellable => runner.start(waiting, cancellable).lines(),
        cancellable => runner.start(waiting).lines(Proc.Stream.STDOUT, cancellable),
    ]) {
        const cancellable = new Gio.Cancellable();
        const error = await assertCancelled(async () => {
            for await (const line of start(cancellable)) {
                assertEqual(line, '1');
                cancellable.cancel();
            }
        });
        assertEqual(error instanceof GLib.Error, true);
        assertEqual(children(), '');
    }
});

test('a slow loop holds the command up', async runner => {
    // 32 MiB in lines of 1 KiB; who falls 8 MiB behind pauses the command.
    const N = 32 << 10;
    const script = `yes "$(printf %1023d 0)" | head -n ${N}; echo done >&2`;
    const job = runner.start(shell(script, {stdout: PIPE}));
    let nLines = 0;
    for await (const line of job.lines()) {
        nLines += line.length === 1023;
        if (nLines === 1) {
            for (let i = 0; i < 1000; i++)
                await idle();
            assertEqual([job.stdout_size < N << 9, job.stderr_size], [true, 0]);
        }
    }
    assertEqual([nLines, job.result.stderr_text], [N, 'done\n']);
});

test('jobs can be iterated', async runner => {
    assertEqual([...runner.jobs], []);
    const jobs = [1, 2].map(n => runner.start(shell(`read go; exit ${n}`, {stdin: PIPE})));
    await new Promise(resolve => {
        const id = runner.jobs.connect('items-changed', () => {
            if (runner.jobs.get_n_items() < 2)
                return;
            runner.jobs.disconnect(id);
            resolve();
        });
        if (runner.jobs.get_n_items() === 2)
            resolve();
    });
    assertEqual([...runner.jobs].map((job, i) => job === jobs[i]), [true, true]);
    assertEqual(runner.jobs === runner.get_jobs(), true);

    // What is iterated does not change under the loop.
    const statuses = [];
    for (const job of runner.jobs) {
        job.close_stdin();
        statuses.push((await job.wait_async()).exit_status);
    }
    assertEqual(statuses, [1, 2]);
});

test('stopping all gives a promise', async runner => {
    const job = runner.start(['sleep', '1000']);
    assertEqual(await runner.stop_all_async(), true);
    assertEqual(job.result.outcome, Proc.Outcome.CANCELLED);
});

run();
