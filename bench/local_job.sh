#!/usr/bin/env bash
# JSON to Parquet: how long the Glue job of Local AWS takes for ten million rows, and the largest memory of the server meanwhile.
# usage: bench/local_job.sh [PIPECTL] [ROWS]
set -euo pipefail
cd "$(dirname "$0")/.."
pipectl=$(realpath -e "${1:-target/release/pipectl}")
rows=${2:-10000000}
bench=$PWD/bench
place=$(mktemp -d)
cp examples/clickstream/pipeline.yaml "$place"
cd "$place"
"$pipectl" local --port 0 2> server.txt &
server=$!
trap 'kill "$server"; wait "$server" 2> /dev/null || true; rm -rf "$place"' EXIT
until grep -q http server.txt; do
  kill -0 "$server"
  sleep 0.05
done
"$pipectl" apply --local --yes > /dev/null 2>&1

endpoint=$(grep -o 'http://[^ ]*' server.txt | head -n 1)
bucket=$("$pipectl" output --local | sed -n 's|^bucket *s3://||p')
python3 "$bench/put_rows.py" "$endpoint" "$bucket" partitioned_analytics_raw/ "$rows"

memory() { awk -v when="$1" -v field="$2" '$1 == field { printf "%-20s %4.0f MB\n", when, $2 / 1024 }' "/proc/$server/status"; }

timed() {
  local name=$1 began=$EPOCHREALTIME
  shift
  "$@" > last.txt 2>&1 || { cat last.txt; exit 1; }
  awk -v name="$name" -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { printf "%-20s %6.1f s\n", name, to - from }'
}

timed 'crawl JSON' "$pipectl" run crawler raw --local --wait
memory 'memory before' VmRSS:
# The peak from here on.
echo 5 > "/proc/$server/clear_refs"
timed 'JSON to Parquet' "$pipectl" run etl --local --wait
memory 'memory, peak' VmHWM:
timed 'crawl Parquet' "$pipectl" run crawler parquet --local --wait
timed 'count' "$pipectl" query --local --output csv 'SELECT count(*) FROM ${parquet_table}'
cat last.txt
