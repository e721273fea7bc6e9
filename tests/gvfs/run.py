# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a test program in a session of its own, with an FTP server for its GVfs.

    run.py PROGRAM [ARGUMENT…]

The server is a thread in here and has a free port of the loopback, an own directory for
each session, and two kinds of places: what is under `read-only` cannot be written, and an
upload to `stuck…` is never read. All that the session started is gone in the end.
"""

import contextlib
import ctypes
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings

PR_SET_CHILD_SUBREAPER = 36

# What makes the tests stricter, and what the session's daemons do not stand.
TEST_ONLY = ("G_DEBUG", "MALLOC_PERTURB_")

READ_ONLY = "elr"
READ_WRITE = "elradfmwMT"


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import DTPHandler, FTPHandler
        from pyftpdlib.servers import FTPServer
except ImportError:
    skip("this Python has no pyftpdlib")


class StuckDTPHandler(DTPHandler):
    def handle_read(self):
        if os.path.basename(self.file_obj.name).startswith("stuck"):
            self.del_channel()
        else:
            super().handle_read()

    handle_read_event = handle_read


@contextlib.contextmanager
def ftp_server(root):
    """Gives the port at which the directory is served."""
    authorizer = DummyAuthorizer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that anonymous may write
        authorizer.add_anonymous(root, perm=READ_WRITE)
        authorizer.override_perm("anonymous", os.path.join(root, "read-only"), READ_ONLY, True)

    class Handler(FTPHandler):
        dtp_handler = StuckDTPHandler

    Handler.authorizer = authorizer
    logging.disable()
    server = FTPServer(("127.0.0.1", 0), Handler)
    stopped = threading.Event()

    def serve():
        while not stopped.is_set():
            server.ioloop.loop(timeout=0.05, blocking=False)
        server.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.address[1]
    finally:
        stopped.set()
        thread.join()


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(pid) for pid in file.read().split()]


def end_children():
    """Ends what was orphaned and came to us, and waits for it."""
    while pids := children():
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def session_environ(directory, port):
    places = {}
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        places[name] = os.path.join(directory, name.lower())
        os.mkdir(places[name], 0o700)
    inherited = {name: value for name, value in os.environ.items() if name not in TEST_ONLY}
    return {
        **inherited,
        **places,
        "GIO_USE_VFS": "gvfs",
        "GIO_USE_VOLUME_MONITOR": "unix",
        "GVFS_DISABLE_FUSE": "1",
        "PROC_TEST_FTP_URI": f"ftp://127.0.0.1:{port}/",
        "PROC_TEST_FTP_ROOT": os.path.join(directory, "root"),
    }


def test_command():
    settings = [f"{name}={os.environ[name]}" for name in TEST_ONLY if name in os.environ]
    return ["env", *settings, *sys.argv[1:]]


def main():
    if not shutil.which("dbus-run-session"):
        skip("there is no dbus-run-session")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory(prefix="procrunner-gvfs-") as directory:
        directory = os.path.realpath(directory)
        os.makedirs(os.path.join(directory, "root", "read-only"))
        with ftp_server(os.path.join(directory, "root")) as port:
            try:
                session = subprocess.run(["dbus-run-session", "--", *test_command()],
                                         env=session_environ(directory, port))
            finally:
                end_children()
    return session.returncode


if __name__ == "__main__":
    sys.exit(main())
