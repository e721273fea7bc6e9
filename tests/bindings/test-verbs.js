// SPDX-License-Identifier: LGPL-2.1-or-later

// The introspected API from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

import {assertCancelled, assertEqual, assertRefused, run, test} from './harness.js';

for (const verb of ['run', 'check', 'check_output', 'check_output_text', 'check_output_shell',
    'check_output_to_file'])
    Gio._promisify(Proc.Runner.prototype, `${verb}_async`, `${verb}_finish`);

const FAIL_SCRIPT = 'printf out; printf "err\\n" >&2; exit 3';

function assert(condition, what) {
    if (!condition)
        throw new Error(what);
}

const text = bytes => new TextDecoder().decode(bytes.toArray());

/* Acts in the main loop once event () is true, and counts the ticks before. */
function tickUntil(event, act) {
    const ticks = {n: 0};
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1, () => {
        ticks.n++;
        if (!event())
            return GLib.SOURCE_CONTINUE;
        act();
        return GLib.SOURCE_REMOVE;
    });
    return ticks;
}

const exists = path => GLib.file_test(path, GLib.FileTest.EXISTS);

test('check_output', runner => {
    const output = runner.check_output(['printf', '%s|', 'one', 'two words'], null);
    assertEqual(text(output), 'one|two words|');
});

test('check_output with await', async runner => {
    const output = await runner.check_output_async(['printf', '%s|', 'one', 'two words'], null);
    assertEqual(text(output), 'one|two words|');
});

test('check_output with a callback', runner => new Promise((resolve, reject) => {
    // A callback instead of awaiting is what a promisified method takes, too.
    runner.check_output_async(['echo', 'word'], null, (source, task) => {
        try {
            assertEqual(text(source.check_output_finish(task)), 'word\n');
            resolve();
        } catch (error) {
            reject(error);
        }
    });
}));

test('empty output', async runner => {
    assertEqual(runner.check_output(['true'], null).get_size(), 0);
    assertEqual(await runner.check_output_text_async(['true'], null), '');
});

test('NUL and bad UTF-8', async runner => {
    const argv = ['printf', 'a\\000\\377z\\n'];
    assertEqual([...(await runner.check_output_async(argv, null)).toArray()],
        [0x61, 0, 0xff, 0x7a, 0x0a]);
    assertEqual(await runner.check_output_text_async(argv, null), 'a\ufffd\ufffdz');
});

test('check_output_text', async runner => {
    assertEqual(runner.check_output_text(['printf', 'größe\n\n'], null), 'größe\n');
    assertEqual(await runner.check_output_text_async(['printf', 'größe\n'], null), 'größe');
});

test('check_output_shell', async runner => {
    const script = 'printf "%s;" "$#" "$1" "$2" | tr a-z A-Z';
    const args = ["it's", '$HOME'];
    assertEqual(text(runner.check_output_shell(script, args, null)), "2;IT'S;$HOME;");
    assertEqual(text(await runner.check_output_shell_async(script, args, null)), "2;IT'S;$HOME;");
    assertEqual(text(await runner.check_output_shell_async('echo $#', null, null)), '0\n');
});

test('three at once', async runner => {
    const words = ['one', 'two', 'three'];
    assertEqual(await Promise.all(words.map(word =>
        runner.check_output_text_async(['echo', word], null))), words);
});

test('the main loop ticks', async (runner, dir) => {
    // The command ends only after the main loop has ticked ten times.
    const go = `${dir}/go`;
    const ticks = tickUntil(() => ticks.n === 10, () => GLib.file_set_contents(go, ''));
    const output = await runner.check_output_shell_async(
        'until [ -e "$1" ]; do sleep 0.01; done; echo seen', [go], null);
    assertEqual([text(output), ticks.n], ['seen\n', 10]);
});

