#!/usr/bin/env bash
# Events a second through the endpoint of Local AWS (key, plan, function, Firehose's buffer on disk), in batches of 100, and the
# memory of the server before and after.
# usage: bench/local_events.sh [PIPECTL] [EVENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
pipectl=$(realpath -e "${1:-target/release/pipectl}")
events=${2:-500000}
place=$(mktemp -d)
# Without the plan's limits: they are what would be measured.
sed 's/rate: 1000\/s, burst: 2000/rate: 10000\/s, burst: 5000/' examples/clickstream/pipeline.yaml > "$place/pipeline.yaml"
cd "$place"
"$pipectl" local --port 0 2> server.txt &
server=$!
trap 'kill "$server"; wait "$server" 2> /dev/null || true; rm -rf "$place"' EXIT
until grep -q http server.txt; do
  kill -0 "$server"
  sleep 0.05
done
"$pipectl" apply --local --yes > /dev/null 2>&1

memory() { awk -v when="$1" '/VmRSS/ { printf "%-10s %4.0f MB\n", when, $2 / 1024 }' "/proc/$server/status"; }

"$pipectl" send --local --events 20000 --batch 100 > /dev/null
memory 'at first'
"$pipectl" send --local --events "$events" --batch 100
memory 'at the end'
