// SPDX-License-Identifier: LGPL-2.1-or-later

// The same as consumer.c, with what only the override has: promises, and errors with results.

import Proc from 'gi://Proc?version=1';
import System from 'system';

const runner = new Proc.Runner({supervise: true});
print(await runner.check_output_text_async(['/bin/sh', '-c', 'readlink /proc/$PPID/exe']));

try {
    await runner.check_async(['false']);
    System.exit(1);
} catch (error) {
    if (error.result.exit_status !== 1)
        throw error;
}
