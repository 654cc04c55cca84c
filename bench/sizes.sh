#!/usr/bin/env bash
# How large the executable is, by itself and as it is shipped, how long it takes to start, and to the first row.
# usage: bench/sizes.sh [PIPECTL [ZIPS]], with the functions' zips as `pipectl build --architecture` makes them
set -euo pipefail
cd "$(dirname "$0")/.."
pipectl=$(realpath -e "${1:-target/release/pipectl}")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/built/x86_64-unknown-linux-musl" "$place/empty"
packed=$place/built/x86_64-unknown-linux-musl/pipectl
cp "$pipectl" "$packed"
if [ -n "${2:-}" ]; then packaging/pack.py inside "$pipectl" "$2" "$packed"; fi
packaging/pack.py release 0.0.0 "$place/built" "$place/dist" 2> "$place/missing.txt"

size() { awk -v name="$1" -v bytes="$(stat --format %s "$2")" 'BEGIN { printf "%-24s %6.1f MB\n", name, bytes / 1e6 }'; }
size executable "$packed"
size archive "$place"/dist/pipectl-v0.0.0-*.tar.gz
size wheel "$place"/dist/*.whl

cd "$place/empty"
python3 - "$packed" <<'PYTHON'
import statistics, subprocess, sys, time

pipectl = sys.argv[1]


def run(line):
    began = time.monotonic()
    ran = subprocess.run([pipectl, *line.split()], capture_output=True, text=True)
    took = time.monotonic() - began
    if ran.returncode:
        sys.exit(f"{line}: {ran.stderr}")
    return took, ran.stdout


starts = statistics.median(run("--version")[0] for _ in range(20))
print(f"{'start':<24} {starts * 1000:6.1f} ms")
total = 0.0
for line in [
    "init",
    "apply --local --yes",
    "send --local --events 10000",
    "local tick 20min",
    "query --local --named events_by_day --output table",
]:
    took, out = run(line)
    total += took
    print(f"{line.split(' --named')[0]:<28} {took:6.2f} s")
if "page_view" not in out:
    sys.exit(out)
print(f"{'to the first row':<28} {total:6.2f} s")
PYTHON
