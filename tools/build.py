#!/usr/bin/env python3
"""Configures and builds; shows progress in one line, and of a failure the cause, not pages. Standard library only."""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 30  # lines of a failure
SETTINGS = "settings.json"  # in a build folder: what it was configured with


def cache():
    """The folder outside the checkout that deps/stage.py fills."""
    return Path(os.environ.get("SKALD_CACHE") or Path.home() / ".cache" / "skald").absolute()


def environment():
    """Compiled files are kept in the cache, and found again from another folder."""
    ours = {"CCACHE_DIR": str(cache() / "ccache"), "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
    return {**ours, **os.environ}


def packages_of_pages():
    """Where deps/stage.py put the packages of the pages; empty where it did not. A build folder of before is configured anew."""
    lock = hashlib.sha256((ROOT / "web" / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = cache() / "npm" / lock / "node_modules"
    return str(folder) if folder.is_dir() else ""


def preset(name):
    """The settings of a preset in CMakePresets.json, with those that it inherits."""
    rows = {row["name"]: row for row in json.loads((ROOT / "CMakePresets.json").read_text("utf-8"))["configurePresets"]}
    if name not in rows:
        sys.exit(f"[build] no preset is called {name}; there are {', '.join(n for n, r in rows.items() if not r.get('hidden'))}")
    row = rows[name]
    inherited = preset(row["inherits"]) if "inherits" in row else {}
    return {**inherited, **row.get("cacheVariables", {})}


def is_configured(folder, settings):
    """True if the build folder was configured with just these settings."""
    try:
        return (folder / "build.ninja").is_file() and json.loads((folder / SETTINGS).read_text("utf-8")) == settings
    except (OSError, ValueError):
        return False


def configure(folder, settings):
    """Runs CMake; on failure prints the error's own lines."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "configure.log"
    started = time.monotonic()
    print(f"[build] configuring {folder.name} ...", flush=True)
    command = ["cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja"]
    (folder / SETTINGS).unlink(missing_ok=True)
    command.append("--fresh")  # nothing of other settings, or of a configuration that failed, stays behind
    command += [f"-D{key}={value}" for key, value in settings.items()]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(), check=False)
    except FileNotFoundError:
        return fail("cmake is not installed; `make` installs it (deps/stage.py)")
    log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        lines = done.stdout.splitlines()
        first = next((i for i, line in enumerate(lines) if re.search(r"CMake Error|error:", line)), max(0, len(lines) - 10))
        return fail("the configuration failed:", [line for line in lines[first:] if line.strip()][:SHOWN], log)
    (folder / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    print(f"[build]   done in {time.monotonic() - started:.1f} s", flush=True)
    return 0


def fail(text, lines=(), log=None):
    print(f"[build] {text}", file=sys.stderr)
    for line in lines:
        print(f"    {line[:300]}", file=sys.stderr)
    if log:
        print(f"[build] all of it is in {log}", file=sys.stderr)
    return 1


def causes(lines):
    """From a failed build's output: the errors, without command lines and repeated context."""
    wanted = re.compile(r"(error|undefined reference|undefined symbol|fatal|No such file|No space left)", re.IGNORECASE)
    chosen, seen = [], set()
    for i, line in enumerate(lines):
        is_command = " -o " in line and len(line) > 200
        if wanted.search(line) and not is_command and line not in seen and not line.startswith("["):
            seen.add(line)
            chosen += [line] + [after for after in lines[i + 1 : i + 3] if re.match(r"\s+(\d+ )?\s*\|", after)]
    return chosen or lines[-SHOWN:]


class Progress:
    """One line on a terminal, a line per tenth otherwise."""

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.tenth = 0

    def show(self, line):
        count = re.match(r"\[(\d+)/(\d+)\] (.*)", line)
        if not count:
            return
        done, total = int(count[1]), int(count[2])
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print("\r\x1b[K" + f"[build] {done}/{total} {count[3]}"[:width], end="", flush=True)
        elif total >= 20 and done * 10 // total > self.tenth:
            self.tenth = done * 10 // total
            print(f"[build]   {done} of {total}", flush=True)

    def close(self):
        if self.terminal:
            print("\r\x1b[K", end="", flush=True)


def build(folder, targets, jobs):
    """Runs ninja; returns its status."""
    log = folder / "build.log"
    started = time.monotonic()
    progress, lines = Progress(), []
    command = ["ninja", "-C", str(folder), "-j", str(jobs), *targets]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          env={**environment(), "NINJA_STATUS": "[%f/%t] "}) as ninja:
        for line in ninja.stdout:
            lines.append(line.rstrip("\n"))
            progress.show(lines[-1])
    progress.close()
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if ninja.returncode != 0:
        return fail(f"building {folder.name} failed:", causes(lines)[:SHOWN], log)
    if not any("no work to do" in line for line in lines):
        print(f"[build] {folder.name} built in {time.monotonic() - started:.0f} s", flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="build folder")
    parser.add_argument("targets", nargs="*", help="default: all")
    parser.add_argument("--preset", default="release", help="of CMakePresets.json; default: release")
    parser.add_argument("-D", dest="settings", action="append", default=[], metavar="KEY=VALUE", help="more CMake settings")
    parser.add_argument("--no-build", action="store_true", help="configure only")
    parser.add_argument("-j", dest="jobs", type=int, default=os.cpu_count(), help="default: one job per core")
    options = parser.parse_intermixed_args()
    folder = options.folder.absolute()
    settings = {**preset(options.preset), "SKALD_STAGE": str(cache() / "stage"), "SKALD_WEB_PACKAGES": packages_of_pages(),
                **dict(setting.split("=", 1) for setting in options.settings)}
    if not is_configured(folder, settings):
        status = configure(folder, settings)
        if status != 0:
            return status
    return 0 if options.no_build else build(folder, options.targets, options.jobs)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\n[build] interrupted; the same command goes on from here", file=sys.stderr)
        sys.exit(130)
