"""Who speaks when: scenes become a row of pieces on one clock."""
from .flite import SAMPLE_RATE
from .script import Line
from .voices import VOICES

EXTRA_PLAYERS = ["Ines", "Jakob", "Maud", "Pieter", "Sara", "Wout", "Yara"]
SHORTEST_GAP, LONGEST_GAP = 0.3, 0.75  # seconds between two lines
SAME_SPEAKER = 0.35                     # seconds more where one person goes on after a pause
LEAD_IN, LEAD_OUT = 1.0, 1.5


class Piece:
    """A line or a sound at its place. `seat` is the person's number, the DM being 0; None for a sound."""

    def __init__(self, item, start, samples, words, seat):
        self.item, self.start, self.samples, self.words, self.seat = item, start, samples, words, seat

    @property
    def end(self):
        return self.start + len(self.samples)


def people_of(script, count):
    """Names of `count` people at the table: the script's own, the DM first, then others."""
    names = script.people + EXTRA_PLAYERS
    most = min(len(names), len(VOICES))
    if not 2 <= count <= most:
        raise ValueError(f"{count} voices: between 2 and {most} are possible")
    return names[:count]


def _order(scenes, random, seconds):
    """The scenes but the last: once as written; for a session of a given length the middle again and again, shuffled."""
    yield from scenes[:-1]
    while seconds is not None:
        middle = list(scenes[1:-1])
        for i in range(len(middle) - 1, 0, -1):
            j = int(random.random() * (i + 1))
            middle[i], middle[j] = middle[j], middle[i]
        yield from middle


class Planner:
    def __init__(self, studio, sounds, random, names, script_people):
        self._studio, self._sounds, self._random = studio, sounds, random
        self._names, self._parts = names, script_people[1:]
        self._dm = script_people[0]
        self.pieces = []
        self._end = int(LEAD_IN * SAMPLE_RATE)
        self._played = 0

    def _seat(self, speaker):
        if speaker == self._dm:
            return 0
        # More players than parts: the parts go round from scene to scene. Fewer: some people have two parts.
        players = len(self._names) - 1
        first = len(self._parts) * self._played if players > len(self._parts) else 0
        return 1 + (first + self._parts.index(speaker)) % players

    def _add_line(self, line):
        seat = self._seat(line.speaker)
        samples, words = self._studio.say(seat, line.text, line.language)
        before = self.pieces[-1] if self.pieces else None
        gap = SHORTEST_GAP + (LONGEST_GAP - SHORTEST_GAP) * self._random.random()
        if before is not None and before.seat == seat:
            gap += SAME_SPEAKER
        start = self._end + int((gap if line.gap is None else line.gap) * SAMPLE_RATE)
        if line.over is not None and before is not None and before.seat not in (None, seat):
            start = max(before.start, before.end - int(line.over * SAMPLE_RATE))
        self.pieces.append(Piece(line, start, samples, words, seat))
        self._end = max(self._end, self.pieces[-1].end)

    def _add_sound(self, sound):
        samples = self._sounds(sound.kind, sound.seconds)
        start = self._end + int(0.6 * SAMPLE_RATE)
        self.pieces.append(Piece(sound, start, samples, [], None))
        self._end = self.pieces[-1].end + int(0.4 * SAMPLE_RATE)

    def play(self, scene):
        for item in scene.items:
            if isinstance(item, Line):
                self._add_line(item)
            else:
                self._add_sound(item)
        self._played += 1

    def plan(self, scenes, seconds):
        """Plays scenes until `seconds` are full (None: each once), then the last one. Returns the length in samples."""
        for scene in _order(scenes, self._random, seconds):
            if seconds is not None and self._end >= seconds * SAMPLE_RATE:
                break
            self.play(scene)
        self.play(scenes[-1])
        return self._end + int(LEAD_OUT * SAMPLE_RATE)
