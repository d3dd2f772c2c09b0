#!/usr/bin/env python3
"""Shows a processed demo session: a coloured excerpt, a summary, the figures against the truth, and where the files are."""
import argparse
import glob
import json
import os
import shutil
import sys
import textwrap

EXCERPT = (45.0, 150.0)  # seconds of the recording
COLOURS = [36, 33, 32, 35, 34, 31]


def paint(text, *codes):
    wanted = os.environ.get("NO_COLOR") is None and (sys.stdout.isatty() or os.environ.get("CLICOLOR_FORCE", "0") != "0")
    return f"\033[{';'.join(map(str, codes))}m{text}\033[0m" if wanted and codes else text


def clock(seconds):
    return f"{int(seconds) // 60:d}:{int(seconds) % 60:02d}"


def data_of(folder):
    (path,) = glob.glob(os.path.join(glob.escape(folder), "*_data.json"))
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def seconds_of(segment):
    return segment["end_time"] - segment["start_time"]


def excerpt(segments, colours):
    width = max(60, min(120, shutil.get_terminal_size().columns))
    shown = [s for s in segments if EXCERPT[0] <= s["start_time"] < EXCERPT[1]]
    for segment in shown:
        label = segment.get("classification") or ""
        name = segment["speaker_name"]
        who = f"{name} as {segment['character']}" if segment.get("character") and segment["character"] != name else name
        head = f"{clock(segment['start_time']):>5}  {label:<5}  "
        lines = textwrap.wrap(f"{who}: {segment['text'].strip()}", width - len(head))
        for number, line in enumerate(lines):
            colour = [colours[segment["speaker_id"]]] + ([2] if label == "OOC" else [])
            if number == 0:
                line = paint(line[:len(who) + 1], *colour, 1) + paint(line[len(who) + 1:], *colour)
                print(paint(head, 2) + line)
            else:
                print(" " * len(head) + paint(line, *colour))


