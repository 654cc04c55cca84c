"""Writes something else over the job's script.

usage: overwrite_script.py URL BUCKET
"""

import sys

import boto3

URL, BUCKET = sys.argv[1:]
KEYS = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge", "region_name": "us-east-1"}
s3 = boto3.client("s3", endpoint_url=URL, **KEYS)
for found in s3.list_objects_v2(Bucket=BUCKET, Prefix="_pipectl/")["Contents"]:
    if found["Key"].endswith(".py"):
        s3.put_object(Bucket=BUCKET, Key=found["Key"], Body=b"print('hello')\n")
