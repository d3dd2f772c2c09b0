"""The Python packages that tests need, which set-up stages by hash (python-test-tools in deps/manifest.json)."""

import os
import sys
import unittest
from pathlib import Path

MADE_FOR = (3, 11)


def use_test_tools():
    """Lets this process import them, and those that it starts; their folder."""
    if sys.version_info[:2] != MADE_FOR:
        raise unittest.SkipTest(f"the packages for tests are those of Python {MADE_FOR[0]}.{MADE_FOR[1]}")
    cache = Path(os.environ.get("SKALD_CACHE") or Path.home() / ".cache" / "skald")
    folder = cache / "stage" / "python" / "test-tools"
    if not folder.is_dir():
        raise AssertionError("the packages for tests are not there; `make test` fetches them")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return folder
