# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program's unittest cases, and writes their outcomes as TAP."""

import sys
import unittest


class TapResult(unittest.TestResult):
    n_failed = 0

    def stopTest(self, test):
        super().stopTest(test)
        faults = [trace for _, trace in self.errors + self.failures]
        skipped = "".join(f" # SKIP {reason}" for _, reason in self.skipped)
        for found in self.errors, self.failures, self.skipped:
            found.clear()
        self.n_failed += bool(faults)
        status = "not ok" if faults else "ok"
        print(f"{status} {self.testsRun} {test.id().partition('.')[2]}{skipped}", flush=True)
        for line in "".join(faults).splitlines():
            print(f"# {line}", flush=True)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = TapResult()
    suite.run(result)
    sys.exit(1 if result.n_failed else 0)
