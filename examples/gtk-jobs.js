#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later

// Jobs in a window: the application of gtk-jobs/ in small. Closing it stops all that runs.

import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const N_LINES = 2000;
// A text view lays out a line as a whole: what is longer is cut.
const LONG_LINE = /^(.{4096}).+/su;
const STATES = {
    [Proc.JobState.QUEUED]: 'Waiting',
    [Proc.JobState.RUNNING]: 'Running',
    [Proc.JobState.STOPPING]: 'Stopping',
    [Proc.JobState.FINISHED]: 'Finished',
};

function name(widget, label) {
    widget.update_property([Gtk.AccessibleProperty.LABEL], [label]);
    return widget;
}

// A job in the list. Rows are used again: what is bound to one job is undone with it.
const Row = GObject.registerClass(class Row extends Gtk.Box {
    _init() {
        super._init({orientation: Gtk.Orientation.VERTICAL, spacing: 4});
        this.label = new Gtk.Label({xalign: 0, ellipsize: Pango.EllipsizeMode.END});
        this.progress = name(new Gtk.ProgressBar(), 'Progress');
        this.append(this.label);
        this.append(this.progress);
    }

    bind(job) {
        const flags = GObject.BindingFlags.SYNC_CREATE;
        const show = () => (this.label.label = `${STATES[job.state]}: ${job.line}`);
        this.bindings = [
            job.bind_property('progress', this.progress, 'fraction', flags),
            job.bind_property('has-progress', this.progress, 'visible', flags),
        ];
        this.handler = job.connect('notify::state', show);
        show();
    }

    unbind(job) {
        job.disconnect(this.handler);
        this.bindings.forEach(binding => binding.unbind());
    }
});

export const Window = GObject.registerClass(class Window extends Gtk.ApplicationWindow {
    _init(properties) {
        super._init({title: 'Jobs', default_width: 800, default_height: 500, ...properties});
        this.runner = new Proc.Runner({max_running: 2, keep_finished: 50, max_output: 1 << 20,
            overflow: Proc.Overflow.TAIL});
        this.entry = name(new Gtk.Entry({hexpand: true,
            placeholder_text: 'Type a command, press Enter'}), 'Command');
        this.entry.connect('activate', () => this.run(this.entry.text));
        this.stop = new Gtk.Button({label: 'Stop', sensitive: false});
        this.stop.connect('clicked', () => this.job.stop());
        const bar = new Gtk.HeaderBar({title_widget: this.entry});
        bar.pack_end(this.stop);
        this.set_titlebar(bar);

        const factory = new Gtk.SignalListItemFactory();
        factory.connect('setup', (_factory, item) => item.set_child(new Row()));
        factory.connect('bind', (_factory, item) => item.child.bind(item.item));
        factory.connect('unbind', (_factory, item) => item.child.unbind(item.item));
        this.selection = new Gtk.SingleSelection({model: this.runner.jobs});
        this.selection.connect('notify::selected-item', () => this.select());
        this.list = name(new Gtk.ListView({model: this.selection, factory}), 'Jobs');
        this.text = name(new Gtk.TextView({editable: false, monospace: true}), 'Output');
        this.set_child(new Gtk.Paned({
            position: 300,
            start_child: new Gtk.ScrolledWindow({child: this.list}),
            end_child: new Gtk.ScrolledWindow({child: this.text}),
        }));
        this.job = null;
        this.entry.grab_focus();
        this.connect('close-request', () => this.closeWhenStopped());
    }

    // Whoever connects before returning to the main loop misses no line.
    run(line) {
        const job = this.runner.start(new Proc.Command({script: line, stderr: Proc.Stdio.MERGE}),
            null);
        job.line = line;
        job.buffer = new Gtk.TextBuffer();
        job.connect('lines', (_job, _stream, lines) => this.showLines(job, lines));
        job.connect('notify::state', () => this.showStop());
        job.wait_async(null, (_job, task) => this.showEnd(job, task));
        this.entry.text = '';
        return job;
    }

    showLines(job, lines) {
        const {buffer} = job;
        const last = lines.slice(-N_LINES).map(line => line.replace(LONG_LINE, '$1…'));
        buffer.insert(buffer.get_end_iter(), `${last.join('\n')}\n`, -1);
        const extra = buffer.get_line_count() - N_LINES;
        if (extra > 0)
            buffer.delete(buffer.get_start_iter(), buffer.get_iter_at_line(extra)[1]);
        if (job === this.job)
            this.text.scroll_to_mark(buffer.get_insert(), 0, false, 0, 0);
    }

    showEnd(job, task) {
        let summary;
        try {
            ({summary} = job.wait_finish(task));
        } catch ({message}) {
            summary = message;
        }
        job.buffer.insert(job.buffer.get_end_iter(), `(${summary})`, -1);
    }

    select() {
        this.job = this.selection.selected_item;
        this.text.buffer = this.job?.buffer ?? null;
        this.showStop();
    }

    showStop() {
        const running = [Proc.JobState.QUEUED, Proc.JobState.RUNNING];
        this.stop.sensitive = running.includes(this.job?.state);
    }

    closeWhenStopped() {
        this.set_focus(null);
        this.sensitive = false;
        this.runner.stop_all_async(null, () => {
            // Not when the garbage is collected: then it is too late to unbind.
            this.list.factory = null;
            this.list.model = null;
            this.destroy();
        });
        return true;
    }
});

export function newApplication(properties = {}) {
    const application = new Gtk.Application({application_id: 'org.procrunner.JobsInJavaScript',
        ...properties});
    application.connect('activate', () => new Window({application}).present());
    return application;
}

// Not when it is imported.
if (Gio.File.new_for_commandline_arg(System.programInvocationName).get_uri() === import.meta.url)
    newApplication().run([System.programInvocationName, ...ARGV]);
