#!/usr/bin/env bash
# What an invocation of `track` costs, beside the article's function in Node, the same with today's SDK, and a plain function in Rust
# on the AWS SDK. Builds `track` as pipectl builds it for Lambda, but for this machine. Options are those of bench.py.
# usage: bench/track/run.sh [--starts N] [--invocations N] [--http-only] [--function-url] [--columns] [--contract]
set -euo pipefail
cd "$(dirname "$0")/../.."
here=bench/track
work=target/bench-track
mkdir -p "$work"

# Each crate alone, as src/artifact/sources.rs writes it: in the workspace its dependencies would be built with other settings.
standalone() {
  local name=$1 crate=$2
  mkdir -p "$work/$name"
  cp -r "$crate/src" "$work/$name/"
  cat "$crate/Cargo.toml" <(echo) lambdas/release.toml > "$work/$name/Cargo.toml"
  cp Cargo.lock "$work/$name/Cargo.lock"
  CARGO_TARGET_DIR="$work/target" cargo build --quiet --release --manifest-path "$work/$name/Cargo.toml"
}
standalone track lambdas/track
standalone sdk "$here/sdk"
mkdir -p "$work/node"
cp "$here"/node/* "$work/node/"
[ -d "$work/node/node_modules" ] || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work/node"

bin=$PWD/$work/target/release
node="$(command -v node) $PWD/$work/node/bootstrap.js"
python3 "$here/bench.py" "$@" \
  "track=$bin/pipectl-track=$bin/pipectl-track" \
  "Rust, AWS SDK=$bin/plain-track=$bin/plain-track" \
  "Node, article==$node article" \
  "Node, SDK v3==$node current"
