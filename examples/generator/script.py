"""The session script: who says what, in which scene, with which label. The head of `session.script` explains it."""
import re

LABELS = {"IC", "OOC", "MIXED"}
VOICES = {"CHARACTER", "DM_NARRATION", "NPC_DIALOGUE", "OOC_OTHER"}
SOUNDS = {"music", "noise", "silence"}


class ScriptError(ValueError):
    """A line of the script that cannot be read, with its number."""


class Line:
    """One person's 1-3 sentences."""

    def __init__(self, speaker, label, voice, character, text):
        self.speaker, self.label, self.voice, self.character, self.text = speaker, label, voice, character, text
        self.over = None  # seconds before the end of the line before
        self.gap = None   # seconds of silence before the line; None: drawn from the seed
        self.language = "en"


class Sound:
    """A stretch where nobody speaks."""

    def __init__(self, kind, seconds):
        self.kind, self.seconds = kind, seconds


class Scene:
    def __init__(self, name):
        self.name = name
        self.items = []


def _line(fields, fail):
    speaker, how, text = fields
    label_part, _, options = how.partition(";")
    words = label_part.split(maxsplit=2)
    if len(words) < 2 or words[0] not in LABELS or words[1] not in VOICES:
        fail(f"'{label_part}' is no label and voice")
    character = words[2].strip() if len(words) == 3 else None
    if (words[1] in ("CHARACTER", "NPC_DIALOGUE")) != (character is not None):
        fail(f"{words[1]} and the character do not go together")
    if (words[0] == "OOC") != (words[1] == "OOC_OTHER"):
        fail(f"{words[0]} and {words[1]} do not go together")
    if not text or not text.isascii():
        fail("a text in plain letters is needed")
    line = Line(speaker, words[0], words[1], character, text)
    for option in options.split():
        key, _, value = option.partition("=")
        if option == "nl":
            line.language = "nl"
        elif key in ("over", "gap") and re.fullmatch(r"\d+(\.\d+)?", value):
            setattr(line, key, float(value))
        else:
            fail(f"unknown option '{option}'")
    return line


class Script:
    """`people`: names, the DM first; `scenes` in order."""

    def __init__(self):
        self.people, self.scenes = [], []

    def characters(self):
        """Whom each of the people plays: a set of names each."""
        played = {name: set() for name in self.people}
        for scene in self.scenes:
            for item in scene.items:
                if isinstance(item, Line) and item.voice == "CHARACTER":
                    played[item.speaker].add(item.character)
        return played


def read_script(path):
    """Reads a script file. Raises ScriptError."""
    script = Script()
    people, scenes = script.people, script.scenes
    with open(path, encoding="utf-8") as file:
        for number, raw in enumerate(file, 1):
            def fail(what):
                raise ScriptError(f"{path}: line {number}: {what}")

            row = raw.strip()
            if not row or row.startswith("#"):
                continue
            command = row.split()
            if row.startswith("@scene ") and len(command) == 2:
                scenes.append(Scene(command[1]))
                continue
            if row.startswith("@people ") and not people:
                people.extend(command[1:])
                continue
            if not scenes:
                fail("a scene must come first")
            if row.startswith("@"):
                if len(command) != 2 or command[0][1:] not in SOUNDS or not command[1].isdigit():
                    fail(f"unknown command '{row}'")
                scenes[-1].items.append(Sound(command[0][1:], float(command[1])))
                continue
            fields = [part.strip() for part in row.split("|")]
            if len(fields) != 3:
                fail("'Speaker | label voice | text' is wanted")
            if fields[0] not in people:
                fail(f"'{fields[0]}' is none of the people")
            scenes[-1].items.append(_line(fields, fail))
    if not scenes:
        raise ScriptError(f"{path}: no scene in it")
    return script


def story_names(lexicon):
    """The invented names among the words of the lexicon."""
    with open(lexicon, encoding="utf-8") as file:
        words = [row.split(":")[0].strip() for row in file if ":" in row and not row.startswith("#")]
    return [word for word in words if not word.startswith("nlq")]
