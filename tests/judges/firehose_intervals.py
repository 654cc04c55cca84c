"""Buffers of Firehose that are short in time, under a trickle of records: prints what was taken and how soon it was there.

usage: firehose_intervals.py URL
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

SETTINGS = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False))
iam, s3, firehose = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "firehose"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="d", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.attach_role_policy(RoleName="d", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
s3.create_bucket(Bucket="data")


def create(name, **hints):
    try:
        firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
            "RoleARN": role, "BucketARN": "arn:aws:s3:::data", "Prefix": f"{name}/", "BufferingHints": hints})
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Message"].split("constraint: ")[-1]


for seconds in (-1, 0, 1, 2, 59, 60, 900, 901):
    print(f"{seconds} s:", create(f"t{seconds}", IntervalInSeconds=seconds, SizeInMBs=1))
for size in (0, 1, 128, 129):
    print(f"{size} MB:", create(f"s{size}", IntervalInSeconds=60, SizeInMBs=size))


def files(name):
    return s3.list_objects_v2(Bucket="data", Prefix=f"{name}/").get("Contents", [])


def trickle(name, records, pause):
    """How many files came, and the longest time that a record waited, in seconds."""
    while firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"]["DeliveryStreamStatus"] != "ACTIVE":
        time.sleep(0.05)
    sent, seen, waited, deadline = [], 0, [], time.time() + 60
    while seen < records and time.time() < deadline:
        if len(sent) < records and (not sent or time.time() >= sent[-1] + pause):
            firehose.put_record(DeliveryStreamName=name, Record={"Data": b"0123456789"})
            sent.append(time.time())
        arrived = sum(file["Size"] for file in files(name)) // 10
        waited += [time.time() - at for at in sent[seen:arrived]]
        seen = arrived
        time.sleep(0.02)
    return len(files(name)), max(waited)


# How long one may take on top, on a machine that has other work to do.
SLOW = 2.5
count, longest = trickle("t0", 5, 0.5)
print("at once:", count, longest < SLOW or longest)
count, longest = trickle("t2", 10, 0.5)
print("within two seconds:", 2 <= count <= 4 or count, longest < 2 + SLOW or longest)
firehose.put_record(DeliveryStreamName="t60", Record={"Data": b"0123456789"})
time.sleep(1)
print("within a minute, not at once:", len(files("t60")))
