#!/usr/bin/env python3
"""Skald's worker_asr beside faster-whisper: same weights, same audio, same threads, in one run.

  python3 bench/asr/compare.py --build build --peer-python VENV/bin/python [--repeat 3]

The clips of each language are joined to one recording, two seconds of silence between them, so that starting up does not
decide; word error rates are also taken with each clip by itself. Each recording is transcribed by both, in turns; of each figure the least over the repeats counts, for both. CPU
time is user + system of the process, memory its peak resident set. Words are given to clips by their middle, and word
error rates (normaliser: wer.py) are summed over the clips of a set. Speech regions come from worker_listen, which runs for
the speakers anyway: its time is shown apart, and the peer's own voice detector is also shown apart.
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import wer

GAP = 2.0
RATE = 16000
ROOT = Path(__file__).resolve().parents[2]


def run(command, threads):
    """Runs to the end; gives CPU seconds, wall seconds, peak MB."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    start = time.monotonic()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        if status:
            log.seek(0)
            sys.exit(f"{command[0]} failed:\n" + log.read().decode(errors="replace")[-2000:])
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def write_json(path, value):
    path.write_text(json.dumps(value))
    return path


class Bench:
    def __init__(self, options):
        self.o = options
        self.work = Path(options.work or tempfile.mkdtemp(prefix="skald_bench_asr_"))
        self.data = Path(options.data)
        self.clips = json.loads((self.data / "MANIFEST.json").read_text())

    def samples(self, clip):
        folder = self.work / "clips" / clip["sha256"][:16]
        if not (folder / "audio.wav").exists():
            folder.mkdir(parents=True, exist_ok=True)
            job = {"input": str(self.data / clip["path"]), "stream": -1, "units": str(folder / "units"), "output": str(folder)}
            run([self.o.build / "worker_media", write_json(folder / "job.json", job)], 1)
        with wave.open(str(folder / "audio.wav")) as file:
            return file.readframes(file.getnframes())

    def record(self, name, clips):
        """Joins clips; gives the WAV file and where each clip lies."""
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        places, parts, at = [], [], 0.0
        for clip in clips:
            samples = self.samples(clip)
            length = len(samples) / 2 / RATE
            places.append((clip, at, at + length))
            parts += [samples, bytes(int(GAP * RATE) * 2)]
            at += length + GAP
        path = folder / "audio.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(b"".join(parts))
        return path, places, at

    def listen(self, audio):
        folder = audio.parent / "listen"
        folder.mkdir(exist_ok=True)
        job = {"audio": str(audio), "models": str(self.o.models / "community-1"), "threads": self.o.threads,
               "units": str(folder / "units"), "output": str(folder)}
        subprocess.run(["rm", "-rf", folder / "units"], check=True)
        cost = run([self.o.build / "worker_listen", write_json(folder / "job.json", job)], self.o.threads)
        return folder / "speech.json", cost

    def ours(self, audio, speech, languages):
        folder = audio.parent / "ours"
        subprocess.run(["rm", "-rf", folder], check=True)
        folder.mkdir()
        job = {"audio": str(audio), "speech": str(speech), "model": str(self.o.models / "whisper-base"), "languages": languages,
               "hotwords": "", "threads": self.o.threads, "precision": self.o.precision, "units": str(folder / "units"),
               "output": str(folder)}
        if self.o.batch:
            job["batch"] = self.o.batch
        if self.o.beam:
            job["beam"] = self.o.beam
        cost = run([self.o.build / "worker_asr", write_json(folder / "job.json", job)], self.o.threads)
        chunks = json.loads((folder / "words.json").read_text())["chunks"]
        return [(w["start"], w["end"], w["word"]) for c in chunks for w in c["words"]], cost

    def peer(self, audios, language):
        """Words and CPU seconds of the voice detector for each recording, and the cost of all."""
        job = {"model": str(self.o.models / "whisper-base"), "threads": self.o.threads, "batch": 8, "beam": self.o.peer_beam,
               "items": [{"audio": str(a), "language": language, "output": str(a.parent / "peer.json")} for a in audios]}
        cost = run([self.o.peer_python, ROOT / "bench/asr/peer.py", write_json(self.work / "peer_job.json", job)],
                   self.o.threads)
        results = [json.loads((a.parent / "peer.json").read_text()) for a in audios]
        return [[tuple(w) for w in r["words"]] for r in results], cost, results[-1]["voice_seconds"]


