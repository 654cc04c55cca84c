"""What each channel wants beside the executables: npm's packages, the Homebrew formula, the shell installer."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def read():
    return json.loads((HERE / "channels.json").read_text())


def npm(description, version, built):
    """A package for each platform, with the executable, and the one that people name, which takes the right one."""
    name, packages, platforms = description["name"], {}, {}
    about = {"version": version, "license": description["licence"], "repository": description["repository"]}
    for target, executable in built.items():
        system = description["targets"][target]["npm"]
        package = f"{name}-{system['os']}-{system['cpu']}"
        platforms[package] = version
        manifest = {
            "name": package,
            "description": f"{name} for {target}",
            "os": [system["os"]],
            "cpu": [system["cpu"]],
            "files": [name],
        }
        packages[package] = {
            "package/package.json": (text(manifest | about), 0o644),
            f"package/{name}": (executable, 0o755),
        }
    manifest = {
        "name": name,
        "description": description["summary"],
        "bin": {name: "start.js"},
        "files": ["start.js"],
        "engines": {"node": ">=16"},
        "optionalDependencies": platforms,
    }
    packages[name] = {
        "package/package.json": (text(manifest | about), 0o644),
        "package/start.js": ((HERE / "start.js").read_bytes(), 0o755),
    }
    return packages


def text(value):
    return (json.dumps(value, indent=2) + "\n").encode()


def formula(description, version, sums):
    """Homebrew's, for the archives whose checksums these are."""
    repository, systems = description["repository"], {}
    for target, about in description["targets"].items():
        archive = f"pipectl-v{version}-{target}.tar.gz"
        if archive in sums:
            system, processor = about["brew"].split(".")
            url = f"{repository}/releases/download/v{version}/{archive}"
            lines = f'    on_{processor} do\n      url "{url}"\n      sha256 "{sums[archive]}"\n    end\n'
            systems.setdefault(system, []).append(lines)
    blocks = "".join(f"  on_{system} do\n{''.join(lines)}  end\n" for system, lines in systems.items())
    return (HERE / "formula.rb").read_text().format(
        summary=description["summary"], repository=repository, version=version, licence=description["licence"], blocks=blocks
    )


def installer(description, version):
    """The shell's, for this version unless it is told another."""
    script = (HERE / "install.sh").read_text()
    return script.replace("@VERSION@", version).replace("@REPOSITORY@", description["repository"])