test('run tells', async runner => {
    const command = Proc.Command.new_shell(FAIL_SCRIPT, null);
    for (const result of [runner.run(command, null), await runner.run_async(command, null)]) {
        assertEqual(result.outcome, Proc.Outcome.EXITED);
        assertEqual(result.successful, false);
        assertEqual(result.exit_status, 3);
        assertEqual(text(result.get_stdout()), 'out');
        assertEqual(result.stderr_text, 'err\n');
        await assertRefused(Proc.RunnerError.EXIT_STATUS, () => result.check());
    }
});

for (const [verb, ...args] of [
    ['check', Proc.Command.new_shell(FAIL_SCRIPT, null)],
    ['check_output', ['sh', '-c', FAIL_SCRIPT]],
    ['check_output_text', ['sh', '-c', FAIL_SCRIPT]],
    ['check_output_shell', FAIL_SCRIPT, null],
]) {
    test(`${verb} throws`, async runner => {
        for (const call of [verb, `${verb}_async`]) {
            const error = await assertRefused(Proc.RunnerError.EXIT_STATUS,
                () => runner[call](...args, null));
            assert(error.message.endsWith('status 3: err'), error.message);
            System.gc();
            const result = Proc.RunnerError.get_result(error);
            assertEqual([result.exit_status, result.stdout_text, result.stderr_text],
                [3, 'out', 'err\n']);
        }
    });
}

test('success code', runner => {
    const command = Proc.Command.new(['sh', '-c', 'exit 1']);
    command.add_success_code(1);
    const result = runner.check(command, null);
    assertEqual([result.successful, result.exit_status], [true, 1]);
});

test('signal', async runner => {
    const result = await runner.run_async(Proc.Command.new_shell('kill -9 $$', null), null);
    assertEqual([result.outcome, result.term_signal, result.exit_status],
        [Proc.Outcome.SIGNALED, 9, -1]);
    await assertRefused(Proc.RunnerError.SIGNALED, () => result.check());
});

test('missing program', async runner => {
    for (const call of ['check_output', 'check_output_async']) {
        const error = await assertRefused(Proc.RunnerError.NOT_FOUND,
            () => runner[call](['no-such-program'], null));
        assert(error.message.includes('no-such-program'), error.message);
        assertEqual(Proc.RunnerError.get_result(error), null);
    }
});

test('missing directory', async runner => {
    runner.cwd = '/no/such/directory';
    for (const call of ['check_output', 'check_output_async']) {
        const error = await assertRefused(Proc.RunnerError.BAD_CWD,
            () => runner[call](['true'], null));
        assert(error.message.includes(runner.cwd), error.message);
    }
});

test('empty argv', async runner => {
    for (const argv of [[], ['']]) {
        for (const call of ['check_output', 'check_output_async'])
            await assertRefused(Proc.RunnerError.INVALID_COMMAND, () => runner[call](argv, null));
    }
});

test('bad line', async runner => {
    const command = Proc.Command.new_parse("echo 'unclosed");
    await assertRefused(Proc.RunnerError.INVALID_COMMAND, () => runner.run_async(command, null));
});

test('timeout', async runner => {
    runner.timeout_msec = 50;
    for (const call of ['check_output', 'check_output_async']) {
        const error = await assertRefused(Proc.RunnerError.TIMED_OUT,
            () => runner[call](['sleep', '1000'], null));
        assertEqual(Proc.RunnerError.get_result(error).outcome, Proc.Outcome.TIMED_OUT);
    }
});

test('idle and forced', async runner => {
    runner.idle_timeout_msec = 50;
    runner.kill_grace_msec = 0;
    const result = await runner.run_async(Proc.Command.new(['sleep', '1000']), null);
    assertEqual(result.outcome, Proc.Outcome.IDLE);
    assertEqual([result.term_signal, result.forced, result.survivors], [9, true, 0]);
});

test('settings', async () => {
    const runner = new Proc.Runner({drain_grace_msec: 50});
    const command = new Proc.Command({
        argv: ['sh', '-c', 'echo $0; umask; ulimit -n; sleep 1000 & echo $! >&2'],
        argv0: 'other', umask: 0o27, idle_timeout_msec: 0,
    });
    command.set_rlimit(7, 33, 44);
    const result = await runner.check_async(command, null);
    assertEqual(result.stdout_text, 'other\n0027\n33\n');
    assertEqual(result.complete, false);
    await runner.check_output_async(['kill', '-9', result.stderr_text.trim()], null);
});

