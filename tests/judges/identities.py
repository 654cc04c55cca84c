"""Managed policies and sessions of roles, as boto3 has them: prints what each step came to.

usage: identities.py URL TOKEN
"""

import io
import json
import sys
import urllib.error
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:3]
OURS = dict(aws_access_key_id="j", aws_secret_access_key="j")


def client(service, keys=OURS):
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}, parameter_validation=False), **keys)


def told(call, *arguments, **more):
    """`ok`, or the error's status, code and words."""
    try:
        call(*arguments, **more)
        return "ok"
    except ClientError as error:
        said = error.response["Error"]
        return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {said['Code']}: {said.get('Message', '')}"


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(principal, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}]})


def tick(seconds):
    body = json.dumps({"step_seconds": seconds}).encode()
    own = {"Authorization": f"Bearer {TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/clock", body, own, method="POST")).close()


def assume(role, session="here", keys=OURS, **more):
    given = client("sts", keys).assume_role(RoleArn=role, RoleSessionName=session, **more)["Credentials"]
    return dict(aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
                aws_session_token=given["SessionToken"])


iam, sts, s3 = client("iam"), client("sts"), client("s3")

print("# managed policies")
made = iam.create_policy(PolicyName="read", Path="/team/", PolicyDocument=policy(allow("s3:GetObject", "arn:aws:s3:::data/*")),
                         Description="d", Tags=[{"Key": "a", "Value": "b"}])["Policy"]
