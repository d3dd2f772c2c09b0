#!/usr/bin/env python3
"""Processes generated sessions of several lengths end to end: time, memory of every process, errors against the truth.

    bench/sessions/measure.py BUILD_DIR --hours 1 2 4 6 --out figures.json

Goal: 4 hours in at most 24 minutes, no process above 1.5 GB, time and memory per hour the same at every length (+-15 %).
Recordings are kept below --work; everything else that a run writes is removed after it.
"""
import argparse
import glob
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE_EVERY = 0.25  # seconds
LIMIT_BYTES, LIMIT_RATIO = 1.5e9, 10.0


class Watcher(threading.Thread):
    """Looks at a process and all below it: the largest memory of each program, and of all together."""

    def __init__(self, root):
        super().__init__(daemon=True)
        self._root, self._stopped = root, threading.Event()
        self.peak_by_program, self.peak_of_all = {}, 0

    def run(self):
        while not self._stopped.wait(SAMPLE_EVERY):
            self._look()

    def stop(self):
        self._stopped.set()
        self.join()

    def _look(self):
        total, waiting = 0, [self._root]
        while waiting:
            pid = waiting.pop()
            try:
                with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
                    waiting += map(int, file.read().split())
                with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
                    facts = dict(row.rstrip("\n").split(":\t", 1) for row in file if ":\t" in row)
                program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
            except OSError:
                continue  # it has ended
            peak = int(facts.get("VmHWM", "0 kB").split()[0]) * 1024
            total += int(facts.get("VmRSS", "0 kB").split()[0]) * 1024
            self.peak_by_program[program] = max(self.peak_by_program.get(program, 0), peak)
        self.peak_of_all = max(self.peak_of_all, total)


def generate(work, hours, voices):
    subprocess.run([sys.executable, ROOT / "examples" / "make_session.py", "--out", work, "--name", f"session_{hours:g}h",
                    "--hours", f"{hours:g}", "--voices", str(voices)], check=True, stdout=subprocess.DEVNULL)
    return work / f"session_{hours:g}h"


def stages_of(events):
    """Seconds of each stage, from the events of `--progress json`."""
    stages = {}
    for row in events.splitlines():
        try:
            event = json.loads(row)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("event") == "stage_done":
            stages[event["stage"]] = event["seconds"]
    return stages


def details_of(home):
    """What the workers told about CPU time and memory: the log's last line."""
    for path in sorted(glob.glob(os.path.join(home, "logs", "*.log")), reverse=True):
        for row in reversed(Path(path).read_text(encoding="utf-8").splitlines()):
            _, found, facts = row.partition(" finished ")
            if found:
                return json.loads(facts)
    return {}


def errors_of(build, stem, results):
    done = subprocess.run([build / "skald", "eval", "--json", "--reference", f"{stem}.rttm", f"{stem}.truth.json",
                           "--hypothesis", results], capture_output=True, text=True)
    if done.returncode != 0:
        return {"error": done.stderr.strip()}
    report = json.loads(done.stdout)
    rates = {key: report[key]["rate"] for key in ("wer", "cpwer", "der") if key in report}
    if "der" in report:
        rates["speakers_found"] = report["der"]["speakers_found"]
        rates["speakers_reported"] = report["der"]["hypothesis_speakers"]
    if "labels" in report:
        rates["ic_ooc"] = report["labels"]["ic_ooc"]["accuracy"]
    rates["words_without_speech"] = report.get("words_without_speech")
    return rates


def measure(options, hours):
    stem = generate(options.work, hours, options.voices)
    truth = json.loads(Path(f"{stem}.truth.json").read_text(encoding="utf-8"))
    scratch = Path(tempfile.mkdtemp(dir=options.work))
    try:
        environment = {**os.environ, "SKALD_HOME": str(scratch / "home")}
        command = [options.build / "skald", "process", f"{stem}.wav", "--party", f"{stem}.party.json", "--progress", "json",
                   "--output", scratch / "output", *options.options]
        if options.threads:
            command += ["--threads", str(options.threads)]
        load = os.getloadavg()[0]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        with open(scratch / "events", "w", encoding="utf-8") as events:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=events, text=True, env=environment)
            watcher = Watcher(process.pid)
            watcher.start()
            results = process.communicate()[0].strip()
            watcher.stop()
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        events = (scratch / "events").read_text(encoding="utf-8")
        if process.returncode not in (0, 3):
            raise RuntimeError(f"skald ended with status {process.returncode}: {events.splitlines()[-1] if events else ''}")
        audio = truth["metadata"]["duration"]
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"hours": hours, "voices": options.voices, "audio_seconds": audio, "wall_seconds": round(wall, 1),
                "cpu_seconds": round(cpu, 1), "real_time_ratio": round(audio / wall, 2),
                "cpu_seconds_per_hour": round(3600 * cpu / audio, 1), "load_before": round(load, 1),
                "stage_seconds": stages_of(events), "workers": details_of(environment["SKALD_HOME"]),
                "peak_bytes": watcher.peak_by_program, "peak_bytes_of_all": watcher.peak_of_all,
                "errors": errors_of(options.build, stem, results), "status": process.returncode}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def spread(values):
    """How far the values lie from their middle, as a share of it."""
    middle = (max(values) + min(values)) / 2
    return (max(values) - middle) / middle if middle else 0.0


def report(rows):
    print(f"{'hours':>6} {'wall':>8} {'CPU':>8} {'x real':>7} {'CPU s/h':>8} {'largest process':>28} {'all':>8}  errors")
    for row in rows:
        program, peak = max(row["peak_bytes"].items(), key=lambda item: item[1])
        told = ", ".join(f"{key} {value}" for key, value in row["errors"].items())
        print(f"{row['hours']:>6g} {row['wall_seconds']:>8.0f} {row['cpu_seconds']:>8.0f} {row['real_time_ratio']:>7.1f} "
              f"{row['cpu_seconds_per_hour']:>8.0f} {program:>18} {peak / 1e6:>6.0f} MB {row['peak_bytes_of_all'] / 1e6:>5.0f} MB  {told}")
        print("       " + ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in row["stage_seconds"].items()))
    slow = [row["hours"] for row in rows if row["real_time_ratio"] < LIMIT_RATIO]
    large = [row["hours"] for row in rows if max(row["peak_bytes"].values()) > LIMIT_BYTES]
    print(f"10x real time: {'reached' if not slow else f'missed at {slow} hours'}; "
          f"1.5 GB a process: {'kept' if not large else f'exceeded at {large} hours'}")
    if len(rows) > 1:
        time_spread = spread([row["cpu_seconds_per_hour"] for row in rows])
        memory_spread = spread([max(row["peak_bytes"].values()) for row in rows])
        print(f"CPU time per hour differs by +-{100 * time_spread:.0f} %, memory by +-{100 * memory_spread:.0f} % (goal 15 %)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="folder that has skald in it")
    parser.add_argument("--hours", type=float, nargs="+", default=[1, 2, 4, 6])
    parser.add_argument("--voices", type=int, default=5)
    parser.add_argument("--threads", type=int, help="for skald; default: all cores")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "skald_sessions", help="folder for recordings")
    parser.add_argument("--out", type=Path, help="write the figures here as JSON")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="all that follows goes to skald process")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for hours in options.hours:
        print(f"{hours:g} hours ...", file=sys.stderr, flush=True)
        rows.append(measure(options, hours))
        if options.out:
            options.out.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    report(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
