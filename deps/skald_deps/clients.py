"""Downloads through the ordinary clients (pip, cargo, git, go). Every file is checked against its hash."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .report import SetupError, megabytes, say, step

_NO_NETWORK = re.compile(
    r"name resolution|Could not resolve|Network is unreachable|Connection refused|No route to host|"
    r"Failed to establish a new connection|ProxyError|Read timed out|failed to (?:download|get)|Connection (?:reset|broken)",
    re.IGNORECASE,
)
_NO_SPACE = re.compile(r"No space left|Disk quota exceeded|File too large|os error 28", re.IGNORECASE)


def file_hash(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def tree_hash(folder):
    """One hash for the names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(p for p in Path(folder).rglob("*") if p.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{file_hash(path)}\n".encode())
    return digest.hexdigest()


def wrong_hash(file, wanted, found):
    return SetupError(f"wrong hash: {file} should have sha256 {wanted} but has {found}")


def run_client(command, what, log, **options):
    """Runs a client with its output in a log file, and turns a failure into one sentence."""
    environment = {**os.environ, "LC_ALL": "C", **options.pop("env", {})}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        stdin=subprocess.DEVNULL, check=False, env=environment, **options,
    )
    Path(log).write_text(f"$ {' '.join(map(str, command))}\n{done.stdout}", encoding="utf-8")
    if done.returncode == 0:
        return done.stdout
    mismatch = re.search(r"Expected sha256 (?:or )?\s*(\w{64}).*?Got\s+(\w{64})", done.stdout, re.DOTALL)
    if mismatch:
        raise wrong_hash(what, mismatch.group(1), mismatch.group(2))
    if _NO_SPACE.search(done.stdout) or done.returncode == -25:  # SIGXFSZ
        raise SetupError(f"cannot download {what}: the disk is full")
    if _NO_NETWORK.search(done.stdout):
        raise SetupError(f"cannot download {what}: there is no network, or the server does not answer (details in {log})")
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    reason = next((line for line in lines if re.match(r"(?i)error|fatal", line)), lines[-1] if lines else "no output")
    raise SetupError(f"cannot download {what}: {reason} (details in {log})")


class Downloads:
    """The folder of downloaded files, each in a folder named by its hash."""

    def __init__(self, cache):
        self.cache = Path(cache)
        self.folder = self.cache / "downloads"
        self.logs = self.cache / "logs"

    def held(self, source):
        """Where a download lies, or would lie."""
        name = source.get("file") or f"{Path(source['package']).name}-{source['version']}"
        return self.folder / source["sha256"] / name

    def get(self, source):
        """Path of the verified download: a file (pip, go), or a folder with the wanted parts (cargo, git)."""
        held = self.held(source)
        if held.is_file():
            found = file_hash(held)
            if found == source["sha256"]:
                return held
            say(f"{wrong_hash(held, source['sha256'], found)}; only this file is fetched again")
        elif held.is_dir():
            return held
        self.logs.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        size = f", {megabytes(source['size'])}" if source.get("size") else ""
        with step(f"downloading {source['package']} {source['version']} with {source['client']}{size}"):
            with tempfile.TemporaryDirectory(prefix=".part-", dir=self.folder) as part:
                made = _CLIENTS[source["client"]](source, Path(part), self)
                held.parent.mkdir(exist_ok=True)
                if held.is_file():
                    held.unlink()
                os.rename(made, held)
        return held


def python_with_pip(cache):
    """A Python command that has pip: the running one, the system's, or a private environment in the cache."""
    private = Path(cache) / "pip" / "bin" / "python3"
    for python in dict.fromkeys([sys.executable, shutil.which("python3"), "/usr/bin/python3", str(private)]):
        if python and os.path.exists(python) and _has_pip(python):
            return python
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(private.parent.parent)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0 or not _has_pip(private):
        raise SetupError("python3 has no pip; install the packages python3-pip and python3-venv")
    return str(private)


