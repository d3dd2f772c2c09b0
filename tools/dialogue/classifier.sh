#!/bin/sh
# Trains the built-in classifier and judges it: `make classifier`. The head first, then the network of dialogues: once with a
# quarter of the tables left out, which says how the two are added up, and once on all tables, which is what is shipped.
set -eu
build=${1:-build}
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tools/dialogue
python=/usr/bin/python3 # Debian's, which has Debian's torch
model=${SKALD_CACHE:-$HOME/.cache/skald}/stage/models/e5-small/e5-small-q4.bin
made=$root/$build/classifier
weights=$root/data/classification/dialogue.bin
mkdir -p "$made"

"$root/$build/skald_train_classifier" --rows "$made/head_rows.jsonl"
"$python" "$here/train.py" --model "$model" --out "$made/left_out" --left-out 0/4
"$python" "$here/blend.py" --rows "$made/head_rows.jsonl" --scores "$made/left_out/scores.npz" --out "$made/blend.json" --report "$root/bench/classification/BLEND.md"
"$python" "$here/train.py" --model "$model" --out "$made/all"
"$python" "$here/export.py" --model "$model" --weights "$made/all/weights.pt" --blend "$made/blend.json" --out "$weights"
"$python" "$here/oracle.py" --model "$model" --weights "$weights" --out "$root/tests/classify/dialogue_oracle.json"
