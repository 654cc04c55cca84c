"""Puts an object of seven bytes into a bucket.

usage: put_object.py URL BUCKET KEY
"""

import sys

import boto3

URL, BUCKET, KEY = sys.argv[1:]
s3 = boto3.client(
    "s3", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
)
s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"parquet")
