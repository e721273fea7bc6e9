// SPDX-License-Identifier: LGPL-2.1-or-later

// The asynchronous verbs give promises when they are called without a callback.
// All other arguments must be given, the cancellable included (it may be null).

const {Gio} = imports.gi;

function _init() {
    const verbs = [
        'run', 'check', 'check_output', 'check_output_text', 'check_output_shell',
        'check_output_to_file',
    ];

    for (const verb of verbs)
        Gio._promisify(this.Runner.prototype, `${verb}_async`, `${verb}_finish`);
}
