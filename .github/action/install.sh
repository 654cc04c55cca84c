#!/usr/bin/env bash
# Gets pipectl: the executable of PIPECTL, or that of a release, whose checksum is compared first.
# in: PIPECTL, VERSION, REPOSITORY; out: path
set -euo pipefail

if [ -z "$PIPECTL" ]; then
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) target=x86_64-unknown-linux-musl ;;
    Linux-aarch64) target=aarch64-unknown-linux-musl ;;
    Darwin-arm64) target=aarch64-apple-darwin ;;
    *) echo "there is no release for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
  esac
  place=$RUNNER_TEMP/pipectl
  mkdir -p "$place"
  cd "$place"
  # Without a tag, gh takes the newest release.
  gh release download ${VERSION:+"$VERSION"} --repo "$REPOSITORY" --clobber --pattern "*-$target.tar.gz" --pattern SHA256SUMS
  grep -- "-$target.tar.gz\$" SHA256SUMS | shasum -a 256 --check
  tar -xzf ./*-"$target".tar.gz --strip-components 1
  PIPECTL=$place/pipectl
fi
echo "path=$(realpath "$PIPECTL")" >> "$GITHUB_OUTPUT"
