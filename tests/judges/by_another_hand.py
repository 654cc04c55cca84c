"""usage: by_another_hand.py URL change|lose|upload|strand|fail   what somebody does to a pipeline: changes settings that no edit
of a file changes, deletes its bucket with all that is in it, begins an upload and leaves it, leaves files that nobody moves, or
takes the job's script away"""

import gzip
import json
import sys

import boto3

url, what = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}


def client(service):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1", **keys)


def change():
    iam = client("iam")
    for role in iam.list_roles(PathPrefix="/pipectl/")["Roles"]:
        iam.update_role(RoleName=role["RoleName"], Description="mine")
        trust = role["AssumeRolePolicyDocument"]
        trust["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
        iam.update_assume_role_policy(RoleName=role["RoleName"], PolicyDocument=json.dumps(trust))
    glue = client("glue")
    for name in glue.list_triggers()["TriggerNames"]:
        glue.stop_trigger(Name=name)


def lose():
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        versions = s3.list_object_versions(Bucket=bucket["Name"])
        for one in versions.get("Versions", []) + versions.get("DeleteMarkers", []):
            s3.delete_object(Bucket=bucket["Name"], Key=one["Key"], VersionId=one["VersionId"])
        s3.delete_bucket(Bucket=bucket["Name"])



def upload():
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        begun = s3.create_multipart_upload(Bucket=bucket["Name"], Key="half")
        s3.upload_part(Bucket=bucket["Name"], Key="half", UploadId=begun["UploadId"], PartNumber=1, Body=b"x")


def strand():
    """Files come that nobody tells the mover of."""
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        s3.put_bucket_notification_configuration(Bucket=bucket["Name"], NotificationConfiguration={})
        for prefix in ("analytics_raw/", ""):
            key = prefix + "2026/11/20/23/stranded.gz"
            s3.put_object(Bucket=bucket["Name"], Key=key, Body=gzip.compress(b'{"event":"late","userid":"u"}\n'))


def fail():
    """The job finds no script."""
    s3 = client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for one in s3.list_objects_v2(Bucket=bucket["Name"], Prefix="_pipectl/etl/")["Contents"]:
            s3.delete_object(Bucket=bucket["Name"], Key=one["Key"])


{"change": change, "lose": lose, "upload": upload, "strand": strand, "fail": fail}[what]()
