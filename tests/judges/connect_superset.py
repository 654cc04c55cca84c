"""Asks Athena by an address of SQLAlchemy, which is what Superset is told.

usage: connect_superset.py ADDRESS STATEMENT
"""

import sys

from sqlalchemy import create_engine, text

with create_engine(sys.argv[1].strip()).connect() as connection:
    print(connection.execute(text(sys.argv[2])).fetchall())
