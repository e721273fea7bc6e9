// SPDX-License-Identifier: LGPL-2.1-or-later

// Types of Proc for TypeScript, with its override. They are for use beside those of GLib, GObject
// and Gio from the @girs packages: name this file in what the project includes.

declare module 'gi://Proc?version=1' {
    import Gio from 'gi://Gio?version=2.0';
    import GLib from 'gi://GLib?version=2.0';
    import GObject from 'gi://GObject?version=2.0';

    namespace Proc {
        type Argv = readonly string[];
        type BytesLike = GLib.Bytes | Uint8Array | string;
        type MayCancel = Gio.Cancellable | null | undefined;
        type Callback<T> = (source: T, task: Gio.AsyncResult) => void;
        type Notifications<T extends string> = Record<
            `notify::${T}`, (pspec: GObject.ParamSpec) => void>;

        /** Arguments, a command, or an object of a command's properties. */
        type CommandLike = Argv | Command | Partial<CommandProperties>;

        interface CommandProperties {
            argv: Argv;
            argv0: string | null;
            charset: string | null;
            cwd: string | null;
            environ: Argv | null;
            idle_timeout_msec: number;
            line: string | null;
            max_output: number;
            nice: number;
            overflow: Overflow;
            progress_pattern: GLib.Regex | null;
            progress_total: number;
            script: string | null;
            script_args: Argv | null;
            secret: string | null;
            stderr: Stdio;
            stderr_file: Gio.File | null;
            stderr_file_flags: FileFlags;
            stdin: Stdio;
            stdin_bytes: BytesLike | null;
            stdin_file: Gio.File | null;
            stdin_stream: Gio.InputStream | null;
            stdin_text: string | null;
            stdout: Stdio;
            stdout_file: Gio.File | null;
            stdout_file_flags: FileFlags;
            stdout_stream: Gio.OutputStream | null;
            success_code: number;
            timeout_msec: number;
            umask: number;
        }

        /** What to run, and how. */
        class Command extends GObject.Object {
            static $gtype: GObject.GType<Command>;

            constructor(properties?: Partial<CommandProperties>);

            readonly argv: string[];
            charset: string | null;
            cwd: string | null;
            idle_timeout_msec: number;
            max_output: number;
            overflow: Overflow;
            stderr: Stdio;
            stderr_file: Gio.File | null;
            stderr_file_flags: FileFlags;
            stdin: Stdio;
            stdin_bytes: GLib.Bytes | null;
            stdin_file: Gio.File | null;
            stdin_stream: Gio.InputStream | null;
            set stdin_text(value: string | null);
            stdout: Stdio;
            stdout_file: Gio.File | null;
            stdout_file_flags: FileFlags;
            stdout_stream: Gio.OutputStream | null;
            timeout_msec: number;

            static ["new"](argv: Argv): Command;
            static new_parse(line: string): Command;
            static new_shell(script: string, args?: Argv | null): Command;
            add_arg(arg: string): void;
            add_secret(secret: string): void;
            add_success_code(exit_status: number): void;
            copy(): Command;
            get_argv(): string[];
            get_charset(): string | null;
            get_cwd(): string | null;
            get_idle_timeout_msec(): number;
            get_max_output(): number;
            get_overflow(): Overflow;
            get_stderr(): Stdio;
            get_stderr_file(): Gio.File | null;
            get_stderr_file_flags(): FileFlags;
            get_stdin(): Stdio;
            get_stdin_bytes(): GLib.Bytes | null;
            get_stdin_file(): Gio.File | null;
            get_stdin_stream(): Gio.InputStream | null;
            get_stdout(): Stdio;
            get_stdout_file(): Gio.File | null;
            get_stdout_file_flags(): FileFlags;
            get_stdout_stream(): Gio.OutputStream | null;
            get_timeout_msec(): number;
            set_argv0(argv0: string | null): void;
            set_charset(charset: string | null): void;
            set_cwd(cwd: string | null): void;
            set_environ(envp: Argv | null): void;
            set_idle_timeout_msec(idle_timeout_msec: number): void;
            set_max_output(max_output: number, overflow: Overflow): void;
            set_nice(nice_value: number): void;
            set_progress_pattern(pattern: GLib.Regex | null, total: number): void;
            set_rlimit(resource: number, soft: number, hard: number): void;
            set_stderr(stdio: Stdio): void;
            set_stderr_file(file: Gio.File | null, flags: FileFlags): void;
            set_stdin(stdio: Stdio): void;
            set_stdin_bytes(bytes: BytesLike | null): void;
            set_stdin_file(file: Gio.File | null): void;
            set_stdin_stream(stream: Gio.InputStream | null): void;
            set_stdin_text(text: string | null): void;
            set_stdout(stdio: Stdio): void;
            set_stdout_file(file: Gio.File | null, flags: FileFlags): void;
            set_stdout_stream(stream: Gio.OutputStream | null): void;
            set_timeout_msec(timeout_msec: number): void;
            set_umask(umask_value: number): void;
            setenv(name: string, value: string): void;
            take_fd(source_fd: number, target_fd: number): void;
            to_string(): string;
            unsetenv(name: string): void;
        }