def share(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else "-"


def speakers(segments, colours):
    total = sum(map(seconds_of, segments))
    for speaker, colour in colours.items():
        own = [s for s in segments if s["speaker_id"] == speaker]
        spoken = sum(map(seconds_of, own))
        labels = {}
        for segment in own:
            if segment.get("classification"):
                labels[segment["classification"]] = labels.get(segment["classification"], 0) + seconds_of(segment)
        name = own[0]["speaker_name"]
        shares = (f"{label} {share(labels.get(label, 0), spoken):>5}" for label in ("IC", "OOC", "MIXED"))
        told = "  ".join(shares) if labels else ""
        print(f"  {paint(f'{name:<12}', colour, 1)} {spoken / 60:4.1f} min  {share(spoken, total):>5}   {told}")
    labelled = [s for s in segments if s.get("classification")]
    if labelled:
        spoken = sum(map(seconds_of, labelled))
        told = ", ".join(f"{label} {share(sum(seconds_of(s) for s in labelled if s['classification'] == label), spoken)}"
                         for label in ("IC", "OOC", "MIXED"))
        print(f"  of the time: {told}")


def figure(name, value, goal, reached):
    mark = paint("reached", 32) if reached else paint("missed", 31)
    print(f"  {name:<46} {value:>9}   goal {goal:<9} {mark}")


def plain(name, value):
    print(f"  {name:<46} {value:>9}")


def names_heard(truth, segments):
    """How often the names of the story were said in the truth, and how many of them stand in the result at that time."""
    names = {name.lower() for name in truth["names"]}
    said = [(word["word"].lower(), word["start"]) for s in truth["segments"] if s["scored"]
            for word in s["words"] if word["word"].lower() in names]
    heard = 0
    for name, at in said:
        near = " ".join(s["text"].lower() for s in segments if s["start_time"] - 1 <= at <= s["end_time"] + 1)
        heard += name in near
    return heard, len(said)


def figures(result, truth, measured):
    percent = "{:.1f} %".format
    if "der" in measured:
        der = measured["der"]
        people = der["reference_speakers"]
        figure("speakers found", f"{der['speakers_found']} of {people}", f"{people} of {people}",
               der["speakers_found"] == people == der["hypothesis_speakers"])
        figure("DER, collar 0, overlap counted", percent(100 * der["rate"]), "<= 6 %", der["rate"] <= 0.06)
    if "wer" in measured:
        wer = measured["wer"]["rate"]
        plain("WER", percent(100 * wer))
        if "cpwer" in measured:
            more = 100 * (measured["cpwer"]["rate"] - wer)
            figure("cpWER less WER (words at the wrong speaker)", f"{more:.1f}", "<= 2", more <= 2)
    if "words_without_speech" in measured:
        invented = measured["words_without_speech"]
        figure("words in music, noise and silence", str(invented), "0", invented == 0)
    if "labels" in measured:
        clear = measured["labels"]["ic_ooc"]
        figure(f"IC/OOC right, of {clear['segments']} lines", percent(100 * clear["accuracy"]), ">= 85 %",
               clear["accuracy"] >= 0.85)
        who = measured["labels"]["character"]
        plain(f"character right, of {who['segments']} lines", percent(100 * who["accuracy"]))
    heard, said = names_heard(truth, result["segments"])
    plain("names of the story spelled right", f"{heard} of {said}")
    for line in measured.get("left_out", []):
        print(f"  not measured: {line}")


def show(options):
    result = data_of(options.result)
    with open(options.truth, encoding="utf-8") as file:
        truth = json.load(file)
    with open(options.eval, encoding="utf-8") as file:
        measured = json.load(file)
    segments = result["segments"]
    order = dict.fromkeys(s["speaker_id"] for s in segments)
    colours = {speaker: COLOURS[i % len(COLOURS)] for i, speaker in enumerate(order)}

    print(paint(f"\n{result['metadata'].get('campaign_name') or 'The session'}, from {clock(EXCERPT[0])} on", 1))
    excerpt(segments, colours)
    duration = truth["metadata"]["duration"]
    print(paint(f"\nSummary: {duration / 60:.1f} minutes, {len(segments)} segments", 1)
          + (f", processed in {options.seconds} s" if options.seconds else ""))
    speakers(segments, colours)
    print(paint("\nAgainst the truth", 1))
    figures(result, truth, measured)
    for fallback in result["metadata"].get("fallbacks", []):
        print(f"  fallback: {fallback}")
    print(paint("\nFiles", 1))
    folder = os.path.abspath(options.result)
    print(f"  results    {folder}")
    for name in sorted(os.listdir(folder)):
        print(f"             {name}{'/' if os.path.isdir(os.path.join(folder, name)) else ''}")
    print(f"  recording  {options.truth.removesuffix('.truth.json')}.wav")
    print(f"  truth      {options.truth}")


def map_options(path):
    """`--map` options that name the speakers of an evaluation."""
    with open(path, encoding="utf-8") as file:
        pairs = json.load(file).get("der", {}).get("pairs", [])
    pairs.sort(key=lambda pair: pair["hypothesis"])
    return " ".join(f"--map {pair['hypothesis']}={pair['reference']}" for pair in pairs
                    if 2 * pair["seconds"] > pair["reference_seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--result", help="folder of results")
    parser.add_argument("--truth", help="NAME.truth.json")
    parser.add_argument("--eval", help="what `skald eval --json` printed")
    parser.add_argument("--seconds", type=int, help="how long the processing took")
    parser.add_argument("--names", metavar="EVAL", help="only print --map options for the speakers of this evaluation")
    options = parser.parse_args()
    if options.names:
        print(map_options(options.names))
        return 0
    if not (options.result and options.truth and options.eval):
        parser.error("--result, --truth and --eval are needed")
    try:
        show(options)
    except (OSError, ValueError, KeyError) as error:
        print(f"show_result: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
