#!/usr/bin/env python3
"""Renders a game session with its truth: recording, who spoke when, every word with its time, every label.

    examples/make_session.py --out output/demo                          the demo session, about 8 minutes, five people
    examples/make_session.py --out output/long --hours 4 --voices 6     the same scenes again and again, shuffled
"""
import argparse
import hashlib
import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from generator import mix, plan, sounds, truth  # noqa: E402
from generator.flite import SAMPLE_RATE, FliteError  # noqa: E402
from generator.party import party_for  # noqa: E402
from generator.script import ScriptError, read_script, story_names  # noqa: E402
from generator.voices import Studio  # noqa: E402



def options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the files")
    parser.add_argument("--name", default="demo_session", help="name of the session and its files")
    parser.add_argument("--hours", type=float, help="length; without it, the script once")
    parser.add_argument("--voices", type=int, default=5, metavar="N", help="people at the table, 2 to 12")
    parser.add_argument("--seed", type=int, default=1, help="draws pauses, noises and the order of scenes")
    parser.add_argument("--tracks", action="store_true", help="also one file per person, all on one clock")
    parser.add_argument("--video", action="store_true", help="also a film with the recording as its sound")
    for name, default in (("script", "session.script"), ("party", "party.json"), ("lexicon", "lexicon.txt")):
        parser.add_argument(f"--{name}", default=os.path.join(HERE, default), metavar="FILE", help=f"instead of {default}")
    chosen = parser.parse_args(arguments)
    if chosen.hours is not None and not 0 < chosen.hours <= 24:
        parser.error("--hours wants more than 0 and at most 24")
    return chosen


def fingerprint(chosen):
    """Hash of everything that the session depends on: options, script, generator."""
    folder = os.path.join(HERE, "generator")
    modules = [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".py")]
    files = [chosen.script, chosen.party, chosen.lexicon, os.path.abspath(__file__)] + modules
    settings = {key: value for key, value in vars(chosen).items() if key not in ("out", "script", "party", "lexicon")}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for path in files:
        with open(path, "rb") as file:
            digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def path_in(chosen, suffix):
    return os.path.join(chosen.out, chosen.name + suffix)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def make(chosen):
    """Renders the session; returns the paths of its files."""
    script = read_script(chosen.script)
    names = plan.people_of(script, chosen.voices)
    draw = random.Random(chosen.seed)
    room = sounds.room(draw)
    quiet = {"music": sounds.music, "noise": sounds.noise, "silence": lambda _, seconds: []}
    planner = plan.Planner(Studio(chosen.lexicon), lambda kind, seconds: quiet[kind](draw, seconds), draw, names, script.people)
    length = planner.plan(script.scenes, None if chosen.hours is None else chosen.hours * 3600)
    metadata = {"session_id": chosen.name, "duration": round(length / SAMPLE_RATE, 3), "seed": chosen.seed,
                "voices": chosen.voices}
    facts = truth.describe(metadata, planner.pieces, names, script)
    facts["names"] = story_names(chosen.lexicon)

    os.makedirs(chosen.out, exist_ok=True)
    paths = [path_in(chosen, suffix) for suffix in (".wav", ".truth.json", ".rttm", ".party.json")]
    mix.write_wave(paths[0], planner.pieces, room, length)
    truth.write_truth(facts, paths[1])
    truth.write_rttm(facts, paths[2])
    write_json(paths[3], party_for(facts["people"], chosen.party))
    if chosen.tracks:
        faint = sounds.faint(room)
        for seat, name in enumerate(names):
            paths.append(path_in(chosen, f".{name}.wav"))
            mix.write_wave(paths[-1], [p for p in planner.pieces if p.seat == seat], faint, length)
    if chosen.video:
        paths.append(path_in(chosen, ".mkv"))
        mix.write_video(paths[-1], paths[0])
    return paths


def main(arguments=None):
    chosen = options(arguments)
    stamp = path_in(chosen, ".made.json")
    try:
        key = fingerprint(chosen)
    except OSError as error:
        print(f"make_session: {error}", file=sys.stderr)
        return 1
    try:
        with open(stamp, encoding="utf-8") as file:
            made = json.load(file)
        if made["key"] == key and all(os.path.isfile(os.path.join(chosen.out, name)) for name in made["files"]):
            print(path_in(chosen, ".wav"))
            return 0
    except (OSError, ValueError, KeyError):
        pass  # not made yet, or not by this generator
    try:
        paths = make(chosen)
    except (FliteError, ScriptError, ValueError, OSError) as error:
        print(f"make_session: {error}", file=sys.stderr)
        return 1
    write_json(stamp, {"key": key, "files": [os.path.basename(path) for path in paths]})
    print(paths[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
