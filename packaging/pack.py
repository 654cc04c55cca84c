#!/usr/bin/env python3
"""Packs built executables for every channel: what there is, and for what, is in channels.json.

usage: pack.py inside EXECUTABLE ZIPS OUT [--by EXECUTABLE]
       pack.py release VERSION EXECUTABLES OUT
       pack.py wheel VERSION EXECUTABLE TAG OUT
       pack.py sbom TARGET OUT

`inside` appends the functions' zips, ZIPS/ARCHITECTURE/FUNCTION.zip as `pipectl build --architecture` makes them. Their names
have the digests of which `pipectl version --json` tells; --by names a program that runs here, for one of another platform.
`release` takes EXECUTABLES/TARGET/pipectl and makes archives, checksums, wheels, npm's packages, the Homebrew formula and the
shell installer. The same input makes the same bytes.
"""

import json
import subprocess
import sys
from pathlib import Path

import channels
import sbom
import wheel
from archives import append, checksums, tarball, whole

HERE = Path(__file__).parent


def inside(executable, zips, out, by=None):
    """A copy of an executable with the zips that there are; those that are missing are named."""
    program = Path(by or executable).resolve()
    told = subprocess.run([program, "version", "--json"], check=True, capture_output=True, text=True).stdout
    found, missing = {}, []
    for one in json.loads(told)["functions"]:
        path = Path(zips, one["architecture"], one["name"] + ".zip")
        if path.exists():
            found[f"functions/pipectl-{one['name']}-{one['code']}.zip"] = path.read_bytes()
        else:
            missing.append(str(path))
    if not found:
        sys.exit(f"no zips of functions in {zips}")
    append(Path(executable), found, Path(out))
    for path in missing:
        print(f"not inside, since it is missing: {path}", file=sys.stderr)


def release(version, executables, out):
    """Everything that a release has, of the executables that there are."""
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    description = channels.read()
    built = {target: Path(executables, target, "pipectl") for target in description["targets"]}
    for target, path in built.items():
        if not path.exists():
            print(f"no executable for {target}", file=sys.stderr)
    built = {target: path.read_bytes() for target, path in built.items() if path.exists()}
    if not built:
        sys.exit(f"no executables in {executables}")
    root = HERE.parent
    texts = {name: (root / name).read_bytes() for name in ["README.md", "CHANGELOG.md", "LICENSE"]}
    for target, executable in built.items():
        name = f"pipectl-v{version}-{target}"
        files = {f"{name}/pipectl": (executable, 0o755)} | {f"{name}/{file}": (text, 0o644) for file, text in texts.items()}
        whole(out / f"{name}.tar.gz", tarball(files))
        wheel.write(description, version, executable, description["targets"][target]["wheel"], out)
    sums = checksums(sorted(out.glob("*.tar.gz")))
    for name, files in channels.npm(description, version, built).items():
        whole(out / f"{name}-{version}.tgz", tarball(files))
    whole(out / "pipectl.rb", channels.formula(description, version, sums).encode())
    whole(out / "install.sh", channels.installer(description, version).encode())
    everything = [path for path in sorted(out.iterdir()) if path.name != "SHA256SUMS"]
    whole(out / "SHA256SUMS", "".join(f"{sum}  {name}\n" for name, sum in checksums(everything).items()).encode())


def main(arguments):
    match arguments:
        case ["inside", executable, zips, out]:
            inside(executable, zips, out)
        case ["inside", executable, zips, out, "--by", by]:
            inside(executable, zips, out, by)
        case ["release", version, executables, out]:
            release(version, executables, out)
        case ["wheel", version, executable, tag, out]:
            print(wheel.write(channels.read(), version, Path(executable).read_bytes(), tag, Path(out)))
        case ["sbom", target, out]:
            whole(Path(out), json.dumps(sbom.of(target), indent=1).encode())
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
