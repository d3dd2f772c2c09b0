#!/usr/bin/env python3
"""Builds and runs the tests and counts them: C++ test programs, Python tests, fuzzers for a short time, checks.

The last line is `N passed, N failed`; the exit status is 1 if anything failed. Standard library only.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 40  # lines of a failed program's output
FUZZ_RUNS = 20000  # of each fuzzer, unless a time is given
TARGETS = {"asan": ["light_tests", "fuzzers"], "fuzz": ["fuzzers"]}  # of a sanitized build; otherwise light_tests
SANITIZERS = {  # their settings, where a test's own environment says nothing else
    "ASAN_OPTIONS": "abort_on_error=0:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "TSAN_OPTIONS": "second_deadlock_stack=1",
}


@dataclass
class Job:
    name: str
    command: list
    kind: str  # gtest, python, or plain (one case, by its exit status)
    folder: Path = ROOT
    timeout: float = 600
    alone: bool = False
    environment: dict = field(default_factory=dict)


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: list = field(default_factory=list)  # (name, reason)
    output: str = ""
    seconds: float = 0


def ctest_jobs(folder, label="", only=None, environment=None):
    """The tests that CMake knows in a build folder, or those of them called as in `only`."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=folder, capture_output=True, text=True, check=True)
    jobs = []
    for test in json.loads(listed.stdout)["tests"]:
        properties = {p["name"]: p["value"] for p in test.get("properties", [])}
        command = test.get("command")
        if only is not None and test["name"] not in only:
            continue
        if not command or not Path(command[0]).exists():
            jobs.append(Job(label + test["name"], ["false"], "plain", folder))  # it was not built: a failure
            continue
        kind = "gtest" if Path(command[0]).parent == folder / "tests" else "plain"
        own = dict(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))
        jobs.append(Job(label + test["name"], command, kind, Path(properties.get("WORKING_DIRECTORY", folder)),
                        properties.get("TIMEOUT", 600), bool(properties.get("RUN_SERIAL")), {**(environment or {}), **own}))
    return jobs


def python_command(module):
    return [sys.executable, "-B", str(ROOT / "tools" / "python_cases.py"), module]


def python_jobs(known, build):
    """Python test files, except those that a CMake test runs already; SKALD_BUILD tells them the build folder."""
    run_by_cmake = " ".join(part for job in known for part in job.command)
    files = [f for f in sorted(ROOT.glob("tests/**/test_*.py")) if f.name not in run_by_cmake]
    return [Job(str(f.relative_to(ROOT)), python_command(f.stem), "python", f.parent,
                timeout=1800, environment={"SKALD_BUILD": str(build)}) for f in files]


def fuzz_jobs(folder, seconds):
    """Each fuzzer on its corpus, then on new inputs from a fixed seed: a fixed number of them, or for a time."""
    jobs = []
    for program in sorted(p for p in folder.glob("**/fuzz_*") if p.is_file() and os.access(p, os.X_OK)):
        corpus = ROOT / "tests" / "fuzz" / "corpus" / program.name.removeprefix("fuzz_")
        seeds = [str(corpus)] if corpus.is_dir() else []
        # New inputs go to a folder of their own, so that the corpus stays as it is.
        found = folder / "found" / program.name
        found.mkdir(parents=True, exist_ok=True)
        limit = f"-max_total_time={seconds}" if seconds else f"-runs={FUZZ_RUNS}"
        command = [str(program), limit, "-seed=1", "-max_len=4096", "-timeout=20", "-rss_limit_mb=1024",
                   f"-artifact_prefix={found}/", str(found), *seeds]
        jobs.append(Job(f"fuzz {program.name}", command, "plain", folder, 600 + seconds))
    return jobs


def sanitized_jobs(preset, folder, seconds):
    """Of a build with sanitizers: the tests without engine libraries, and the fuzzers."""
    light = set((folder / "light_tests.txt").read_text(encoding="utf-8").split())
    tests = [] if preset == "fuzz" else ctest_jobs(folder, f"{preset} ", light, SANITIZERS)
    return tests + fuzz_jobs(folder, seconds)


def check_jobs():
    checks = sorted(p for p in (ROOT / "tools").glob("check_*") if os.access(p, os.X_OK))
    return [Job(f"tools/{p.name}", [str(p)], "plain") for p in checks]


