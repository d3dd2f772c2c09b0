"""Unpacks downloads into the cache and keeps the folder `stage`, through which everything else is found.

Layout of the cache: downloads/<sha256>/<file>, staged/<name>-<version>-<key>/, views/<key>/ (links into staged),
stage -> views/<key>. Nothing is changed in place: a folder is made under another name and then renamed.
"""

import ctypes
import fcntl
import fnmatch
import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path

from . import community1
from .clients import Downloads, file_hash, tree_hash, wrong_hash
from .manifest import folder_name
from .report import SetupError, megabytes, say, step

_LIST = ".files.json"
_OURS = ["stage", "stage.before", "views", "staged", "downloads", "npm", "logs", "pip", "ccache", "demo", "ollama", ".lock"]
_CONVERTERS = {"community1": community1.convert}


class Cache:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.staged = self.folder / "staged"
        self.stage = self.folder / "stage"
        self.downloads = Downloads(self.folder)

    @contextmanager
    def locked(self):
        """Holds the cache for this process; another run waits here."""
        try:
            self.staged.mkdir(parents=True, exist_ok=True)
            file = open(self.folder / ".lock", "w", encoding="utf-8")
        except OSError as error:
            raise SetupError(f"cannot write to the cache {self.folder}: {error.strerror}") from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another run of setup to finish")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def complete(self, row):
        """True if a component is staged and each of its files is there with its size."""
        folder = self.staged / folder_name(row)
        try:
            files = json.loads((folder / _LIST).read_text(encoding="utf-8"))
            return all((folder / name).stat().st_size == size for name, (size, _) in files.items())
        except (OSError, ValueError):
            return False

    def damaged(self, row):
        """Files of a staged component whose content is not what was staged."""
        folder = self.staged / folder_name(row)
        files = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        return [(folder / name, want, found) for name, (_, want) in files.items()
                if (found := file_hash(folder / name)) != want]

    def stage_component(self, row):
        """Downloads, verifies and unpacks one component."""
        self._need_space(row)
        sources = self._sources(row)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=self.staged) as part:
            with step(f"preparing {row['name']} {row['version']}") as done:
                made = Path(part) / "made"
                made.mkdir()
                try:
                    for rule in row["take"]:
                        _take(rule, sources, made)
                except (zipfile.BadZipFile, tarfile.TarError, ValueError, KeyError) as error:
                    raise SetupError(f"{' '.join(map(str, sources))}: not what was expected: {error}") from error
                _check_content(row, made)
                done(megabytes(_write_list(made)))
            self._put(made, self.staged / folder_name(row))

    def _sources(self, row):
        """The component's downloads; where the first way fails, by the second."""
        try:
            return [self.downloads.get(source) for source in row["downloads"]]
        except SetupError as error:
            if not row.get("otherwise"):
                raise
            say(f"{error}; trying another source")
            return [self.downloads.get(source) for source in row["otherwise"]]

    def _need_space(self, row):
        size = sum(source.get("size", 0) for source in row["downloads"] if not self.downloads.held(source).exists())
        need = size + row.get("unpacked", 0) + 16_000_000
        free = shutil.disk_usage(self.folder).free
        if free < need:
            raise SetupError(
                f"no disk space for {row['name']}: {self.folder} has {megabytes(free)} free, {megabytes(need)} are needed"
            )

    @staticmethod
    def _put(made, final):
        """Renames a finished folder to its place; one that was damaged is moved aside first."""
        if final.exists():
            aside = tempfile.mkdtemp(prefix=".old-", dir=final.parent)
            os.rename(final, Path(aside) / "old")
            os.rename(made, final)
            shutil.rmtree(aside)
        else:
            os.rename(made, final)

    def links(self, rows):
        """{path inside `stage`: the folder it leads to} of all components."""
        return {place: self.staged / folder_name(row) / inside
                for row in rows for place, inside in row["places"].items()}

    def view_current(self, rows):
        return self.stage.is_symlink() and all(
            (self.stage / place).is_dir() and os.path.samefile(self.stage / place, target)
            for place, target in self.links(rows).items() if target.is_dir()
        )

    def renew_view(self, rows):
        """Lets `stage` lead to the staged components, in one step, so that no reader ever sees it half made."""
        links = {place: target for place, target in self.links(rows).items() if target.is_dir()}
        name = hashlib.sha256(json.dumps({p: str(t) for p, t in links.items()}, sort_keys=True).encode()).hexdigest()[:12]
        view = self.folder / "views" / name
        if not view.is_dir():
            view.parent.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".part-", dir=view.parent) as part:
                made = Path(part) / "view"
                for place, target in links.items():
                    link = made / place
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(os.path.relpath(target, (view / place).parent))
                os.rename(made, view)
        self._point(view)

    def _point(self, view):
        new = self.folder / f".stage-{os.getpid()}"
        new.unlink(missing_ok=True)
        new.symlink_to(os.path.relpath(view, self.folder))
        if self.stage.is_dir() and not self.stage.is_symlink():
            _exchange(new, self.stage)
            os.rename(new, self.folder / "stage.before")
        else:
            os.rename(new, self.stage)

    def remove(self):
        """Removes what setup and build put into the cache, and nothing else; returns its size."""
        before = sum(path.lstat().st_size for name in _OURS for path in (self.folder / name).rglob("*") if not path.is_dir())
        for name in _OURS:
            path = self.folder / name
            if path.is_symlink() or path.is_file():
                path.unlink()
            elif path.is_dir():
                shutil.rmtree(path)
        return before

    def drop_leftovers(self):
        """Removes half-made folders of runs that were cut off. Only while the cache is held."""
        for folder in (self.staged, self.downloads.folder, self.folder / "views", self.folder / "npm"):
            for path in folder.glob(".part-*"):
                shutil.rmtree(path, ignore_errors=True)