ARN = made["Arn"]
print(ARN, made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"], made["Tags"])
print("again:", told(iam.create_policy, PolicyName="READ", PolicyDocument=policy(allow("s3:*"))))
print("a principal:", told(iam.create_policy, PolicyName="x", PolicyDocument=policy({**allow("s3:*"), "Principal": "*"})))
print("too long:", told(iam.create_policy, PolicyName="x", PolicyDocument=policy(allow(["s3:" + "x" * 60] * 120))))
got = iam.get_policy(PolicyArn=ARN)["Policy"]
print("got:", got["Description"], got["Tags"], got["CreateDate"] == got["UpdateDate"])
print("absent:", told(iam.get_policy, PolicyArn=ARN + "x"))
print("the text:", iam.get_policy_version(PolicyArn=ARN, VersionId="v1")["PolicyVersion"]["Document"]["Statement"][0]["Action"])
for number in range(4):
    iam.create_policy_version(PolicyArn=ARN, PolicyDocument=policy(allow("s3:GetObject", "arn:aws:s3:::data/*")), SetAsDefault=number == 0)
print("a sixth:", told(iam.create_policy_version, PolicyArn=ARN, PolicyDocument=policy(allow("s3:*"))))
versions = iam.list_policy_versions(PolicyArn=ARN)["Versions"]
print([(one["VersionId"], one["IsDefaultVersion"]) for one in versions])
print("the default:", told(iam.delete_policy_version, PolicyArn=ARN, VersionId="v2"))
print("absent:", told(iam.set_default_policy_version, PolicyArn=ARN, VersionId="v9"))
print("with versions:", told(iam.delete_policy, PolicyArn=ARN))
iam.set_default_policy_version(PolicyArn=ARN, VersionId="v1")
for version in ("v2", "v3", "v4"):
    iam.delete_policy_version(PolicyArn=ARN, VersionId=version)
print("the next is:", iam.create_policy_version(PolicyArn=ARN, PolicyDocument=policy(allow("s3:Put*")))["PolicyVersion"]["VersionId"])
iam.tag_policy(PolicyArn=ARN, Tags=[{"Key": "c", "Value": "d"}])
iam.untag_policy(PolicyArn=ARN, TagKeys=["a"])
print(iam.list_policy_tags(PolicyArn=ARN)["Tags"])

print("# attached")
role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust({"AWS": "000000000000"}), MaxSessionDuration=7200)["Role"]["Arn"]
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
for arn in (ARN, ARN, BASIC):
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
print([one["PolicyName"] for one in iam.list_attached_role_policies(RoleName="reader")["AttachedPolicies"]])
print([one["PolicyName"] for one in iam.list_attached_role_policies(RoleName="reader", PathPrefix="/team/")["AttachedPolicies"]])
print("entities:", iam.list_entities_for_policy(PolicyArn=ARN)["PolicyRoles"][0]["RoleName"], iam.get_policy(PolicyArn=ARN)["Policy"]["AttachmentCount"])
print("absent:", told(iam.attach_role_policy, RoleName="reader", PolicyArn=ARN + "x"))
print("AWS's, not known:", told(iam.attach_role_policy, RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AmazonChimeReadOnly"))
print("AWS's, changed:", told(iam.create_policy_version, PolicyArn=BASIC, PolicyDocument=policy(allow("s3:*"))))
print("delete the policy:", told(iam.delete_policy, PolicyArn=ARN))
print("delete the role:", told(iam.delete_role, RoleName="reader"))
listed = [one for page in iam.get_paginator("list_policies").paginate(PaginationConfig={"PageSize": 7}) for one in page["Policies"]]
print("all:", len(listed) > 50, len({one["Arn"] for one in listed}) == len(listed), [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]])
print("in use:", sorted(one["PolicyName"] for one in iam.list_policies(OnlyAttached=True)["Policies"]))
for number in range(9):
    arn = iam.create_policy(PolicyName=f"p{number}", PolicyDocument=policy(allow("s3:ListBucket")))["Policy"]["Arn"]
    result = told(iam.attach_role_policy, RoleName="reader", PolicyArn=arn)
print("the eleventh:", result)

print("# sessions")
s3.create_bucket(Bucket="data")
s3.put_object(Bucket="data", Key="key", Body=b"x")
as_reader = assume(role)
print(client("sts", as_reader).get_caller_identity()["Arn"])
read = lambda keys: told(client("s3", keys).get_object, Bucket="data", Key="key")
print("reads:", read(as_reader))
print("writes:", told(client("s3", as_reader).put_object, Bucket="data", Key="other", Body=b""))
for service, call, given in (("iam", "list_roles", {}), ("glue", "get_databases", {}), ("lambda", "list_functions", {}), ("logs", "describe_log_groups", {}), ("firehose", "describe_delivery_stream", {"DeliveryStreamName": "f"}), ("athena", "list_work_groups", {}), ("apigateway", "get_rest_apis", {})):
    print(f"{service}:", told(getattr(client(service, as_reader), call), **given).split(":")[0])
iam.detach_role_policy(RoleName="reader", PolicyArn=ARN)
print("detached:", read(as_reader))
iam.attach_role_policy(RoleName="reader", PolicyArn=ARN)
print("attached:", read(as_reader))
print("in a narrower session:", read(assume(role, Policy=policy(allow("s3:PutObject")))))
print("in a session of that policy:", read(assume(role, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}])))
print("a session gives nothing:", told(client("s3", assume(role, Policy=policy(allow("s3:*")))).put_object, Bucket="data", Key="k").split(":")[0])
print("a policy that is none:", told(sts.assume_role, RoleArn=role, RoleSessionName="here", Policy="{}"))
bound = iam.create_policy(PolicyName="bound", PolicyDocument=policy(allow("logs:*")))["Policy"]["Arn"]
iam.put_role_permissions_boundary(RoleName="reader", PermissionsBoundary=bound)
print("bounded:", read(as_reader))
iam.delete_role_permissions_boundary(RoleName="reader")
print("without its token:", read({**as_reader, "aws_session_token": None}))
print("too long:", told(sts.assume_role, RoleArn=role, RoleSessionName="here", DurationSeconds=7201))
print("too short:", told(sts.assume_role, RoleArn=role, RoleSessionName="here", DurationSeconds=60))
print("no name:", told(sts.assume_role, RoleArn=role, RoleSessionName="a b"))
print("absent:", told(sts.assume_role, RoleArn=role + "x", RoleSessionName="here"))



def link(keys, version, seconds=60):
    """What a presigned link answers."""
    signer = boto3.client("s3", endpoint_url=URL, region_name="us-east-1", config=Config(signature_version=version), **keys)
    made = signer.generate_presigned_url("get_object", Params={"Bucket": "data", "Key": "key"}, ExpiresIn=seconds)
    try:
        return urllib.request.urlopen(made).read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        return f"{error.code} {text.split('<Code>')[1].split('<')[0]}: {text.split('<Message>')[1].split('<')[0]}"


