#!/usr/bin/env python3
"""Corrections of a long session: time to read the review, to save one correction, to undo; memory of the server.

The time of the clock, and that of the processor (user and system), which tells more on a busy machine.

bench/server/review.py BUILD_DIR [--segments 6000] [--words 10] [--edits 200]
"""

import argparse
import http.client
import json
import os
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from load import memory, start  # noqa: E402

WORDS = "the bell tolls under water and nobody knows who draws bow from where they stood before".split()


def results(folder, segments, words):
    """A `_data.json` as `skald process` writes it."""
    draw = random.Random(7)
    made = []
    for number in range(segments):
        at = number * 2.0
        text = [draw.choice(WORDS) for _ in range(words)]
        made.append({"start_time": at, "end_time": at + 1.8, "text": " ".join(text), "speaker_id": f"SPEAKER_{number % 6:02}",
                     "speaker_name": f"SPEAKER_{number % 6:02}", "language": "en", "overlap": False,
                     "classification": draw.choice(["IC", "OOC"]), "classification_type": "CHARACTER",
                     "classification_confidence": 0.75, "classification_reasoning": "", "character": None, "backend": "e5",
                     "words": [{"word": f" {w}", "start": round(at + i * 1.8 / words, 3), "end": round(at + (i + 1) * 1.8 / words, 3),
                                "probability": 0.9} for i, w in enumerate(text)]})
    (folder / "long_data.json").write_text(json.dumps({"metadata": {"session_id": "long", "duration": segments * 2.0},
                                                       "segments": made}, indent=2))


class Client:
    def __init__(self, port, headers):
        self.connection, self.headers = http.client.HTTPConnection("127.0.0.1", port), headers

    def ask(self, method, path, body=None):
        """The answer, and the seconds until it was there."""
        began = time.perf_counter()
        self.connection.request(method, path, json.dumps(body) if body is not None else None,
                                {**self.headers, **({"Content-Type": "application/json"} if body is not None else {})})
        answer = self.connection.getresponse()
        text = answer.read()
        took = time.perf_counter() - began
        if answer.status != 200:
            sys.exit(f"{method} {path}: {answer.status} {text[:300]}")
        return json.loads(text), took


class Meter:
    """Prints what requests take: of the clock each, of the server's processor on average."""

    def __init__(self, pid):
        self.pid = pid
        self.before = self.processor()

    def processor(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def told(self, name, seconds):
        ms = sorted(1000 * s for s in seconds)
        now = self.processor()
        print(f"{name:<26} median {statistics.median(ms):7.1f} ms   p99 {ms[int(0.99 * (len(ms) - 1))]:7.1f} ms   "
              f"processor {1000 * (now - self.before) / len(ms):6.1f} ms")
        self.before = now


def edit(draw, segments):
    """One of the corrections that people make most, of one segment."""
    segment = str(draw.randrange(1, segments + 1))
    return draw.choice([{"op": "text", "segment": segment, "text": " ".join(draw.choices(WORDS, k=9))},
                        {"op": "label", "segments": [segment], "label": draw.choice(["IC", "OOC", "MIXED"])},
                        {"op": "speaker", "segments": [segment], "speaker": f"SPEAKER_{draw.randrange(6):02}"}])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--segments", type=int, default=6000)
    parser.add_argument("--words", type=int, default=10)
    parser.add_argument("--edits", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        results(home, chosen.segments, chosen.words)
        server, port, headers = start(chosen.build.absolute(), home)
        try:
            measure(chosen, home, server, Client(port, headers))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure(chosen, home, server, client):
    with sqlite3.connect(home / "skald.db") as database:
        database.execute("INSERT INTO run(run_key, session, directory, state, started, details) VALUES('k', 'long', ?, 'finished', "
                         "'20261123_200000', '{}')", (str(home),))
    [session] = client.ask("GET", "/api/v1/sessions")[0]["sessions"]
    path = f"/api/v1/sessions/{session['id']}"
    meter = Meter(server.pid)
    state, first = client.ask("GET", f"{path}/review")
    meter.told("first read of the review", [first])
    meter.told("later reads", [client.ask("GET", f"{path}/review")[1] for _ in range(10)])
    revision, draw = state["revision"], random.Random(3)
    requests = {"edits": chosen.edits, "undo": min(50, chosen.edits), "redo": min(50, chosen.edits)}
    for kind, count in requests.items():
        seconds = []
        for _ in range(count):
            body = {"edits": [edit(draw, chosen.segments)]} if kind == "edits" else {}
            answer, took = client.ask("POST", f"{path}/{kind}", {"revision": revision, **body})
            revision = answer["revision"]
            seconds.append(took)
        meter.told(kind, seconds)
    meter.told("search", [client.ask("GET", f"/api/v1/search?q={word}")[1] for word in WORDS * 3])
    print(f"memory of the server         {memory(server.pid, 'VmRSS'):.0f} MB, at most {memory(server.pid, 'VmHWM'):.0f} MB")


if __name__ == "__main__":
    main()
