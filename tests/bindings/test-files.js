// SPDX-License-Identifier: LGPL-2.1-or-later

// Output files and streams from JavaScript, without overrides.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const SCRIPT = 'printf out; printf err >&2';

const runner = new Proc.Runner();
const decoder = new TextDecoder();
const dir = GLib.Dir.make_tmp('test-files-XXXXXX');
const file = Gio.File.new_for_path(`${dir}/file`);

const contents = () => decoder.decode(file.load_contents(null)[1]);

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

const tests = {
    'standard error to a file'() {
        const command = new Proc.Command({script: SCRIPT, stderr_file: file});

        assertEqual(runner.check(command, null).stdout_text, 'out');
        assertEqual(contents(), 'err');
        assertEqual(command.stderr_file.equal(file), true);
    },

    'both to one file'() {
        const command = new Proc.Command({script: SCRIPT});

        command.set_stdout_file(file, Proc.FileFlags.TRUNCATE);
        command.set_stderr_file(file, Proc.FileFlags.TRUNCATE);
        runner.check(command, null);
        assertEqual(contents(), 'outerr');
    },

    'a file and the capture'() {
        const command = new Proc.Command({
            script: SCRIPT, stdout_file: file, stdout_file_flags: Proc.FileFlags.TEE,
        });

        assertEqual(runner.check(command, null).stdout_text, 'out');
        assertEqual(contents(), 'out');
    },

    'directly'() {
        const command = new Proc.Command({script: SCRIPT});

        command.set_stdout_file(file, Proc.FileFlags.DIRECT | Proc.FileFlags.APPEND);
        assertEqual(Number(runner.check(command, null).stdout_size), 3);
        assertEqual(contents(), 'outout');
    },

    'directly and captured is refused'() {
        const command = new Proc.Command({script: SCRIPT});
        let error = null;

        command.set_stdout_file(file, Proc.FileFlags.DIRECT | Proc.FileFlags.TEE);
        try {
            runner.check(command, null);
        } catch (e) {
            error = e;
        }
        assertEqual(error.matches(Proc.RunnerError, Proc.RunnerError.INVALID_COMMAND), true);
    },

    'a stream'() {
        const stream = Gio.MemoryOutputStream.new_resizable();
        const command = new Proc.Command({script: SCRIPT, stdout_stream: stream});

        assertEqual(command.stdout_stream, stream);
        runner.check(command, null);
        assertEqual(stream.is_closed(), false);
        stream.close(null);
        assertEqual(decoder.decode(stream.steal_as_bytes().toArray()), 'out');
    },
};

let nFailed = 0;
print(`1..${Object.keys(tests).length}`);
for (const [i, [name, test]] of Object.entries(tests).entries()) {
    try {
        test();
        print(`ok ${i + 1} ${name}`);
    } catch (e) {
        nFailed++;
        print(`not ok ${i + 1} ${name}\n# ${e}`);
    }
}
file.delete(null);
GLib.rmdir(dir);
System.exit(nFailed ? 1 : 0);
