"""The truth of a session: what was said when, by whom, as whom, and where nobody speaks."""
import json

from .flite import SAMPLE_RATE
from .script import Line

PAUSE = 0.3  # seconds without a word that end a turn in the RTTM, as in NIST's evaluations


def _seconds(samples):
    return round(samples / SAMPLE_RATE, 3)


def _segment(piece, name, is_dm):
    line = piece.item
    start = piece.start / SAMPLE_RATE
    words = [{"word": word, "start": round(start + first, 3), "end": round(start + last, 3)}
             for word, first, last in piece.words]
    return {"start_time": words[0]["start"], "end_time": words[-1]["end"], "text": line.text, "speaker_id": name,
            "speaker_name": name, "role": "DM" if is_dm else "PLAYER", "language": line.language,
            "scored": line.language == "en", "classification": line.label, "classification_type": line.voice,
            "character": line.character, "words": words}


def _turns(segments):
    turns = []
    for segment in segments:
        start = end = None
        for word in segment["words"]:
            if start is not None and word["start"] - end >= PAUSE:
                turns.append((start, end, segment["speaker_id"]))
                start = None
            start = word["start"] if start is None else start
            end = word["end"]
        turns.append((start, end, segment["speaker_id"]))
    return sorted(turns)


def _overlaps(turns):
    """Stretches in which two or more people speak."""
    marks = sorted([(start, 1) for start, _, _ in turns] + [(end, -1) for _, end, _ in turns])
    overlaps, active, since = [], 0, 0.0
    for time, step in marks:
        if active == 1 and step == 1:
            since = time
        if active == 2 and step == -1 and time > since:
            overlaps.append([since, time])
        active += step
    return overlaps


def people_at(pieces, names, characters_of):
    """Each person's name, role, characters played and number of lines. `characters_of` the people of the script."""
    people = []
    for seat, name in enumerate(names):
        lines = [piece.item for piece in pieces if piece.seat == seat]
        characters = sorted({name for line in lines for name in characters_of[line.speaker]})
        role = "DM" if seat == 0 else "PLAYER"
        people.append({"name": name, "role": role, "characters": characters, "lines": len(lines)})
    return people


def describe(metadata, pieces, names, script):
    """The whole truth as one JSON object, segments in the form of `_data.json`."""
    segments = [_segment(piece, names[piece.seat], piece.seat == 0) for piece in pieces if isinstance(piece.item, Line)]
    segments.sort(key=lambda segment: (segment["start_time"], segment["speaker_id"]))
    sounds = [{"kind": piece.item.kind, "start": _seconds(piece.start), "end": _seconds(piece.end)}
              for piece in pieces if not isinstance(piece.item, Line)]
    return {
        "metadata": {"format": "skald-truth", "version": 1, **metadata},
        "people": people_at(pieces, names, script.characters()),
        "segments": segments,
        "without_speech": [[sound["start"], sound["end"]] for sound in sounds],
        "sounds": sounds,
        "overlaps": _overlaps(_turns(segments)),
    }


def write_truth(truth, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(truth, file, indent=1, ensure_ascii=False)
        file.write("\n")


def write_rttm(truth, path):
    with open(path, "w", encoding="utf-8") as file:
        session = truth["metadata"]["session_id"]
        for start, end, speaker in _turns(truth["segments"]):
            file.write(f"SPEAKER {session} 1 {start:.3f} {end - start:.3f} <NA> <NA> {speaker} <NA> <NA>\n")
