"""Archives that are the same for the same contents: no clock, no user, names in their order."""

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
import zipfile
from pathlib import Path

# The first day that a zip can tell.
BEGINNING = (1980, 1, 1, 0, 0, 0)


def whole(path, contents, mode=0o644):
    """All of it or nothing."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(contents)
    os.chmod(file.name, mode)
    os.replace(file.name, path)


def member(name, mode):
    entry = zipfile.ZipInfo(name, BEGINNING)
    entry.create_system = 3
    entry.external_attr = (0o100000 | mode) << 16
    return entry


def append(executable, files, out):
    """A copy of an executable with a zip archive behind its end. What is in it is packed already."""
    contents = io.BytesIO(without_appended(executable.read_bytes()))
    with zipfile.ZipFile(contents, "a", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            packed.writestr(member(name, 0o644), files[name])
    whole(out, contents.getvalue(), 0o755)


def without_appended(contents):
    """What was compiled, of an executable that has been packed before."""
    if not zipfile.is_zipfile(io.BytesIO(contents)):
        return contents
    with zipfile.ZipFile(io.BytesIO(contents)) as packed:
        return contents[: min(entry.header_offset for entry in packed.infolist())]


def zipped(files, level):
    """A zip of names to contents and mode, in the order given."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as packed:
        for name, (contents, mode) in files.items():
            packed.writestr(member(name, mode), contents, zipfile.ZIP_DEFLATED, level)
    return archive.getvalue()


def tarball(files):
    """A .tar.gz of names to contents and mode."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as packed:
        for name, (contents, mode) in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(contents), mode
            packed.addfile(entry, io.BytesIO(contents))
    return gzip.compress(archive.getvalue(), 9, mtime=0)


def checksums(paths):
    return {Path(path).name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths}
