# SPDX-License-Identifier: LGPL-2.1-or-later

"""The Python override: argument vectors."""

import pathlib
import sys
import unittest

import gi

gi.require_version('Proc', '1')

from gi.repository import Gio, GLib, Proc  # noqa: E402


class ArgvTest(unittest.TestCase):
    def setUp(self):
        self.runner = Proc.Runner()

    def test_kinds_of_arguments(self):
        out = self.runner.check_output(['printf', '%s,', 'str', b'bytes \xff', pathlib.Path('/p')])
        self.assertEqual(out.get_data(), b'str,bytes \xff,/p,')

    def test_any_iterable(self):
        self.assertEqual(self.runner.check_output_text(w for w in ('echo', 'a')), 'a')

    def test_plain_string_is_refused(self):
        for argv in 'ls -l', b'ls', pathlib.Path('ls'):
            with self.assertRaisesRegex(TypeError, 'check_output_shell'):
                self.runner.check_output(argv)
            with self.assertRaises(TypeError):
                Proc.Command.new(argv)

    def test_none_is_refused(self):
        with self.assertRaises(TypeError):
            self.runner.check_output(['echo', None, 'lost'])
        with self.assertRaises(TypeError):
            self.runner.check_output_to_file(['echo', None], Gio.File.new_for_path('/dev/null'))
        with self.assertRaises(TypeError):
            Proc.Command.new(['echo', None])

    def test_async(self):
        loop = GLib.MainLoop()
        texts = []

        def got(runner, result):
            texts.append(runner.check_output_text_finish(result))
            loop.quit()

        self.runner.check_output_text_async([pathlib.Path('/bin/echo'), 'later'], None, got)
        with self.assertRaises(TypeError):
            self.runner.check_output_text_async('echo', None, got)
        loop.run()
        self.assertEqual(texts, ['later'])


def main():
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(ArgvTest)
    print('1..%d' % suite.countTestCases())
    for number, test in enumerate(list(suite), 1):
        result = unittest.TestResult()
        test.run(result)
        for _, trace in result.failures + result.errors:
            print('\n'.join('# ' + line for line in trace.splitlines()))
        print('%s %d %s' % ('ok' if result.wasSuccessful() else 'not ok', number, test.id()))


if __name__ == '__main__':
    sys.exit(main())
