// SPDX-License-Identifier: LGPL-2.1-or-later

// Jobs from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

import {assertEqual, assertFails, idle, run, test} from './harness.js';

for (const method of ['wait', 'write', 'read_lines'])
    Gio._promisify(Proc.Job.prototype, `${method}_async`, `${method}_finish`);
Gio._promisify(Proc.Runner.prototype, 'stop_all_async', 'stop_all_finish');

const {STDOUT, STDERR} = Proc.Stream;
const {QUEUED, RUNNING, STOPPING, FINISHED} = Proc.JobState;

const command = (script, settings = {}) =>
    new Proc.Command({argv: ['sh', '-c', script], ...settings});

const bytes = text => new GLib.Bytes(new TextEncoder().encode(text));
const text = block => new TextDecoder().decode(block.toArray());

/* Resolves once the condition holds, which is looked at now and at each signal. */
const until = (object, signal, condition) => new Promise(resolve => {
    if (condition()) {
        resolve();
        return;
    }
    const id = object.connect(signal, () => {
        if (!condition())
            return;
        object.disconnect(id);
        resolve();
    });
});

test('data, lines, states and callbacks come in order', async runner => {
    const told = [];
    const job = runner.start(command('echo one; echo größe; printf three'), null);
    assertEqual([job.state, job.result], [QUEUED, null]);
    job.connect('data', (_job, stream, block) => told.push([stream, block]));
    job.connect('lines', (_job, stream, lines) => told.push(...lines.map(x => [stream, x])));
    job.connect('notify::state', () => told.push(job.state));
    job.wait_async(null, (_job, task) => told.push(job.wait_finish(task)));
    const result = await job.wait_async(null);

    assertEqual(told.shift(), RUNNING);
    assertEqual([told.pop() === result, told.pop()], [true, FINISHED]);
    assertEqual(told[0][1] instanceof GLib.Bytes, true);
    assertEqual(told.filter(([stream]) => stream !== STDOUT), []);
    const said = told.map(([, what]) => what);
    assertEqual(said.filter(what => typeof what === 'string'), ['one', 'größe', 'three']);
    const blocks = said.filter(what => what instanceof GLib.Bytes);
    assertEqual(blocks.map(text).join(''), 'one\ngröße\nthree');
    assertEqual(job.result === result, true);
});

test('each line comes with its stream', async runner => {
    const lines = {[STDOUT]: [], [STDERR]: []};
    const job = runner.start(command('echo out; echo err >&2; echo more'), null);
    job.connect('lines', (_job, stream, more) => lines[stream].push(...more));
    await job.wait_async(null);
    assertEqual([lines[STDOUT], lines[STDERR]], [['out', 'more'], ['err']]);
});

test('properties', async runner => {
    const job = runner.start(command('echo 12345; echo 12 >&2; echo $$', {cwd: '/'}), null);
    const result = await job.wait_async(null);
    const pid = result.stdout_text.split('\n')[1];
    assertEqual([`${job.pid}`, job.stdout_size, job.stderr_size], [pid, 7 + pid.length, 3]);
    assertEqual(job.elapsed_usec, result.elapsed_usec);
    assertEqual([job.command.cwd, job.command.argv[0]], ['/', 'sh']);
});

test('progress and a line without an end', async runner => {
    const script = 'printf "copying 40%%\\r"; read go; echo done';
    const job = runner.start(command(script, {stdin: Proc.Stdio.PIPE}), null);
    assertEqual([job.has_progress, job.progress, job.last_line], [false, 0, '']);
    const seen = [];
    job.connect('notify::progress', () => {
        seen.push([job.progress, job.dup_last_line()]);
        job.write_async(bytes('go\n'), null, null);
    });
    await job.wait_async(null);
    assertEqual(seen, [[0.4, 'copying 40%']]);
    assertEqual([job.has_progress, job.progress, job.last_line], [true, 0.4, 'done']);
});

test('progress by a pattern', async runner => {
    const frames = runner.start(command('echo frame=24 99%', {
        progress_pattern: GLib.Regex.new('^frame=(\\d+)', 0, 0), progress_total: 48,
    }), null);
    const ofTotal = command("echo '3 of 4'; echo 99%");
    ofTotal.set_progress_pattern(GLib.Regex.new('(\\d+) of (\\d+)', 0, 0), 0);
    const job = runner.start(ofTotal, null);
    ofTotal.set_progress_pattern(null, 0);
    const plain = runner.start(ofTotal, null);
    await Promise.all([frames, job, plain].map(each => each.wait_async(null)));
    assertEqual([frames.progress, job.progress, plain.progress], [0.5, 0.75, 0.99]);
});

