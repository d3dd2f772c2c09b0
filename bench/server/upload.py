#!/usr/bin/env python3
"""An upload to `skald serve` in pieces: memory of the server, time, and that every byte arrives.

bench/server/upload.py BUILD_DIR [--gigabytes 4] [--home FOLDER]
"""

import argparse
import hashlib
import http.client
import json
import random
import signal
import tempfile
import time
from pathlib import Path

from load import memory, start


def ask(connection, headers, method, path, body, kind):
    connection.request(method, path, body, {**headers, "Content-Type": kind})
    answer = connection.getresponse()
    told = json.loads(answer.read())
    if answer.status not in (200, 201):
        raise SystemExit(f"{method} {path}: {answer.status} {told}")
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--home", type=Path, help="where the upload goes; default: a folder for temporary files")
    chosen = parser.parse_args()
    size = int(chosen.gigabytes * 1e9)
    with tempfile.TemporaryDirectory(dir=chosen.home) as home:
        server, port, headers = start(chosen.build.absolute(), Path(home))
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            upload = ask(connection, headers, "POST", "/api/v1/uploads", json.dumps({"name": "long.wav", "size": size}), "application/json")
            block = random.Random(1).randbytes(upload["piece_bytes"])
            digest, began, offset = hashlib.sha256(), time.monotonic(), 0
            while offset < size:
                piece = block[:min(len(block), size - offset)]
                digest.update(piece)
                told = ask(connection, headers, "PUT", f"/api/v1/uploads/{upload['id']}?offset={offset}", piece, "application/octet-stream")
                offset = told["offset"]
            seconds = time.monotonic() - began
            right = told["state"] == "complete" and told["sha256"] == digest.hexdigest()
            print(f"{size / 1e9:.2f} GB in {seconds:.1f} s; the server took at most {memory(server.pid, 'VmHWM'):.0f} MB; "
                  f"hash {'right' if right else 'WRONG'}")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
