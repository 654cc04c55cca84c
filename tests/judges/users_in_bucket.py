"""Reads every event that lies in a bucket as JSON, wherever Firehose or a mover has put it.

usage: users_in_bucket.py URL BUCKET
Prints the users below each first folder, as JSON.
"""

import gzip
import json
import sys

import boto3

URL, BUCKET = sys.argv[1:3]
s3 = boto3.client("s3", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
users = {}
for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
    for one in page.get("Contents", []):
        folder = one["Key"].split("/")[0]
        if "analytics_raw" not in folder:
            continue
        body = s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        for line in body.decode().splitlines():
            event = {name.lower(): value for name, value in json.loads(line).items()}
            users.setdefault(folder, []).append(event["userid"])
print(json.dumps(users))
