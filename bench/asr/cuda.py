#!/usr/bin/env python3
"""Whisper on a card: Skald's worker_asr beside faster-whisper, memory planned beside memory used, memory back after it.

  python3 bench/asr/cuda.py --build build --model FOLDER --audio FILE.wav [--peer-python VENV/bin/python] [--batch 16]

FILE.wav is 16 kHz mono; the whole of it counts as speech for both. Needs an NVIDIA card, its driver and cuBLAS; says "no card"
and ends with status 0 where there is none. Memory is the card's used memory by nvidia-smi, less what was used before, looked at
ten times a second; the plan's figure is that of `skald plan --json`.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path

PEER = """
import json, sys, time
from faster_whisper import BatchedInferencePipeline, WhisperModel
job = json.load(open(sys.argv[1]))
start = time.monotonic()
model = BatchedInferencePipeline(WhisperModel(job["model"], device="cuda", compute_type=job["precision"]))
loaded = time.monotonic()
pieces, _ = model.transcribe(job["audio"], language=job["language"], beam_size=1, batch_size=job["batch"],
                             word_timestamps=True, vad_filter=False,
                             clip_timestamps=[{"start": s, "end": e} for s, e in job["clips"]])
words = sum(len(p.words or []) for p in pieces)
print(json.dumps({"load": loaded - start, "work": time.monotonic() - loaded, "words": words}))
"""
MEBI = 1 << 20


def used_memory(card):
    shown = subprocess.run(["nvidia-smi", f"--id={card}", "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
                           capture_output=True, text=True, check=False)
    return int(shown.stdout.strip()) if shown.returncode == 0 and shown.stdout.strip().isdigit() else None


class Watch(threading.Thread):
    """The most memory that is used while it runs, in MiB above what was used before."""

    def __init__(self, card):
        super().__init__(daemon=True)
        self.card, self.before, self.most, self.ended = card, used_memory(card), 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.1):
            self.most = max(self.most, (used_memory(self.card) or 0) - self.before)

    def end(self):
        """Also waits until the memory is back; gives the seconds that took, or None after ten."""
        self.ended.set()
        self.join()
        start = time.monotonic()
        while time.monotonic() - start < 10:
            if used_memory(self.card) - self.before <= self.most / 4:
                return time.monotonic() - start
            time.sleep(0.1)
        return None


def measured(command, card, environment):
    watch = Watch(card)
    watch.start()
    start = time.monotonic()
    more = {"stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([str(c) for c in command], env=environment, **more)
    out, _ = process.communicate()
    wall = time.monotonic() - start
    back = watch.end()
    if process.returncode:
        sys.exit(f"{command[0]} failed with status {process.returncode}:\n{out[-2000:]}")
    return {"seconds": wall, "peak": watch.most, "back": back, "out": out}


def skald(args, folder, audio, seconds):
    (folder / "speech.json").write_text(json.dumps({"duration": seconds, "speech": [[0, seconds]]}))
    job = {"audio": str(audio), "speech": str(folder / "speech.json"), "model": str(args.model), "languages": [args.language],
           "device": "cuda", "card": args.card, "precision": args.precision, "batch": args.batch, "threads": 2,
           "units": str(folder / "units"), "output": str(folder)}
    (folder / "job.json").write_text(json.dumps(job))
    # The worker writes its events to descriptor 3, or to its output where that is not open.
    done = measured([args.build / "worker_asr", folder / "job.json"], args.card, dict(os.environ))
    done["words"] = sum(len(c["words"]) for c in json.loads((folder / "words.json").read_text())["chunks"])
    return done


def planned(args, audio):
    """MiB that the plan says the card needs, and the device that it chose."""
    shown = subprocess.run([args.build / "skald", "plan", audio, "--model", args.model, "--device", "cuda", "--json"],
                           capture_output=True, text=True, check=False)
    rows = [s for s in json.loads(shown.stdout)["stages"] if s["stage"] == "transcribe"]
    return rows[0]["needed"] / MEBI, rows[0]["device"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--precision", default="float16")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--card", type=int, default=0)
    parser.add_argument("--peer-python", type=Path, help="a Python that has faster-whisper")
    args = parser.parse_args()
    if not shutil.which("nvidia-smi") or used_memory(args.card) is None:
        print("no card")
        return
    if not args.model or not args.audio:
        parser.error("--model and --audio are needed")
    args.build, args.model, audio = args.build.absolute(), args.model.absolute(), args.audio.absolute()
    with wave.open(str(audio)) as file:
        seconds = file.getnframes() / file.getframerate()
    need, device = planned(args, audio)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = skald(args, folder, audio, seconds)
        print(f"{seconds:.0f} s of audio, {args.model.name}, {args.precision}, batch {args.batch}")
        print(f"skald: {own['seconds']:.1f} s ({seconds / own['seconds']:.0f}x real time), {own['words']} words, peak {own['peak']} MiB")
        print(f"planned {need:.0f} MiB on {device}, used {own['peak']} MiB: off by {100 * (need / own['peak'] - 1):+.0f} % (goal 10 %)")
        print("memory back after " + (f"{own['back']:.1f} s" if own["back"] is not None else "more than 10 s"))
        if not args.peer_python:
            return
        clips = [(s, min(s + 30, seconds)) for s in range(0, int(seconds), 30)]
        (folder / "peer.py").write_text(PEER)
        (folder / "peer.json").write_text(json.dumps({
            "model": str(args.model), "precision": args.precision, "audio": str(audio), "language": args.language,
            "batch": args.batch, "clips": clips}))
        peer = measured([args.peer_python, folder / "peer.py", folder / "peer.json"], args.card,
                        dict(os.environ, CUDA_DEVICE_ORDER="PCI_BUS_ID", CUDA_VISIBLE_DEVICES=str(args.card)))
        told = json.loads(peer["out"].strip().splitlines()[-1])
        print(f"faster-whisper: {peer['seconds']:.1f} s (of these {told['work']:.1f} s without loading), {told['words']} words, "
              f"peak {peer['peak']} MiB")
        print(f"skald / faster-whisper: {own['seconds'] / peer['seconds']:.2f}x time, {own['peak'] / peer['peak']:.2f}x memory")


if __name__ == "__main__":
    main()
