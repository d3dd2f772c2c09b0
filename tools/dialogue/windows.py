"""Dialogue windows: token numbers of several segments with a tag for each speaker.

    <s> DM : The door opens . </s> A : I go in . </s> ...

A segment is labelled from its tokens and the </s> after it. src/engines/e5/dialogue_windows.cpp makes the same.
"""
import numpy

MOST_TOKENS = 192
MOST_TEXT = 150  # of one segment
NO_NAMES = (0, 0, 0)


class Window:
    """ids: token numbers; spans: first token and end token of each segment; members: which lines they are."""
    __slots__ = ("ids", "spans", "members", "names", "lines", "hidden")


class Writer:
    """Makes windows of lines with a tokenizer."""

    def __init__(self, package, tokenizer):
        self.package, self.tokenizer = package, tokenizer
        self.tags = [tokenizer.ids(chr(ord("A") + i) + ":") for i in range(26)]
        self.leader = tokenizer.ids("DM:")
        self.tag_length = max(map(len, self.tags + [self.leader]))

    def size(self, line):
        """Tokens that a segment takes, at most: tag, text and end."""
        return self.tag_length + min(MOST_TEXT, len(self.tokenizer.ids(line.text))) + 1

    def window(self, lines, members, names, hidden):
        w = Window()
        w.ids, w.spans, w.members, w.names, w.lines, w.hidden = [self.package.begin], [], list(members), [], [], hidden
        letters = {}
        for m in members:
            line = lines[m]
            if line.dm and not hidden:
                tag = self.leader
            else:
                tag = self.tags[min(25, letters.setdefault(line.speaker, len(letters)))]
            first = len(w.ids)
            w.ids += tag + self.tokenizer.ids(line.text)[:MOST_TEXT] + [self.package.end]
            w.spans.append((first, len(w.ids) - 1))
            w.names.append(NO_NAMES if hidden else names[m])
            w.lines.append(line)
        return w

    def cut(self, lines, limits):
        """Members of consecutive windows: each filled up to the next of `limits` (the last one goes on), never across scenes."""
        sizes = [self.size(line) for line in lines]
        limits = list(limits)
        windows, current, used = [], [], 1
        limit = limits.pop(0)
        for i, line in enumerate(lines):
            new_scene = current and lines[i - 1].scene != line.scene
            if current and (new_scene or used + sizes[i] > limit):
                windows.append(current)
                current, used = [], 1
                if limits:
                    limit = limits.pop(0)
            current.append(i)
            used += sizes[i]
        if current:
            windows.append(current)
        return windows


def batches(windows, tokens, random):
    """Windows of like length together, at most `tokens` places a batch; in random order."""
    order = sorted(range(len(windows)), key=lambda i: (len(windows[i].ids), i))
    groups, current = [], []
    for i in order:
        if current and (len(current) + 1) * len(windows[i].ids) > tokens:
            groups.append(current)
            current = []
        current.append(i)
    groups.append(current)
    if random is not None:
        random.shuffle(groups)
    return [[windows[i] for i in group] for group in groups]


def arrays(batch, padding):
    """ids and mask [rows, length]; for each segment its row, first token, end token, and names."""
    length = max(len(w.ids) for w in batch)
    ids = numpy.full((len(batch), length), padding, numpy.int64)
    mask = numpy.zeros((len(batch), length), numpy.float32)
    rows, first, end, names = [], [], [], []
    for r, w in enumerate(batch):
        ids[r, :len(w.ids)] = w.ids
        mask[r, :len(w.ids)] = 1
        for (a, b), n in zip(w.spans, w.names):
            rows.append(r)
            first.append(a)
            end.append(b)
            names.append(n)
    return ids, mask, numpy.array(rows), numpy.array(first), numpy.array(end), numpy.array(names, numpy.float32)
