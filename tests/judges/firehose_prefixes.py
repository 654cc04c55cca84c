"""Gives a Firehose stream prefixes with expressions and reads what its files are called; prints what does not depend on the time.

usage: firehose_prefixes.py URL TOKEN
"""

import json
import re
import sys
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:3]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, s3, firehose = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "firehose"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="d", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
may_write = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_role_policy(RoleName="d", PolicyName="write", PolicyDocument=json.dumps(may_write))
s3.create_bucket(Bucket="files")
firehose.create_delivery_stream(DeliveryStreamName="s", ExtendedS3DestinationConfiguration={
    "RoleARN": role, "BucketARN": "arn:aws:s3:::files", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}})
while firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"][
        "DeliveryStreamStatus"] != "ACTIVE":
    time.sleep(0.05)
ahead = 0
CONSTRAINT = "InvalidArgumentException: Ths supplied prefix(es) do not satisfy the following constraint: "


def step(seconds):
    global ahead
    own = {"Authorization": f"Bearer {TOKEN}"}
    body = json.dumps({"step_seconds": seconds}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/clock", body, own, method="POST")).close()
    ahead += seconds


def destination():
    return firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]


def update(**changes):
    try:
        firehose.update_destination(
            DeliveryStreamName="s", CurrentDeliveryStreamVersionId=destination()["VersionId"],
            DestinationId="destinationId-000000000001", ExtendedS3DestinationUpdate=changes)
    except ClientError as error:
        text = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        return text.replace(CONSTRAINT, "constraint: ")


def delivered():
    """Where one record goes, and when it was sent, in UTC."""
    sent = datetime.now(timezone.utc) + timedelta(seconds=ahead)
    before = {one["Key"] for one in s3.list_objects_v2(Bucket="files").get("Contents", [])}
    firehose.put_record(DeliveryStreamName="s", Record={"Data": b"{}\n"})
    step(61)
    (key,) = {one["Key"] for one in s3.list_objects_v2(Bucket="files")["Contents"]} - before
    return key, sent


def is_in(zone, pattern):
    """Whether the file is called after the time by this zone's clock, give or take two seconds."""
    key, sent = delivered()
    near = [(sent + timedelta(seconds=second)).astimezone(ZoneInfo(zone)) for second in range(-2, 3)]
    shape = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", key)
    return any(shape == at.strftime(pattern) for at in near) or (shape, near[2].strftime(pattern))


name = "s-{}-%Y-%m-%d-%H-%M-%S-UUID{}"
print("by default:", is_in("UTC", "%Y/%m/%d/%H/" + name.format(1, "")))
update(Prefix="raw")
print("as it stands:", is_in("UTC", "raw%Y/%m/%d/%H/" + name.format(2, "")))
hive = "raw/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/"
print("without a place for errors:", update(Prefix=hive))
update(Prefix=hive, ErrorOutputPrefix="errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/")
print("day folders:", is_in("UTC", "raw/year=%Y/month=%m/day=%d/" + name.format(3, "")))
update(CustomTimeZone="Asia/Kathmandu", FileExtension=".jsonl")
print("of another clock:", is_in("Asia/Kathmandu", "raw/year=%Y/month=%m/day=%d/" + name.format(4, ".jsonl")))
update(FileExtension="", CompressionFormat="GZIP", Prefix="!{timestamp:'at 'HH' o''clock'}/", CustomTimeZone="")
print("quoted:", is_in("UTC", "at %H o'clock/" + name.format(5, ".gz")))
update(Prefix="r/!{firehose:random-string}/!{firehose:random-string}/")
first, second = delivered()[0].split("/")[1:3]
print("random:", len(first), len(second), first != second)
print("cleared in the wrong order:", update(ErrorOutputPrefix=""))
update(Prefix="", ErrorOutputPrefix="")
print("cleared:", is_in("UTC", "%Y/%m/%d/%H/" + name.format(7, ".gz")))
for wrong in [{"Prefix": "!{timestamp:yyyy"}, {"Prefix": "!{timestamp:YYYY-bb}/"}, {"Prefix": "!{s3:yyyy}/"},
              {"Prefix": "!{firehose:error-output-type}/"}, {"Prefix": "!{partitionKeyFromQuery:id}/"},
              {"Prefix": "x", "ErrorOutputPrefix": "e/!{timestamp:yyyy}/"}, {"Prefix": "x" * 510},
              {"CustomTimeZone": "Europe/Atlantis"}, {"CustomTimeZone": "Etc/GMT+5"}, {"FileExtension": "json"}]:
    print(update(**{"ErrorOutputPrefix": "e/", **wrong}))
print("nothing of that was kept:", destination()["VersionId"])
update(Prefix="before/", CompressionFormat="UNCOMPRESSED")
firehose.put_record(DeliveryStreamName="s", Record={"Data": b"1\n"})
update(Prefix="after/")
firehose.put_record(DeliveryStreamName="s", Record={"Data": b"2\n"})
step(61)
for place in ["before/", "after/"]:
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket="files", Prefix=place).get("Contents", [])]
    print("sent", place, re.search("/(s-[0-9]+)-", key)[1], s3.get_object(Bucket="files", Key=key)["Body"].read())
