"""What the user sees: one line per step with size and time, and one clear sentence when something cannot be done."""

import sys
import time
from contextlib import contextmanager


class SetupError(Exception):
    """Setup cannot go on; the message is one sentence for the user."""


def megabytes(size):
    return f"{size / 1e6:.1f} MB"


def say(text):
    print(f"[setup] {text}", flush=True)


def complain(text):
    print(f"[setup] error: {text}", file=sys.stderr, flush=True)


@contextmanager
def step(text):
    """Announces a step and says how long it took; `done` may be given a closing remark."""
    say(f"{text} ...")
    remark = []
    started = time.monotonic()
    yield remark.append
    took = f"{time.monotonic() - started:.1f} s"
    say("  " + ", ".join(["done in " + took] + remark))
