"""Test help: a package index on this machine's loopback, wheels, git repositories and manifests of the tests' own."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "deps" / "stage.py"
sys.path.insert(0, str(ROOT / "deps"))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def wheel(package, files):
    """(file name, bytes) of a wheel with the files given."""
    info = f"{package}-1.0.dist-info"
    rows = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", f"{info}/RECORD": b""}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in rows.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return f"{package}-1.0-py3-none-any.whl", out.getvalue()


def component(package, data, **more):
    """A manifest row for a wheel made by wheel(); its folder `package` becomes the component's content."""
    return {"name": package, "version": "1.0", "licence": "MIT", "holder": "nobody", "reason": "a test", "takes": "all",
            "downloads": [{"client": "pip", "package": package, "version": "1.0", "sha256": sha256(data), "size": len(data),
                           "file": f"{package}-1.0-py3-none-any.whl"}],
            "take": [{"from": f"{package}/**", "to": "kept"}], "places": {f"libraries/{package}": "kept"}, **more}


class Index:
    """A package index that serves wheels, notes what was asked for, and can be told to break off."""

    def __init__(self):
        self.wheels = {}  # file name -> bytes
        self.fetched = []  # file names
        self.cut = set()  # files whose connection closes half-way
        self.hang = {}  # file name -> event that is set when half of it is sent; nothing follows
        self.release = threading.Event()
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                index.answer(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()

    def add(self, package, files):
        name, data = wheel(package, files)
        self.wheels[name] = data
        return data

    def answer(self, request):
        if request.path.startswith("/simple/"):
            package = request.path.split("/")[2].replace("-", "_")
            links = "".join(f'<a href="/files/{name}">{name}</a>' for name in self.wheels if name.startswith(f"{package}-"))
            self.send(request, f"<html><body>{links}</body></html>".encode(), "text/html")
            return
        name = request.path.split("/")[-1]
        self.fetched.append(name)
        data = self.wheels[name]
        if name in self.cut or name in self.hang:
            self.send(request, data, "application/zip", len(data) // 2)
            if name in self.hang:
                self.hang[name].set()
                self.release.wait()
            request.close_connection = True
        else:
            self.send(request, data, "application/zip")

    @staticmethod
    def send(request, data, kind, count=None):
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data[:count])
        request.wfile.flush()


def git_repository(folder, files, tag):
    """Makes a git repository with one tagged commit; returns its address."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    who = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "one"], ["tag", tag]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return f"file://{folder}"


class SetupCase(unittest.TestCase):
    """A folder, an index, and deps/stage.py run on a manifest of the test's own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="skald-setup-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.cache = self.folder / "cache"
        self.manifest = self.folder / "manifest.json"
        self.index = Index()
        self.addCleanup(self.index.close)

    def write_manifest(self, *rows):
        self.manifest.write_text(json.dumps({"apt": [], "components": rows}), encoding="utf-8")

    def command(self, *arguments):
        return [sys.executable, str(STAGE), "--no-packages", "--cache", str(self.cache), "--manifest", str(self.manifest), *arguments]

    def environment(self, **more):
        ours = {"PIP_INDEX_URL": self.index.url, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1", "NO_PROXY": "*"}
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
        return {**kept, **ours, **more}

    def stage(self, *arguments, environment=None, **options):
        return subprocess.run(self.command(*arguments), env=self.environment(**(environment or {})), capture_output=True,
                              text=True, check=False, **options)

    def kept(self, package):
        """{name: content} of what is staged of a component."""
        folder = self.cache / "stage" / "libraries" / package
        return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.is_dir() else None

    def assert_error(self, done, *parts):
        """The run failed with one sentence on standard error that has all the parts."""
        lines = done.stderr.strip().splitlines()
        self.assertEqual((done.returncode, len(lines)), (1, 1), done.stdout + done.stderr)
        self.assertTrue(lines[0].startswith("[setup] error: "), lines[0])
        for part in parts:
            self.assertIn(str(part), lines[0])
