"""Waits until all events are under the partitioned prefix and none of Firehose's files is left, and counts them.

usage: arrived.py URL BUCKET EVENTS
"""

import gzip
import json
import sys
import time

import boto3

url, bucket, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")


def keys(prefix):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (found["Key"] for found in page.get("Contents", []))


def events():
    for key in keys("partitioned_analytics_raw/year="):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        text = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        yield from (json.loads(line)["userid"] for line in text.decode().splitlines())


deadline = time.monotonic() + 60
while True:
    found, left = list(events()), len(list(keys("analytics_raw/")))
    if (len(found) >= wanted and left == 0) or time.monotonic() > deadline:
        break
    time.sleep(0.5)
print(json.dumps({"events": len(found), "distinct": len(set(found)), "left_behind": left}))
