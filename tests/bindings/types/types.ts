// SPDX-License-Identifier: LGPL-2.1-or-later

// What TypeScript says to programs: this is compiled and not run.

import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import Proc from 'gi://Proc?version=1';

declare function is<T>(value: T): void;

export async function commands(runner: Proc.Runner, argv: readonly string[]) {
    is<Proc.Result>(await runner.run_async(['true']));
    is<Proc.Result>(await runner.run_async(argv));
    is<Proc.Result>(await runner.check_async(new Proc.Command({argv}), null));
    is<GLib.Bytes>(await runner.check_output_async({argv, cwd: '/', stdin_text: 'text'}));
    is<string>(await runner.check_output_text_async(argv, new Gio.Cancellable()));
    is<GLib.Bytes>(await runner.check_output_shell_async('echo "$1"', ['word']));
    is<Proc.Result>(runner.check_output_to_file(argv, Gio.File.new_for_path('file')));
    is<string>(runner.check_output_text(Proc.Command.new_shell('true')));
    is<Proc.Result>(runner.submit(argv).wait());

    // @ts-expect-error: a string is not a command
    await runner.check_output_async('ls -l');
    // @ts-expect-error: nor is a number an argument
    await runner.run_async(['sleep', 5]);
    // @ts-expect-error: nor has a command such a property
    await runner.run_async({argv, timeout: 5});
    // @ts-expect-error: a GLib.Bytes is not a string
    is<string>(await runner.check_output_async(argv));
}

export function callbacks(runner: Proc.Runner) {
    is<void>(runner.check_async(['true'], null, (source, task) => {
        is<Proc.Runner>(source);
        is<Proc.Result>(source.check_finish(task));
        is<Proc.Result | null>(source.get_task_result(task));
    }));
    runner.check_output_shell_async('true', source => is<Proc.Runner>(source));
}

export async function jobs(runner: Proc.Runner) {
    const job = runner.start({argv: ['cat'], stdin: Proc.Stdio.PIPE, stdout: Proc.Stdio.PIPE});
    is<boolean>(await job.write_async('text'));
    is<boolean>(await job.write_async(new Uint8Array(5)));
    job.close_stdin();
    for await (const line of job.lines())
        is<string>(line);
    is<string[] | null>(await job.read_lines_async(Proc.Stream.STDERR));
    is<Proc.Result>(await job.wait_async());

    job.connect('lines', (source, stream, lines) => {
        is<Proc.Job>(source);
        is<Proc.Stream>(stream);
        is<string[]>(lines);
    });
    job.connect('data', (_source, _stream, bytes) => is<GLib.Bytes>(bytes));
    job.connect('notify::progress', source => is<number>(source.progress));
    for (const each of runner.jobs)
        is<Proc.Job>(each);
    is<number>(runner.jobs.get_n_items());
    is<boolean>(await runner.stop_all_async());
    // @ts-expect-error: it is told, not set
    job.pid = 1;
}

export function settings() {
    const runner = new Proc.Runner({max_running: 2, overflow: Proc.Overflow.TAIL});
    runner.timeout_msec = 1000;
    runner.cwd = null;
    const command = new Proc.Command({argv: ['cat'], stdin_bytes: new Uint8Array(5)});
    command.set_stdout_file(Gio.File.new_for_path('file'),
        Proc.FileFlags.APPEND | Proc.FileFlags.TEE);
    // @ts-expect-error: the unit is milliseconds, and the name says so
    return new Proc.Runner({timeout: 1});
}

export function errors(runner: Proc.Runner) {
    try {
        runner.check(['false']);
    } catch (error) {
        if (error instanceof Proc.RunnerError)
            is<number | undefined>(error.result?.exit_status);
        if (error instanceof GLib.Error && error.matches(Proc.RunnerError,
            Proc.RunnerError.TIMED_OUT))
            is<Proc.Result | null>(Proc.RunnerError.get_result(error));
    }
}
