"""Debian packages: which are missing, and their installation by apt."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .report import SetupError, say, step

_LISTS = Path("/var/lib/apt/lists")


def missing(names):
    """Those of the packages that dpkg does not have installed; None where the system has no dpkg."""
    if not shutil.which("dpkg-query"):
        return None
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names],
        capture_output=True, text=True, check=False,
    )
    installed = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def _command(*arguments):
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-q", *arguments]
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive", *command]
    if not shutil.which("sudo"):
        raise SetupError(f"packages are missing and neither root nor sudo is at hand; install them with: {' '.join(command)}")
    return ["sudo", "env", "DEBIAN_FRONTEND=noninteractive", *command]


def _run(command, log):
    """Runs apt with its output in a log file; returns (status, the output)."""
    with open(log, "w", encoding="utf-8") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False)
    return done.returncode, Path(log).read_text(encoding="utf-8", errors="replace")


def _explain(output, log):
    for pattern, cause in [
        (r"No space left|not have enough free space", "the disk is full"),
        (r"Temporary failure resolving|Could not resolve|Network is unreachable|Could not connect", "there is no network"),
        (r"Unable to locate package (\S+)", "this system's package lists lack a package"),
        (r"sudo: .*password", "sudo wants a password"),
    ]:
        found = re.search(pattern, output)
        if found:
            return f"apt could not install packages: {cause} ({found.group(0).strip()}; all of it in {log})"
    lines = [line for line in output.splitlines() if line.startswith("E:")] or output.splitlines()[-1:]
    return f"apt could not install packages: {' '.join(lines)} (all of it in {log})"


def install(names, log):
    """Installs packages; the lists are refreshed first where they are absent or turn out to be stale."""
    if not shutil.which("apt-get"):
        raise SetupError(f"this system has no apt-get; install these by hand: {' '.join(names)}")
    fresh = any(_LISTS.glob("*_Packages*"))
    for attempt in ("as it is", "with new lists"):
        if attempt == "with new lists" or not fresh:
            with step("refreshing the package lists (apt-get update)"):
                status, output = _run(_command("update"), log)
                if status != 0:
                    raise SetupError(_explain(output, log))
        with step(f"installing {len(names)} Debian packages: {' '.join(names)}") as done:
            status, output = _run(_command("install", "-y", "--no-install-recommends", *names), log)
            for line in re.findall(r"(?:Need to get|After this operation,).*", output):
                done(line.strip().rstrip("."))
        if status == 0:
            return
        if not fresh:
            break
    raise SetupError(_explain(output, log))


def ensure(names, log):
    absent = missing(names)
    if absent is None:
        say(f"no dpkg here, so these are expected to be installed: {' '.join(names)}")
    elif absent:
        install(absent, log)
