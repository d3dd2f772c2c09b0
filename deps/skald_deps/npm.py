"""The packages that the pages are built from: `npm ci` into the cache, in a folder named by the hash of the lock file.

They are wanted, not needed: without node and npm the program is built without its pages, and says so.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .clients import run_client
from .report import step

WEB = Path(__file__).resolve().parent.parent.parent / "web"
LEAST_NODE = (20, 19)


def why_not():
    """A sentence where node or npm is missing or too old; empty where both will do."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    if not found or (int(found[1]), int(found[2])) < LEAST_NODE:
        return f"node {told.strip()} is older than {LEAST_NODE[0]}.{LEAST_NODE[1]}"
    return ""


def folder(cache):
    """Where the packages of the present lock file lie, or would lie."""
    return Path(cache) / "npm" / hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()[:12]


def complete(cache):
    return (folder(cache) / "node_modules").is_dir()


def install(cache, logs):
    """Fetches the packages; each is checked against its hash in the lock file, none runs a script of its own."""
    target = folder(cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    logs.mkdir(parents=True, exist_ok=True)
    with step("downloading the packages of the pages with npm"):
        with tempfile.TemporaryDirectory(prefix=".part-", dir=target.parent) as part:
            made = Path(part) / "made"
            made.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copy(WEB / name, made)
            run_client(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], "the packages of the pages", logs / "npm.log", cwd=made)
            os.rename(made, target)

