"""The labelled tables, the party of each, and which of its names a text has."""
import json
import re
from pathlib import Path

LABELS = ["IC", "OOC", "MIXED"]
VOICES = ["CHARACTER", "DM_NARRATION", "NPC_DIALOGUE", "OOC"]
NAMES = 3  # people, own characters, other characters
WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*", re.UNICODE)
BEFORE_NAMES = {"the", "a", "an", "de", "het", "een", "sir", "dr", "lady", "lord", "heer"}


class Line:
    """One segment: text, speaker, what it is, and how much its label counts."""
    __slots__ = ("text", "speaker", "dm", "label", "voice", "scene", "kind", "weight")

    def __init__(self, **fields):
        for name, value in fields.items():
            setattr(self, name, value)

    def copy(self, **changes):
        return Line(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})


class Table:
    def __init__(self, path):
        rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
        self.name, self.language = Path(path).stem, rows[0]["lang"]
        scenes = {}
        self.lines = [Line(text=r["text"], speaker=r["speaker"], dm=r["role"] == "DM", label=LABELS.index(r["label"]),
                           voice=VOICES.index(r["voice"]), scene=scenes.setdefault(r["scene"], len(scenes)),
                           kind=r.get("kind", ""), weight=0.5 if r.get("disputed") else 1.0) for r in rows]
        self.party = Party(rows)


class Party:
    """People, and the characters that each player speaks as (src/domain/classify/company.cpp)."""

    def __init__(self, rows):
        characters, people = [], []
        for r in rows:
            if r["role"] == "PLAYER" and r["voice"] == "CHARACTER" and (r["character"], r["speaker"]) not in characters:
                characters.append((r["character"], r["speaker"]))
        for name in [r["speaker"] for r in rows if r["role"] == "DM"][:1] + [player for _, player in characters]:
            if name not in people:
                people.append(name)
        self.characters = [(name_words(name), player) for name, player in characters]
        self.people = [name_words(name) for name in people]

    def mentions(self, text, speaker):
        """1 or 0 for: people, the speaker's own characters, others' characters."""
        words = WORD.findall(text)
        lower = [w.lower().replace("\u2019", "'") for w in words]
        upper = [w[:1].isupper() for w in words]
        found, at = [0, 0, 0], 0
        while at < len(words):
            length, player = 0, None
            for name, who in self.characters:
                if (n := spelt(name, lower, upper, at)) > length:
                    length, player = n, who
            if length == 0:
                if any(spelt(name, lower, upper, at) for name in self.people):
                    found[0] = 1
                at += 1
                continue
            found[1 if player == speaker else 2] = 1
            at += length
        return found


def name_words(name):
    words = [w.lower() for w in WORD.findall(name or "")]
    while len(words) > 1 and words[0] in BEFORE_NAMES:
        words = words[1:]
    return words


def spelt(name, lower, upper, at):
    """How many words from `at` on spell the name: the whole name, or its first word; 0: neither."""
    if not name or lower[at] != name[0] or not upper[at]:
        return 0
    return len(name) if lower[at:at + len(name)] == name else 1


def read_tables(folder):
    return [Table(path) for path in sorted(Path(folder).glob("*.jsonl"))]
