#!/usr/bin/env python3
"""Fine-tunes e5-small on whole dialogues: every segment of a window is labelled at once.

    tools/dialogue/train.py --tables data/classification/tables --model e5-small-q4.bin --out FOLDER [--left-out REST/OF]

With `--left-out 0/4` the tables 0, 4, 8 ... are not trained on. FOLDER gets weights.pt, and with left-out tables scores.npz: what the
network says of their lines, with roles and names told (told) and with roles alone (roles). The same seed and number of threads give the same weights on one machine.
"""
import argparse
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional

import model as network
import noise
import windows as dialogue
from package import Package, Tokenizer
from tables import LABELS, read_tables

ROOT = Path(__file__).resolve().parents[2]
LABEL_WEIGHTS = torch.tensor([0.9, 1.1, 2.0])
VOICE_LOSS, LEADER_LOSS, SMOOTHING = 0.4, 0.2, 0.05
HIDE_ROLES, HIDE_NAMES, NOISY = 0.3, 0.25, 0.4
RATE, HEAD_RATE, WARM_UP = 1e-4, 5e-4, 0.08
BATCH_TOKENS = 2048


class NamesOf:
    """Mentions of names, kept by text and speaker."""

    def __init__(self):
        self.known = {}

    def __call__(self, table, line):
        key = (table.name, line.text, line.speaker)
        if key not in self.known:
            self.known[key] = tuple(table.party.mentions(line.text, line.speaker))
        return self.known[key]


def copies(table, random, share=NOISY):
    """The lines of a table, some of its scenes as a recogniser gives them."""
    lines, first = [], 0
    while first < len(table.lines):
        last = first
        while last < len(table.lines) and table.lines[last].scene == table.lines[first].scene:
            last += 1
        scene = table.lines[first:last]
        lines += noise.noisy_lines(scene, random) if random.random_sample() < share else scene
        first = last
    return lines


def epoch_windows(tables, writer, names_of, random):
    """All lines once, in windows of random length."""
    made = []
    for table in tables:
        lines = copies(table, random)
        names = [names_of(table, line) for line in lines]
        limits = [dialogue.MOST_TOKENS if random.random_sample() < 0.6 else random.randint(40, dialogue.MOST_TOKENS) for _ in lines]
        for members in writer.cut(lines, limits):
            hidden = random.random_sample() < HIDE_ROLES
            window = writer.window(lines, members, names, hidden)
            if random.random_sample() < HIDE_NAMES:
                window.names = [dialogue.NO_NAMES] * len(members)
            made.append(window)
    return made


def loss_of(columns, batch):
    lines = [line for w in batch for line in w.lines]
    label = torch.tensor([line.label for line in lines])
    weight = torch.tensor([line.weight for line in lines]) * LABEL_WEIGHTS[label]
    by_label = functional.cross_entropy(columns[:, :3], label, reduction="none", label_smoothing=SMOOTHING)
    loss = (by_label * weight).sum() / weight.sum()
    voice = torch.tensor([line.voice for line in lines])
    story = voice < 3
    if story.any():
        loss = loss + VOICE_LOSS * functional.cross_entropy(columns[story, 3:6], voice[story])
    hidden = torch.tensor([w.hidden for w in batch for _ in w.lines])
    if hidden.any():
        leads = torch.tensor([0 if line.dm else 1 for line in lines])
        loss = loss + LEADER_LOSS * functional.cross_entropy(columns[hidden, 6:8], leads[hidden])
    return loss


def run(net, batch, padding):
    ids, mask, rows, first, end, names = (torch.from_numpy(a) for a in dialogue.arrays(batch, padding))
    return net(ids, mask, rows, first, end, names)


def scores(net, lines, names, writer):
    """Columns of all lines."""
    made = [writer.window(lines, members, names, False) for members in writer.cut(lines, [dialogue.MOST_TOKENS])]
    result = numpy.zeros((len(lines), network.COLUMNS), numpy.float32)
    net.eval()
    with torch.no_grad(), torch.cpu.amp.autocast(dtype=torch.bfloat16, enabled=True):
        for batch in dialogue.batches(made, 4096, None):
            columns = run(net, batch, writer.package.padding).float().numpy()
            at = 0
            for w in batch:
                n = len(w.members)
                result[w.members] = columns[at:at + n]
                at += n
    return result


def judge(net, tables, writer, names_of):
    """Columns of each table, with names of its party and without."""
    kept = {}
    for table in tables:
        kept[f"{table.name}.told"] = scores(net, table.lines, [names_of(table, line) for line in table.lines], writer)
        kept[f"{table.name}.roles"] = scores(net, table.lines, [dialogue.NO_NAMES] * len(table.lines), writer)
    return kept


def accuracy(kept, tables):
    """Share of left-out lines whose label of three is right."""
    truth = [line.label for table in tables for line in table.lines]
    return float((numpy.concatenate([kept[f"{t.name}.told"][:, :3].argmax(1) for t in tables]) == truth).mean())


def train(net, tables, writer, names_of, options):
    random = numpy.random.RandomState(options.seed)
    decayed = [p for n, p in net.named_parameters() if p.dim() > 1 and not n.startswith(("head", "names"))]
    plain = [p for n, p in net.named_parameters() if p.dim() == 1 and not n.startswith("head")]
    heads = [p for n, p in net.named_parameters() if n.startswith(("head", "names"))]
    optimizer = torch.optim.AdamW([{"params": decayed, "lr": RATE, "weight_decay": 0.01}, {"params": plain, "lr": RATE, "weight_decay": 0.0},
                                   {"params": heads, "lr": HEAD_RATE, "weight_decay": 0.01}], betas=(0.9, 0.98))
    rates = [g["lr"] for g in optimizer.param_groups]
    begun, step, total = time.process_time(), 0, None
    for epoch in range(options.epochs):
        groups = dialogue.batches(epoch_windows(tables, writer, names_of, random), BATCH_TOKENS, random)
        total = total or len(groups) * options.epochs
        net.train()
        sums = 0.0
        for i, batch in enumerate(groups):
            share = min(1.0, (step + 1) / (WARM_UP * total)) * max(0.0, 1 - step / total)
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * share
            optimizer.zero_grad(set_to_none=True)
            with torch.cpu.amp.autocast(dtype=torch.bfloat16, enabled=True):
                columns = run(net, batch, writer.package.padding)
            loss = loss_of(columns.float(), batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            sums += float(loss)
            step += 1
            if i % 20 == 19:
                print(f"epoch {epoch + 1} step {i + 1}/{len(groups)} loss {sums / 20:.3f} cpu {time.process_time() - begun:.0f} s", flush=True)
                sums = 0.0
        torch.save(net.state_dict(), options.out / "weights.pt")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, default=ROOT / "data/classification/tables")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--left-out", default="")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="only so many tables (to try)")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    tables = read_tables(options.tables)
    if options.first:
        tables = tables[:options.first]
    left_out = []
    if options.left_out:
        rest, of = map(int, options.left_out.split("/"))
        left_out = [t for i, t in enumerate(tables) if i % of == rest]
        tables = [t for i, t in enumerate(tables) if i % of != rest]
    package = Package(options.model)
    writer = dialogue.Writer(package, Tokenizer(package))
    net = network.Dialogue(package)
    names_of = NamesOf()
    train(net, tables, writer, names_of, options)
    if left_out:
        kept = judge(net, left_out, writer, names_of)
        numpy.savez(options.out / "scores.npz", **kept)
        print(f"left out: {len(left_out)} tables, {100 * accuracy(kept, left_out):.1f} % of three labels right")


if __name__ == "__main__":
    main()
