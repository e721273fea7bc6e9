# SPDX-License-Identifier: LGPL-2.1-or-later
"""A command's charset from Python, without overrides."""

import sys

import gi

gi.require_version("Proc", "1")
from gi.repository import GLib, Proc

LATIN1 = ["printf", "gr\\366\\337e\\n"]


def test_text():
    command = Proc.Command(argv=LATIN1, charset="ISO-8859-1")
    assert command.props.charset == command.get_charset() == "ISO-8859-1"
    result = Proc.Runner().check(command)
    assert result.get_stdout_text() == "größe\n"
    assert result.get_stdout().get_data() == "größe\n".encode("latin1")


def test_none_is_utf8():
    command = Proc.Command.new(LATIN1)
    assert command.get_charset() is None
    command.set_charset("UTF-16")
    command.set_charset(None)
    assert Proc.Runner().check(command).get_stdout_text() == "gr\ufffd\ufffde\n"


def test_bad_bytes():
    command = Proc.Command(argv=["printf", "a\\201\\000b"], charset="windows-1252")
    assert Proc.Runner().check(command).get_stdout_text() == "a\ufffd\ufffdb"


def test_unknown():
    try:
        Proc.Runner().run(Proc.Command(argv=["true"], charset="no-such"))
    except GLib.Error as error:
        assert error.matches(Proc.RunnerError.quark(), Proc.RunnerError.INVALID_COMMAND)
        assert "“no-such”" in error.message
    else:
        raise AssertionError("nothing was raised")


def main():
    tests = [each for name, each in globals().items() if name.startswith("test_")]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        test()
        print(f"ok {number} {test.__name__}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
