#!/usr/bin/env python3
"""Runs the unittest cases of a module in the current folder and writes what came of each to a file (JSON):
python_cases.py MODULE REPORT. The output is that of unittest."""

import json
import sys
import unittest
from pathlib import Path


class Result(unittest.TextTestResult):
    """Remembers every case that passed, failed or was skipped."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(test.id())


def main():
    module, report = sys.argv[1:]
    sys.path.insert(0, str(Path.cwd()))
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    result = unittest.TextTestRunner(verbosity=2, resultclass=Result).run(suite)
    bad = {case.id() for case, _ in result.failures + result.errors} | {case.id() for case in result.unexpectedSuccesses}
    counted = {"passed": len(result.passed), "failed": len(bad), "skipped": [(case.id(), why) for case, why in result.skipped]}
    Path(report).write_text(json.dumps(counted), encoding="utf-8")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