def read_gtest(report, status, outcome):
    """Counts the cases of a GoogleTest report; a program that ended without one has failed."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        outcome.failed += 1
        return
    for case in cases:
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None:
            outcome.failed += 1
        elif case.find("skipped") is not None:
            reason = case.find("skipped").get("message", "").split("\n", 1)[-1].strip()
            outcome.skipped.append((name, reason or "no reason given"))
        elif case.get("status") == "notrun":
            outcome.skipped.append((name, "disabled"))
        else:
            outcome.passed += 1
    if status != 0 and outcome.failed == 0:
        outcome.failed += 1


def read_unittest(report, status, outcome):
    """Counts the cases in a report of tools/python_cases.py; without one the module has failed."""
    try:
        counted = json.loads(Path(report).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        outcome.failed += 1
        return
    outcome.passed, outcome.failed = counted["passed"], max(counted["failed"], 1 if status != 0 else 0)
    outcome.skipped += [tuple(case) for case in counted["skipped"]]


def run(job):
    outcome = Outcome()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="skald-test-") as folder:
        report = Path(folder) / "report"
        extra = {"gtest": [f"--gtest_output=xml:{report}"], "python": [str(report)]}.get(job.kind, [])
        command = job.command + extra
        environment = {**os.environ, **job.environment, "TMPDIR": folder}
        try:
            done = subprocess.run(command, cwd=job.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, timeout=job.timeout, env=environment, check=False)
            status, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as error:
            status, output = -1, (error.stdout or b"") + f"\nstopped after {job.timeout:.0f} s".encode()
        except OSError as error:
            status, output = -1, str(error).encode()
        outcome.output = output.decode("utf-8", "replace")
        if job.kind == "gtest":
            read_gtest(report, status, outcome)
        elif job.kind == "python":
            read_unittest(report, status, outcome)
        elif status == 77:  # the usual way for a script to say that it was skipped; its last line says why
            outcome.skipped.append((job.name, (outcome.output.strip().splitlines() or ["no reason given"])[-1]))
        else:
            outcome.passed, outcome.failed = (1, 0) if status == 0 else (0, 1)
    outcome.seconds = time.monotonic() - started
    return outcome


def show(job, outcome):
    word = "FAIL" if outcome.failed else "ok  " if outcome.passed else "skip"
    counts = [f"{outcome.passed} passed"] if outcome.passed else []
    counts += [f"{outcome.failed} failed"] if outcome.failed else []
    counts += [f"{len(outcome.skipped)} skipped"] if outcome.skipped else []
    print(f"{word} {job.name:<40} {', '.join(counts)} ({outcome.seconds:.1f} s)", flush=True)
    for name, reason in outcome.skipped:
        print(f"       skipped {name}: {reason}")
    if outcome.failed:
        lines = interesting(outcome.output.splitlines()) if job.kind == "gtest" else outcome.output.splitlines()[-SHOWN:]
        print("\n".join(f"       {line[:400]}" for line in lines), flush=True)


def interesting(lines):
    """Of a GoogleTest program's output: what failed, without the cases that passed."""
    kept = [line for line in lines if not re.match(r"\[( RUN|  +OK|-----|=====)", line) and line.strip()]
    return kept[:SHOWN]


def run_all(jobs, workers):
    """Runs the jobs, each shown when it is done; those that must be alone come last."""
    outcomes = []
    for group, threads in [([j for j in jobs if not j.alone], workers), ([j for j in jobs if j.alone], 1)]:
        with ThreadPoolExecutor(threads) as pool:
            running = {pool.submit(run, job): job for job in group}
            for done in as_completed(running):
                show(running[done], done.result())
                outcomes.append(done.result())
    return outcomes


def build(folder, *arguments):
    return subprocess.run([sys.executable, str(ROOT / "tools" / "build.py"), str(folder), *arguments], check=False).returncode == 0


def collect(options):
    """Builds what the options ask for; the jobs, or None if a build failed."""
    jobs = []
    if options.build:
        folder = options.build.absolute()
        if not build(folder):
            return None
        programs = ctest_jobs(folder)
        # Python tests run whole sessions: what takes longest starts first.
        jobs += python_jobs(programs, folder) + programs + check_jobs()
    for choice in options.sanitized:
        preset, _, name = choice.partition("=")
        folder = Path(name).absolute()
        if not build(folder, "--preset", preset, *TARGETS.get(preset, ["light_tests"])):
            return None
        jobs += sanitized_jobs(preset, folder, options.fuzz_seconds)
    return jobs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, help="build folder for all tests and checks")
    parser.add_argument("--sanitized", action="append", default=[], metavar="PRESET=FOLDER", help="tests under sanitizers too")
    parser.add_argument("--fuzz-seconds", type=int, default=0, help="how long each fuzzer runs; default: a fixed number of inputs")
    parser.add_argument("--only", default="", metavar="TEXT", help="only tests with TEXT in their name")
    options = parser.parse_args()
    jobs = collect(options)
    chosen = [job for job in jobs or [] if options.only in job.name]
    print(f"[test] running {len(chosen)} test programs, scripts and checks", flush=True)
    started = time.monotonic()
    outcomes = run_all(chosen, min(2, os.cpu_count()))
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes) + (jobs is None)
    print(f"[test] done in {time.monotonic() - started:.0f} s")
    print(f"{sum(len(o.skipped) for o in outcomes)} skipped")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
