// SPDX-License-Identifier: LGPL-2.1-or-later

// BI2: objects are collected while their jobs run, and each callback still comes, once.
// Criticals are fatal here: GJS makes them of callbacks that come in a collection.

import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const N_JOBS = GLib.getenv('PROC_TEST_LONG') ? 10000 : 500;
const N_AT_ONCE = 16;

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

function iterateUntil(condition) {
    for (let n = 1; !condition(); n++) {
        GLib.MainContext.default().iteration(true);
        if (n % 50 === 0)
            System.gc();
    }
    System.gc();
    while (GLib.MainContext.default().iteration(false))
        continue;
    System.gc();
}

function submit(n, told) {
    const runner = new Proc.Runner({max_running: N_AT_ONCE});
    const command = new Proc.Command({argv: ['sh', '-c', `exit ${n % 200}`]});
    runner.run_async(command, null, (source, task) => {
        assertEqual(source.run_finish(task).exit_status, n % 200);
        told[n]++;
    });
}

// Nobody keeps the runner, the command or the result.
function droppedRuns() {
    const told = new Array(N_JOBS).fill(0);
    for (let n = 0; n < N_JOBS; n += N_AT_ONCE) {
        const end = Math.min(n + N_AT_ONCE, N_JOBS);
        for (let i = n; i < end; i++)
            submit(i, told);
        iterateUntil(() => told.slice(n, end).every(times => times > 0));
    }
    assertEqual(told.every(times => times === 1), true);
}

function start(runner, n, told, lines) {
    const job = runner.start(new Proc.Command({argv: ['echo', `${n}`]}), null);
    job.connect('lines', (_job, _stream, block) => {
        assertEqual(block.join(), `${n}`);
        lines[n]++;
    });
    job.wait_async(null, (source, task) => {
        assertEqual(source.wait_finish(task).successful, true);
        told[n]++;
    });
}

function startAll(told, lines) {
    const runner = new Proc.Runner({max_running: N_AT_ONCE});
    for (let n = 0; n < N_JOBS; n++)
        start(runner, n, told, lines);
}

// Nobody keeps the job: its signals come, and the callback of who waits for it.
function droppedJobs() {
    const told = new Array(N_JOBS).fill(0);
    const lines = new Array(N_JOBS).fill(0);
    let nTold = 0;
    startAll(told, lines);
    iterateUntil(() => {
        while (nTold < N_JOBS && told[nTold] > 0)
            nTold++;
        return nTold === N_JOBS;
    });
    assertEqual(told.every(times => times === 1), true);
    assertEqual(lines.every(times => times === 1), true);
}

print('1..2');
droppedRuns();
print('ok 1 /garbage/bi2-dropped-runs');
droppedJobs();
print('ok 2 /garbage/bi2-dropped-jobs');
