#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later

// Three commands, two at a time: what they say, how far one has come, how each ended.
// The one that takes too long is stopped. To be run in a checkout.

import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const PACK = `
set -- lib/*.c
for file; do
  gzip -9 <$file
  printf '[%d/%d]\\r' $((n += 1)) $# >&2
done | wc -c
`;

const runner = new Proc.Runner({max_running: 2});

function start(name, script) {
    const job = runner.start(Proc.Command.new_shell(script));
    job.connect('lines', (_job, _stream, lines) => {
        for (const line of lines)
            print(`${name}: ${line}`);
    });
    job.connect('notify::progress', () => print(`${name}: ${Math.round(100 * job.progress)} %`));
    const over = job.wait_async()
        .then(result => print(`${name}: ${result.summary}`))
        .catch(error => print(`${name}: ${error.message}`));
    return {job, over};
}

const jobs = [
    start('follow', 'tail -n 2 -f NEWS.md'),
    start('pack', PACK),
    start('count', 'wc -l lib/*.c | tail -n 3'),
];

const loop = new GLib.MainLoop(null, false);
let status = 1;
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 500, () => {
    jobs[0].job.stop();
    return GLib.SOURCE_REMOVE;
});
Promise.all(jobs.map(({over}) => over)).then(() => (status = 0)).finally(() => loop.quit());
loop.run();
System.exit(status);