        interface JobSignals extends GObject.Object.SignalSignatures,
            Notifications<'has-progress' | 'last-line' | 'pid' | 'progress' | 'result' | 'state'
                | 'stderr-size' | 'stdout-size'> {
            lines: (stream: Stream, lines: string[]) => void;
            data: (stream: Stream, bytes: GLib.Bytes) => void;
        }

        /** One run under way. */
        class Job extends GObject.Object {
            static $gtype: GObject.GType<Job>;
            $signals: JobSignals;

            readonly command: Command;
            readonly elapsed_usec: number;
            readonly has_progress: boolean;
            readonly last_line: string;
            readonly pid: number;
            readonly progress: number;
            readonly result: Result | null;
            readonly state: JobState;
            readonly stderr_size: number;
            readonly stdout_size: number;

            connect<K extends keyof JobSignals>(
                signal: K, callback: GObject.SignalCallback<this, JobSignals[K]>): number;
            connect(signal: string, callback: (...args: any[]) => any): number;
            connect_after<K extends keyof JobSignals>(
                signal: K, callback: GObject.SignalCallback<this, JobSignals[K]>): number;
            connect_after(signal: string, callback: (...args: any[]) => any): number;

            close_stdin(): void;
            dup_last_line(): string;
            get_command(): Command;
            get_elapsed_usec(): number;
            get_has_progress(): boolean;
            get_pid(): number;
            get_progress(): number;
            get_result(): Result | null;
            get_state(): JobState;
            get_stderr(): Gio.InputStream | null;
            get_stderr_size(): number;
            get_stdin(): Gio.OutputStream | null;
            get_stdout(): Gio.InputStream | null;
            get_stdout_size(): number;
            kill(): void;

            read_lines(stream?: Stream, cancellable?: MayCancel): string[] | null;
            read_lines_async(stream?: Stream, cancellable?: MayCancel): Promise<string[] | null>;
            read_lines_async(
                stream: Stream, cancellable: MayCancel, callback: Callback<Job> | null
            ): void;
            read_lines_async(stream: Stream, callback: Callback<Job>): void;
            read_lines_async(callback: Callback<Job>): void;
            read_lines_finish(task: Gio.AsyncResult): string[] | null;

            /** Iterates an output, and throws at its end what `check()` would. */
            lines(stream?: Stream, cancellable?: MayCancel): AsyncGenerator<string, void>;

            send_signal(signal_number: number): void;
            stop(): void;
            stop_reading(stream?: Stream): void;

            wait(cancellable?: MayCancel): Result;
            wait_async(cancellable?: MayCancel): Promise<Result>;
            wait_async(cancellable: MayCancel, callback: Callback<Job> | null): void;
            wait_async(callback: Callback<Job>): void;
            wait_finish(task: Gio.AsyncResult): Result;

            write(bytes: BytesLike, cancellable?: MayCancel): boolean;
            write_async(bytes: BytesLike, cancellable?: MayCancel): Promise<boolean>;
            write_async(
                bytes: BytesLike, cancellable: MayCancel, callback: Callback<Job> | null
            ): void;
            write_async(bytes: BytesLike, callback: Callback<Job>): void;
            write_finish(task: Gio.AsyncResult): boolean;
        }

        type Jobs = Gio.ListModel<Job> & Iterable<Job>;

        /** How a run ended. */
        class Result extends GObject.Object {
            static $gtype: GObject.GType<Result>;

            readonly command: Command;
            readonly complete: boolean;
            readonly core_dumped: boolean;
            readonly cpu_usec: number;
            readonly elapsed_usec: number;
            readonly exit_status: number;
            readonly forced: boolean;
            readonly outcome: Outcome;
            readonly peak_rss: number;
            readonly start_time: GLib.DateTime | null;
            readonly stderr: GLib.Bytes;
            readonly stderr_size: number;
            readonly stderr_text: string;
            readonly stdin_complete: boolean;
            readonly stdout: GLib.Bytes;
            readonly stdout_size: number;
            readonly stdout_text: string;
            readonly successful: boolean;
            readonly summary: string;
            readonly survivors: number;
            readonly term_signal: number;
            readonly truncated: boolean;