test('cancel', (runner, dir) => new Promise((resolve, reject) => {
    const cancellable = new Gio.Cancellable();
    const marker = `${dir}/marker`;
    tickUntil(() => exists(marker), () => cancellable.cancel());
    const script = 'echo partial; : > "$1"; exec sleep 1000';
    runner.check_output_shell_async(script, [marker], cancellable, (source, task) => {
        assertCancelled(() => source.check_output_shell_finish(task)).then(() => {
            const result = source.get_task_result(task);
            assertEqual([result.outcome, result.stdout_text],
                [Proc.Outcome.CANCELLED, 'partial\n']);
        }).then(resolve, reject);
    });
}));

test('cancelled before', async (runner, dir) => {
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    for (const call of ['check_output', 'check_output_async'])
        await assertCancelled(() => runner[call](['touch', `${dir}/marker`], cancellable));
    assertEqual(exists(`${dir}/marker`), false);
});

test('construct properties', async (runner, dir) => {
    const argv = ['sh', '-c', 'pwd; cat'];
    const command = new Proc.Command({argv, cwd: dir, stdin_text: 'text'});
    const result = await runner.check_async(command, null);
    assertEqual(result.stdout_text, `${dir}\ntext`);
    assertEqual(result.command.argv, argv);

    const settled = new Proc.Runner({cwd: dir, timeout_msec: 60000});
    assertEqual(settled.check_output_text(['pwd'], null), dir);
});

test('stdin bytes', async runner => {
    const data = new Uint8Array(1 << 20).map((_, i) => i % 251);
    const command = new Proc.Command({argv: ['cat'], stdin_bytes: new GLib.Bytes(data)});
    const result = await runner.check_async(command, null);
    assert(result.stdout.equal(command.stdin_bytes), 'other bytes came back');
});

test('stderr merged', async runner => {
    const command = new Proc.Command({
        argv: ['sh', '-c', 'echo 1; echo 2 >&2; echo 3; echo 4 >&2'],
        stderr: Proc.Stdio.MERGE,
    });
    const result = await runner.check_async(command, null);
    assertEqual([result.stdout_text, result.stderr_text], ['1\n2\n3\n4\n', '']);
});

test('environment', async runner => {
    runner.setenv('PROC_TEST_A', 'runner');
    runner.setenv('PROC_TEST_B', 'runner');
    const command = Proc.Command.new(['sh', '-c', 'echo "$PROC_TEST_A $PROC_TEST_B"']);
    command.setenv('PROC_TEST_B', 'command');
    assertEqual((await runner.check_async(command, null)).stdout_text, 'runner command\n');
});

test('output to a file', async (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/out`);
    const result = await runner.check_output_to_file_async(
        ['sh', '-c', 'echo to file; echo aside >&2'], file, null);
    assertEqual([result.successful, result.stderr_text], [true, 'aside\n']);
    assertEqual(new TextDecoder().decode(file.load_contents(null)[1]), 'to file\n');

    const error = await assertRefused(Proc.RunnerError.EXIT_STATUS,
        () => runner.check_output_to_file_async(['sh', '-c', FAIL_SCRIPT], file, null));
    assertEqual(Proc.RunnerError.get_result(error).stdout_text, 'out');
    assertEqual(new TextDecoder().decode(file.load_contents(null)[1]), 'to file\n');
});

test('a file that cannot be', async (runner, dir) => {
    const file = Gio.File.new_for_path(`${dir}/missing/out`);
    await assertRefused(Proc.RunnerError.OUTPUT_FILE,
        () => runner.check_output_to_file_async(['touch', `${dir}/marker`], file, null));
    assertEqual(exists(`${dir}/marker`), false);
});

run();
