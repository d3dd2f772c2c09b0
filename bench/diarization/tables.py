#!/usr/bin/env python3
"""Made-up evenings at a table: phrases of real readers, put together as turns of talk in a room.

    bench/diarization/tables.py BUILD_DIR OUT [--clips DIR] [--count 12] [--seconds 90] [--seed 1]

Writes table_NN.wav and table_NN.rttm: two to six people of whom some say much and some little, each with a place in the
room (loudness and echoes), turns that follow one another with short pauses or fall into the end of the one before, and
noise 12 to 25 dB below the talk. For bench/diarization/measure.py --more OUT/*.wav: how well voices are told apart, with and
without their number. The readers are test data outside the project (--clips).
"""
import argparse
import array
import json
import math
import random
import subprocess
import tempfile
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RATE = 16000
READERS = {
    "austen": ["en_librivox_austen/*.flac"], "sonnets": ["en_librivox_sonnets/*.flac"],
    "ls1089": ["en_librispeech/1089*.flac"], "ls1688": ["en_librispeech/1688*.flac"],
    "p287": ["en_vctk_p287_clean/*.flac"], "p228": ["voices_en_mimic3/*p228*.flac"], "p266": ["voices_en_mimic3/*p266*.flac"],
    "nathalie": ["nl_real_nathalie/*.flac"], "flemish": ["nl_real_flemishguy/*.flac"], "pim": ["nl_real_nabucasa/*.flac"],
    "bart": ["nl_tts_mimic3/*bart*.flac"], "commands": ["nl_tts_commands/*.flac"],
}


def decode(build, audio, folder):
    job = folder / "job.json"
    job.write_text(json.dumps({"task": "decode", "input": str(audio), "stream": -1, "output": str(folder)}))
    subprocess.run([str(build / "worker_media"), str(job)], check=True, capture_output=True)
    with wave.open(str(folder / "audio.wav")) as file:
        return array.array("h", file.readframes(file.getnframes()))


def phrases(sound):
    """Stretches of 0.8 to 5 s without a pause of 0.3 s inside, as lists of floats of one loudness."""
    hop = RATE // 50
    power = [sum(x * x for x in sound[i:i + hop]) / hop for i in range(0, len(sound) - hop, hop)]
    floor = max(power) * 10 ** -3.5
    runs, quiet = [], 99
    for i, p in enumerate(power):
        if p > floor:
            if quiet > 15 or not runs or i - runs[-1][0] > 250:
                runs.append([i, i + 1])
            runs[-1][1] = i + 1
            quiet = 0
        else:
            quiet += 1
    for first, end in runs:
        if end - first < 40:
            continue
        part = [float(x) for x in sound[first * hop:end * hop]]
        scale = 2000 / math.sqrt(sum(x * x for x in part) / len(part))
        yield [x * scale for x in part]


def in_room(phrase, gain, echoes):
    """The phrase at this loudness, with echoes (delay in samples, share)."""
    out = [gain * x for x in phrase] + [0.0] * max(delay for delay, _ in echoes)
    for delay, share in echoes:
        g = gain * share
        for i, x in enumerate(phrase, delay):
            out[i] += g * x
    return out


def make_table(dice, voices, seconds):
    people = dice.sample(sorted(voices), dice.randint(2, 6))
    weight = {p: dice.choice((1.0, 1.0, 0.5, 0.25)) for p in people}
    place = {p: (10 ** (-dice.uniform(0, 9) / 20),
                 [(int(RATE * dice.uniform(0.004, 0.09)), dice.uniform(-0.3, 0.3)) for _ in range(6)]) for p in people}
    mix, turns = [0.0] * (int(seconds * RATE)), []
    at, last, first = 0.3, None, list(people)
    while True:
        others = [p for p in people if p != last]
        person = first.pop(0) if first else dice.choices(others, [weight[p] for p in others])[0]
        last = person
        phrase = dice.choice(voices[person])
        length = len(phrase) / RATE
        if at + length > seconds - 0.3:
            return people, mix, sorted(turns)
        base = int(at * RATE)
        for i, x in enumerate(in_room(phrase, *place[person]), base):
            if i < len(mix):
                mix[i] += x
        turns.append((at, at + length, person))
        overlap = dice.random() < 0.15
        at += length + (-dice.uniform(0.2, 0.8) if overlap else dice.uniform(0.1, 0.7))


def write(folder, name, dice, mix, turns):
    noise = 2000 * 10 ** (-dice.uniform(12, 25) / 20)
    low, samples = 0.0, array.array("h")
    for x in mix:
        low = 0.9 * low + 0.436 * dice.gauss(0, 1)  # most of it below 1 kHz, as in rooms
        samples.append(max(-32767, min(32767, round(x + noise * low))))
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    lines = [f"SPEAKER {name} 1 {start:.3f} {end - start:.3f} <NA> <NA> {who} <NA> <NA>" for start, end, who in turns]
    (folder / f"{name}.rttm").write_text("\n".join(lines) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--clips", type=Path, default=ROOT.parent / "shared/testdata")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    voices = {}
    with tempfile.TemporaryDirectory() as name:
        for reader, patterns in READERS.items():
            files = sorted(f for pattern in patterns for f in args.clips.glob(pattern))
            voices[reader] = [p for f in files for p in phrases(decode(args.build, f, Path(name)))]
    args.out.mkdir(parents=True, exist_ok=True)
    for i in range(args.count):
        dice = random.Random(args.seed * 1000 + i)
        people, mix, turns = make_table(dice, voices, args.seconds)
        write(args.out, f"table_{i:02}", dice, mix, turns)
        print(f"table_{i:02}: {len(people)} people, {len(turns)} turns")


if __name__ == "__main__":
    main()
