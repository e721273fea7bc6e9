// SPDX-License-Identifier: LGPL-2.1-or-later

// Drives examples/gtk-jobs.js: its path is the argument.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Gtk from 'gi://Gtk?version=4.0';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const {newApplication} = await import(Gio.File.new_for_path(ARGV[0]).get_uri());

const context = GLib.MainContext.default();

function iterateUntil(condition) {
    while (!condition())
        context.iteration(true);
}

function assertEqual(actual, expected) {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b)
        throw new Error(`${a} is not ${b}`);
}

const isOver = job => job.state === Proc.JobState.FINISHED;
const textOf = ({text}) => text;

// The rows that are on the screen, found as a user finds them.
function rowsOf(widget) {
    const rows = [];
    for (let child = widget.get_first_child(); child; child = child.get_next_sibling()) {
        if (child.progress instanceof Gtk.ProgressBar && child.get_mapped())
            rows.push(child);
        rows.push(...rowsOf(child));
    }
    return rows;
}

const labelsOf = window => rowsOf(window.list).map(row => row.label.label);

const tests = {
    'output, progress and end'(window) {
        const job = window.run("seq 3; echo '[1/2]'; exit 3");
        iterateUntil(() => isOver(job) && window.job === job && textOf(job.buffer).endsWith(')'));
        assertEqual(textOf(window.text.buffer).startsWith('1\n2\n3\n[1/2]\n(“seq 3'), true);
        iterateUntil(() => labelsOf(window)[0] === "Finished: seq 3; echo '[1/2]'; exit 3");
        const [row] = rowsOf(window.list);
        assertEqual([row.progress.fraction, row.progress.visible], [0.5, true]);
    },

    'stop'(window) {
        window.entry.text = 'exec sleep 1000';
        window.entry.emit('activate');
        iterateUntil(() => labelsOf(window)[0] === 'Running: exec sleep 1000');
        iterateUntil(() => window.stop.sensitive);
        window.stop.emit('clicked');
        const {job} = window;
        iterateUntil(() => isOver(job));
        assertEqual(job.result.outcome, Proc.Outcome.CANCELLED);
        assertEqual(window.stop.sensitive, false);
    },

    'waiting jobs end with the window'(window) {
        const jobs = [0, 1, 2, 3].map(n => window.run(`exec sleep 100${n}`));
        iterateUntil(() => labelsOf(window).includes('Waiting: exec sleep 1003'));
        window.close();
        iterateUntil(() => jobs.every(isOver));
    },

    'only the last lines are kept'(window) {
        const job = window.run('seq 100000');
        iterateUntil(() => textOf(job.buffer).endsWith(')'));
        assertEqual(job.buffer.get_line_count() <= 2000, true);
        assertEqual(textOf(job.buffer).includes('\n99999\n100000\n('), true);
    },

    'a long line is cut'(window) {
        const job = window.run("printf '😀%.0s' $(seq 5000); echo; echo short");
        iterateUntil(() => textOf(job.buffer).endsWith(')'));
        const [long, short] = textOf(job.buffer).split('\n');
        assertEqual([long, short], [`${'😀'.repeat(4096)}…`, 'short']);
    },

    'dropped at any moment'(window, application) {
        for (let nIterations = 0; nIterations < 40; nIterations += 4) {
            window.run('seq 10000; exit 1');
            window.run('exec cat');
            for (let i = 0; i < nIterations; i++)
                context.iteration(true);
            window.close();
            iterateUntil(() => application.get_windows().length === 0);
            System.gc();
            application.activate();
            window = application.get_active_window();
        }
    },
};

function run(body) {
    const application = newApplication({flags: Gio.ApplicationFlags.NON_UNIQUE});
    application.register(null);
    application.activate();
    const window = application.get_active_window();
    body(window, application);
    for (const left of application.get_windows())
        left.close();
    iterateUntil(() => application.get_windows().length === 0);
    System.gc();
}

for (const [name, body] of Object.entries(tests)) {
    run(body);
    print(`${name}: ok`);
}
System.exit(0);
