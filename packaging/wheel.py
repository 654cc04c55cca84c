"""A wheel that has one executable: what maturin's `bindings = "bin"` makes, of what is built already.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

import base64
import hashlib
import os

from archives import whole, zipped


def write(description, version, executable, platform, out):
    """Into a directory; gives its path."""
    name = description["name"]
    info = f"{name}-{version}.dist-info"
    tags = "".join(f"Tag: py3-none-{tag}\n" for tag in platform.split("."))
    files = {
        f"{name}-{version}.data/scripts/{name}": (executable, 0o755),
        f"{info}/METADATA": (metadata(description, version).encode(), 0o644),
        f"{info}/WHEEL": (f"Wheel-Version: 1.0\nGenerator: {name}\nRoot-Is-Purelib: false\n{tags}".encode(), 0o644),
    }
    record = "".join(f"{path},sha256={digest(contents)},{len(contents)}\n" for path, (contents, _) in files.items())
    files[f"{info}/RECORD"] = (f"{record}{info}/RECORD,,\n".encode(), 0o644)
    path = out / f"{name}-{version}-py3-none-{platform}.whl"
    # An executable of tests is large and is thrown away.
    whole(path, zipped(files, int(os.environ.get("PACK_LEVEL", "9"))))
    return path


def metadata(description, version):
    return (
        f"Metadata-Version: 2.1\nName: {description['name']}\nVersion: {version}\nSummary: {description['summary']}\n"
        f"License: {description['licence']}\nProject-URL: Source, {description['repository']}\nRequires-Python: >=3.8\n"
    )


def digest(contents):
    return base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).rstrip(b"=").decode()
