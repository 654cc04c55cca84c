"""What is compiled into an executable, as CycloneDX: from cargo's own resolution, without what only tests and builds need.

https://cyclonedx.org/docs/1.5/json/
"""

import json
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def of(target):
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
    metadata = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    sums = {(one["name"], one["version"]): one.get("checksum") for one in lock}
    root = next(one for one, package in packages.items() if package["name"] == "pipectl" and one in metadata["workspace_members"])
    needed, queue = {}, [root]
    while queue:
        one = queue.pop()
        if one not in needed:
            needed[one] = [dep["pkg"] for dep in nodes[one]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
            queue.extend(needed[one])
    reference = {one: f"pkg:cargo/{packages[one]['name']}@{packages[one]['version']}" for one in needed}
    order = sorted(needed, key=reference.get)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(packages[root], reference[root], None, "application")},
        "components": [
            component(packages[one], reference[one], sums.get((packages[one]["name"], packages[one]["version"])), "library")
            for one in order
            if one != root
        ],
        "dependencies": [{"ref": reference[one], "dependsOn": sorted({reference[dep] for dep in needed[one]})} for one in order],
    }


def component(package, reference, checksum, kind):
    about = {
        "type": kind,
        "bom-ref": reference,
        "name": package["name"],
        "version": package["version"],
        "purl": reference,
    }
    if package.get("license"):
        about["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum:
        about["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return about
