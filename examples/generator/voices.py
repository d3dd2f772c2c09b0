"""The people's voices: flite's four, and more made from them by moving pitch and formants together."""
import math
import re
from array import array
from fractions import Fraction
from operator import mul

from .flite import SAMPLE_RATE, Flite, FliteError

# flite voice, shift of pitch and formants, stretch of the length. Neighbours in this list differ most: the cosine of
# their speaker embeddings stays below 0.5 (below 0.6 from the ninth on).
VOICES = [
    ("rms", Fraction(6, 7), 0.88),
    ("slt", Fraction(9, 10), 0.96),
    ("awb", Fraction(1), 1.00),
    ("kal16", Fraction(1), 1.10),
    ("slt", Fraction(5, 4), 1.00),
    ("kal16", Fraction(4, 5), 1.05),
    ("awb", Fraction(4, 5), 1.00),
    ("rms", Fraction(5, 4), 0.95),
    ("slt", Fraction(1), 0.95),
    ("kal16", Fraction(5, 4), 1.10),
    ("awb", Fraction(7, 6), 1.05),
    ("rms", Fraction(1), 0.90),
]
LEVEL = 1800           # root mean square of a line, of 32768
MARGIN = 0.04          # seconds kept before the first and after the last word
_HALF_TAPS = 8


def _shift(samples, rate):
    """Plays `rate` times as fast: windowed-sinc interpolation, one set of taps a phase."""
    cutoff = min(1.0, 1.0 / float(rate)) * 0.95
    phases = []
    for phase in range(rate.denominator):
        taps = []
        for k in range(1 - _HALF_TAPS, _HALF_TAPS + 1):
            x = k - phase / rate.denominator
            window = 0.5 + 0.5 * math.cos(math.pi * x / (_HALF_TAPS + 1))
            taps.append(window * (cutoff if x == 0 else math.sin(math.pi * cutoff * x) / (math.pi * x)))
        total = sum(taps)
        phases.append([tap / total for tap in taps])
    padded = [0] * (_HALF_TAPS - 1) + list(samples) + [0] * (_HALF_TAPS + 1)
    out = []
    for n in range(int(len(samples) / rate)):
        start, phase = divmod(n * rate.numerator, rate.denominator)
        out.append(sum(map(mul, phases[phase], padded[start:start + 2 * _HALF_TAPS])))
    return out


class Studio:
    """Says lines in the voices of VOICES and remembers them. Returns samples and the times of the words in them."""

    def __init__(self, lexicon=None):
        self._flite = Flite(lexicon)
        self._said = {}

    def say(self, voice, text, language="en"):
        """(16-bit samples, [(word, start s, end s)]) of one line, at 16 kHz, all lines equally loud."""
        key = (voice, text, language)
        if key not in self._said:
            self._said[key] = self._render(voice, text, language)
        return self._said[key]

    def _render(self, voice, text, language):
        name, rate, stretch = VOICES[voice]
        spoken = text if language == "en" else re.sub(r"[A-Za-z]+", lambda word: language + "q" + word[0].lower(), text)
        raw, words = self._flite.say(name, spoken, stretch * float(rate))
        written = [word.strip(".,;:!?") for word in text.split()]
        if len(written) != len(words):
            raise FliteError(f"voice {name} says {len(words)} words of '{text}'")
        words = [(word, start, end) for word, (_, start, end) in zip(written, words)]
        samples = array("h", raw)
        first = max(0, int((words[0][1] - MARGIN) * SAMPLE_RATE))
        last = min(len(samples), int((words[-1][2] + MARGIN) * SAMPLE_RATE))
        samples = samples[first:last]
        if rate != 1:
            samples = _shift(samples, rate)
        gain = LEVEL / math.sqrt(sum(map(mul, samples, samples)) / len(samples))
        limit = 15000.0  # two people at once, music and hum still fit in 16 bits
        samples = array("h", [int(max(-limit, min(limit, s * gain))) for s in samples])
        offset, length = first / SAMPLE_RATE, len(samples) / SAMPLE_RATE
        times = [(word, max(0.0, (start - offset) / float(rate)), min(length, (end - offset) / float(rate)))
                 for word, start, end in words]
        return samples, times