blind = iam.create_role(RoleName="blind", AssumeRolePolicyDocument=trust({"AWS": "*"}))["Role"]["Arn"]
for version in ("s3", "s3v4"):
    print(f"a link of {version}:", link(OURS, version), "of the reader:", link(as_reader, version))
    print("of who may not read:", link(assume(blind), version).split(" because")[0])
    print("whose time is over:", link(OURS, version, 0))
print("for more than a week:", link(OURS, "s3v4", 604801))

print("# trust")
partner = iam.create_role(RoleName="partner", AssumeRolePolicyDocument=trust({"AWS": role}, Condition={"StringEquals": {"sts:ExternalId": "secret"}}))["Role"]["Arn"]
print("another:", told(sts.assume_role, RoleArn=partner, RoleSessionName="here", ExternalId="secret"))
reader = client("sts", as_reader)
print("without the id:", told(reader.assume_role, RoleArn=partner, RoleSessionName="here"))
print("with it:", told(reader.assume_role, RoleArn=partner, RoleSessionName="here", ExternalId="secret"))
print("chained, too long:", told(reader.assume_role, RoleArn=partner, RoleSessionName="here", ExternalId="secret", DurationSeconds=3601))
print("chained:", client("sts", assume(partner, "chain", as_reader, ExternalId="secret")).get_caller_identity()["Arn"])
print("by the account, without a right:", told(reader.assume_role, RoleArn=role, RoleSessionName="here"))
print("of a session:", told(reader.get_session_token))
user = sts.get_session_token()["Credentials"]
user = dict(aws_access_key_id=user["AccessKeyId"], aws_secret_access_key=user["SecretAccessKey"], aws_session_token=user["SessionToken"])
print("the user's session:", client("sts", user).get_caller_identity()["Arn"])

print("# a function")
BOOTSTRAP = f'''#!{sys.executable}
import json, os, urllib.request
import boto3
from botocore.exceptions import ClientError
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    request = urllib.request.urlopen(api + "next").headers["Lambda-Runtime-Aws-Request-Id"]
    who = boto3.client("sts").get_caller_identity()["Arn"]
    try:
        said = boto3.client("s3").get_object(Bucket="data", Key="key")["Body"].read().decode()
    except ClientError as error:
        said = error.response["Error"]["Code"]
    answer = json.dumps([who, said]).encode()
    urllib.request.urlopen(urllib.request.Request(api + request + "/response", answer, method="POST")).close()
'''
zipped = io.BytesIO()
with zipfile.ZipFile(zipped, "w") as archive:
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    archive.writestr(entry, BOOTSTRAP)
functions, logs = client("lambda"), client("logs")
runs_as = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}))["Role"]["Arn"]
functions.create_function(FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=runs_as, Timeout=20, MemorySize=512, Code={"ZipFile": zipped.getvalue()})
functions.get_waiter("function_active_v2").wait(FunctionName="f")


def runs():
    answer = json.load(functions.invoke(FunctionName="f")["Payload"])
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/f")["logGroups"]
    pages = [logs.filter_log_events(logGroupName=group["logGroupName"])["events"] for group in groups]
    return answer, "runs logged:", sum(event["message"].startswith("REPORT") for events in pages for event in events)


READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
print("no policy:", *runs())
iam.attach_role_policy(RoleName="runs", PolicyArn=BASIC)
iam.attach_role_policy(RoleName="runs", PolicyArn=READ)
print("managed policies alone:", *runs())
iam.detach_role_policy(RoleName="runs", PolicyArn=READ)
print("detached:", *runs())
iam.detach_role_policy(RoleName="runs", PolicyArn=BASIC)
print("both detached:", *runs())

print("# the end")
tick(3600)
for service, call, given in (("s3", "list_buckets", {}), ("iam", "list_roles", {}), ("glue", "get_databases", {}), ("lambda", "list_functions", {})):
    print(f"{service}:", told(getattr(client(service, as_reader), call), **given))
print("the user's still works:", told(client("s3", user).list_buckets))