            check(): boolean;
            get_command(): Command;
            get_complete(): boolean;
            get_core_dumped(): boolean;
            get_cpu_usec(): number;
            get_elapsed_usec(): number;
            get_exit_status(): number;
            get_forced(): boolean;
            get_outcome(): Outcome;
            get_peak_rss(): number;
            get_start_time(): GLib.DateTime | null;
            get_stderr(): GLib.Bytes;
            get_stderr_size(): number;
            get_stderr_text(): string;
            get_stdin_complete(): boolean;
            get_stdout(): GLib.Bytes;
            get_stdout_size(): number;
            get_stdout_text(): string;
            get_successful(): boolean;
            get_summary(): string;
            get_survivors(): number;
            get_term_signal(): number;
            get_truncated(): boolean;
        }

        interface RunnerProperties {
            cwd: string | null;
            drain_grace_msec: number;
            idle_timeout_msec: number;
            keep_finished: number;
            kill_grace_msec: number;
            max_output: number;
            max_running: number;
            memory_limit: number;
            overflow: Overflow;
            session: Session;
            supervise: boolean;
            timeout_msec: number;
        }

        interface RunnerSignals extends GObject.Object.SignalSignatures,
            Notifications<'cwd' | 'drain-grace-msec' | 'idle-timeout-msec' | 'keep-finished'
                | 'kill-grace-msec' | 'max-output' | 'max-running' | 'memory-limit' | 'n-queued'
                | 'n-running' | 'overflow' | 'session' | 'supervise' | 'timeout-msec'> {
        }

        /** Runs commands; what it is set to holds for all of them. */
        class Runner extends GObject.Object {
            static $gtype: GObject.GType<Runner>;
            $signals: RunnerSignals;

            constructor(properties?: Partial<RunnerProperties>);

            cwd: string | null;
            drain_grace_msec: number;
            idle_timeout_msec: number;
            readonly jobs: Jobs;
            keep_finished: number;
            kill_grace_msec: number;
            max_output: number;
            max_running: number;
            memory_limit: number;
            readonly n_queued: number;
            readonly n_running: number;
            overflow: Overflow;
            session: Session;
            supervise: boolean;
            timeout_msec: number;

            connect<K extends keyof RunnerSignals>(
                signal: K, callback: GObject.SignalCallback<this, RunnerSignals[K]>): number;
            connect(signal: string, callback: (...args: any[]) => any): number;
            connect_after<K extends keyof RunnerSignals>(
                signal: K, callback: GObject.SignalCallback<this, RunnerSignals[K]>): number;
            connect_after(signal: string, callback: (...args: any[]) => any): number;

            static ["new"](): Runner;

            check(command: CommandLike, cancellable?: MayCancel): Result;
            check_async(command: CommandLike, cancellable?: MayCancel): Promise<Result>;
            check_async(
                command: CommandLike, cancellable: MayCancel, callback: Callback<Runner> | null
            ): void;
            check_async(command: CommandLike, callback: Callback<Runner>): void;
            check_finish(task: Gio.AsyncResult): Result;

            check_output(command: CommandLike, cancellable?: MayCancel): GLib.Bytes;
            check_output_async(command: CommandLike, cancellable?: MayCancel): Promise<GLib.Bytes>;
            check_output_async(
                command: CommandLike, cancellable: MayCancel, callback: Callback<Runner> | null
            ): void;
            check_output_async(command: CommandLike, callback: Callback<Runner>): void;
            check_output_finish(task: Gio.AsyncResult): GLib.Bytes;

            check_output_shell(
                script: string, args?: Argv | null, cancellable?: MayCancel
            ): GLib.Bytes;
            check_output_shell_async(
                script: string, args?: Argv | null, cancellable?: MayCancel
            ): Promise<GLib.Bytes>;
            check_output_shell_async(
                script: string, args: Argv | null, cancellable: MayCancel,
                callback: Callback<Runner> | null
            ): void;
            check_output_shell_async(
                script: string, args: Argv | null, callback: Callback<Runner>
            ): void;
            check_output_shell_async(script: string, callback: Callback<Runner>): void;
            check_output_shell_finish(task: Gio.AsyncResult): GLib.Bytes;

            check_output_text(command: CommandLike, cancellable?: MayCancel): string;
            check_output_text_async(command: CommandLike, cancellable?: MayCancel): Promise<string>;
            check_output_text_async(
                command: CommandLike, cancellable: MayCancel, callback: Callback<Runner> | null
            ): void;
            check_output_text_async(command: CommandLike, callback: Callback<Runner>): void;
            check_output_text_finish(task: Gio.AsyncResult): string;

