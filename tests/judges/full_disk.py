"""Fills the disk of Local AWS, as far as it may, makes space, and tells what it said meanwhile.

usage: full_disk.py URL LIFT   LIFT is the command that makes space
"""

import subprocess
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, LIFT = sys.argv[1:3]
iam = boto3.client("iam", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                   config=Config(retries={"total_max_attempts": 1}))
TRUST = ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, '
         '"Action": "sts:AssumeRole"}]}')


def make(name):
    try:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, Description="x" * 900)
    except ClientError as error:
        return error.response
    return None


made, refused = [], None
for number in range(20_000):
    refused = make(f"role-{number}")
    if refused:
        break
    made.append(f"role-{number}")
print("full:", refused["Error"]["Code"], refused["ResponseMetadata"]["HTTPStatusCode"])
began = time.monotonic()
again = {f"again-{number}": make(f"again-{number}") for number in range(20)}
# There may be a place left that is large enough for one.
made.extend(name for name, answer in again.items() if answer is None)
print("still full:", *{answer["Error"]["Code"] for answer in again.values() if answer})
print("at once:", time.monotonic() - began < 10)
subprocess.run(LIFT.split(" "), check=True)
pages = iam.get_paginator("list_roles").paginate()
there = {role["RoleName"] for page in pages for role in page["Roles"]}
print("all that was acknowledged is there:", there == set(made))
print("goes on:", make("after") is None)
