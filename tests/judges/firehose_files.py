"""Sends records to Firehose streams and reads the files that come of them; prints what does not depend on the time.

usage: firehose_files.py URL TOKEN
"""

import gzip
import io
import json
import re
import sys
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:3]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, s3, firehose, logs = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "firehose", "logs"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="d", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
may_write = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}]}
iam.put_role_policy(RoleName="d", PolicyName="write", PolicyDocument=json.dumps(may_write))
s3.create_bucket(Bucket="files")


def local(page, document):
    body = json.dumps(document).encode()
    own = {"Authorization": f"Bearer {TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/{page}", body, own, method="POST")).close()


def stream(name, compression, prefix, seconds=60):
    firehose.create_delivery_stream(DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
        "RoleARN": role, "BucketARN": "arn:aws:s3:::files", "Prefix": prefix, "ErrorOutputPrefix": "errors/",
        "CompressionFormat": compression, "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": seconds}})
    while firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"][
            "DeliveryStreamStatus"] != "ACTIVE":
        time.sleep(0.05)


def put(name, count, size=10):
    try:
        answer = firehose.put_record_batch(
            DeliveryStreamName=name, Records=[{"Data": str(index).encode().ljust(size)} for index in range(count)])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return answer["FailedPutCount"], sorted({record.get("ErrorCode", "") for record in answer["RequestResponses"]})


def files(prefix):
    found = s3.list_objects_v2(Bucket="files", Prefix=prefix).get("Contents", [])
    return [(one["Key"], s3.get_object(Bucket="files", Key=one["Key"])["Body"].read()) for one in found]


def shape(key):
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", re.sub(r"\d\d+", lambda found: "9" * len(found[0]), key))


def unzipped(body):
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(archive.namelist()[0])


READ = {"UNCOMPRESSED": bytes, "GZIP": gzip.decompress, "ZIP": unzipped}
for compression, read in READ.items():
    stream(compression.lower(), compression, f"{compression.lower()}/")
    put(compression.lower(), 3, 2)
print("before the time is up:", sum(len(files(f"{name.lower()}/")) for name in READ))
local("clock", {"step_seconds": 61})
for compression, read in READ.items():
    (key, body), = files(f"{compression.lower()}/")
    print(compression, shape(key).replace("UUID", "<uuid>"), read(body))

stream("sized", "UNCOMPRESSED", "at=!{timestamp:yyyy}/", 900)
for _ in range(3):
    put("sized", 4, 100_000)
local("clock", {"step_seconds": 1})
print("full before the time is up:", [len(body) for _, body in files("at=2")])

print("too many:", put("sized", 501))
print("too large together:", put("sized", 5, 900_000))
print("one too large:", put("sized", 1, 1_024_001))
local("faults", {"operation": "firehose:Record", "times": 2, "status": 500, "code": "ServiceUnavailableException",
                 "message": "Slow down."})
print("two fail:", put("sized", 5))

iam.delete_role_policy(RoleName="d", PolicyName="write")
put("gzip", 1)
local("clock", {"step_seconds": 61})
print("without permission:", len(files("gzip/")))
iam.put_role_policy(RoleName="d", PolicyName="write", PolicyDocument=json.dumps(may_write))
local("clock", {"step_seconds": 3600})
print("with it again:", len(files("gzip/")))
