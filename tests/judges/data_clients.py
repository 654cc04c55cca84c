"""The clients with which people query Athena: PyAthena with each of its cursors, SQLAlchemy, awswrangler.

usage: data_clients.py URL      Makes a bucket, a database and a table at Local AWS, and prints a line for each client.
"""

import os
import sys

URL = sys.argv[1]
os.environ.update(
    AWS_ENDPOINT_URL=URL,
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
)

import awswrangler as wr
import boto3
import pandas as pd
import pyarrow.fs
from pyathena import connect
from pyathena.arrow.cursor import ArrowCursor
from pyathena.cursor import DictCursor
from pyathena.pandas.cursor import PandasCursor
from sqlalchemy import MetaData, Table, create_engine, func, inspect, select, text

BUCKET, DATABASE = "clients", "shop"
STAGING = f"s3://{BUCKET}/results/"


def pyathena():
    connection = connect(s3_staging_dir=STAGING, schema_name=DATABASE, poll_interval=0.05)
    cursor = connection.cursor()
    cursor.execute("CREATE DATABASE IF NOT EXISTS shop")
    cursor.execute(
        """CREATE EXTERNAL TABLE orders (id int, item string, price decimal(10,2), at timestamp, tags array<string>)
        PARTITIONED BY (day string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        LOCATION 's3://clients/orders/'"""
    )
    lines = '{"id":1,"item":"a","price":1.50,"at":"2026-11-01 10:00:00","tags":["x","y"]}\n{"id":2,"item":"b, \\"c\\"","price":2.25}\n'
    boto3.client("s3").put_object(Bucket=BUCKET, Key="orders/day=2026-11-01/one.json", Body=lines.encode())
    assert "day=2026-11-01" in str(cursor.execute("MSCK REPAIR TABLE orders").fetchall())
    assert cursor.execute("SHOW PARTITIONS orders").fetchall() == [("day=2026-11-01",)]
    assert cursor.execute("SELECT id, item FROM orders ORDER BY id").fetchall() == [(1, "a"), (2, 'b, "c"')]
    named = cursor.execute("SELECT id FROM orders WHERE item = %(item)s", {"item": 'b, "c"'})
    assert named.fetchall() == [(2,)]
    marked = cursor.execute("SELECT id FROM orders WHERE item = ? AND id < ?", ["'a'", "5"], paramstyle="qmark")
    assert marked.fetchall() == [(1,)]
    assert [column[0] for column in cursor.execute("DESCRIBE orders").description] == ["col_name", "data_type", "comment"]
    assert cursor.execute("SHOW COLUMNS IN orders").fetchone() == ("id                  ",)
    rows = connection.cursor(DictCursor).execute("SELECT id, price FROM orders ORDER BY id").fetchall()
    assert [str(row["price"]) for row in rows] == ["1.50", "2.25"], rows
    print("PyAthena: cursors, parameters, DDL")

    frame = connection.cursor(PandasCursor).execute("SELECT * FROM orders ORDER BY id").as_pandas()
    assert list(frame["id"]) == [1, 2] and frame["at"].iloc[0] == pd.Timestamp("2026-11-01 10:00:00"), frame
    frame = connection.cursor(PandasCursor, unload=True).execute("SELECT id, item FROM orders").as_pandas()
    assert sorted(frame["id"]) == [1, 2], frame
    # pyarrow has a client of S3 of its own, which PyAthena tells no endpoint; buckets of an endpoint are in its paths.
    arrow = pyarrow.fs.S3FileSystem
    pyarrow.fs.S3FileSystem = lambda **options: arrow(endpoint_override=URL, force_virtual_addressing=False, **options)
    table = connection.cursor(ArrowCursor).execute("SELECT id, item, price FROM orders ORDER BY id").as_arrow()
    assert table.column("id").to_pylist() == [1, 2], table
    table = connection.cursor(ArrowCursor, unload=True).execute("SELECT id, price FROM orders").as_arrow()
    assert sorted(table.column("id").to_pylist()) == [1, 2], table
    print("PyAthena: pandas and Arrow, from CSV and by UNLOAD")


def sqlalchemy():
    engine = create_engine(f"awsathena+rest://:@athena.us-east-1.amazonaws.com:443/{DATABASE}?s3_staging_dir={STAGING}&poll_interval=0.05")
    with engine.connect() as connection:
        connection.execute(text("CREATE OR REPLACE VIEW cheap AS SELECT id, item FROM orders WHERE price < 2"))
        inspector = inspect(engine)
        assert DATABASE in inspector.get_schema_names()
        assert inspector.get_table_names() == ["orders"], inspector.get_table_names()
        assert inspector.get_view_names() == ["cheap"], inspector.get_view_names()
        assert [column["name"] for column in inspector.get_columns("orders")] == ["id", "item", "price", "at", "tags", "day"]
        orders = Table("orders", MetaData(), autoload_with=engine)
        assert connection.execute(select(func.count()).select_from(orders)).scalar() == 2
        assert connection.execute(select(orders.c.item).where(orders.c.id == 1)).scalar() == "a"
        assert connection.execute(text("SELECT item FROM cheap")).fetchall() == [("a",)]
    print("SQLAlchemy: inspection, reflection, queries")


def awswrangler():
    wr.config.athena_endpoint_url = wr.config.s3_endpoint_url = wr.config.glue_endpoint_url = wr.config.sts_endpoint_url = URL
    read = dict(sql="SELECT id, item, price FROM orders ORDER BY id", database=DATABASE)
    for how in (dict(ctas_approach=False), dict(ctas_approach=True), dict(ctas_approach=False, unload_approach=True)):
        # UNLOAD writes where nothing is yet.
        place = f"s3://{BUCKET}/unloaded/" if how.get("unload_approach") else STAGING
        frame = wr.athena.read_sql_query(**read, **how, s3_output=place)
        assert sorted(frame["id"]) == [1, 2], (how, frame)
    frame = wr.athena.read_sql_query(
        "SELECT id FROM orders WHERE item = ?", database=DATABASE, s3_output=STAGING, ctas_approach=False, params=["'a'"], paramstyle="qmark"
    )
    assert list(frame["id"]) == [1], frame
    described = wr.athena.describe_table("orders", database=DATABASE, s3_output=STAGING)
    assert list(described["Column Name"])[:2] == ["id", "item"], described
    assert wr.athena.repair_table("orders", database=DATABASE, s3_output=STAGING) == "SUCCEEDED"
    assert "CREATE EXTERNAL TABLE" in wr.athena.show_create_table("orders", database=DATABASE, s3_output=STAGING)
    frame = pd.DataFrame({"id": [7, 8], "name": ["x", None], "day": ["1", "2"]})
    wr.s3.to_parquet(frame, path=f"s3://{BUCKET}/frames/", dataset=True, database=DATABASE, table="frames", partition_cols=["day"])
    frame = wr.athena.read_sql_table("frames", database=DATABASE, s3_output=STAGING, ctas_approach=False)
    assert sorted(frame["id"]) == [7, 8], frame
    query = wr.athena.create_ctas_table("SELECT id, name FROM frames", database=DATABASE, ctas_table="copied", s3_output=STAGING, wait=True)
    assert wr.catalog.does_table_exist(database=DATABASE, table="copied"), query
    print("awswrangler: reads by CSV, CTAS and UNLOAD, describe, repair, to_parquet")


boto3.client("s3").create_bucket(Bucket=BUCKET)
for client in (pyathena, sqlalchemy, awswrangler):
    client()
