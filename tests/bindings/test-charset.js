// SPDX-License-Identifier: LGPL-2.1-or-later

// A command's charset from JavaScript, without overrides.

import Proc from 'gi://Proc?version=1';

const LATIN1 = ['printf', 'gr\\366\\337e\\n'];

function assertEqual(actual, expected) {
    if (actual !== expected)
        throw new Error(`${actual} is not ${expected}`);
}

const tests = {
    'text'() {
        const command = new Proc.Command({argv: LATIN1, charset: 'ISO-8859-1'});
        const result = new Proc.Runner().check(command, null);

        assertEqual(command.charset, 'ISO-8859-1');
        assertEqual(result.stdout_text, 'größe\n');
        assertEqual(result.stdout.toArray().join(), '103,114,246,223,101,10');
    },

    'null is UTF-8'() {
        const command = Proc.Command.new(LATIN1);

        assertEqual(command.get_charset(), null);
        command.set_charset('UTF-16');
        command.charset = null;
        assertEqual(new Proc.Runner().check(command, null).get_stdout_text(), 'gr\ufffd\ufffde\n');
    },

    'bad bytes'() {
        const command = new Proc.Command({argv: ['printf', 'a\\201\\000b'], charset: 'cp1252'});

        assertEqual(new Proc.Runner().check(command, null).stdout_text, 'a\ufffd\ufffdb');
    },

    'an unknown charset'() {
        try {
            new Proc.Runner().run(new Proc.Command({argv: ['true'], charset: 'no-such'}), null);
        } catch (error) {
            assertEqual(error.matches(Proc.RunnerError, Proc.RunnerError.INVALID_COMMAND), true);
            assertEqual(error.message.includes('“no-such”'), true);
            return;
        }
        throw new Error('nothing was thrown');
    },
};

let number = 0;

print(`1..${Object.keys(tests).length}`);
for (const [name, test] of Object.entries(tests)) {
    test();
    print(`ok ${++number} ${name}`);
}
