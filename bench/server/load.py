#!/usr/bin/env python3
"""Load on `skald serve`: 50 event streams, 200 reads a second for a minute; memory, latency, and how fast it stops.

bench/server/load.py BUILD_DIR [--seconds 60] [--streams 50] [--rate 200] [--sessions 200]
"""

import argparse
import http.client
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path


def start(build, home):
    server = subprocess.Popen([build / "skald", "serve", "--port", "0"], stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "SKALD_HOME": str(home)})
    port = int(re.search(r":(\d+)/", server.stderr.readline()).group(1))
    token = subprocess.run([build / "skald", "serve", "--print-token"], capture_output=True, text=True, check=True,
                           env={**os.environ, "SKALD_HOME": str(home)}).stdout.strip()
    return server, port, {"Authorization": f"Bearer {token}"}


def fill(home, count):
    """Sessions as the store writes them, without results."""
    with sqlite3.connect(home / "skald.db") as database:
        database.executemany("INSERT INTO run(run_key, session, directory, state, started, details) VALUES('k', ?, '', 'finished', "
                             "'20261123_200000', '{\"recordings\": [{\"sha256\": \"0\"}]}')",
                             [(f"session {i}",) for i in range(count)])


def follow(port, headers, opened):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/v1/events", headers=headers)
    answer = connection.getresponse()
    answer.readline()
    opened.release()
    try:
        while answer.readline():
            pass
    except OSError:
        pass


def ask(port, headers, rate, until, times, errors):
    """Reads one after the other at a steady rate over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    paths = ["/api/v1/sessions", "/api/v1/sessions/1", "/api/v1/health", "/api/v1/models"]
    due, number = time.monotonic(), 0
    while due < until:
        if (wait := due - time.monotonic()) > 0:
            time.sleep(wait)
        began = time.perf_counter()
        try:
            connection.request("GET", paths[number % len(paths)], headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                errors.append(answer.status)
        except (OSError, http.client.HTTPException) as error:
            errors.append(repr(error))
            connection.close()
        times.append(time.perf_counter() - began)
        due += 1 / rate
        number += 1


def memory(pid, name):
    return int(re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    for name, value in (("seconds", 60), ("streams", 50), ("rate", 200), ("sessions", 200), ("clients", 4)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server, port, headers = start(options.build.absolute(), home)
        fill(home, options.sessions)
        print(f"{memory(server.pid, 'VmRSS'):.0f} MB at rest")
        opened = threading.Semaphore(0)
        streams = [threading.Thread(target=follow, args=(port, headers, opened), daemon=True) for _ in range(options.streams)]
        for stream in streams:
            stream.start()
        for _ in streams:
            opened.acquire()
        times, errors = [], []
        until = time.monotonic() + options.seconds
        clients = [threading.Thread(target=ask, args=(port, headers, options.rate / options.clients, until, times, errors))
                   for _ in range(options.clients)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        cuts = statistics.quantiles(times, n=100)
        print(f"{options.streams} streams, {len(times)} reads in {options.seconds} s: {len(errors)} errors {errors[:3]}, "
              f"median {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, longest {max(times) * 1000:.0f} ms")
        ticks = sum(map(int, Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
        print(f"{memory(server.pid, 'VmHWM'):.0f} MB at most, {ticks / os.sysconf('SC_CLK_TCK'):.1f} s of CPU time")
        began = time.perf_counter()
        server.send_signal(signal.SIGTERM)
        status = server.wait()
        print(f"stopped with status {status} in {time.perf_counter() - began:.2f} s, streams open")
    return 1 if errors or status else 0


if __name__ == "__main__":
    sys.exit(main())
