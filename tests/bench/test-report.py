#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What report.py makes of a log: lines of the tables, and plots that can be read."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "doc" / "performance.md"
SVG = "{http://www.w3.org/2000/svg}"

EXPECTED = [
    "| GLib | 2.74.6 |",
    "| compiler | gcc 12.2.0 |",
    "| date | 2026-01-02 |",
    "| rounds | 11, 3 (**a quick look**: they do not count) |",
    "3 of 4 targets are met.",
    "- `spawn`, async call, 99th percentile, usec, 4 GiB: 250, ≤ 200 **missed**",
    "| benchmark | what | ours | GSubprocess, GIO | raw system calls | asyncio |",
    "| `spawn` | async call, 99th percentile, usec, 4 GiB |"
    " 250 (100 – 300)<br>≤ 200 **missed** |  |  |  |",
    "| `spawn` | runs/s, ours | 1,100 (1,000 – 1,200) | 12.3 × (1.05 – 0.01)<br>≥ 1 met |"
    " 0.75 × (0.70 – 0.80)<br>≥ 0.6 met |  |",
    # The place beside is for what has a target; the others get lines of their own.
    "| `capture` | MiB/s, ours | 2,048 (2,000 – 2,100) |  | 2.00 × (1.90 – 2.10)<br>≥ 0.9 met |  |",
    "| `capture` | MiB/s, ours: to the loop that discards |  |  | 0.50 × (0.40 – 0.60) |  |",
    "| `capture` | MiB/s, ours: beside a \\| b &gt; c |  |  | +0.50 (-0.10 – 1.50) |  |",
    "### Starting (`spawn`)",
    "| runs/s, posix_spawn | 1,400 | 1,300 | 1,500 |  |",
    "| … to posix_spawn | 0.75 | 0.70 | 0.80 | ≥ 0.6 met |",
]


class TestReport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.page = self.folder / "page.md"
        self.page.write_text(PAGE.read_text())

    def report(self, log):
        return subprocess.run(
            [sys.executable, "-B", HERE / "report.py", "--page", self.page,
             "--images", self.folder, log],
            stderr=subprocess.PIPE, text=True)

    def test_tables(self):
        self.assertEqual(self.report(HERE / "report-sample.txt").returncode, 0)
        lines = self.page.read_text().splitlines()
        for expected in EXPECTED:
            self.assertIn(expected, lines)

    def test_prose_is_left_alone_and_figures_are_replaced(self):
        self.report(HERE / "report-sample.txt")
        once = self.page.read_text()
        self.report(HERE / "report-sample.txt")
        self.assertEqual(self.page.read_text(), once)
        begin = once.index("<!-- figures")
        self.assertEqual(once[:begin], PAGE.read_text()[:begin])

    def test_plots(self):
        self.report(HERE / "report-sample.txt")
        seen = {"performance-spawn.svg": {"posix_spawn ()", "100 µs", "4 GiB"},
                "performance-throughput.svg": {"2.00 GiB/s", "read () loop"}}
        for name, words in seen.items():
            root = ElementTree.parse(self.folder / name).getroot()
            self.assertEqual(root.tag, SVG + "svg")
            self.assertLessEqual(words, {text.text for text in root.iter(SVG + "text")})
            self.assertIn("prefers-color-scheme:dark", root.find(SVG + "style").text)
            self.assertIsNone(root.find(f".//{SVG}script"))

    def test_log_without_figures(self):
        log = self.folder / "empty.txt"
        log.write_text("{}\n{\n{\"stdout\":\"\"}\n")
        self.assertEqual(self.report(log).returncode, 1)
        self.assertEqual(self.page.read_text(), PAGE.read_text())


if __name__ == "__main__":
    unittest.main()
