#!/usr/bin/env bash
# The Glue job and the queries of Local AWS, and DuckDB with two threads on the same files in the same run: wall, CPU, memory.
# usage: bench/against_duckdb.sh [PIPECTL [ROWS [DAYS]]]
#        bench/against_duckdb.sh --files [PIPECTL [DAYS [FILES_A_DAY]]], crawls and queries over many small files, without DuckDB
#        bench/against_duckdb.sh --bounds [PIPECTL [ROWS]], memory of the job for ROWS and four times as many, without DuckDB
set -euo pipefail
cd "$(dirname "$0")/.."
mode=rows
case "${1:-}" in --files | --bounds) mode=${1#--}; shift ;; esac
pipectl=$(realpath -e "${1:-target/release/pipectl}")
[ $# -gt 0 ] && shift
work=$PWD/target/against_duckdb
python=$work/venv/bin/python
mkdir -p "$work"
if [ ! -x "$python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet duckdb==2.0.1
fi
bench=$PWD/bench
place=$(mktemp -d "$work/place.XXXXXX")
cp examples/clickstream/pipeline.yaml "$place"
cd "$place"
touch server.txt
"$pipectl" local --port 0 2> server.txt &
server=$!
trap 'kill "$server"; wait "$server" 2> /dev/null || true; rm -rf "$place"' EXIT
until grep -q http server.txt; do
  kill -0 "$server"
  sleep 0.05
done
"$pipectl" apply --local --yes > /dev/null 2>&1
"$pipectl" output --local --json > output.json
endpoint=$(grep -o 'http://[^ ]*' server.txt | head -n 1)
"$python" "$bench/against_duckdb.py" "$mode" "$endpoint" "$server" "$work" "$@"
