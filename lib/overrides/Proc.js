// SPDX-License-Identifier: LGPL-2.1-or-later

// What JavaScript needs beyond what introspection gives. Methods are patched in place and
// keep their signatures, so that what is written for introspection alone goes on working:
//
//   - asynchronous methods give promises when they are called without a callback;
//   - arguments that may be null, such as the cancellable, can be left out;
//   - a command is an array of arguments, a Proc.Command, or an object of its properties;
//   - errors have the result behind them;
//   - job.lines() and runner.jobs can be iterated.
//
// What introspection would take for something else is refused: it ends a string at a NUL.

const {Gio, GLib} = imports.gi;

let Proc;

/* What is given for a parameter, and what introspection gets */

const asIs = value => value;

function toText(value) {
    if (typeof value === 'string' && value.includes('\0')) {
        throw new GLib.Error(Proc.RunnerError, Proc.RunnerError.INVALID_COMMAND,
            'A command cannot have a NUL in it');
    }
    return value;
}

function toArgv(value) {
    if (typeof value === 'string') {
        throw new TypeError('A command is an array of arguments, not a string: ' +
            'for a shell line use check_output_shell()');
    }
    value?.forEach(toText);
    return value;
}

function toBytes(value) {
    if (typeof value === 'string')
        value = new TextEncoder().encode(value);
    return value instanceof Uint8Array ? new GLib.Bytes(value) : value;
}

function toCommand(value) {
    if (value instanceof Proc.Command)
        return value;
    if (value === null || typeof value !== 'object')
        return Proc.Command.new(toArgv(value));
    return new Proc.Command(Array.isArray(value) ? {argv: value} : value);
}

const toFlag = value => value ?? false;
const toStream = value => value ?? Proc.Stream.STDOUT;

/* Methods */

/* Gives the arguments in full, a null for each that was left out, and the callback, which
 * may be a null that was given. */
function complete(converters, args) {
    const isCalledBack = typeof args.at(-1) === 'function';
    const nGiven = isCalledBack ? args.length - 1 : Math.min(args.length, converters.length + 1);
    const own = converters.map((convert, i) => convert((i < nGiven ? args[i] : null) ?? null));
    const cancellable = converters.length < nGiven ? args[converters.length] : null;
    return [...own, cancellable ?? null, ...args.slice(nGiven)];
}

/* A callback that is null asks for no promise. */
function withCallback(args, nAll) {
    return args.length === nAll && typeof args.at(-1) !== 'function'
        ? [...args.slice(0, -1), () => {}]
        : args;
}

/* Calls a function that may throw; that rejects, unless there is a callback. */
function begin(args, call) {
    if (typeof args.at(-1) === 'function')
        return call();
    return new Promise(resolve => resolve(call()));
}

function patch(prototype, name, converters) {
    const method = prototype[name];
    prototype[name] = function (...args) {
        return method.apply(this, complete(converters, args));
    };
}

function patchAsync(prototype, name, converters) {
    const method = `${name}_async`;
    Gio._promisify(prototype, method, `${name}_finish`);
    const promised = prototype[method];
    const nAll = prototype[`_original_${method}`].length;
    prototype[method] = function (...given) {
        const args = withCallback(given, nAll);
        return begin(args, () => {
            if (args.length > nAll)
                throw new TypeError(`Too many arguments for ${method}()`);
            return promised.apply(this, complete(converters, args));
        });
    };
    patch(prototype, name, converters);
}

/* Lets the error of a cancelled call have its result, as those of Proc.RunnerError do. */
function patchFinish(prototype, name) {
    const finish = prototype[name];
    prototype[name] = function (task) {
        try {
            return finish.call(this, task);
        } catch (error) {
            if (error instanceof GLib.Error && !(error instanceof Proc.RunnerError))
                error.result = this.get_task_result(task);
            throw error;
        }
    };
}

/* Commands for the verbs that take arguments alone */

const withoutLineEnd = text => text.replace(/\r?\n$/, '');

/* A command, or an object of its properties, rather than arguments. */
const hasSettings = value =>
    value !== null && typeof value === 'object' && !Array.isArray(value);

/* Makes the verb of check(), which takes commands; `adapt` gives what that is called with. */
function patchOnCommands(prototype, name, adapt, convert) {
    const method = prototype[name];
    const methodAsync = prototype[`${name}_async`];
    const nAll = prototype[`_original_${name}_async`].length;
    const finish = prototype[`${name}_finish`];
    const checked = new WeakSet(); // what such a call's callback gets

    prototype[name] = function (...args) {
        return hasSettings(args[0])
            ? convert(this.check(...adapt(args)))
            : method.apply(this, args);
    };

    prototype[`${name}_async`] = function (...given) {
        if (!hasSettings(given[0]))
            return methodAsync.apply(this, given);

        const args = withCallback(given, nAll);
        const callback = args.at(-1);
        if (typeof callback !== 'function')
            return begin(args, () => this.check_async(...adapt(args))).then(convert);

        return this.check_async(...adapt(args.slice(0, -1)), (runner, task) => {
            checked.add(task);
            callback(runner, task);
        });
    };

    prototype[`${name}_finish`] = function (task) {
        return checked.has(task) ? convert(this.check_finish(task)) : finish.call(this, task);
    };
}

