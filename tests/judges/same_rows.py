"""Compares what queries see of one pipeline with what they see of another: columns and rows of a table.

usage: same_rows.py TABLE SQL-of-a-row URL DATABASE URL DATABASE
"""

import json
import sys
import time
from collections import Counter

import boto3

TABLE, ROW = sys.argv[1:3]
KEYS = dict(region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")


def rows(url, database):
    """All rows as text, as a result's file has them; and the columns."""
    athena, s3, glue = (boto3.client(name, endpoint_url=url, **KEYS) for name in ("athena", "s3", "glue"))
    group = next(one["Name"] for one in athena.list_work_groups()["WorkGroups"] if one["Name"] != "primary")
    query = athena.start_query_execution(
        QueryString=f"SELECT {ROW} FROM {TABLE}", WorkGroup=group,
        QueryExecutionContext={"Database": database})["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    if execution["Status"]["State"] != "SUCCEEDED":
        sys.exit(f"{url}: {execution['Status']['StateChangeReason']}")
    bucket, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").split("/", 1)
    text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    table = glue.get_table(DatabaseName=database, Name=TABLE)["Table"]
    columns = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    return Counter(text.splitlines()[1:]), columns


(one, one_columns), (other, other_columns) = rows(*sys.argv[3:5]), rows(*sys.argv[5:7])
only_one, only_other = sorted((one - other).elements()), sorted((other - one).elements())
print(json.dumps({
    "rows": [one.total(), other.total()], "columns": [one_columns, other_columns],
    "only": [only_one, only_other]}))
