// SPDX-License-Identifier: LGPL-2.1-or-later

// Standard input from files and streams, from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';

import {assertEqual, assertRefused, run, test} from './harness.js';

Gio._promisify(Proc.Runner.prototype, 'check_async', 'check_finish');

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
    const error = await assertRefused(Proc.RunnerError.INPUT_FILE,
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
    await assertRefused(Proc.RunnerError.INVALID_COMMAND, () => runner.check_async(command, null));
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

run();
