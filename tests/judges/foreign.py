"""Makes, checks and removes what somebody else might have in the same account.

usage: foreign.py URL add|check|remove|log-group
"""

import json
import sys

import boto3

URL, WHAT = sys.argv[1:]
BUCKET, FUNCTION, ROLE = "clickstream-prod-000000000000-us-east-1", "clickstream-prod-track", "clickstream-prod-us-east-1-track"
TOPIC = {
    "Id": "theirs",
    "TopicArn": "arn:aws:sns:us-east-1:000000000000:theirs",
    "Events": ["s3:ObjectRemoved:*"],
    "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "analytics_data/"}]}},
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::theirs/*"}],
}


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


s3, iam, functions = client("s3"), client("iam"), client("lambda")


def add():
    there = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    del there["ResponseMetadata"]
    there["TopicConfigurations"] = [TOPIC]
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=there)
    iam.put_role_policy(RoleName=ROLE, PolicyName="by-hand", PolicyDocument=json.dumps(POLICY))
    functions.add_permission(
        FunctionName=FUNCTION, StatementId="theirs", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )


def check():
    topics = s3.get_bucket_notification_configuration(Bucket=BUCKET).get("TopicConfigurations")
    if topics != [TOPIC]:
        print("notification:", topics)
    policy = iam.get_role_policy(RoleName=ROLE, PolicyName="by-hand")["PolicyDocument"]
    if policy != POLICY:
        print("policy:", policy)
    statements = json.loads(functions.get_policy(FunctionName=FUNCTION)["Policy"])["Statement"]
    if [one["Principal"] for one in statements if one["Sid"] == "theirs"] != [{"Service": "events.amazonaws.com"}]:
        print("permission:", statements)


def remove():
    iam.delete_role_policy(RoleName=ROLE, PolicyName="by-hand")


def log_group():
    client("logs").create_log_group(logGroupName="/aws/lambda/" + FUNCTION)


{"add": add, "check": check, "remove": remove, "log-group": log_group}[WHAT]()
