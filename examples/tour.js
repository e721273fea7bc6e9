#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later

// Runs commands in a checkout; the dots are the main loop's. The argument is a file to write.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

async function tour(path) {
    const runner = new Proc.Runner();

    const isCheckout = GLib.file_test('.git', GLib.FileTest.EXISTS);
    const log = isCheckout ? ['git', 'log', '--oneline', '-n5'] : ['du', 'lib'];
    print(await runner.check_output_text_async(log).catch(error => error.message));

    const script = 'wc -l "$1"/*.c | sort -rn | head -n4';
    const sizes = await runner.check_output_shell_async(script, ['lib']);
    print(new TextDecoder().decode(sizes.toArray()));

    try {
        await runner.check_output_text_async(['sh', '-c', 'ls /no/such/file; exit 3']);
    } catch (error) {
        const {exit_status, stderr_text} = error.result;
        print(`${error.message}\n→ status ${exit_status}, stderr: ${stderr_text}`);
    }

    const words = await Promise.all(['one', 'two', 'three'].map(word =>
        runner.check_output_text_async(['sh', '-c', 'sleep 0.3; echo "$1"', 'sh', word])));
    print(`\n${words.join('\n')}`);

    const file = Gio.File.new_for_path(path);
    const result = await runner.check_output_to_file_async(['du', 'lib'], file);
    print(`${result.get_summary()} → ${path}`);
}

GLib.timeout_add(GLib.PRIORITY_DEFAULT, 50, () => {
    print('.');
    return GLib.SOURCE_CONTINUE;
});

const loop = new GLib.MainLoop(null, false);
let status = 1;
tour(ARGV[0] ?? 'tour.txt').then(() => (status = 0)).catch(logError).finally(() => loop.quit());
loop.run();
System.exit(status);
