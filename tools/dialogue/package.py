"""The packed file of multilingual-e5-small (e5-small-q4.bin): vocabulary and tensors; and its tokenizer.

The layout is that of src/engines/e5/model_file.cpp, the tokens are those of src/engines/e5/tokenizer.cpp.
"""
import struct
from pathlib import Path

import numpy

SPACE = "\u2581"          # how pieces write a space
UNKNOWN_PENALTY = 10.0    # SentencePiece's distance below the least probable piece
BLOCK, BLOCK_BYTES = 32, 18


class Package:
    """Sizes, vocabulary, and tensors as float32."""

    def __init__(self, path):
        self.data = Path(path).read_bytes()
        if self.data[:4] != b"E5S1":
            raise ValueError(f"{path} is no packed e5 model")
        at = 8
        self.width, self.layers, self.heads, self.inner, self.words, self.positions, self.types = struct.unpack_from("<7i", self.data, at)
        (self.epsilon,) = struct.unpack_from("<f", self.data, at + 28)
        at += 36
        count, self.begin, self.end, self.padding, self.unknown = struct.unpack_from("<5i", self.data, at)
        (length,) = struct.unpack_from("<Q", self.data, at + 20)
        at += 28
        offsets = numpy.frombuffer(self.data, "<u4", count + 1, at)
        at += 4 * (count + 1)
        self.scores = numpy.frombuffer(self.data, "<f4", count, at)
        at += 4 * count
        text = self.data[at:at + length]
        at += length
        self.pieces = [text[offsets[i]:offsets[i + 1]].decode("utf-8", "replace") for i in range(count)]
        rules, size = struct.unpack_from("<iI", self.data, at)
        at = self._read_rules(at + 8, rules, size)
        self._read_directory(at)

    def _read_rules(self, at, count, size):
        self.rules, end = {}, at + size
        for _ in range(count):
            point, length = struct.unpack_from("<IB", self.data, at)
            at += 5
            self.rules[chr(point)] = "".join(map(chr, struct.unpack_from(f"<{length}I", self.data, at)))
            at += 4 * length
        return end

    def _read_directory(self, at):
        self.places = {}
        (count,) = struct.unpack_from("<i", self.data, at)
        at += 4
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self.data, at)
            name = self.data[at + 2:at + 2 + length].decode()
            kind, elements, offset, _ = struct.unpack_from("<BIQQ", self.data, at + 2 + length)
            self.places[name] = (kind, elements, offset)
            at += 2 + length + 21

    def tensor(self, name):
        """All numbers of a tensor, flat."""
        kind, elements, offset = self.places[name]
        if kind == 0:
            return numpy.frombuffer(self.data, "<f4", elements, offset).copy()
        return self._expand(offset, elements // BLOCK)

    def _expand(self, offset, blocks):
        raw = numpy.frombuffer(self.data, numpy.uint8, blocks * BLOCK_BYTES, offset).reshape(blocks, BLOCK_BYTES)
        scale = raw[:, :2].copy().view(numpy.float16).astype(numpy.float32)
        packed = raw[:, 2:]
        values = numpy.concatenate([packed & 15, packed >> 4], axis=1).astype(numpy.float32) - 8
        return (values * scale).reshape(-1)


class Tokenizer:
    """Text to piece numbers: the most probable way to cut each word (Kudo 2018)."""

    def __init__(self, package):
        special = {package.begin, package.end, package.padding, package.unknown}
        self.pieces = {}
        for i, piece in enumerate(package.pieces):
            if i not in special and piece:
                self.pieces.setdefault(piece, (i, float(package.scores[i])))
        self.longest = max(map(len, self.pieces))
        self.rules = package.rules
        self.unknown = package.unknown
        self.unknown_score = float(package.scores.min()) - UNKNOWN_PENALTY
        self.known = {}

    def ids(self, text):
        normal = "".join(self.rules.get(c, c) for c in text)
        words = [SPACE + word for word in normal.split(" ")]
        if len(words) > 1:  # spaces join; one in front, and one at the end stays
            inner = [w for w in words[:-1] if w != SPACE]
            words = inner + words[-1:]
        found = []
        for word in words:
            if word not in self.known:
                self.known[word] = self._cut(word)
            found.extend(self.known[word])
        return found

    def _cut(self, word):
        best = [(0.0, -1, 0)] + [(-float("inf"), -1, 0)] * len(word)
        for start in range(len(word)):
            reached = best[start][0]
            for end in range(start + 1, min(len(word), start + self.longest) + 1):
                piece = self.pieces.get(word[start:end])
                if piece and reached + piece[1] > best[end][0]:
                    best[end] = (reached + piece[1], piece[0], start)
            if reached + self.unknown_score > best[start + 1][0]:
                best[start + 1] = (reached + self.unknown_score, self.unknown, start)
        ids, place = [], len(word)
        while place > 0:
            ids.append(best[place][1])
            place = best[place][2]
        return ids[::-1]
