// SPDX-License-Identifier: LGPL-2.1-or-later

// Standard input from files and streams, from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

Gio._promisify(Proc.Runner.prototype, 'check_async', 'check_finish');

const tests = [];
const test = (name, body) => tests.push({name, body});

function assertEqual(actual, expected) {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b)
        throw new Error(`${a} is not ${b}`);
}

async function assertFails(code, call) {
    try {
        await call();
    } catch (error) {
        if (error.matches(Proc.RunnerError, code))
            return error;
        throw error;
    }
    throw new Error('nothing was thrown');
}

const streamOf = text =>
    Gio.MemoryInputStream.new_from_bytes(new GLib.Bytes(new TextEncoder().encode(text)));

test('file', async (runner, dir) => {
    const stdin_file = Gio.File.new_for_path(`${dir}/input`);
    stdin_file.replace_contents('contents', null, false, Gio.FileCreateFlags.NONE, null);

    const command = new Proc.Command({argv: ['cat'], stdin_file});
    assertEqual(command.stdin_file.get_path(), `${dir}/input`);
    for (let i = 0; i < 2; i++) {
        const result = await runner.check_async(command, null);
        assertEqual([result.stdout_text, result.stdin_complete], ['contents', true]);
    }
    stdin_file.delete(null);
});

test('missing file', async (runner, dir) => {
    const stdin_file = Gio.File.new_for_path(`${dir}/missing`);
    const command = new Proc.Command({argv: ['touch', `${dir}/marker`], stdin_file});
    const error = await assertFails(Proc.RunnerError.INPUT_FILE,
        () => runner.check_async(command, null));
    assertEqual(error.message.includes(`${dir}/missing`), true);
    assertEqual(GLib.file_test(`${dir}/marker`, GLib.FileTest.EXISTS), false);
});

test('stream serves one run', async runner => {
    const words = 'word '.repeat(100000);
    const command = new Proc.Command({argv: ['cat'], stdin_stream: streamOf(words)});
    const result = await runner.check_async(command, null);
    assertEqual(result.stdout_text === words, true);
    assertEqual(result.stdin_complete, true);
    await assertFails(Proc.RunnerError.INVALID_COMMAND, () => runner.check_async(command, null));
});

test('last word', async (runner, dir) => {
    const command = new Proc.Command({argv: ['cat'], stdin_text: 'text'});
    command.set_stdin_file(Gio.File.new_for_path(`${dir}/none`));
    assertEqual(command.stdin_bytes, null);
    command.set_stdin_stream(streamOf('stream'));
    assertEqual(command.stdin_file, null);
    assertEqual((await runner.check_async(command, null)).stdout_text, 'stream');
    command.stdin_stream = null;
    assertEqual((await runner.check_async(command, null)).stdout_text, '');
});

async function passes({body}) {
    const dir = GLib.Dir.make_tmp('test-input-XXXXXX');
    try {
        await body(new Proc.Runner(), dir);
        return true;
    } catch (error) {
        print(`# ${error}\n${error.stack ?? ''}`.trim().replaceAll('\n', '\n# '));
        return false;
    } finally {
        GLib.rmdir(dir);
    }
}

async function main() {
    let nFailed = 0;
    print(`1..${tests.length}`);
    for (const [i, each] of tests.entries()) {
        const ok = await passes(each);
        nFailed += !ok;
        print(`${ok ? 'ok' : 'not ok'} ${i + 1} ${each.name}`);
    }
    return nFailed;
}

const loop = new GLib.MainLoop(null, false);
let status = 1;
main().then(nFailed => (status = nFailed ? 1 : 0)).catch(logError).finally(() => loop.quit());
loop.run();
System.exit(status);
