#!/usr/bin/env python3
"""What Skald adds to a language model service: 5,700 segments (4 hours) through one that takes 200 ms a call.

    SKALD_BUILD=build bench/classification/overhead.py

The service is Ollama's interface on loopback (tests/cli/fake_services.py). Time of a call is measured by Skald from the request
to the end of the answer; all other time of the stage is what Skald adds: prompts, checks, writing units.
"""
import json
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("SKALD_BUILD", str(ROOT / "build"))
sys.path.insert(0, str(ROOT / "tests" / "cli"))
import fake_services  # noqa: E402
import program  # noqa: E402

SEGMENTS, DELAY = 5700, 0.2


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = [json.dumps({"text": f"Segment {i} of this evening, and we go on down the stairs.", "speaker": f"S{i % 5}"}) for i in range(SEGMENTS)]
        (folder / "segments.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with fake_services.Ollama({"big": fake_services.Model(fake_services.GIB)}, delay=DELAY) as service:
            done = program.skald("classify", folder / "segments.jsonl", "--classifier", "ollama", home=folder, OLLAMA_BASE_URL=service.url)
        if done.status != 0:
            sys.exit(done.err)
        (details,) = sqlite3.connect(folder / "skald.db").execute("select details from run").fetchone()
    figures = json.loads(details)["figures"]["classify"]
    added = figures["seconds"] - figures["service_seconds"]
    print(f"{figures['calls']:.0f} calls, {figures['seconds']:.1f} s, {figures['service_seconds']:.1f} s of them in calls; "
          f"Skald adds {added:.2f} s, {100 * added / figures['service_seconds']:.1f} %")


if __name__ == "__main__":
    main()
