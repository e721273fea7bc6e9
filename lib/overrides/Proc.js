// SPDX-License-Identifier: LGPL-2.1-or-later

// Asynchronous methods give promises when they are called without a callback.
// All other arguments must be given, the cancellable included (it may be null).

const {Gio} = imports.gi;

function promisify(prototype, ...methods) {
    for (const method of methods)
        Gio._promisify(prototype, `${method}_async`, `${method}_finish`);
}

function _init() {
    promisify(this.Runner.prototype,
        'run', 'check', 'check_output', 'check_output_text', 'check_output_shell',
        'check_output_to_file', 'stop_all');
    promisify(this.Job.prototype, 'wait', 'write', 'read_lines');
}
