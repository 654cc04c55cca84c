"""Keeps a log for three days, as somebody in the console would.

usage: retention.py URL LOG_GROUP
"""

import sys

import boto3

URL, GROUP = sys.argv[1:]
logs = boto3.client(
    "logs", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
)
logs.put_retention_policy(logGroupName=GROUP, retentionInDays=3)
