#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later

// The lines of a command as they come, each with the time. Its arguments are how many
// milliseconds the command may take, and the command.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const COUNT = 'for i in 1 2 3 4 5; do echo "line $i"; sleep 0.1; done; echo bye >&2; exit 3';

const [limit = '5000', ...argv] = ARGV;

async function show(job, stream, mark) {
    for await (const line of job.lines(stream))
        print(`${(job.elapsed_usec / 1e6).toFixed(2)} s ${mark} ${line}`);
}

async function main() {
    const runner = new Proc.Runner();
    const cancellable = new Gio.Cancellable();
    const job = runner.start({
        argv: argv.length > 0 ? argv : ['sh', '-c', COUNT],
        stdout: Proc.Stdio.PIPE,
        stderr: Proc.Stdio.PIPE,
    }, cancellable);

    let timeout = GLib.timeout_add(GLib.PRIORITY_DEFAULT, Number(limit), () => {
        timeout = 0;
        cancellable.cancel();
        return GLib.SOURCE_REMOVE;
    });
    try {
        await Promise.all([show(job, Proc.Stream.STDOUT, '|'), show(job, Proc.Stream.STDERR, '!')]);
        print((await job.wait_async()).summary);
    } catch (error) {
        print(error.message);
    } finally {
        if (timeout > 0)
            GLib.source_remove(timeout);
    }
}

const loop = new GLib.MainLoop(null, false);
let status = 1;
main().then(() => (status = 0)).catch(logError).finally(() => loop.quit());
loop.run();
System.exit(status);
