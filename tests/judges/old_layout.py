"""Puts a pipeline back as pipectl made it before names told regions apart: roles without the region in name, path and
tags, and whatever has them.

usage: old_layout.py URL PIPELINE STAGE REGION
"""

import json
import sys

import boto3

URL, PIPELINE, STAGE, REGION = sys.argv[1:]
BASE = f"{PIPELINE}-{STAGE}"


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name=REGION, aws_access_key_id="judge", aws_secret_access_key="judge"
    )


iam, functions, firehose, glue, s3 = (client(name) for name in ["iam", "lambda", "firehose", "glue", "s3"])


def without_region(tags):
    return [tag for tag in tags if tag["Key"] != "pipectl:region"]


def old_role(role):
    name = role["RoleName"]
    old = name.replace(f"-{REGION}-", "-")
    role = iam.get_role(RoleName=name)["Role"]
    made = iam.create_role(
        RoleName=old,
        Path=f"/pipectl/{PIPELINE}/{STAGE}/",
        Description=role["Description"],
        AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]),
        Tags=without_region(role["Tags"]),
    )
    policy = iam.get_role_policy(RoleName=name, PolicyName="pipectl")["PolicyDocument"]
    iam.put_role_policy(RoleName=old, PolicyName="pipectl", PolicyDocument=json.dumps(policy))
    return old, made["Role"]["Arn"]


new = iam.list_roles(PathPrefix=f"/pipectl/{PIPELINE}/{STAGE}/{REGION}/")["Roles"]
arns = dict(old_role(role) for role in new)

for name in ["track", "mover"]:
    functions.update_function_configuration(FunctionName=f"{BASE}-{name}", Role=arns[f"{BASE}-{name}"])

stream = firehose.describe_delivery_stream(DeliveryStreamName=BASE)["DeliveryStreamDescription"]
firehose.update_destination(
    DeliveryStreamName=BASE,
    CurrentDeliveryStreamVersionId=stream["VersionId"],
    DestinationId=stream["Destinations"][0]["DestinationId"],
    ExtendedS3DestinationUpdate={"RoleARN": arns[f"{BASE}-delivery"]},
)

etl = arns[f"AWSGlueServiceRole-{BASE}-etl"]
for name in ["raw", "parquet"]:
    crawler = glue.get_crawler(Name=f"{BASE}-{name}")["Crawler"]
    kept = ["DatabaseName", "Description", "Targets", "SchemaChangePolicy", "RecrawlPolicy", "LineageConfiguration", "Configuration"]
    kept = {key: crawler[key] for key in kept if key in crawler}
    glue.update_crawler(Name=f"{BASE}-{name}", Role=etl, Schedule=crawler["Schedule"]["ScheduleExpression"], **kept)
job = glue.get_job(JobName=f"{BASE}-etl")["Job"]
for key in ["Name", "CreatedOn", "LastModifiedOn", "AllocatedCapacity", "MaxCapacity"]:
    job.pop(key, None)
glue.update_job(JobName=f"{BASE}-etl", JobUpdate={**job, "Role": etl})

for role in new:
    iam.delete_role_policy(RoleName=role["RoleName"], PolicyName="pipectl")
    iam.delete_role(RoleName=role["RoleName"])
for bucket in s3.list_buckets()["Buckets"]:
    name = bucket["Name"]
    tags = without_region(s3.get_bucket_tagging(Bucket=name)["TagSet"])
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
