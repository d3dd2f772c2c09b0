#!/usr/bin/env python3
"""Recall of invented names with the party file and without it, and what that costs in WER.

    bench/sessions/names.py BUILD_DIR

Goal: at least twice as many names right with the party file's hotwords as without, and no higher WER. Two recordings: lines full
of names (names.script) and the demo session.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
NEAR = 1.0  # seconds between a name said and the same name written


def normalised(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def heard_words(path):
    """[(word, time)] of what `skald transcribe --format json` printed."""
    words = []
    for chunk in json.loads(path.read_text(encoding="utf-8"))["chunks"]:
        for word in chunk["words"]:
            words += [(part.removesuffix("'s"), (word["start"] + word["end"]) / 2) for part in normalised(word["word"])]
    return words


def count_names(truth, heard):
    """(names said, of these written right at that time, names written where none was said)."""
    names = set(truth["names"])
    said = [(part, (w["start"] + w["end"]) / 2) for s in truth["segments"] if s["scored"] for w in s["words"]
            for part in normalised(w["word"]) if part in names]
    free = [[word, at, True] for word, at in heard if word in names]
    right = 0
    for name, at in said:
        match = next((entry for entry in free if entry[2] and entry[0] == name and abs(entry[1] - at) <= NEAR), None)
        if match:
            match[2], right = False, right + 1
    return len(said), right, sum(entry[2] for entry in free)


def transcribe(build, stem, home, party, extra):
    out = home / f"{stem.name}.{'with' if party else 'without'}.json"
    command = [build / "skald", "transcribe", f"{stem}.wav", "--format", "json", "--language", "en", "--progress", "none", *extra]
    with open(out, "w", encoding="utf-8") as file:
        subprocess.run(command + (["--party", f"{stem}.party.json"] if party else []), check=True, stdout=file,
                       env={**os.environ, "SKALD_HOME": str(home / "home")})
    return out


def wer(build, stem, hypothesis):
    done = subprocess.run([build / "skald", "eval", "--json", "--reference", f"{stem}.truth.json", "--hypothesis", hypothesis],
                          check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["wer"]["rate"]


def render(work, name, *options):
    subprocess.run([sys.executable, EXAMPLES / "make_session.py", "--out", work, "--name", name, *options], check=True,
                   stdout=subprocess.DEVNULL)
    return work / name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, help="folder that has skald in it")
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="all that follows goes to skald transcribe")
    options = parser.parse_args()
    build = options.build.resolve()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        stems = [render(work, "names", "--script", HERE / "names.script", "--party", HERE / "names.party.json",
                        "--lexicon", HERE / "names.lexicon"), render(work, "demo")]
        print(f"{'recording':<10} {'hotwords':<9} {'names right':>12} {'recall':>7} {'out of place':>13} {'WER':>7}")
        for stem in stems:
            truth = json.loads(Path(f"{stem}.truth.json").read_text(encoding="utf-8"))
            recall, rate = {}, {}
            for party in (False, True):
                out = transcribe(build, stem, work, party, options.options)
                said, right, wrong = count_names(truth, heard_words(out))
                recall[party], rate[party] = right / said, wer(build, stem, out)
                print(f"{stem.name:<10} {'with' if party else 'without':<9} {right:>5} of {said:>3} {100 * recall[party]:>5.0f} % "
                      f"{wrong:>13} {100 * rate[party]:>5.1f} %", flush=True)
            times = recall[True] / recall[False] if recall[False] else float("inf")
            print(f"{'':<10} {times:.1f} times the recall (goal 2), {100 * (rate[True] - rate[False]):+.1f} points of WER (goal <= 0)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
