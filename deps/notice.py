#!/usr/bin/env python3
"""Writes NOTICE from deps/manifest.json; --check only tells whether it is current."""

import argparse
import json
import sys
import textwrap
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from skald_deps.manifest import Manifest  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 118
HEAD = """Skald
Copyright 2026 the Skald authors
Licensed under the Apache License, Version 2.0; the text is in the file LICENSE.

Skald uses the work of others. Nothing of it is part of this repository: the set-up script fetches it from the sources
named in deps/manifest.json, from which this file is made (`make notice`). Each item remains under its own licence.
"""
MODELS = """Models
------

Speaker diarization: the models "speaker-diarization-community-1" by pyannote (Hervé Bredin and contributors), used under the
Creative Commons Attribution 4.0 International licence (CC-BY-4.0, https://creativecommons.org/licenses/by/4.0/). Their
weights are unchanged; Skald stores them in another file format (ONNX) and keeps the last layer apart.

Speech recognition: Whisper by OpenAI (MIT licence), in the file format of CTranslate2.

Sentence embeddings: multilingual-e5-small by Microsoft (MIT licence), in a 4-bit form.
"""


def wrapped(text, indent="  "):
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def component(row):
    lines = [f"{row['name']} {row['version']}", f"  Licence: {row['licence']}", wrapped(f"By {row['holder']}")]
    lines += [wrapped(f"What for: {row['reason']}"), wrapped(f"Taken: {row['takes']}")]
    lines += [wrapped(f"Contains {part['name']}: {part['licence']}, by {part['holder']}") for part in row.get("contains", [])]
    return "\n".join(lines)


def npm_packages(manifest):
    """Each package of the pages with its licence, as the lock file has them; those asked for by name also say why."""
    chosen = {row["name"]: row for row in manifest.npm}
    locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    lines = []
    for path, row in sorted(locked.items()):
        name = path.rpartition("node_modules/")[2]
        if not name or "os" in row or (row.get("optional") and "cpu" in row):
            continue  # the project itself; the same package built for one kind of machine
        why = chosen.get(name)
        told = f", by {why['holder']}: {why['reason']}" if why else "" if row.get("dev") else ": in the program, part of lit"
        lines.append(wrapped(f"{name} {row['version']} ({row['license']}){told}", ""))
    return "\n".join(lines)


def section(title, paragraphs):
    return f"{title}\n{'-' * len(title)}\n\n" + "\n\n".join(paragraphs) + "\n"


def notice(manifest):
    """The whole text."""
    standard = manifest.standard()
    for_tests = [row for row in manifest.components if row.get("only_for")]
    stand_ins = [row for row in manifest.components if row not in standard + for_tests]
    debian = [wrapped(f"{row['name']} {row['version']} ({row['licence']}): {row['reason']}", "") for row in manifest.apt]
    return "\n".join([
        HEAD,
        MODELS,
        section("Fetched by set-up", [component(row) for row in standard]),
        section("Fetched only where the system lacks the package", [component(row) for row in stand_ins]),
        section("Fetched for tests with real language model servers alone", [component(row) for row in for_tests]),
        section("Fetched by npm, for the pages (web/package-lock.json has the hash of each)", [npm_packages(manifest)]),
        section("Packages of the Debian system, for building, running, testing", ["\n".join(debian)]),
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    manifest = Manifest(ROOT / "deps" / "manifest.json")
    problems = manifest.problems()
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    text, file = notice(manifest), ROOT / "NOTICE"
    if not options.check:
        file.write_text(text, encoding="utf-8")
    elif not file.is_file() or file.read_text(encoding="utf-8") != text:
        print("NOTICE does not say what deps/manifest.json says; `make notice` writes it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