def texts(words, places):
    """The words of each clip, by their middle."""
    out = []
    for clip, start, end in places:
        inside = [w[2] for w in words if start - GAP / 2 <= (w[0] + w[1]) / 2 < end + GAP / 2]
        out.append(" ".join(w.strip() for w in inside))
    return out


def least(costs):
    return [min(column) for column in zip(*costs)]


def add_errors(sets, column, words, places):
    for (clip, _, _), text in zip(places, texts(words, places)):
        if clip["transcript"]:
            reference = wer.words(clip["transcript"])
            entry = sets[clip["path"].split("/")[0]]
            entry[column] += wer.errors(reference, wer.words(text))
            if column == 0:
                entry[2] += len(reference)


def compare(bench, result):
    o = bench.o
    sets = collections.defaultdict(lambda: [0, 0, 0])
    total = {"ours": [0.0, 0.0, 0.0], "peer": [0.0, 0.0, 0.0], "listen": 0.0, "voice": 0.0, "seconds": 0.0}
    for language in ("en", "nl"):
        clips = [c for c in bench.clips if c["language"] == language and c["kind"] != "conversation_no_reference"]
        audio, places, seconds = bench.record(language, clips)
        speech, listening = bench.listen(audio)
        costs = {"ours": [], "peer": []}
        for _ in range(o.repeat):
            ours, cost = bench.ours(audio, speech, [language])
            costs["ours"].append(cost)
            (peer,), cost, voice = bench.peer([audio], language)
            costs["peer"].append(cost)
        for who, found in costs.items():
            cpu, wall, memory = least(found)
            entry = total[who]
            total[who] = [entry[0] + cpu, entry[1] + wall, max(entry[2], memory)]
            print(f"{language}: {who} CPU {cpu:.2f} s, wall {wall:.2f} s, {memory:.0f} MB", flush=True)
        total["listen"] += listening[0]
        total["voice"] += voice
        total["seconds"] += seconds
        add_errors(sets, 0, ours, places)
        add_errors(sets, 1, peer, places)
        result["texts"][language] = [
            {"clip": c["path"], "reference": c["transcript"], "ours": a, "peer": b}
            for (c, _, _), a, b in zip(places, texts(ours, places), texts(peer, places))]
    result["cost"], result["sets"] = total, sets


def alone(bench, result):
    """Word error rates with every clip a recording of its own."""
    sets = collections.defaultdict(lambda: [0, 0, 0])
    for language in ("en", "nl"):
        clips = [c for c in bench.clips if c["language"] == language and c["transcript"]]
        recordings = [bench.record(f"alone/{c['sha256'][:16]}", [c])[:2] for c in clips]
        peers, _, _ = bench.peer([audio for audio, _ in recordings], language)
        for (audio, places), peer in zip(recordings, peers):
            speech = audio.parent / "listen/speech.json"
            if not speech.exists():
                bench.listen(audio)
            ours, _ = bench.ours(audio, speech, [language])
            add_errors(sets, 0, ours, places)
            add_errors(sets, 1, peer, places)
    result["alone"] = sets


def nonspeech(bench, result):
    clips = [c for c in bench.clips if c["kind"] == "nonspeech"]
    found = {}
    for clip in clips:
        audio, _, _ = bench.record("nonspeech_" + Path(clip["path"]).stem, [clip])
        speech, _ = bench.listen(audio)
        # Also with all of it called speech: the guards alone must do then.
        everything = write_json(audio.parent / "all.json", {"duration": clip["seconds"], "speech": [[0, clip["seconds"]]]})
        heard, _ = bench.ours(audio, speech, ["en", "nl"])
        forced, _ = bench.ours(audio, everything, ["en", "nl"])
        (peer,), _, _ = bench.peer([audio], None)
        found[clip["path"]] = {who: "".join(w[2] for w in words) for who, words in
                               (("ours", heard), ("forced", forced), ("peer", peer))}
    result["nonspeech"] = found


