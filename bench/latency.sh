#!/usr/bin/env bash
# How long plan and apply take when each request takes 80 ms longer, as to an AWS that is far away.
# usage: bench/latency.sh [PIPECTL [EXAMPLE]]: of `clickstream`, the article's shape, where no other is named, such as `lean`
set -euo pipefail
cd "$(dirname "$0")/.."
pipectl=$(realpath -e "${1:-target/release/pipectl}")
place=$(mktemp -d)
cp "examples/${2:-clickstream}/pipeline.yaml" "$place"
cd "$place"
"$pipectl" local --port 0 --latency 80ms 2> server.txt &
server=$!
trap 'kill "$server"; rm -rf "$place"' EXIT
until grep -q http server.txt; do sleep 0.05; done

measure() {
  local name=$1
  shift
  /usr/bin/env python3 - "$name" "$@" <<'PYTHON'
import resource, subprocess, sys, time

name, *command = sys.argv[1:]
began = time.monotonic()
ran = subprocess.run(command, capture_output=True, text=True)
took = time.monotonic() - began
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
if ran.returncode not in (0, 2):
    sys.exit(ran.stderr)
trips = ran.stderr.strip().splitlines()[-1] if ran.stderr.strip() else ""
print(f"{name:<22} {took:5.2f} s  {memory:3.0f} MB  {trips}")
PYTHON
}

measure 'version' "$pipectl" --version
measure 'first apply' "$pipectl" apply --local --yes --timings
measure 'plan without changes' "$pipectl" plan --local --timings
measure 'apply without changes' "$pipectl" apply --local --yes --timings
