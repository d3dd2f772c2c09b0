#!/bin/sh
# Runs the benchmarks that need nothing but this checkout, its build and, where it is there, shared/testdata:
# bench/run.sh BUILD_DIR. The comparison with faster-whisper needs that too: see bench/asr/compare.py.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] && [ -x "$1/skald" ] || { echo "usage: bench/run.sh BUILD_DIR, a folder that has skald in it" >&2; exit 2; }
build=$(cd "$1" && pwd)
python=${PYTHON:-python3}
echo "[bench] the classifier's speed"
"$python" "$here/classification/speed.py" --build "$build"
if [ -d "$here/../../shared/testdata" ]; then
  echo "[bench] diarization"
  "$python" "$here/diarization/measure.py" "$build"
else
  echo "[bench] diarization: skipped, no shared/testdata beside the checkout"
fi
echo "[bench] names, with and without the party file"
"$python" "$here/sessions/names.py" "$build"
echo "[bench] a session of one hour, end to end (--hours 4 for the long one)"
"$python" "$here/sessions/measure.py" "$build" --hours 1
