"""Diarization error rate without collar, overlapping speech counted; equal to pyannote.metrics on the clips of the project."""
from itertools import permutations


def read_rttm(path):
    """(start, end, speaker) of every SPEAKER line."""
    turns = []
    for text in path.read_text().splitlines():
        field = text.split()
        if len(field) > 7 and field[0] == "SPEAKER":
            turns.append((float(field[3]), float(field[3]) + float(field[4]), field[7]))
    return turns


def _stretches(reference, hypothesis):
    """Stretches in which nobody starts or stops: length, speakers of either side."""
    borders = sorted({t for start, end, _ in reference + hypothesis for t in (start, end)})
    for first, end in zip(borders, borders[1:]):
        middle = (first + end) / 2
        sides = [{s for a, b, s in turns if a <= middle < b} for turns in (reference, hypothesis)]
        if sides[0] or sides[1]:
            yield end - first, sides[0], sides[1]


def _most_common_time(shared, left, right):
    """The largest sum of shared seconds over one-to-one pairs. Few speakers: all pairings of the shorter side are tried, or,
    where there are many, the best ones are found by dynamic programming over sets."""
    if len(left) > len(right):
        left, right = right, left
        shared = {(a, b): v for (b, a), v in shared.items()}
    if len(right) <= 7:
        return max((sum(shared.get(pair, 0) for pair in zip(left, order)) for order in permutations(right, len(left))),
                   default=0.0)
    best = {0: 0.0}
    for a in left:
        step = dict(best)
        for used, value in best.items():
            for i, b in enumerate(right):
                if not used >> i & 1 and (a, b) in shared:
                    key = used | 1 << i
                    step[key] = max(step.get(key, 0.0), value + shared[a, b])
        best = step
    return max(best.values())


def errors(reference, hypothesis):
    """Seconds of speech, weighted by the number of speakers: total of the reference, missed, false alarm, confusion."""
    found = {"total": 0.0, "missed": 0.0, "false_alarm": 0.0, "confusion": 0.0}
    shared, both = {}, 0.0
    for length, truth, guess in _stretches(reference, hypothesis):
        found["total"] += length * len(truth)
        found["missed"] += length * max(0, len(truth) - len(guess))
        found["false_alarm"] += length * max(0, len(guess) - len(truth))
        both += length * min(len(truth), len(guess))
        for a in truth:
            for b in guess:
                shared[a, b] = shared.get((a, b), 0.0) + length
    people = sorted({s for _, _, s in reference}), sorted({s for _, _, s in hypothesis})
    found["confusion"] = both - _most_common_time(shared, *people)
    return found
