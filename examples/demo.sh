#!/bin/sh
# Renders the demo session, processes it and shows the result: examples/demo.sh BUILD_DIR [options of skald process]
# SKALD_CACHE holds the recording, DEMO_OUTPUT (default: output) gets the results.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] && [ -x "$1/skald" ] || { echo "usage: examples/demo.sh BUILD_DIR, a folder that has skald in it" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift
python=${PYTHON:-python3}
cache=${SKALD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skald}/demo
session=$cache/demo_session
output=${DEMO_OUTPUT:-output}

echo "[demo] the session: one DM, four players, eight minutes of synthetic voices"
"$python" "$here/make_session.py" --out "$cache" > /dev/null

process() { "$build/skald" process "$session.wav" --party "$here/party.json" --output "$output" "$@"; }

echo "[demo] skald process $session.wav --party examples/party.json"
began=$(date +%s)
process --until assign "$@"
# Who is who: a user tells by listening, the demo by its truth.
"$build/skald" diarize "$session.wav" --party "$here/party.json" --progress none > "$cache/heard.rttm"
"$build/skald" eval --json --reference "$session.rttm" --hypothesis "$cache/heard.rttm" > "$cache/heard.json"
names=$("$python" "$here/show_result.py" --names "$cache/heard.json")
echo "[demo] who is who, as you would say after listening: $names"
# shellcheck disable=SC2086 # one word an option
result=$(process $names "$@")
echo "$result" >&2
seconds=$(($(date +%s) - began))

"$build/skald" eval --json --reference "$session.rttm" "$session.truth.json" --hypothesis "$result" > "$cache/eval.json"
"$python" "$here/show_result.py" --result "$result" --truth "$session.truth.json" --eval "$cache/eval.json" --seconds "$seconds"
