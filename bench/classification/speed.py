#!/usr/bin/env python3
"""How fast worker_classify labels segments: wall and CPU time, time a segment, peak memory.

  python3 bench/classification/speed.py --build build [--segments 6000] [--threads 2] [--repeat 3]

The segments are the lines of data/classification in spoken order, again and again until there are enough. The least time of
the repeats counts. With --json the figures come as one JSON object.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lines():
    files = sorted((ROOT / "data/classification/tables").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines() if line]


def run(worker, job, folder):
    """Runs one job to its end; gives wall seconds, CPU seconds, peak MB."""
    path = folder / "job.json"
    path.write_text(json.dumps(job))
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([str(worker), str(path)], stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        if status:
            log.seek(0)
            sys.exit(f"{worker} failed:\n" + log.read().decode(errors="replace")[-2000:])
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--model", default=os.path.expanduser("~/.cache/skald/stage/models/e5-small"))
    parser.add_argument("--segments", type=int, default=6000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    source = lines()
    chosen = [source[i % len(source)] for i in range(options.segments)]
    results = []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory(prefix="skald_bench_classify_") as name:
            folder = Path(name)
            with open(folder / "segments.jsonl", "w") as file:
                for line in chosen:
                    file.write(json.dumps({"text": line["text"], "speaker": line["speaker"]}) + "\n")
            job = {"segments": str(folder / "segments.jsonl"), "party": None, "roles": [], "model": options.model,
                   "head": str(ROOT / "data/classification/head.bin"),
                   "dialogue": str(ROOT / "data/classification/dialogue.bin"), "threads": options.threads,
                   "units": str(folder / "units"), "output": str(folder / "output")}
            results.append(run(Path(options.build) / "worker_classify", job, folder))
            labels = sum(1 for _ in open(folder / "output/labels.jsonl"))
            if labels != options.segments:
                sys.exit(f"{labels} labels for {options.segments} segments")
    wall, cpu, memory = (min(r[k] for r in results) for k in range(3))
    figures = {"segments": options.segments, "threads": options.threads, "wall_seconds": round(wall, 2),
               "cpu_seconds": round(cpu, 2), "wall_ms_a_segment": round(1000 * wall / options.segments, 2),
               "cpu_ms_a_segment": round(1000 * cpu / options.segments, 2), "peak_mb": round(memory)}
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
