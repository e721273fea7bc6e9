# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a test program on a display of its own, with a home of its own.

    run.py PROGRAM [ARGUMENT…]

The X server chooses a free number, and says so when it is ready. There is no session bus, no
settings daemon, and no screen reader: GTK's accessibility is the one that its own tests look at.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile


def start_server():
    """Gives the server and its display."""
    read_end, write_end = os.pipe()
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x900x24",
               "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    return server, f":{number}"


def write_settings(home):
    """GTK 4.8 complains if a view goes while it moves to where it was told to scroll."""
    folder = os.path.join(home, "config", "gtk-4.0")
    os.makedirs(folder)
    with open(os.path.join(folder, "settings.ini"), "w", encoding="utf-8") as file:
        file.write("[Settings]\ngtk-enable-animations=false\n")


def knows_gdk_disable():
    """GTK complains of a word that it does not know, and took it elsewhere before 4.14."""
    return ctypes.CDLL("libgtk-4.so.1").gtk_get_minor_version() >= 14


def environment(home, display):
    env = dict(os.environ)
    for name in "WAYLAND_DISPLAY", "GTK_THEME", "DESKTOP_STARTUP_ID":
        env.pop(name, None)
    for name in "CACHE", "CONFIG", "DATA", "STATE":
        env[f"XDG_{name}_HOME"] = os.path.join(home, name.lower())
    env.update(
        HOME=home,
        XDG_RUNTIME_DIR=home,
        DISPLAY=display,
        DBUS_SESSION_BUS_ADDRESS="disabled:",
        GDK_BACKEND="x11",
        GSETTINGS_BACKEND="memory",
        GSK_RENDERER="cairo",
        GTK_A11Y="test",
        GIO_USE_VFS="local",
        GIO_USE_PORTALS="0",
        NO_AT_BRIDGE="1",
    )
    env.update({"GDK_DISABLE": "gl"} if knows_gdk_disable() else {"GDK_DEBUG": "gl-disable"})
    return env


def main():
    if shutil.which("Xvfb") is None:
        print("1..0 # SKIP there is no Xvfb")
        return 0

    # A test whose time is over takes its server with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="procrunner-gtk-") as home:
        write_settings(home)
        server, display = start_server()
        try:
            return subprocess.run(sys.argv[1:], env=environment(home, display)).returncode
        finally:
            server.terminate()
            server.wait()


sys.exit(main())
