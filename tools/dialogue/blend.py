#!/usr/bin/env python3
"""Adds up what the head and the network say of tables that neither was trained on.

    tools/dialogue/blend.py --rows build/classifier/head_rows.jsonl --scores build/classifier/left_out/scores.npz --out blend.json [--report FILE]

The share of the network, the flow's strength and the calibration are chosen by log-loss. blend.json gets those of all left-out
tables; the report judges each table with those of the other ones.
"""
import argparse
import json
from pathlib import Path

import numpy

import chain
from tables import read_tables

ROOT = Path(__file__).resolve().parents[2]
SHARES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0)
STRENGTHS = (0.0, 0.1, 0.3, 0.5, 0.8)
WAYS = ("told", "roles")  # what the readers know of a table: roles and names, or what they guess


def log_probabilities(columns):
    return numpy.log(numpy.maximum(chain.softmax(columns[:, :3].astype(float)), 1e-12))


class Said:
    """What both readers say of one left-out table, each way."""

    def __init__(self, table, rows, scores):
        self.table = table
        self.truth = numpy.array([line.label for line in table.lines])
        self.scenes = list(chain.scenes(table.lines))
        self.head = {way: log_probabilities(rows[table.name, way == "told"]) for way in WAYS}
        self.network = {way: log_probabilities(scores[f"{table.name}.{way}"]) for way in WAYS}

    def smoothed(self, way, share, flow):
        own = chain.softmax((1 - share) * self.head[way] + share * self.network[way])
        return chain.smooth(own, flow, self.scenes)


class Blend:
    """share, flow, slope and offset, and the log-loss that they leave."""

    def __init__(self, said, share, strength):
        self.share, self.strength = share, strength
        self.flow = chain.flow_of([s.table for s in said], strength)
        p = numpy.concatenate([s.smoothed(way, share, self.flow) for s in said for way in WAYS])
        truth = numpy.concatenate([s.truth for s in said for _ in WAYS])
        self.slope, self.offset = chain.fit_calibration(p, truth)
        chosen = chain.calibrated(p, self.slope, self.offset)[numpy.arange(len(truth)), truth]
        self.loss = -numpy.log(numpy.maximum(chosen, 1e-12)).mean()

    def answers(self, said, way):
        return chain.calibrated(said.smoothed(way, self.share, self.flow), self.slope, self.offset)


def best_blend(said, shares):
    return min((Blend(said, share, strength) for share in shares for strength in STRENGTHS), key=lambda blend: blend.loss)


def figures(said, answers):
    """Of probabilities of all tables: the shares that the report names, in percent."""
    p, truth = numpy.concatenate(answers), numpy.concatenate([s.truth for s in said])
    lines = [line for s in said for line in s.table.lines]
    language = numpy.array([s.table.language for s in said for _ in s.table.lines])
    kind = numpy.array([line.kind for line in lines])
    right, sure, clear = p.argmax(1) == truth, p.max(1), truth < 2
    surest = numpy.argsort(-sure, kind="stable")[:len(sure) // 2]
    bins = numpy.minimum((sure * 10).astype(int), 9)
    error = sum(abs(right[bins == b].mean() - sure[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any())
    shares = [right[clear], right, right[surest], right[kind == "table"], right[(kind == "casual") & (truth == 0)],
              right[clear & (language == "en")], right[clear & (language == "nl")]]
    return [100 * share.mean() for share in shares] + [100 * error]


def better_tables(said, one, other):
    """At how many tables `one` is right more often than `other`."""
    def right(s, p):
        return (p.argmax(1) == s.truth)[s.truth < 2].mean()
    return sum(right(s, p) > right(s, q) for s, p, q in zip(said, one, other))


HEADER = """# Both readers together, judged on tables that neither was trained on

Made by `make classifier`: a quarter of the tables (t01, t05, ...) is left out. Share, flow and calibration of a table come
from the other left-out tables. "not told": no names; the head guesses roles, the network has the true ones, which are what
the guess is at all these tables (REPORT.md).

| | IC/OOC right % | right % (3 labels) | surest half % | table scenes % | in character, casual scenes % | English % | Dutch % | ECE % |
|---|---|---|---|---|---|---|---|---|
"""


def report(said):
    text, told_answers = HEADER, []
    for name, shares in (("head alone", (0.0,)), ("network of dialogues alone", (1.0,)), ("both", SHARES)):
        blends = [best_blend([o for o in said if o is not s], shares) for s in said]
        for way, told in (("told", "told"), ("roles", "not told")):
            answers = [blend.answers(s, way) for blend, s in zip(blends, said)]
            if way == "told":
                told_answers.append(answers)
            row = figures(said, answers)
            text += f"| {name}, {told} | " + " | ".join(f"{value:.1f}" for value in row) + " |\n"
    count = better_tables(said, told_answers[2], told_answers[0])
    return text + f"\nBoth are right on more IC or OOC lines than the head alone at {count} of {len(said)} tables (told).\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, default=ROOT / "data/classification/tables")
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    rows = {}
    for line in options.rows.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        rows[told["table"], bool(told["told"])] = numpy.array(told["rows"])
    scores = numpy.load(options.scores)
    said = [Said(t, rows, scores) for t in read_tables(options.tables) if f"{t.name}.told" in scores]
    chosen = best_blend(said, SHARES)
    values = {name: getattr(chosen, name).tolist() for name in ("flow", "slope", "offset")}
    options.out.write_text(json.dumps({"share": chosen.share, **values}) + "\n", encoding="utf-8")
    print(f"share {chosen.share}, flow x {chosen.strength}, slope {chosen.slope.round(3)}, offset {chosen.offset.round(3)}")
    if options.report:
        options.report.write_text(report(said), encoding="utf-8")


if __name__ == "__main__":
    main()
