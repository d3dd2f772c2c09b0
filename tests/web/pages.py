"""A browser for the tests of the pages: one Chromium for a module, a server and a home of its own for each flow."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "api"))

from serving import Serving  # noqa: E402

from program import BUILD, LIMIT, ROOT, Case  # noqa: E402


def packages():
    """The packages of the pages, as deps/stage.py laid them out."""
    cache = Path(os.environ.get("SKALD_CACHE") or Path.home() / ".cache" / "skald")
    lock = hashlib.sha256((ROOT / "web" / "package-lock.json").read_bytes()).hexdigest()[:12]
    return cache / "npm" / lock / "node_modules"


def need_browser():
    """Chromium's path; without what the flows need they are skipped with a word."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise unittest.SkipTest("chromium is not installed")
    if not shutil.which("node") or not packages().is_dir():
        raise unittest.SkipTest("node or the packages of the pages are missing")
    if not (BUILD / "web" / "assets.cpp").exists():
        raise unittest.SkipTest("the program was built without its pages")
    return chromium


def long_session(data, count):
    """Makes the content of a results file one of `count` segments, two seconds each, like those that are there; the segments."""
    segments = []
    for n in range(count):
        like = data["segments"][n % len(data["segments"])]
        start = n * 2.0
        words = [{**w, "start": start + 0.1 * i, "end": start + 0.1 * i + 0.1} for i, w in enumerate(like["words"][:18])]
        segments.append({**like, "start_time": start, "end_time": start + 1.9, "duration": 1.9, "words": words,
                         "text": " ".join(w["word"].strip() for w in words)})
    data["segments"], data["metadata"]["duration"] = segments, count * 2.0
    return segments


class Browser:
    """tests/web/runner.mjs with its Chromium."""

    def __init__(self, chromium):
        self.process = subprocess.Popen(["node", HERE / "runner.mjs", packages(), chromium], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def tell(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the browser ended, status {self.process.wait(LIMIT)}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(LIMIT)
        self.process.stdout.close()


class PagesCase(Case):
    """Flows in the browser, on the real finished session; `walk` names one of tests/web/flows."""

    env = {}  # of the server, beside the home

    @classmethod
    def setUpClass(cls):
        chromium = need_browser()
        super().setUpClass()
        cls.browser = Browser(chromium)
        cls.addClassCleanup(cls.browser.close)

    def make_home(self, target):
        return self.reference.copy_home(target)

    def results_are(self, folder):
        """The reference run was made in another folder than the one where it is kept."""
        with sqlite3.connect(self.home / "skald.db") as rows:
            rows.execute("UPDATE run SET directory = ?", (str(folder),))

    def serve(self, port=0):
        self.server = Serving(self.home, port=port, **self.env)
        self.addCleanup(self.server.kill)
        return self.server

    def answer(self, asked):
        """What a flow cannot do in the browser: "restart" the server, "kill" it, or what a test adds."""
        if asked["do"] == "restart":
            self.server.stop()
            self.serve(self.server.port)
            return {}
        raise AssertionError(f"nothing known of {asked}")

    def walk(self, file, flow, given=None, **how):
        """Walks through a flow; fails with what the flow says."""
        server = self.serve()
        self.browser.tell({"file": file, "flow": flow, "url": f"http://{server.host}:{server.port}/", "given": given or {}, **how})
        while True:
            heard = self.browser.hear()
            if "ask" not in heard:
                break
            self.browser.tell(self.answer(heard["ask"]))
        if not heard["passed"]:
            self.fail(heard["why"])