test('many wait, and after the end, and without a main loop', async runner => {
    const job = runner.start(command('exit 3'), null);
    const results = await Promise.all([job.wait_async(null), job.wait_async(null)]);
    results.push(await job.wait_async(null), job.wait(null));
    assertEqual(results.map(result => result === job.result), [true, true, true, true]);
    assertEqual(results[0].exit_status, 3);
});

test('its own cancellable ends the wait alone', async runner => {
    const cancellable = new Gio.Cancellable();
    const job = runner.start(command('read go', {stdin: Proc.Stdio.PIPE}), null);
    const waiting = assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED,
        () => job.wait_async(cancellable));
    cancellable.cancel();
    await waiting;
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, () => job.wait(cancellable));
    assertEqual(job.state < STOPPING, true);
    job.write(bytes('go\n'), null);
    assertEqual((await job.wait_async(null)).successful, true);
});

test('a failed start', async runner => {
    for (const [settings, code] of [
        [{argv: ['/no/such/program']}, Proc.RunnerError.NOT_FOUND],
        [{argv: ['true'], cwd: '/no/such/directory'}, Proc.RunnerError.BAD_CWD],
        [{argv: ['']}, Proc.RunnerError.INVALID_COMMAND],
    ]) {
        const job = runner.start(new Proc.Command(settings), null);
        await assertFails(Proc.RunnerError, code, () => job.wait(null));
        for (let i = 0; i < 2; i++)
            await assertFails(Proc.RunnerError, code, () => job.wait_async(null));
        assertEqual([job.state, job.result, job.pid], [FINISHED, null, 0]);
    }
});

async function assertCancelled(job) {
    const result = await job.wait_async(null);
    assertEqual(result.outcome, Proc.Outcome.CANCELLED);
    await assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, () => result.check());
    return result;
}

test('stop', async runner => {
    const script = 'trap "echo bye; exit" TERM; echo ready; while :; do sleep 0.01; done';
    const job = runner.start(command(script, {stderr: Proc.Stdio.DISCARD}), null);
    const told = [];
    job.connect('lines', (_job, _stream, lines) => told.push(...lines));
    job.connect('notify::state', () => told.push(job.state));
    await until(job, 'lines', () => told.includes('ready'));
    job.stop();
    assertEqual((await assertCancelled(job)).stdout_text, 'ready\nbye\n');
    assertEqual(told, [RUNNING, 'ready', STOPPING, 'bye', FINISHED]);
    job.stop();
    job.kill();
    job.send_signal(15);
});

test('kill', async runner => {
    runner.kill_grace_msec = 2 ** 31 - 1;
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.01; done';
    const job = runner.start(command(script), null);
    await until(job, 'notify::last-line', () => job.last_line === 'ready');
    job.stop();
    await until(job, 'notify::state', () => job.state === STOPPING);
    job.kill();
    assertEqual((await assertCancelled(job)).term_signal, 9);
});

test('a signal before the start, which is the program’s own affair', async runner => {
    const job = runner.start(command('exec sleep 1000'), null);
    job.send_signal(12);
    const result = await job.wait_async(null);
    assertEqual([result.outcome, result.term_signal], [Proc.Outcome.SIGNALED, 12]);
});

test('a cancellable stops', async runner => {
    const cancellable = new Gio.Cancellable();
    const job = runner.start(command('exec sleep 1000'), cancellable);
    await until(job, 'notify::state', () => job.state === RUNNING);
    cancellable.cancel();
    await assertCancelled(job);
    await assertCancelled(runner.start(command('exec sleep 1000'), cancellable));
});

for (const stopAll of [runner => runner.stop_all(null), runner => runner.stop_all_async(null)]) {
    test('the end of all comes after the callbacks', async runner => {
        const outcomes = [];
        for (let i = 0; i < 3; i++) {
            runner.start(command('exec sleep 1000'), null).wait_async(null,
                (job, task) => outcomes.push(job.wait_finish(task).outcome));
        }
        assertEqual(await stopAll(runner), true);
        assertEqual(outcomes, Array(3).fill(Proc.Outcome.CANCELLED));
        await assertCancelled(runner.start(command('exec sleep 1000'), null));
    });
}

const items = model => Array.from({length: model.get_n_items()}, (_, i) => model.get_item(i));

