// SPDX-License-Identifier: LGPL-2.1-or-later

// The GJS override: promises.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';

const runner = new Proc.Runner();
const decoder = new TextDecoder();
const loop = new GLib.MainLoop(null, false);

async function failure(promise) {
    try {
        await promise;
    } catch (e) {
        return e;
    }
    throw new Error('nothing was thrown');
}

function assert(condition, what) {
    if (!condition)
        throw new Error(what);
}

const tests = {
    async 'every verb gives a promise'() {
        const [file, stream] = Gio.File.new_tmp('procrunner-XXXXXX');
        stream.close(null);

        const ran = await runner.run_async(new Proc.Command({argv: ['false']}), null);
        const checked = await runner.check_async(new Proc.Command({argv: ['true']}), null);
        const bytes = await runner.check_output_async(['printf', 'a\\n'], null);
        const text = await runner.check_output_text_async(['printf', 'b\\n'], null);
        const shell = await runner.check_output_shell_async('echo "$1"', ['c'], null);
        const written = await runner.check_output_to_file_async(['echo', 'd'], file, null);

        assert(ran.exit_status === 1, 'run');
        assert(checked.successful, 'check');
        assert(decoder.decode(bytes.toArray()) === 'a\n', 'bytes');
        assert(text === 'b', 'text');
        assert(decoder.decode(shell.toArray()) === 'c\n', 'shell');
        assert(Number(written.stdout_size) === 2, 'size');
        assert(decoder.decode(file.load_contents(null)[1]) === 'd\n', 'file');
        file.delete(null);
    },

    async 'a failure rejects, with its result'() {
        const e = await failure(runner.check_output_async(['sh', '-c', 'echo o; exit 3'], null));

        assert(e.matches(Proc.RunnerError, Proc.RunnerError.EXIT_STATUS), 'code');
        const result = Proc.RunnerError.get_result(e);
        assert(result.exit_status === 3, 'status');
        assert(result.stdout_text === 'o\n', 'output');
    },

    async 'cancelling rejects'() {
        const cancellable = new Gio.Cancellable();
        const promise = runner.check_output_async(['sleep', '100'], cancellable);

        cancellable.cancel();
        const e = await failure(promise);
        assert(e.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), 'code');
    },

    async 'every method of a job gives a promise'() {
        const {PIPE} = Proc.Stdio;
        const cat = new Proc.Command({argv: ['cat'], stdin: PIPE, stdout: PIPE});
        const job = runner.start(cat, null);

        assert(await job.write_async(new GLib.Bytes('one\ntwo\n'), null) === true, 'write');
        job.close_stdin();
        const lines = [];
        for (let more; (more = await job.read_lines_async(Proc.Stream.STDOUT, null)) !== null;)
            lines.push(...more);
        assert(lines.join() === 'one,two', 'lines');
        assert((await job.wait_async(null)).successful, 'wait');
        const e = await failure(job.write_async(new GLib.Bytes('three'), null));
        assert(e.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED), 'code');
    },

    async 'a job that was not started rejects'() {
        const job = runner.start(new Proc.Command({argv: ['/no/such/program']}), null);
        const e = await failure(job.wait_async(null));

        assert(e.matches(Proc.RunnerError, Proc.RunnerError.NOT_FOUND), 'code');
    },

    async 'stopping all gives a promise'() {
        const stopped = new Proc.Runner();
        const job = stopped.start(new Proc.Command({argv: ['sleep', '1000']}), null);

        assert(await stopped.stop_all_async(null) === true, 'stopped');
        assert(job.result.outcome === Proc.Outcome.CANCELLED, 'outcome');
    },
};

async function main() {
    let number = 0;

    print(`1..${Object.keys(tests).length}`);
    for (const [name, test] of Object.entries(tests)) {
        number++;
        try {
            await test();
            print(`ok ${number} ${name}`);
        } catch (e) {
            print(`not ok ${number} ${name}\n# ${e}`);
        }
    }
    loop.quit();
}

main().catch(logError);
loop.run();
