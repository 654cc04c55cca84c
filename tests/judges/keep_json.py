"""Lays a copy of each file of JSON beside it, under the name that Firehose gives to files which it has converted itself.

usage: keep_json.py URL JOB
"""

import json
import re
import sys

import boto3

url, job = sys.argv[1:]
options = dict(endpoint_url=url, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local")
s3 = boto3.client("s3", **options)
location = boto3.client("glue", **options).get_job(JobName=job)["Job"]["Command"]["ScriptLocation"]
bucket, key = location.removeprefix("s3://").split("/", 1)
script = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
settings = json.JSONDecoder().raw_decode(script, script.index("SETTINGS = ") + len("SETTINGS = "))[0]
copied = 0
for found in s3.list_objects_v2(Bucket=bucket, Prefix=settings["input"]).get("Contents", []):
    folder, _, name = found["Key"].rpartition("/")
    if re.search(r"/day=\d\d$", folder) and not name.startswith(settings["converted"]):
        s3.copy_object(Bucket=bucket, Key=f"{folder}/{settings['converted']}{name}", CopySource=f"{bucket}/{found['Key']}")
        copied += 1
assert copied, "there is no file of JSON"
