#!/bin/sh
# Installs pipectl into ~/.local/bin: gets the release's archive, compares its checksum, and puts the executable there.
# usage: install.sh [DIRECTORY]
# in: PIPECTL_VERSION, PIPECTL_DOWNLOADS (where the files of a release are, for a mirror)
set -eu

version=${PIPECTL_VERSION:-@VERSION@}
version=${version#v}
downloads=${PIPECTL_DOWNLOADS:-@REPOSITORY@/releases/download/v$version}
directory=${1:-$HOME/.local/bin}

fail() {
  echo "error: $1" >&2
  exit 1
}

case $(uname -s)-$(uname -m) in
  Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-musl ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  *) fail "there is no release for $(uname -s) on $(uname -m): cargo install --git @REPOSITORY@" ;;
esac
archive=pipectl-v$version-$target.tar.gz

get() {
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --output "$2" "$1"
  elif command -v wget > /dev/null; then
    wget -q -O "$2" "$1"
  else
    fail 'curl or wget is needed'
  fi
}

sum() {
  if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
get "$downloads/$archive" "$place/$archive" || fail "$downloads/$archive cannot be had"
get "$downloads/SHA256SUMS" "$place/SHA256SUMS" || fail "$downloads/SHA256SUMS cannot be had"
wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  $archive\$/\1/p" "$place/SHA256SUMS")
[ -n "$wanted" ] || fail "SHA256SUMS does not name $archive"
[ "$(sum "$place/$archive")" = "$wanted" ] || fail "$archive is not what its checksum says: nothing was installed"

tar -xzf "$place/$archive" -C "$place"
mkdir -p "$directory"
# By renaming: one that runs goes on as it is.
cp "$place/pipectl-v$version-$target/pipectl" "$directory/.pipectl-new"
chmod 755 "$directory/.pipectl-new"
mv -f "$directory/.pipectl-new" "$directory/pipectl"
"$directory/pipectl" version
case :$PATH: in
  *":$directory:"*) ;;
  *) echo "$directory is not in PATH: export PATH=\"$directory:\$PATH\"" ;;
esac
