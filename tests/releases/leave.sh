#!/usr/bin/env bash
# What a release leaves on AWS, as Local AWS keeps it: tests/binary/upgrading.rs plans over it with the release to come.
#
# usage: leave.sh PIPECTL NAME, where NAME is the release: writes NAME.tar.gz beside this script. Run with each release,
# by the executable that it ships; what has been left by one stays as it is.
set -euo pipefail
pipectl=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
for example in clickstream lean; do
  mkdir "$place/$example"
  cp "$here/../../examples/$example/pipeline.yaml" "$place/$example"
  cd "$place/$example"
  "$pipectl" apply --local --yes
  "$pipectl" send --local --events 50
  "$pipectl" local tick 27h
done
# Secrets of a directory, which the next program makes anew.
rm "$place"/*/.pipectl/local/{token,lock}
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$here/$2.tar.gz" -C "$place" clickstream lean