def _has_pip(python):
    return subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _pip(source, part, downloads):
    requirement = part / "requirement.txt"
    requirement.write_text(f"{source['package']}=={source['version']} --hash=sha256:{source['sha256']}\n")
    tags = re.fullmatch(r".*-(?P<python>[\w.]+)-(?P<abi>\w+)-(?P<platform>[\w.]+)\.whl", source["file"])
    # The tags are those of the pinned file, so that any host Python downloads the same one.
    kind = ["--only-binary=:all:" if tags else "--no-binary=:all:"]
    target = []
    tags = tags or {"abi": "none", "platform": "any"}
    if tags["platform"] != "any":
        for platform in tags["platform"].split("."):
            target += ["--platform", platform]
    if tags["abi"] != "none":
        target += ["--implementation", "cp", "--python-version", tags["python"][2:], "--abi", tags["abi"]]
    command = [python_with_pip(downloads.cache), "-m", "pip", "download", "--require-hashes", *kind,
               "--no-deps", "--progress-bar", "off", *target, "--dest", str(part), "-r", str(requirement)]
    run_client(command, source["file"], downloads.logs / f"{source['package']}.log", env={"TMPDIR": str(part)})
    made = part / source["file"]
    if not made.is_file():
        raise SetupError(f"pip did not bring {source['file']}")
    _compare(source["file"], source["sha256"], file_hash(made))
    return made


def _cargo(source, part, downloads):
    if not shutil.which("cargo"):
        raise SetupError(f"cannot download {source['package']}: cargo is not installed")
    project = part / "project"
    shutil.copytree(Path(__file__).resolve().parent.parent / source.get("project", "cargo"), project)
    what = f"{source['package']} {source['version']}"
    log = downloads.logs / f"{source['package']}.log"
    run_client(["cargo", "vendor", "--locked", "--versioned-dirs", "vendor"], what, log, cwd=project)
    crate = project / "vendor" / f"{source['package']}-{source['version']}"
    _compare(what, source["sha256"], json.loads((crate / ".cargo-checksum.json").read_text())["package"])
    return _only(crate / source.get("subfolder", "."), source["paths"], part / "kept")


def _git(source, part, downloads):
    if not shutil.which("git"):
        raise SetupError(f"cannot download {source['package']}: git is not installed")
    log = downloads.logs / f"{Path(source['package']).name}-git.log"
    clone, what = part / "clone", f"{source['package']} {source['version']}"
    # A tag or a commit, without the history; `clone --branch` knows no commits.
    for command in (["init", "-q", str(clone)],
                    ["-C", str(clone), "fetch", "-q", "--depth", "1", source["package"], source["version"]],
                    ["-C", str(clone), "-c", "advice.detachedHead=false", "checkout", "-q", "FETCH_HEAD"]):
        run_client(["git", *command], what, log, env={"GIT_TERMINAL_PROMPT": "0"})
    kept = _only(clone, source["paths"], part / "kept")
    _compare(f"{what} ({', '.join(source['paths'])})", source["sha256"], tree_hash(kept))
    return kept


def _go(source, part, downloads):
    if not shutil.which("go"):
        raise SetupError(f"cannot download {source['package']}: go is not installed")
    log = downloads.logs / f"{Path(source['package']).name}-go.log"
    what = f"{source['package']}@{source['version']}"
    run_client(["go", "mod", "download", what], what, log, cwd=part, env={"GOPATH": str(part / "go"), "GOFLAGS": "-modcacherw"})
    made = part / "go/pkg/mod/cache/download" / source["package"] / "@v" / f"{source['version']}.zip"
    _compare(what, source["sha256"], file_hash(made))
    os.rename(made, part / source["file"])
    return part / source["file"]


def _compare(what, wanted, found):
    if found != wanted:
        raise wrong_hash(what, wanted, found)


def _only(folder, paths, kept):
    """Moves the wanted parts of a folder into a new one."""
    kept.mkdir()
    for path in paths:
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder / path, kept / path)
    return kept


_CLIENTS = {"pip": _pip, "cargo": _cargo, "git": _git, "go": _go}