test('a list of jobs', async runner => {
    const model = runner.jobs;
    const changes = [];
    assertEqual([model.get_item_type() === Proc.Job.$gtype, model === runner.get_jobs()],
        [true, true]);
    model.connect('items-changed', (_model, ...change) => changes.push(change));
    const jobs = [1, 2].map(n =>
        runner.start(command(`read go; exit ${n}`, {stdin: Proc.Stdio.PIPE}), null));
    await until(model, 'items-changed', () => model.get_n_items() === 2);
    assertEqual(items(model).map((job, i) => job === jobs[i]), [true, true]);
    assertEqual([items(model)[1].command.argv[2], model.get_item(2)], ['read go; exit 2', null]);

    for (const job of jobs) {
        job.write(bytes('go\n'), null);
        await until(model, 'items-changed', () => !items(model).includes(job));
    }
    assertEqual([model.get_n_items(), changes.slice(-2)], [0, [[0, 1, 0], [0, 1, 0]]]);
    assertEqual(jobs.map(job => job.result.exit_status), [1, 2]);
});

test('finished jobs can be kept', async () => {
    const runner = new Proc.Runner({keep_finished: 2});
    const model = runner.jobs;
    for (const n of [1, 2, 3])
        await runner.start(command(`exit ${n}`), null).wait_async(null);
    await until(model, 'items-changed', () => model.get_n_items() === 2);
    assertEqual(items(model).map(job => job.result.exit_status), [2, 3]);
    runner.keep_finished = 0;
    await until(model, 'items-changed', () => model.get_n_items() === 0);
});

test('the others wait, the limit acts at once, the counts are notified', async () => {
    const runner = new Proc.Runner({max_running: 2});
    const counts = [];
    for (const name of ['n-running', 'n-queued'])
        runner.connect(`notify::${name}`, () => counts.push(`${name} ${runner[name]}`));
    const jobs = Array.from({length: 4},
        () => runner.start(command('read go', {stdin: Proc.Stdio.PIPE}), null));
    const running = () => jobs.map(job => job.state === RUNNING);

    assertEqual(runner.n_queued + runner.n_running, 4);
    await until(jobs[1], 'notify::state', () => jobs[1].state === RUNNING);
    await until(jobs[0], 'notify::state', () => jobs[0].state === RUNNING);
    assertEqual([running(), runner.n_running, runner.n_queued], [[true, true, false, false], 2, 2]);
    runner.max_running = 3;
    await until(jobs[2], 'notify::state', () => jobs[2].state === RUNNING);
    assertEqual([running()[3], runner.max_running, runner.n_queued], [false, 3, 1]);
    const waiting = jobs.map(job => {
        job.write_async(bytes('go\n'), null, null);
        return job.wait_async(null);
    });
    assertEqual((await Promise.all(waiting)).map(result => result.successful), Array(4).fill(true));
    await until(runner, 'notify', () =>
        counts.includes('n-running 0') && counts.includes('n-queued 0'));
});

/* A job that nobody keeps, but the handlers of its own signals. */
function startAndDrop(runner, n, file) {
    const diary = [];
    const job = runner.start(command(`echo ${n}; echo e${n} >&2`, {stdin_file: file}), null);
    job.connect('lines', (_job, _stream, lines) => diary.push(...lines));
    job.connect('notify::state', () => diary.push(job.state));
    const over = new Promise(resolve => job.wait_async(null, (_job, task) => {
        diary.push(job.wait_finish(task).successful);
        resolve();
    }));
    return {diary, over};
}

test('500 jobs that nobody keeps', async runner => {
    // Each job has a reference to this, as long as it is there.
    const file = Gio.File.new_for_path('/dev/null');
    const started = [];
    runner.max_running = 16;
    for (let n = 0; n < 500; n++) {
        started.push(startAndDrop(runner, n, file));
        if (n % 16 === 0)
            await started[n].over;
        if (n % 10 === 0)
            System.gc();
    }
    await Promise.all(started.map(({over}) => over));

    for (const [n, {diary}] of started.entries()) {
        assertEqual(diary.filter(entry => entry === `e${n}`).length, 1);
        assertEqual(diary.filter(entry => entry !== `e${n}`), [RUNNING, `${n}`, FINISHED, true]);
    }
    for (let i = 0; i < 100 && System.refcount(file) > 1; i++) {
        System.gc();
        await idle();
    }
    assertEqual(System.refcount(file), 1);
});

run();
