#!/usr/bin/env python3
"""Kill -9 of `skald serve` at random moments, so many times each in uploads, runs and corrections: nothing that was answered is lost.

bench/server/kills.py BUILD_DIR [--kills 50]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    chosen = parser.parse_args()
    environment = {**os.environ, "SKALD_BUILD": str(chosen.build.absolute()), "SKALD_KILLS": str(chosen.kills)}
    failed = 0
    for what in ("Uploads", "Runs.test_a_run_goes_on_and_makes_the_same_files", "Corrections"):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-B", "-m", "unittest", f"test_kills.{what}"], cwd=ROOT / "tests" / "api",
                              env=environment, capture_output=True, text=True, check=False)
        good = done.returncode == 0
        failed += not good
        print(f"{what.split('.')[0].lower()}: {chosen.kills} kills in {time.monotonic() - began:.0f} s, "
              f"{'nothing lost' if good else 'FAILED'}", flush=True)
        if not good:
            print(done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
