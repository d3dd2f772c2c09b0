"""What else is heard: the hum and noise of the room, music, a stretch of table noise. All from the seed."""
import math
from array import array

from .flite import SAMPLE_RATE


def room(random, seconds=20):
    """Mains hum at 50 Hz and soft noise; ends where it begins, so that it can be repeated."""
    hum = [45 * math.sin(2 * math.pi * 50 * n / SAMPLE_RATE) + 20 * math.sin(2 * math.pi * 150 * n / SAMPLE_RATE + 1)
           for n in range(SAMPLE_RATE // 50)]
    samples, low = array("h"), 0.0
    for n in range(seconds * SAMPLE_RATE):
        low += 0.3 * (260 * (random.random() - 0.5) - low)
        samples.append(int(hum[n % len(hum)] + low))
    return samples


def _fade(samples, seconds):
    n = min(int(seconds * SAMPLE_RATE), len(samples) // 2)
    for i in range(n):
        samples[i] = samples[i] * i / n
        samples[-1 - i] = samples[-1 - i] * i / n
    return array("h", [int(max(-15000, min(15000, s))) for s in samples])


def _pluck(random, out, start, frequency, seconds, level):
    """A plucked string (Karplus and Strong 1983), added to `out`."""
    period = int(SAMPLE_RATE / frequency)
    string = [level * (2 * random.random() - 1) for _ in range(period)]
    position, previous = 0, 0.0
    for n in range(start, min(len(out), start + int(seconds * SAMPLE_RATE))):
        value = string[position]
        out[n] += value
        string[position] = 0.4985 * (value + previous)
        previous = value
        position = position + 1 if position + 1 < period else 0


def music(random, seconds):
    """Slow broken chords in D minor."""
    chords = [(146.8, 174.6, 220.0, 293.7), (116.5, 174.6, 233.1, 293.7),
              (98.0, 196.0, 233.1, 293.7), (110.0, 164.8, 220.0, 277.2)]
    out, step = [0.0] * int(seconds * SAMPLE_RATE), 0.4
    for i in range(int(seconds / step)):
        chord = chords[i // 8 % len(chords)]
        note = chord[(0, 1, 2, 3, 2, 1, 2, 3)[i % 8]]
        _pluck(random, out, int(i * step * SAMPLE_RATE), note, 2.0, 5000 if i % 8 == 0 else 3500)
    return _fade(out, 1.0)


def noise(random, seconds):
    """A doorbell, a chair on the floor, the rustle of bags and boxes."""
    out = [0.0] * int(seconds * SAMPLE_RATE)
    for start, frequency in ((0.4, 659.3), (1.1, 523.3)):
        for n in range(int(1.6 * SAMPLE_RATE)):
            at = int(start * SAMPLE_RATE) + n
            if at < len(out):
                out[at] += 3500 * math.exp(-n / 5000) * math.sin(2 * math.pi * frequency * n / SAMPLE_RATE)
    low = 0.0
    for n in range(int(2.6 * SAMPLE_RATE), min(len(out), int(3.9 * SAMPLE_RATE))):
        low += 0.08 * (random.random() - 0.5 - low)
        out[n] += 9000 * low * (1 + math.sin(2 * math.pi * 31 * n / SAMPLE_RATE))
    at = int(4.2 * SAMPLE_RATE)
    while at < len(out):
        length = int((0.005 + 0.04 * random.random()) * SAMPLE_RATE)
        level = 400 + 2600 * random.random() ** 3
        for n in range(at, min(len(out), at + length)):
            out[n] += level * (2 * random.random() - 1)
        at += length + int(0.12 * random.random() ** 2 * SAMPLE_RATE)
    return _fade(out, 0.1)


def faint(room):
    """The room as a microphone near the mouth hears it."""
    return array("h", [sample // 4 for sample in room])
