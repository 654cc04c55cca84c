"""Runs what `pipectl connect duckdb` has printed, in DuckDB, and counts what it sees.

usage: connect_duckdb.py STATEMENTS.sql TABLE
"""

import sys
import tempfile
from pathlib import Path

import duckdb
import duckdb_extension_httpfs

home = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"
with tempfile.TemporaryDirectory() as directory:
    database = duckdb.connect(config={"extension_directory": directory})
    # From PyPI, so that the statements' INSTALL finds it and asks no other server.
    database.execute(f"INSTALL '{home / 'httpfs.duckdb_extension'}'")
    database.execute(Path(sys.argv[1]).read_text())
    table = sys.argv[2]
    print(database.sql(f"SELECT count(*), count(DISTINCT event), count(DISTINCT year || month) FROM {table}").fetchone())
    columns = database.sql(f"DESCRIBE {table}").fetchall()
    print({name: kind for name, kind, *_ in columns if name in ("event", "year", "month", "day")})
