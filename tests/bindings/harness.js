// SPDX-License-Identifier: LGPL-2.1-or-later

// What tests in JavaScript are run by. None may leave a child.

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Proc from 'gi://Proc?version=1';
import System from 'system';

const tests = [];

/* A test gets a runner, whose jobs are stopped behind it, and the path of an empty folder. */
export const test = (name, body) => tests.push({name, body});

export function assertEqual(actual, expected) {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b)
        throw new Error(`${a} is not ${b}`);
}

/* Gives what a call throws or rejects with. */
export async function thrown(call) {
    try {
        await call();
    } catch (error) {
        return error;
    }
    throw new Error('nothing was thrown');
}

export async function assertFails(domain, code, call) {
    const error = await thrown(call);
    if (!(error instanceof GLib.Error) || !error.matches(domain, code))
        throw new Error(`unexpected error: ${error}`);
    return error;
}

export const assertRefused = (code, call) => assertFails(Proc.RunnerError, code, call);
export const assertCancelled = call =>
    assertFails(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED, call);

/* Resolves in a later iteration of the main loop. */
export const idle = () => new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
    resolve();
    return GLib.SOURCE_REMOVE;
}));

/* The numbers of all children, zombies too. */
export function children() {
    const tasks = Gio.File.new_for_path('/proc/self/task')
        .enumerate_children('standard::name', Gio.FileQueryInfoFlags.NONE, null);
    const lists = [];
    for (let task = tasks.next_file(null); task; task = tasks.next_file(null)) {
        try {
            const list = tasks.get_child(task).get_child('children');
            lists.push(new TextDecoder().decode(list.load_contents(null)[1]));
        } catch {
            // The thread has ended.
        }
    }
    return lists.join('');
}

function removeTree(file) {
    if (file.query_file_type(Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null) ===
        Gio.FileType.DIRECTORY) {
        const names = file.enumerate_children('standard::name', 0, null);
        for (let info = names.next_file(null); info; info = names.next_file(null))
            removeTree(names.get_child(info));
    }
    file.delete(null);
}

async function passes({body}) {
    const runner = new Proc.Runner();
    const dir = GLib.Dir.make_tmp('procrunner-XXXXXX');
    try {
        await body(runner, dir);
        assertEqual(children(), '');
        return true;
    } catch (error) {
        print(`# ${error}\n${error.stack ?? ''}`.trim().replaceAll('\n', '\n# '));
        return false;
    } finally {
        await new Promise(resolve => runner.stop_all_async(null, () => resolve()));
        removeTree(Gio.File.new_for_path(dir));
    }
}

async function main() {
    let nFailed = 0;
    print(`1..${tests.length}`);
    for (const [i, each] of tests.entries()) {
        const ok = await passes(each);
        nFailed += !ok;
        print(`${ok ? 'ok' : 'not ok'} ${i + 1} ${each.name}`);
    }
    return nFailed;
}

export function run() {
    const loop = new GLib.MainLoop(null, false);
    let status = 1;
    main().then(nFailed => (status = nFailed ? 1 : 0)).catch(logError).finally(() => loop.quit());
    loop.run();
    System.exit(status);
}
