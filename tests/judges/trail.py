"""CloudTrail's history of who changed what, as boto3 sees it.

usage: trail.py URL change NAME   changes what the example made, as `bob`, a session of the role `ops`; one thing as the user
       trail.py URL judge TOKEN   makes changes of its own and looks them up, on a clock that stands still
"""

import json
import sys
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3
from botocore.exceptions import ClientError

URL, MODE, LAST = sys.argv[1:]
ACCOUNT = "000000000000"
USER = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}


def client(service, keys=USER, region="us-east-1"):
    return boto3.client(service, endpoint_url=URL, region_name=region, **keys)


def session(actions):
    """Keys of `bob` under the role `ops`, which may do these."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}]}
    iam = client("iam")
    role = iam.create_role(RoleName="ops", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_role_policy(RoleName="ops", PolicyName="all", PolicyDocument=json.dumps(policy))
    given = client("sts").assume_role(RoleArn=role, RoleSessionName="bob")["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def change(name):
    bob = session("*")
    functions = client("lambda", bob)
    functions.update_function_configuration(FunctionName=f"{name}-track", MemorySize=1024)
    functions.get_waiter("function_updated_v2").wait(FunctionName=f"{name}-track", WaiterConfig={"Delay": 1})
    functions.update_function_configuration(FunctionName=f"{name}-track", MemorySize=2048)
    client("logs", bob).put_retention_policy(logGroupName=f"/aws/lambda/{name}-track", retentionInDays=3)
    s3 = client("s3", bob)
    [bucket] = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"].startswith(name)]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    glue = client("glue", bob)
    glue.delete_crawler(Name=f"{name}-raw")
    # What only puts tags on something names its ARN.
    glue.tag_resource(ResourceArn=f"arn:aws:glue:us-east-1:{ACCOUNT}:job/{name}-etl", TagsToAdd={"by": "hand"})
    # Signed for another region than the one that has IAM's events.
    iam = client("iam", region="eu-west-1")
    [role] = [one["RoleName"] for one in iam.list_roles(PathPrefix="/pipectl/")["Roles"] if "track" in one["RoleName"]]
    iam.update_role(RoleName=role, Description="changed by hand", MaxSessionDuration=3600)


def tick(seconds):
    step, token = json.dumps({"step_seconds": seconds}).encode(), {"authorization": f"Bearer {LAST}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/clock", step, token, method="POST")).read()


def judge():
    trail, logs = client("cloudtrail"), client("logs")

    def find(key, value, of=trail, **more):
        attributes = [{"AttributeKey": key, "AttributeValue": value}]
        pages = of.get_paginator("lookup_events").paginate(LookupAttributes=attributes, **more)
        return [event for page in pages for event in page["Events"]]

    def holds(what, fact):
        print("ok" if fact else "NOT", what)

    def refused(what, code, call):
        try:
            call()
            print("NOT", what)
        except ClientError as error:
            holds(what, error.response["Error"]["Code"] == code)

    holds("nothing has happened yet", trail.lookup_events()["Events"] == [])
    bob = session("logs:*")
    logs.create_log_group(logGroupName="one")
    tick(60)
    client("logs", bob).put_retention_policy(logGroupName="one", retentionInDays=3)
    logs.describe_log_groups()
    logs.create_log_stream(logGroupName="one", logStreamName="s")
    now = int(datetime.now(timezone.utc).timestamp() * 1000)
    logs.put_log_events(logGroupName="one", logStreamName="s", logEvents=[{"timestamp": now, "message": "m"}])
    found = find("ResourceName", "one")
    names = [event["EventName"] for event in found]
    holds("the newest is first, and neither reads nor data are there", names == ["CreateLogStream", "PutRetentionPolicy", "CreateLogGroup"])
    put = found[1]
    record = json.loads(put["CloudTrailEvent"])
    holds("a role's session is told", record["userIdentity"]["arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/bob")
    holds("with its role", record["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "ops")
    holds("event and record say the same", (put["Username"], put["EventSource"], put["EventId"], put["ReadOnly"]) == ("bob", "logs.amazonaws.com", record["eventID"], "false"))
    holds("with the time", put["EventTime"] == datetime.fromisoformat(record["eventTime"]))
    holds("and the client", record["userAgent"].startswith("Boto3/") and put["AccessKeyId"] == bob["aws_access_key_id"])
    for key, value in [("EventId", put["EventId"]), ("AccessKeyId", put["AccessKeyId"]), ("EventName", "PutRetentionPolicy"), ("Username", "bob")]:
        holds(f"found by {key}", [event["EventId"] for event in find(key, value)] == [put["EventId"]])
    holds("found by EventSource", len(find("EventSource", "logs.amazonaws.com")) == 3)
    holds("found by ResourceType", {event["EventSource"] for event in find("ResourceType", "AWS::IAM::Role")} == {"iam.amazonaws.com"})
    paged = find("ReadOnly", "false", PaginationConfig={"PageSize": 2})
    holds("in pages as at once", [one["EventId"] for one in paged] == [one["EventId"] for one in find("ReadOnly", "false")] and len(paged) == 5)
    refused("bob may not look", "AccessDeniedException", lambda: client("cloudtrail", bob).lookup_events())
    refused("bob may not make a database", "AccessDeniedException", lambda: client("glue", bob).create_database(DatabaseInput={"Name": "d"}))
    failed = json.loads(find("EventSource", "glue.amazonaws.com")[0]["CloudTrailEvent"])
    holds("what was refused is on record as such", failed["errorCode"] == "AccessDeniedException" and failed["eventName"] == "CreateDatabase")
    two = [{"AttributeKey": "EventName", "AttributeValue": "x"}] * 2
    refused("two attributes are too many", "InvalidLookupAttributesException", lambda: trail.lookup_events(LookupAttributes=two))
    refused("a token is one that was given", "InvalidNextTokenException", lambda: trail.lookup_events(NextToken="x"))
    at, minute = put["EventTime"], timedelta(seconds=30)
    refused("the end is behind the start", "InvalidTimeRangeException", lambda: trail.lookup_events(StartTime=at, EndTime=at - minute))
    holds("within a time", len(find("EventSource", "logs.amazonaws.com", StartTime=at - minute, EndTime=at + minute)) == 2)
    holds("a region has its own", client("cloudtrail", region="eu-west-1").lookup_events()["Events"] == [])
    holds("there are no insights", trail.lookup_events(EventCategory="insight")["Events"] == [])
    tick(90 * 86_400 - 30)
    holds("the older ones are forgotten after 90 days", [one["EventName"] for one in find("EventSource", "logs.amazonaws.com")] == ["CreateLogStream", "PutRetentionPolicy"])
    tick(60)
    holds("and then the others", trail.lookup_events()["Events"] == [])


change(LAST) if MODE == "change" else judge()
