#!/usr/bin/env python3
"""Writes what dialogue.bin says of some talk, computed by torch: what tests/classify/dialogue_test.cpp is compared with.

    tools/dialogue/oracle.py --model e5-small-q4.bin --weights data/classification/dialogue.bin --out tests/classify/dialogue_oracle.json
"""
import argparse
import json
import struct
from pathlib import Path

import numpy
import torch

import model as network
import windows as dialogue
from package import Package, Tokenizer
from tables import Line, Party

PEOPLE = [("Ana", "DM", ""), ("Bo", "PLAYER", "Brakka the Bold"), ("Cees", "PLAYER", "Wren")]
TALK = [
    ("Ana", "You come over the ridge and below you lies the harbour, and every ship in it is burning."),
    ("Bo", "Brakka crawls up to the edge and looks for the banner of the duke."),
    ("Cees", "How much is it, then? I'm not paying three silver for a bun."),
    ("Ana", "\"Two,\" says the baker, \"and that's because I like Wren.\""),
    ("Cees", "Bo, can you pass me the crisps? And whose dice are these, erm, the blue ones..."),
    ("Bo", "that's a nineteen plus seven so twenty six to hit"),
    ("Ana", "De wachter lacht en zet een stap naar achteren, het donker in. Wat doe je?"),
    ("Bo", "Gij hebt altijd van die schone nota's, h\u00e8?"),
    ("Cees", "\U0001F3B2"),
    ("Ana", ""),
    ("Bo", "I open the door. " * 80),
    ("Cees", "Wren vraagt: hoeveel kost dat brood?"),
    ("Ana", "Okay, everybody roll initiative, and tell me what you've got."),
    ("Cees", "Let's go."),
]


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def array(self, kind, *shape):
        count = int(numpy.prod(shape))
        values = numpy.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return torch.from_numpy(values.astype(numpy.float32).reshape(shape))

    def linear(self, weights, name, outputs, inputs):
        scale = self.array("<f4", outputs)
        weights[name + ".weight"] = self.array("i1", outputs, inputs) * scale[:, None]
        weights[name + ".bias"] = self.array("<f4", outputs)

    def norm(self, weights, name, width):
        weights[name + ".weight"], weights[name + ".bias"] = self.array("<f4", width), self.array("<f4", width)


def read_weights(path):
    """The numbers of dialogue.bin under the names that model.py gives them."""
    r = Reader(Path(path).read_bytes())
    _, width, layers, _, inner, columns, names, _ = struct.unpack_from("<7If", r.data, 4)
    r.at, weights = 36, {}
    r.norm(weights, "norm", width)
    for i in range(layers):
        at = f"layers.{i}."
        for part, outputs, inputs in (("q", width, width), ("k", width, width), ("v", width, width), ("ao", width, width),
                                      ("fi", inner, width), ("fo", width, inner)):
            r.linear(weights, f"{at}parts.{part}", outputs, inputs)
        r.norm(weights, at + "aln", width)
        r.norm(weights, at + "oln", width)
    weights["names"] = r.array("<f4", names, width)
    weights["head.weight"], weights["head.bias"] = r.array("<f4", columns, 2 * width), r.array("<f4", columns)
    return weights


def load(package, path):
    net = network.Dialogue(package)
    missing, unexpected = net.load_state_dict(read_weights(path), strict=False)
    if unexpected or any(name not in ("word", "position") for name in missing):
        raise ValueError(f"{path} does not hold the network: {missing} {unexpected}")
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    package = Package(options.model)
    writer = dialogue.Writer(package, Tokenizer(package))
    net = load(package, options.weights)
    party = Party([{"speaker": name, "role": role, "voice": "CHARACTER", "character": character} for name, role, character in PEOPLE])
    roles = {name: role for name, role, _ in PEOPLE}
    lines = [Line(text=text, speaker=speaker, dm=roles[speaker] == "DM", label=0, voice=0, scene=0, kind="", weight=1) for speaker, text in TALK]
    names = [tuple(party.mentions(line.text, line.speaker)) for line in lines]
    made = [writer.window(lines, members, names, False) for members in writer.cut(lines, [dialogue.MOST_TOKENS])]
    told = []
    with torch.no_grad():
        for w in made:
            columns = net(*(torch.from_numpy(a) for a in dialogue.arrays([w], package.padding)))
            told.append({"first": w.members[0], "ids": w.ids, "names": w.names, "columns": [[round(v, 5) for v in row] for row in columns.tolist()]})
    people = [{"name": name, "role": role, "character": character} for name, role, character in PEOPLE]
    talk = [{"speaker": speaker, "text": text} for speaker, text in TALK]
    options.out.write_text(json.dumps({"people": people, "talk": talk, "windows": told}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
