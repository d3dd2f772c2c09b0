#!/usr/bin/env python3
"""Who speaks when: errors, speed and numbers of voices, against the truth and against pyannote's own output.

    bench/diarization/measure.py BUILD_DIR [--models DIR] [--clips DIR] [--more FILE.wav ...] [--json FILE]

Takes each clip through worker_media and worker_listen as a run of `skald diarize` does, and clusters what was heard in
several ways: by voices (what Skald does), with the number of people known as by a party file, with the number told, and
by VBx (as the community-1 pipeline does). DER without collar, overlaps counted. A clip given by --more has its truth
beside it (NAME.rttm).

The clips are test data outside the project (--clips, default: shared/testdata beside the checkout): pyannote's own output
for four clips, one sample with truth, sessions put together from real voices, and openings of real meetings.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from der import errors, read_rttm  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
PYANNOTE = {"test": "expected", "test_3speakers": "3speakers_expected", "test_short": "short_expected",
            "test_single_speaker": "single_speaker_expected"}
WAYS = ("voices", "party", "told", "vbx")


def clips_in(folder):
    """(group, audio, truth) of every clip; groups: pyannote's own output, sample, sessions, meetings."""
    oracles = folder / "oracles_diarization"
    for name, truth in PYANNOTE.items():
        yield "pyannote", oracles / f"{name}.wav", oracles / f"{truth}.rttm"
    yield "sample", oracles / "pyannote_sample.wav", oracles / "pyannote_sample.rttm"
    for group, names in (("sessions", ["synth_sessions"]), ("meetings", ["conv_ami", "conv_ami_more"])):
        for name in names:
            for audio in sorted((folder / name).glob("*.flac")):
                yield group, audio, audio.with_suffix(".rttm")


class Workers:
    def __init__(self, build, models, threads):
        self._build, self._models, self._threads = build, models, threads

    def _run(self, program, job, folder):
        """Runs a worker on a job; returns wall and CPU seconds and the peak memory in bytes."""
        path = folder / "job.json"
        path.write_text(json.dumps(job))
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run([str(self._build / program), str(path)], capture_output=True, text=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            sys.exit(f"{program} failed on {job}:\n{done.stdout[-800:]}{done.stderr[-800:]}")
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return time.monotonic() - start, cpu, after.ru_maxrss * 1024

    def listen(self, audio, folder):
        self._run("worker_media", {"task": "decode", "input": str(audio), "stream": -1, "output": str(folder)}, folder)
        return self._run("worker_listen", {
            "task": "listen", "audio": str(folder / "audio.wav"), "models": str(self._models), "threads": self._threads,
            "units": str(folder / "units"), "output": str(folder)}, folder)

    def cluster(self, folder, options):
        job = {"task": "cluster", "listen": str(folder / "listen.bin"), "models": str(self._models), "output": str(folder)}
        times = self._run("worker_listen", {**job, **options}, folder)
        turns = json.loads((folder / "turns.json").read_text())["turns"]
        return [(t["start"], t["end"], t["speaker"]) for t in turns], times


def options_of(way, people):
    return {"voices": {}, "party": {"people": people}, "told": {"speakers": people},
            "vbx": {"clusterer": "vbx"}}[way]


def measure(workers, group, audio, truth):
    reference = read_rttm(truth)
    people = len({speaker for _, _, speaker in reference})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wall, cpu, memory = workers.listen(audio, folder)
        seconds = json.loads((folder / "speech.json").read_text())["duration"]
        result = {"group": group, "clip": audio.stem, "seconds": seconds, "people": people, "wall": wall, "cpu": cpu,
                  "memory": memory, "ways": {}}
        for way in WAYS:
            turns, times = workers.cluster(folder, options_of(way, people))
            result["ways"][way] = {**errors(reference, turns), "voices": len({s for _, _, s in turns}), "cpu": times[1]}
    return result


def rate(parts):
    total = sum(p["total"] for p in parts)
    return 100 * sum(p["missed"] + p["false_alarm"] + p["confusion"] for p in parts) / total if total else 0.0


def line(name, seconds, people, ways):
    cells = "".join(f"{rate(parts):9.2f} ({voices:>2})" for parts, voices in ways)
    return f"{name:28}{seconds:7.0f}{people:5}{cells}"


def report(results):
    print(f"{'clip':28}{'s':>7}{'who':>5}" + "".join(f"{way + ' (n)':>14}" for way in WAYS) + "   missed  false  confused")
    for r in results:
        ways = [([r["ways"][way]], r["ways"][way]["voices"]) for way in WAYS]
        p = r["ways"]["voices"]
        parts = "".join(f"{100 * p[k] / max(p['total'], 1e-9):8.2f}" for k in ("missed", "false_alarm", "confusion"))
        print(line(f"{r['group']}/{r['clip']}", r["seconds"], r["people"], ways) + parts)
    pooled = {"sessions + meetings": ("sessions", "meetings")}
    pooled.update({g: (g,) for g in dict.fromkeys(r["group"] for r in results)})
    print()
    for name, groups in pooled.items():
        chosen = [r for r in results if r["group"] in groups]
        if not chosen:
            continue
        ways = [([r["ways"][way] for r in chosen], sum(r["ways"][way]["voices"] for r in chosen)) for way in WAYS]
        print(line(name, sum(r["seconds"] for r in chosen), sum(r["people"] for r in chosen), ways))
    # Loading the models takes about a second of a process's life; long recordings show the true rate.
    longest = max(results, key=lambda r: r["seconds"])
    print(f"\n{longest['clip']}: {longest['seconds']:.0f} s heard at a real-time factor of"
          f" {longest['wall'] / longest['seconds']:.4f} (wall), {longest['cpu'] / 2 / longest['seconds']:.4f} (CPU time of 2 cores),"
          f" peak memory {longest['memory'] / 1e6:.0f} MB, clustering {longest['ways']['voices']['cpu']:.2f} s;"
          f" load of the machine {os.getloadavg()[0]:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser.add_argument("--models", type=Path, default=cache / "skald/stage/models/community-1")
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared/testdata")
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    clips = list(clips_in(args.clips)) if args.clips.is_dir() else []
    clips += [("more", audio, audio.with_suffix(".rttm")) for audio in args.more]
    if not clips:
        sys.exit(f"no clips: {args.clips} is not there, and none is given by --more")
    workers = Workers(args.build, args.models, args.threads)
    results = [measure(workers, *clip) for clip in clips]
    report(results)
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
