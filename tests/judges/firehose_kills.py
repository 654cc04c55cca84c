"""A Firehose stream that converts and backs up, sent to while its Local AWS is killed; tells what of it is lost or doubled.

usage: firehose_kills.py URL TOKEN setup | send FIRST | count FILE

`send` prints the numbers of the records that were acknowledged until nobody answers; `count` reads them from a file.
"""

import base64
import io
import json
import sys
import time
import urllib.request
from collections import Counter

import boto3
import pyarrow.parquet
from botocore.config import Config

URL, TOKEN, WHAT = sys.argv[1:4]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=10))
iam, s3, firehose, glue = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "firehose", "glue"))


def step(seconds):
    own = {"Authorization": f"Bearer {TOKEN}"}
    body = json.dumps({"step_seconds": seconds}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/clock", body, own, method="POST"), timeout=60).close()


def setup():
    statement = {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="d", AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}))["Role"]["Arn"]
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="d", PolicyName="all", PolicyDocument=json.dumps(everything))
    s3.create_bucket(Bucket="files")
    glue.create_database(DatabaseInput={"Name": "web"})
    glue.create_table(DatabaseName="web", TableInput={
        "Name": "events", "StorageDescriptor": {"Columns": [{"Name": "n", "Type": "int"}, {"Name": "odd", "Type": "int"}]}})
    place = {"RoleARN": role, "BucketARN": "arn:aws:s3:::files"}
    firehose.create_delivery_stream(DeliveryStreamName="s", ExtendedS3DestinationConfiguration={
        **place, "Prefix": "data/", "ErrorOutputPrefix": "errors/", "S3BackupMode": "Enabled",
        "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
        "S3BackupConfiguration": {**place, "Prefix": "raw/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}},
        "DataFormatConversionConfiguration": {
            "SchemaConfiguration": {"RoleARN": role, "DatabaseName": "web", "TableName": "events"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}}}})
    time.sleep(0.5)


def send(first):
    try:
        while True:
            numbers = range(first, first + 20)
            # Every fourth does not fit.
            lines = [json.dumps({"n": number, "odd": "x" if number % 4 == 0 else 1}) + "\n" for number in numbers]
            answer = firehose.put_record_batch(DeliveryStreamName="s", Records=[{"Data": line} for line in lines])
            assert answer["FailedPutCount"] == 0
            print(*numbers, flush=True)
            first += 20
            step(61)
    except Exception:
        pass


def numbers(prefix, read):
    found = Counter()
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="files", Prefix=prefix):
        for one in page.get("Contents", []):
            found.update(read(s3.get_object(Bucket="files", Key=one["Key"])["Body"].read()))
    return found


def number(line):
    return json.loads(line)["n"]


def count(file):
    sent = {int(word) for word in open(file).read().split()}
    step(600)
    step(600)
    rows = numbers("data/", lambda body: pyarrow.parquet.read_table(io.BytesIO(body))["n"].to_pylist())
    failed = numbers("errors/", lambda body: [
        number(base64.b64decode(json.loads(line)["rawData"])) for line in body.splitlines()])
    backup = numbers("raw/", lambda body: [number(line) for line in body.splitlines()])
    both = rows + failed
    print("enough was sent and converted:", len(sent) > 100, len(rows) > 50, len(failed) > 10)
    for name, found in (("delivered", both), ("backed up", backup)):
        twice = [one for one, times in found.items() if times > 1]
        print(f"{name}: {len(sent - found.keys())} lost, {len(twice)} doubled")
    print("what fits is a row, what does not is an error:",
          all(one % 4 for one in rows), not any(one % 4 for one in failed))
    print("the two agree:", both == backup)


if WHAT == "setup":
    setup()
elif WHAT == "send":
    send(int(sys.argv[4]))
else:
    count(sys.argv[4])
