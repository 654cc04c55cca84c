"""Versions and aliases of a function, as boto3 has them: prints what each step came to.

The function speaks the Runtime API in Python. usage: lambda_versions.py URL
"""

import base64
import io
import json
import re
import sys
import time
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOOTSTRAP = '''#!/usr/bin/env python3
import json, os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    answer = urllib.request.urlopen(api + "next")
    request, arn = answer.headers["Lambda-Runtime-Aws-Request-Id"], answer.headers["Lambda-Runtime-Invoked-Function-Arn"]
    for _ in range(json.load(answer).get("lines", 1)):
        print("said by CODE " + "x" * 90, flush=True)
    told = ["CODE", os.environ.get("COLOUR"), os.environ["AWS_LAMBDA_FUNCTION_VERSION"], arn.split("function:")[1], os.getpid()]
    urllib.request.urlopen(urllib.request.Request(api + request + "/response", json.dumps(told).encode(), method="POST")).close()
'''

SETTINGS = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, logs, client = (boto3.client(name, **SETTINGS) for name in ("iam", "logs", "lambda"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.attach_role_policy(RoleName="f", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")


def packed(code):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP.replace("CODE", code))
    return buffer.getvalue()


def told(call, **more):
    try:
        call(**more)
        return "ok"
    except ClientError as error:
        said = error.response["Error"]
        return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {said['Code']}: {said.get('Message', '')}"


def invoke(name="f", **more):
    answer = client.invoke(FunctionName=name, Payload=b"{}", **more)
    return *json.load(answer["Payload"])[:4], answer["ExecutedVersion"]


def settle():
    client.get_waiter("function_updated_v2").wait(FunctionName="f")


def short(configuration):
    return configuration["FunctionArn"].split("function:")[1], configuration["Version"]


made = client.create_function(
    FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role, Timeout=10, Publish=True,
    LoggingConfig={"LogGroup": "/own/group"}, Code={"ZipFile": packed("one")}, Environment={"Variables": {"COLOUR": "red"}})
print("created and published:", short(made))
client.get_waiter("function_active_v2").wait(FunctionName="f")
print("unchanged:", short(client.publish_version(FunctionName="f")))
client.update_function_configuration(FunctionName="f", Environment={"Variables": {"COLOUR": "blue"}})
settle()
print("other code:", told(client.publish_version, FunctionName="f", CodeSha256="x")[:70])
print("seen before:", told(client.publish_version, FunctionName="f", RevisionId="x")[:90])
print("published:", short(client.publish_version(FunctionName="f", Description="blue")))
updated = client.update_function_code(FunctionName="f", ZipFile=packed("three"), Publish=True)
print("with its code:", short(updated))
settle()
listed = client.list_versions_by_function(FunctionName="f")["Versions"]
print("all:", [(one["Version"], one["Description"], one["Environment"]["Variables"]["COLOUR"]) for one in listed])
print("all functions:", [short(one) for one in client.list_functions(FunctionVersion="ALL")["Functions"]])

print("latest:", *invoke())
print("latest, by name:", *invoke(Qualifier="$LATEST"))
print("first:", *invoke(Qualifier="1"))
print("by ARN:", *invoke(made["FunctionArn"] + ":2"))
print("by name:", *invoke("f:3"))
print("two qualifiers:", told(client.invoke, FunctionName="f:3", Qualifier="2"))
print("absent:", told(client.invoke, FunctionName="f", Qualifier="9"))
print("dry run:", client.invoke(FunctionName="f", Qualifier="1", InvocationType="DryRun")["StatusCode"])
print("configuration:", short(client.get_function_configuration(FunctionName="f", Qualifier="2")))
print("function:", short(client.get_function(FunctionName="f:1")["Configuration"]), short(client.get_function(FunctionName="f")["Configuration"]))

alias = client.create_alias(FunctionName="f", Name="prod", FunctionVersion="1", Description="d")
print("alias:", alias["AliasArn"].split("function:")[1], alias["FunctionVersion"], alias.get("RoutingConfig"))
print("again:", told(client.create_alias, FunctionName="f", Name="prod", FunctionVersion="1"))
print("of no version:", told(client.create_alias, FunctionName="f", Name="x", FunctionVersion="9"))
print("by alias:", *invoke(Qualifier="prod"))
print("configuration:", short(client.get_function_configuration(FunctionName="f", Qualifier="prod")))
print("not seen:", told(client.update_alias, FunctionName="f", Name="prod", FunctionVersion="2", RevisionId="x")[:40])
moved = client.update_alias(FunctionName="f", Name="prod", FunctionVersion="2", RevisionId=alias["RevisionId"])
print("moved:", moved["FunctionVersion"], moved["Description"], *invoke(Qualifier="prod"))
weights = lambda given: {"AdditionalVersionWeights": given}
client.update_alias(FunctionName="f", Name="prod", RoutingConfig=weights({"3": 0.5}))
ran = [invoke(Qualifier="prod")[4] for _ in range(60)]
print("shared:", sorted(set(ran)), 12 < ran.count("3") < 48)
print("two more:", told(client.update_alias, FunctionName="f", Name="prod", RoutingConfig=weights({"1": 0.1, "3": 0.1})))
print("the same:", told(client.update_alias, FunctionName="f", Name="prod", RoutingConfig=weights({"2": 0.1})))
client.create_alias(FunctionName="f", Name="latest", FunctionVersion="$LATEST")
print("of latest:", told(client.update_alias, FunctionName="f", Name="latest", RoutingConfig=weights({"2": 0.1})))
print("aliases:", [one["Name"] for one in client.list_aliases(FunctionName="f")["Aliases"]], [one["Name"] for one in client.list_aliases(FunctionName="f", FunctionVersion="3")["Aliases"]])
print("in use:", told(client.delete_function, FunctionName="f", Qualifier="3"))
client.update_alias(FunctionName="f", Name="prod", RoutingConfig=weights({}))
print("no more:", client.get_alias(FunctionName="f", Name="prod").get("RoutingConfig"), told(client.delete_function, FunctionName="f", Qualifier="3"))
print("latest alone:", told(client.delete_function, FunctionName="f", Qualifier="$LATEST"))

client.add_permission(FunctionName="f", Qualifier="prod", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com")
print("permission:", json.loads(client.get_policy(FunctionName="f", Qualifier="prod")["Policy"])["Statement"][0]["Resource"].split("function:")[1])
print("of the function:", told(client.get_policy, FunctionName="f")[:40])
print("of latest:", told(client.add_permission, FunctionName="f", Qualifier="$LATEST", StatementId="s", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"))
client.remove_permission(FunctionName="f", Qualifier="prod", StatementId="s")
print("removed:", told(client.get_policy, FunctionName="f", Qualifier="prod")[:40])

time.sleep(0.1)
before = int(time.time() * 1000)
answer = client.invoke(FunctionName="f", Qualifier="1", Payload=b"{}", LogType="Tail")
tail = base64.b64decode(answer["LogResult"]).decode()
print("tail:", [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<id>", line).split("\t")[0][:60] for line in tail.splitlines()])
events = logs.filter_log_events(logGroupName="/own/group", startTime=before)["events"]
print("in the order of time:", [event["message"].split()[0] for event in events])
answer = client.invoke(FunctionName="f", Qualifier="1", Payload=b'{"lines": 200}', LogType="Tail")
print("of much:", len(base64.b64decode(answer["LogResult"])))
streams = logs.describe_log_streams(logGroupName="/own/group")["logStreams"]
print("streams:", sorted({re.sub(r"\d{4}/\d\d/\d\d/(\[.*\])[0-9a-f]{32}", r"YYYY/MM/DD/\1<id>", one["logStreamName"]) for one in streams}))
client.delete_alias(FunctionName="f", Name="prod")
print("deleted:", told(client.get_alias, FunctionName="f", Name="prod"), told(client.delete_alias, FunctionName="f", Name="prod"))
client.delete_function(FunctionName="f")
print("all gone:", told(client.invoke, FunctionName="f", Qualifier="1"))