function toCheckToFile([what, file, ...rest]) {
    const command = toCommand(what).copy();
    command.set_stdout_file(file, Proc.FileFlags.NONE);
    return [command, ...rest];
}

/* The classes */

function patchRunner(prototype) {
    const verbs = {
        run: [toCommand],
        check: [toCommand],
        check_output: [toArgv],
        check_output_text: [toArgv],
        check_output_shell: [toText, toArgv],
        check_output_to_file: [toArgv, asIs],
    };
    for (const [name, converters] of Object.entries(verbs)) {
        patchFinish(prototype, `${name}_finish`);
        patchAsync(prototype, name, converters);
    }
    patchAsync(prototype, 'stop_all', []);
    patchTexts(prototype, 'setenv', 'unsetenv', 'set_cwd');
    patchEnviron(prototype);
    patch(prototype, 'start', [toCommand]);
    patch(prototype, 'submit', [toCommand, toFlag]);

    patchOnCommands(prototype, 'check_output', asIs, result => result.get_stdout());
    patchOnCommands(prototype, 'check_output_text', asIs,
        result => withoutLineEnd(result.get_stdout_text()));
    patchOnCommands(prototype, 'check_output_to_file', toCheckToFile, asIs);

    const getJobs = prototype.get_jobs;
    prototype.get_jobs = function () {
        return iterable(getJobs.call(this));
    };
    Object.defineProperty(prototype, 'jobs', {
        get: prototype.get_jobs,
        configurable: true,
        enumerable: true,
    });
}

/* GJS knows how to iterate some types of lists; this one is private. What is iterated is the
 * list as it is now: jobs come and go while a loop waits for one. */
function iterable(model) {
    model[Symbol.iterator] ??= function () {
        return Array.from({length: this.get_n_items()}, (_, i) => this.get_item(i)).values();
    };
    return model;
}

/* Gives the lines of an output, and at its end throws what check() would. Who leaves the
 * loop before that has stopped the command: it is gone when the loop is left. */
async function* lines(stream, cancellable) {
    let isOver = false;
    try {
        for (let some; (some = await this.read_lines_async(stream, cancellable)) !== null;) {
            for (const line of some)
                yield line;
        }
        const result = await this.wait_async(cancellable);
        isOver = true;
        result.check();
    } finally {
        if (!isOver) {
            this.stop();
            this.stop_reading(stream);
            await this.wait_async().catch(() => {});
        }
    }
}

function patchJob(prototype) {
    patchAsync(prototype, 'wait', []);
    patchAsync(prototype, 'write', [toBytes]);
    patchAsync(prototype, 'read_lines', [toStream]);
    prototype.lines = lines;

    const stopReading = prototype.stop_reading;
    prototype.stop_reading = function (stream) {
        stopReading.call(this, toStream(stream));
    };
}

function patchCommand(klass) {
    const {new: newArgv, new_shell: newShell, new_parse: newParse} = klass;
    klass.new = argv => newArgv.call(klass, toArgv(argv));
    klass.new_parse = line => newParse.call(klass, toText(line));
    klass.new_shell = (script, args = null) =>
        newShell.call(klass, toText(script), toArgv(args));

    const init = klass.prototype._init;
    klass.prototype._init = function (properties = {}) {
        const {stdin_text, ...given} = properties;
        for (const [name, convert] of [
            ['argv', toArgv], ['script', toText], ['script_args', toArgv], ['line', toText],
            ['environ', toArgv], ['stdin_bytes', toBytes], ['cwd', toText], ['argv0', toText],
        ]) {
            if (name in given)
                given[name] = convert(given[name]);
        }
        init.call(this, given);
        if (stdin_text !== undefined)
            this.set_stdin_text(stdin_text);
    };

    // Text that is input may have a NUL in it: it goes as bytes.
    klass.prototype.set_stdin_text = function (text) {
        this.set_stdin_bytes(toBytes(text));
    };
    Object.defineProperty(klass.prototype, 'stdin_text', {
        set: klass.prototype.set_stdin_text,
        configurable: true,
        enumerable: true,
    });
    const setBytes = klass.prototype.set_stdin_bytes;
    klass.prototype.set_stdin_bytes = function (bytes) {
        setBytes.call(this, toBytes(bytes));
    };
    patchTexts(klass.prototype, 'add_arg', 'setenv', 'unsetenv', 'set_cwd', 'set_argv0');
    patchEnviron(klass.prototype);
}

function patchTexts(prototype, ...names) {
    for (const name of names) {
        const method = prototype[name];
        prototype[name] = function (...args) {
            return method.apply(this, args.map(toText));
        };
    }
}

function patchEnviron(prototype) {
    const setEnviron = prototype.set_environ;
    prototype.set_environ = function (envp) {
        envp?.forEach(toText);
        setEnviron.call(this, envp);
    };
}

function patchResult(prototype) {
    const check = prototype.check;
    prototype.check = function () {
        try {
            return check.call(this);
        } catch (error) {
            if (!(error instanceof Proc.RunnerError))
                error.result = this;
            throw error;
        }
    };
}

function _init() {
    Proc = this;
    patchRunner(Proc.Runner.prototype);
    patchJob(Proc.Job.prototype);
    patchCommand(Proc.Command);
    patchResult(Proc.Result.prototype);
    Object.defineProperty(Proc.RunnerError.prototype, 'result', {
        get() {
            return Proc.RunnerError.get_result(this);
        },
        configurable: true,
    });
}
