"""Starts a query that never ends and says once it runs, or tells how all queries have ended.

usage: queries.py URL endless|all
"""

import sys
import time

import boto3

URL, WHAT = sys.argv[1:3]
KEYS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
athena, s3 = boto3.client("athena", **KEYS), boto3.client("s3", **KEYS)
MANY = "UNNEST(sequence(1, 10000))"
ENDLESS = f"SELECT count(*) FROM {MANY} AS a(x) CROSS JOIN {MANY} AS b(y) CROSS JOIN {MANY} AS c(z)"


def status(id):
    return athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]


if WHAT == "endless":
    s3.create_bucket(Bucket="results")
    place = {"OutputLocation": "s3://results/"}
    id = athena.start_query_execution(QueryString=ENDLESS, ResultConfiguration=place)["QueryExecutionId"]
    while status(id)["State"] == "QUEUED":
        time.sleep(0.05)
    time.sleep(0.5)
    print(status(id)["State"])
else:
    for id in athena.list_query_executions()["QueryExecutionIds"]:
        while status(id)["State"] in ("QUEUED", "RUNNING"):
            time.sleep(0.05)
        print(status(id)["State"], status(id)["StateChangeReason"])
