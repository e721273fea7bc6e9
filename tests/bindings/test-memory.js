// SPDX-License-Identifier: LGPL-2.1-or-later

// Memory in the long run: as many calls as the argument says, with every ending, while the
// garbage collector is forced now and then.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

import {assertCancelled, assertEqual, assertRefused, idle, run, test} from './harness.js';

const N_CALLS = Number(ARGV[0]);
const N_WARM_UP = Math.max(500, N_CALLS / 4);
const N_ROUNDS = 3;
const N_AT_ONCE = 8;
const LIMIT_KIB = 1024;

const {EXIT_STATUS, NOT_FOUND} = Proc.RunnerError;

const calls = [
    async runner => {
        // Not get_size(): a call of a method of GLib.Bytes costs 100 bytes for ever in GJS 1.74.
        const output = await runner.check_output_async(['echo', 'word']);
        assertEqual(output.toArray().length, 5);
    },
    async runner => {
        const command = {argv: ['cat'], stdin_text: 'word\n'};
        assertEqual(await runner.check_output_text_async(command), 'word');
    },
    async runner => {
        const error = await assertRefused(EXIT_STATUS, () => runner.check_async(['false']));
        assertEqual(error.result.exit_status, 1);
    },
    runner => assertRefused(NOT_FOUND, () => runner.run_async(['/no/such/program'])),
    runner => {
        const cancellable = new Gio.Cancellable();
        const promise = runner.run_async(['sleep', '1000'], cancellable);
        cancellable.cancel();
        return assertCancelled(() => promise);
    },
    async runner => {
        const lines = [];
        const job = runner.start({argv: ['seq', '3'], stdout: Proc.Stdio.PIPE});
        for await (const line of job.lines())
            lines.push(line);
        assertEqual(lines, ['1', '2', '3']);
    },
    runner => new Promise(resolve => {
        // Nobody keeps the job, and the callback comes all the same.
        runner.start(['true']).wait_async((job, task) => resolve(job.wait_finish(task)));
    }),
];

async function call(runner, n) {
    for (let i = 0; i < n; i += N_AT_ONCE) {
        const some = Array.from({length: Math.min(N_AT_ONCE, n - i)},
            (_, j) => calls[(i + j) % calls.length](runner));
        await Promise.all(some);
        if (i % (8 * N_AT_ONCE) === 0)
            System.gc();
    }
}

async function residentKib() {
    for (let i = 0; i < 3; i++) {
        System.gc();
        await idle();
    }
    const [, status] = GLib.file_get_contents('/proc/self/status');
    return Number(/VmRSS:\s+(\d+) kB/.exec(new TextDecoder().decode(status))[1]);
}

// The engine's own heap grows by a step of nearly a MiB now and then, and what leaks grows
// always: so there are some rounds, of which one must keep within the limit.
test(`${N_CALLS} calls`, async runner => {
    await call(runner, N_WARM_UP);
    let growth;
    for (let round = 0; round < N_ROUNDS; round++) {
        const before = await residentKib();
        await call(runner, N_CALLS);
        growth = await residentKib() - before;
        print(`# ${growth} KiB more than ${before} KiB after ${N_CALLS} calls`);
        if (growth < LIMIT_KIB)
            return;
    }
    throw new Error(`${growth} KiB are too many`);
});

run();
