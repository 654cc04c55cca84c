"""Asks stock moto what pipectl's test has to work round, and prints each answer.

usage: moto_gaps.py URL
"""

import json
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

URL = sys.argv[1]


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


def raw(path):
    with urllib.request.urlopen(f"{URL}/{path}") as answer:
        return answer.read().decode()


def told(call, **arguments):
    try:
        return f"answered {sorted(set(call(**arguments)) - {'ResponseMetadata'})}"
    except ClientError as error:
        return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response['Error']['Code']}"


s3, glue, athena = client("s3"), client("glue"), client("athena")
s3.create_bucket(Bucket="gaps")
print("GetBucketVersioning:", " ".join(raw("gaps?versioning").split())[:120])
print("GetBucketNotification:", " ".join(raw("gaps?notification").split())[:120])
tls_only = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::gaps", "arn:aws:s3:::gaps/*"],
            "Condition": {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
        }
    ],
}
s3.put_bucket_policy(Bucket="gaps", Policy=json.dumps(tls_only))
print("PutObject under a policy for somebody else:", told(s3.put_object, Bucket="gaps", Key="x", Body=b"1"))
print("UpdateCrawler:", told(glue.update_crawler, Name="x"))
print("UpdateJob:", told(glue.update_job, JobName="x", JobUpdate={}))
print("UpdateTrigger:", told(glue.update_trigger, Name="x", TriggerUpdate={}))
print("UpdateWorkGroup:", told(athena.update_work_group, WorkGroup="primary"))
print("BatchGetNamedQuery:", told(athena.batch_get_named_query, NamedQueryIds=["x"]))
