// SPDX-License-Identifier: LGPL-2.1-or-later

// Limits on memory and output, from JavaScript.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

Gio._promisify(Proc.Runner.prototype, 'check_async', 'check_finish');
Gio._promisify(Proc.Runner.prototype, 'check_output_async', 'check_output_finish');

const MIB = 1024 * 1024;

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

const tests = {
    async fail() {
        const runner = new Proc.Runner({max_output: 5});
        try {
            await runner.check_output_async(['echo', 'too long'], null);
        } catch (error) {
            assertEqual(error.matches(Proc.RunnerError, Proc.RunnerError.OUTPUT_LIMIT), true);
            const result = Proc.RunnerError.get_result(error);
            assertEqual(result.outcome, Proc.Outcome.OUTPUT_LIMIT);
            assertEqual(result.truncated, true);
            assertEqual(result.stdout_text, 'too l');
            return;
        }
        throw new Error('nothing was thrown');
    },

    async headAndTail() {
        const runner = new Proc.Runner({max_output: 2, overflow: Proc.Overflow.HEAD});
        const command = new Proc.Command({argv: ['printf', 'abcdef']});
        const head = await runner.check_async(command, null);
        assertEqual(head.stdout_text, 'ab');
        assertEqual(head.stdout_size, 6);

        command.set_max_output(4, Proc.Overflow.TAIL);
        const tail = await runner.check_async(command, null);
        assertEqual(tail.stdout_text, 'cdef');
        assertEqual(tail.truncated, true);

        const free = new Proc.Command({argv: ['printf', 'abcdef'], max_output: 0});
        const all = await runner.check_async(free, null);
        assertEqual(all.stdout_text, 'abcdef');
        assertEqual(all.truncated, false);
    },

    async memoryLimit() {
        const runner = new Proc.Runner({memory_limit: MIB});
        const bytes = await runner.check_output_async(['head', '-c', `${5 * MIB}`, '/dev/zero'],
            null);
        assertEqual(bytes.get_size(), 5 * MIB);
        assertEqual(bytes.toArray().every(byte => byte === 0), true);
    },
};

async function main() {
    const names = Object.keys(tests);
    let nFailed = 0;
    print(`1..${names.length}`);
    for (const [i, name] of names.entries()) {
        try {
            await tests[name]();
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            print(`# ${error}\nnot ok ${i + 1} ${name}`);
            nFailed++;
        }
    }
    return nFailed;
}

const loop = new GLib.MainLoop(null, false);
let status = 1;
main().then(nFailed => (status = nFailed ? 1 : 0)).catch(logError).finally(() => loop.quit());
loop.run();
System.exit(status);