def _exchange(first, second):
    """Swaps two paths in one step (renameat2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    here, exchange = -100, 2
    if libc.renameat2(here, os.fsencode(first), here, os.fsencode(second), exchange) != 0:
        raise SetupError(f"cannot replace {second}: {os.strerror(ctypes.get_errno())}")


def _members(source):
    """(name, function that opens it) of each file in a wheel, archive or folder."""
    if source.is_dir():
        return [(p.relative_to(source).as_posix(), lambda p=p: open(p, "rb")) for p in sorted(source.rglob("*")) if p.is_file()]
    if source.name.endswith(".tar.gz"):
        archive = tarfile.open(source)
        return [(m.name, lambda m=m: archive.extractfile(m)) for m in archive.getmembers() if m.isfile()]
    wheel = zipfile.ZipFile(source)
    return [(i.filename, lambda i=i: wheel.open(i)) for i in wheel.infolist() if not i.is_dir()]


def _matches(name, pattern):
    if pattern.endswith("**"):
        return name.startswith(pattern[:-2])
    return fnmatch.fnmatchcase(name, pattern) and name.count("/") == pattern.count("/")


def _copy(opened, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    with opened as source, open(target, "ab") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    os.chmod(target, 0o644)


def _take(rule, sources, made):
    """Carries out one rule of a component: take files, join parts, or convert."""
    members = [member for source in sources for member in _members(source)]
    if "join" in rule:
        by_name = dict(members)
        for part in rule["join"]:
            _copy(by_name[part](), made / rule["to"])
        return
    chosen = [(n, o) for n, o in members if _matches(n, rule["from"])
              and not any(fnmatch.fnmatchcase(n, pattern) for pattern in rule.get("except", []))]
    if not chosen:
        raise ValueError(f"nothing in it is called {rule['from']}")
    if "convert" in rule:
        (made / rule["to"]).mkdir(parents=True, exist_ok=True)
        carrier = made / ".carrier"
        _copy(chosen[0][1](), carrier)
        _CONVERTERS[rule["convert"]](carrier, made / rule["to"])
        carrier.unlink()
        return
    start = rule["from"][:-2] if rule["from"].endswith("**") else rule["from"][: rule["from"].rfind("/") + 1]
    for name, opened in chosen:
        _copy(opened(), made / rule["to"] / name[len(start) :])


def _check_content(row, made):
    for name, wanted in row.get("content", {}).items():
        path = made / name
        found = tree_hash(path) if path.is_dir() else file_hash(path)
        if found != wanted:
            raise wrong_hash(f"{name} of {row['name']}", wanted, found)


def _write_list(made):
    """Notes each file with size and hash; returns the bytes in all."""
    files = {p.relative_to(made).as_posix(): [p.stat().st_size, file_hash(p)] for p in sorted(made.rglob("*")) if p.is_file()}
    (made / _LIST).write_text(json.dumps(files), encoding="utf-8")
    for name in files:
        with open(made / name, "rb") as file:
            os.fsync(file.fileno())
    return sum(size for size, _ in files.values())
