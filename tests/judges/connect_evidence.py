"""Has Evidence's own source of DuckDB read a source's directory, as `pipectl connect evidence` and `connect duckdb` say it.

usage: connect_evidence.py MODULES SOURCE, with npm's @evidence-dev/duckdb and yaml in MODULES
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb_extension_httpfs

modules, source = sys.argv[1:]
EXTENSION = "extensions/v1.4.2"
with tempfile.TemporaryDirectory() as home:
    # Where DuckDB looks before it asks a server for what is to be installed.
    place = Path(home) / ".duckdb" / EXTENSION / "linux_amd64"
    place.mkdir(parents=True)
    shutil.copy(Path(duckdb_extension_httpfs.__file__).parent / EXTENSION / "httpfs.duckdb_extension", place)
    script = Path(__file__).with_name("connect_evidence.cjs")
    sys.exit(subprocess.run(["node", script, modules, source], env={**os.environ, "HOME": home}).returncode)
