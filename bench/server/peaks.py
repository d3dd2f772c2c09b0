#!/usr/bin/env python3
"""The outline of a long session's sound: what a page waits for it, with the copy that the run keeps and without one.

bench/server/peaks.py BUILD_DIR [--hours 4]
"""

import argparse
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

sys.dont_write_bytecode = True

from load import memory, start  # noqa: E402
from review import Client, Meter  # noqa: E402

RATE = 16000


def sound(path, hours):
    """Hours of a slow noise, as the stages hear it."""
    minute = b"".join((((i * i * 7919) >> 5) % (200 + i % 20000) - 100).to_bytes(2, "little", signed=True) for i in range(60 * RATE))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for _ in range(60 * hours):
            file.writeframes(minute)


def keep(home, key, inputs, folder):
    """An artifact as the store writes it."""
    with sqlite3.connect(home / "skald.db") as database:
        database.execute("INSERT INTO artifact(key, stage, directory, made_from, bytes) VALUES(?, 'decode', ?, ?, 0)",
                         (key, folder, json.dumps({"inputs": inputs})))
        database.execute("INSERT INTO run_artifact(run, key) VALUES(1, ?)", (key,))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--hours", type=int, default=4)
    chosen = parser.parse_args()
    build = chosen.build.absolute()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server, port, headers = start(build, home)
        try:
            measure(chosen.hours, build, home, server, Client(port, headers))
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure(hours, build, home, server, client):
    with sqlite3.connect(home / "skald.db") as database:
        database.execute("INSERT INTO run(run_key, session, directory, state, started, details) VALUES('k', 'long', '', 'finished', "
                         "'20261123_200000', '{\"recordings\": [{\"sha256\": \"0\"}]}')")
    audio, copy = (home / "artifacts" / name for name in ("au", "co"))
    audio.mkdir(parents=True)
    sound(audio / "audio.wav", hours)
    meter = Meter(server.pid)
    keep(home, "au", ["0"], "artifacts/au")
    path = "/api/v1/sessions/1/peaks?points=20000"
    meter.told("without a copy", [client.ask("GET", path)[1] for _ in range(5)])
    job = home / "job.json"
    job.write_text(json.dumps({"do": "copy", "input": str(audio / "audio.wav"), "output": str(copy)}))
    subprocess.run([build / "worker_media", job], check=True, stdout=subprocess.DEVNULL)
    keep(home, "co", ["au"], "artifacts/co")
    meter.told("with a copy", [client.ask("GET", path)[1] for _ in range(20)])
    print(f"memory of the server         {memory(server.pid, 'VmRSS'):.0f} MB, at most {memory(server.pid, 'VmHWM'):.0f} MB")


if __name__ == "__main__":
    main()