def rates(title, sets):
    print(f"\n{title:24}{'ours':>10}{'peer':>10}{'diff':>8}{'words':>7}")
    for name, (a, b, n) in sorted(sets.items()):
        higher = "   higher" if a - b > 0.003 * n else ""
        print(f"{name:24}{100 * a / n:10.2f}{100 * b / n:10.2f}{100 * (a - b) / n:+8.2f}{n:7}{higher}")
    a, b, n = (sum(column) for column in zip(*sets.values()))
    print(f"{'all':24}{100 * a / n:10.2f}{100 * b / n:10.2f}{100 * (a - b) / n:+8.2f}{n:7}")


def report(o, result):
    if "cost" in result:
        report_cost(o, result)
        rates("joined recordings, %", result["sets"])
    if "alone" in result:
        rates("each clip by itself, %", result["alone"])
    if "nonspeech" in result:
        print("\ntext in sounds without speech (forced: all of the clip called speech)")
        for clip, found in result["nonspeech"].items():
            print(f"  {clip}: " + ", ".join(f"{who} {text!r}" for who, text in found.items()))


def report_cost(o, result):
    cost = result["cost"]
    print(f"\n{cost['seconds']:.0f} s of audio, {o.threads} threads, peer beam {o.peer_beam}")
    print(f"{'':24}{'ours':>10}{'peer':>10}{'ratio':>8}")
    for i, (name, goal) in enumerate((("CPU s", "0.50"), ("wall s", "0.50"), ("peak MB", "1.00"))):
        a, b = cost["ours"][i], cost["peer"][i]
        print(f"{name:24}{a:10.2f}{b:10.2f}{a / b:8.2f}   goal {goal}")
    without = cost["peer"][0] - cost["voice"]
    print(f"{'CPU s without detector':24}{cost['ours'][0]:10.2f}{without:10.2f}{cost['ours'][0] / without:8.2f}")
    print(f"worker_listen (speech and speakers): {cost['listen']:.2f} CPU s; the peer's detector: {cost['voice']:.2f}")


def main():
    shared = Path(os.environ.get("SKALD_SHARED", ROOT.parent / "shared"))
    cache = Path(os.environ.get("SKALD_CACHE", Path.home() / ".cache/skald"))
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=Path, default=ROOT / "build", help="folder with the workers")
    p.add_argument("--peer-python", required=True, help="a Python with faster-whisper 1.2.1 and ctranslate2 4.8.4")
    p.add_argument("--models", type=Path, default=cache / "stage/models")
    p.add_argument("--data", default=shared / "testdata")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--batch", type=int, default=0, help="chunks of a unit (0: the worker's choice)")
    p.add_argument("--beam", type=int, default=0, help="ours (0: the worker's choice)")
    p.add_argument("--peer-beam", type=int, default=1)
    p.add_argument("--precision", default="auto")
    p.add_argument("--parts", default="joined,alone,nonspeech", help="which comparisons to make")
    p.add_argument("--work", help="folder for intermediate files (kept)")
    p.add_argument("--json", type=Path, help="write figures and texts there")
    o = p.parse_args()
    if not (Path(o.data) / "MANIFEST.json").exists():
        sys.exit(f"no MANIFEST.json in '{o.data}': point --data at the test data")
    subprocess.run([o.peer_python, str(ROOT / "bench/asr/peer.py"), "--check"], check=True)
    bench, result = Bench(o), {"texts": {}}
    for part, make in (("joined", compare), ("alone", alone), ("nonspeech", nonspeech)):
        if part in o.parts.split(","):
            make(bench, result)
    report(o, result)
    if o.json:
        o.json.write_text(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
