#!/usr/bin/env python3
"""Writes dialogue.bin: the trained layers in 8 bits a weight, and how they are added to the head (blend.py).

    tools/dialogue/export.py --weights FOLDER/weights.pt --blend blend.json --model e5-small-q4.bin --out FILE

The layout is described in data/classification/README.md.
"""
import argparse
import json
import struct
from pathlib import Path

import numpy
import torch

from model import COLUMNS
from package import Package
from tables import NAMES

MAGIC, VERSION = b"SKDM", 2


def fnv1a(data):
    """FNV-1a of 64 bits, eight bytes of state at a time in plain numbers."""
    value = 14695981039346656037
    for byte in data:
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value


def floats(values):
    return numpy.ascontiguousarray(values, "<f4").tobytes()


def quantized(weight):
    """One scale an output, numbers from -127 to 127."""
    scale = numpy.maximum(numpy.abs(weight).max(1), 1e-12) / 127
    return scale.astype("<f4"), numpy.clip(numpy.rint(weight / scale[:, None]), -127, 127).astype(numpy.int8)


def linear(weights, name):
    scale, numbers = quantized(weights[name + ".weight"])
    return floats(scale) + numbers.tobytes() + floats(weights[name + ".bias"])


def norm(weights, name):
    return floats(weights[name + ".weight"]) + floats(weights[name + ".bias"])


def packed(weights, package, blend):
    data = MAGIC + struct.pack("<7If", VERSION, package.width, package.layers, package.heads, package.inner, COLUMNS, NAMES, package.epsilon)
    data += norm(weights, "norm")
    for i in range(package.layers):
        at = f"layers.{i}."
        data += b"".join(linear(weights, f"{at}parts.{part}") for part in ("q", "k", "v", "ao", "fi", "fo"))
        data += norm(weights, at + "aln") + norm(weights, at + "oln")
    data += floats(weights["names"]) + floats(weights["head.weight"]) + floats(weights["head.bias"])
    data += b"".join(numpy.ascontiguousarray(v, "<f8").tobytes() for v in (blend["share"], blend["flow"], blend["slope"], blend["offset"]))
    return data + struct.pack("<Q", fnv1a(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--blend", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    weights = {name: value.float().numpy() for name, value in torch.load(options.weights, map_location="cpu").items()}
    temporary = options.out.with_suffix(".part")
    temporary.write_bytes(packed(weights, Package(options.model), json.loads(options.blend.read_text(encoding="utf-8"))))
    temporary.rename(options.out)


if __name__ == "__main__":
    main()