            check_output_to_file(
                command: CommandLike, file: Gio.File, cancellable?: MayCancel
            ): Result;
            check_output_to_file_async(
                command: CommandLike, file: Gio.File, cancellable?: MayCancel
            ): Promise<Result>;
            check_output_to_file_async(
                command: CommandLike, file: Gio.File, cancellable: MayCancel,
                callback: Callback<Runner> | null
            ): void;
            check_output_to_file_async(
                command: CommandLike, file: Gio.File, callback: Callback<Runner>
            ): void;
            check_output_to_file_finish(task: Gio.AsyncResult): Result;

            dup_cwd(): string | null;
            get_drain_grace_msec(): number;
            get_environ(): string[];
            get_idle_timeout_msec(): number;
            get_jobs(): Jobs;
            get_keep_finished(): number;
            get_kill_grace_msec(): number;
            get_max_output(): number;
            get_max_running(): number;
            get_memory_limit(): number;
            get_n_queued(): number;
            get_n_running(): number;
            get_overflow(): Overflow;
            get_session(): Session;
            get_supervise(): boolean;
            get_task_result(async_result: Gio.AsyncResult): Result | null;
            get_timeout_msec(): number;

            run(command: CommandLike, cancellable?: MayCancel): Result;
            run_async(command: CommandLike, cancellable?: MayCancel): Promise<Result>;
            run_async(
                command: CommandLike, cancellable: MayCancel, callback: Callback<Runner> | null
            ): void;
            run_async(command: CommandLike, callback: Callback<Runner>): void;
            run_finish(task: Gio.AsyncResult): Result;

            set_cwd(cwd: string | null): void;
            set_drain_grace_msec(drain_grace_msec: number): void;
            set_environ(envp: Argv | null): void;
            set_idle_timeout_msec(idle_timeout_msec: number): void;
            set_keep_finished(keep_finished: number): void;
            set_kill_grace_msec(kill_grace_msec: number): void;
            set_max_output(max_output: number): void;
            set_max_running(max_running: number): void;
            set_memory_limit(memory_limit: number): void;
            set_overflow(overflow: Overflow): void;
            set_session(session: Session): void;
            set_supervise(supervise: boolean): void;
            set_timeout_msec(timeout_msec: number): void;
            setenv(name: string, value: string): void;
            start(command: CommandLike, cancellable?: MayCancel): Job;

            stop_all(cancellable?: MayCancel): boolean;
            stop_all_async(cancellable?: MayCancel): Promise<boolean>;
            stop_all_async(cancellable: MayCancel, callback: Callback<Runner> | null): void;
            stop_all_async(callback: Callback<Runner>): void;
            stop_all_finish(task: Gio.AsyncResult): boolean;

            submit(command: CommandLike, urgent?: boolean, cancellable?: MayCancel): Job;
            unsetenv(name: string): void;
        }

        enum JobState {
            QUEUED,
            RUNNING,
            STOPPING,
            FINISHED,
        }

        enum Outcome {
            EXITED,
            SIGNALED,
            TIMED_OUT,
            IDLE,
            OUTPUT_LIMIT,
            CANCELLED,
            UNKNOWN,
        }

        enum Overflow {
            FAIL,
            HEAD,
            TAIL,
        }

        class RunnerError extends GLib.Error {
            static readonly EXIT_STATUS: number;
            static readonly SIGNALED: number;
            static readonly TIMED_OUT: number;
            static readonly OUTPUT_LIMIT: number;
            static readonly UNKNOWN_STATUS: number;
            static readonly NOT_FOUND: number;
            static readonly NOT_EXECUTABLE: number;
            static readonly BAD_CWD: number;
            static readonly SPAWN: number;
            static readonly INVALID_COMMAND: number;
            static readonly OUTPUT_FILE: number;
            static readonly INPUT_FILE: number;

            static get_result(error: GLib.Error): Result | null;
            static quark(): GLib.Quark;

            /** The result behind the error; null if nothing was started. */
            readonly result: Result | null;
        }

        enum Session {
            NEW,
            GROUP,
            SHARED,
        }

        enum Stdio {
            CAPTURE,
            DISCARD,
            INHERIT,
            PIPE,
            MERGE,
        }

        enum Stream {
            STDOUT,
            STDERR,
        }

        enum FileFlags {
            NONE = 0,
            TRUNCATE = 1,
            APPEND = 2,
            TEE = 4,
            DIRECT = 8,
        }

        const MAJOR_VERSION: number;
        const MICRO_VERSION: number;
        const MINOR_VERSION: number;
        const VERSION_S: string;
    }

    export default Proc;
}

declare module 'gi://Proc' {
    import Proc from 'gi://Proc?version=1';
    export default Proc;
}
