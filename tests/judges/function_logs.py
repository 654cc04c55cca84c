"""Runs a function with each form and level of log lines; prints what is in its log.

The function speaks the Runtime API in Python. usage: function_logs.py URL
"""

import io
import json
import sys
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOOTSTRAP = b'''#!/usr/bin/env python3
import json, os, sys, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(api + path, body.encode(), method="POST")).close()
while True:
    with urllib.request.urlopen(api + "invocation/next") as answer:
        event, request = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    print("plain", os.environ["AWS_LAMBDA_LOG_FORMAT"], os.environ.get("AWS_LAMBDA_LOG_LEVEL"))
    for level in ("debug", "WARN", "error"):
        print(json.dumps({"timestamp": "2026-11-26T10:00:00Z", "level": level, "message": "dated"}))
    print(json.dumps({"level": "ERROR", "message": "undated"}), flush=True)
    # Pipes take their time.
    time.sleep(0.2)
    if event.get("sleep"):
        time.sleep(5)
    if event.get("fail"):
        post("invocation/" + request + "/error", '{"errorType": "Oops", "errorMessage": "it failed"}')
    else:
        post("invocation/" + request + "/response", "{}")
'''
SETTINGS = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, client, logs = (boto3.client(name, **SETTINGS) for name in ("iam", "lambda", "logs"))
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
may_log = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
iam.put_role_policy(RoleName="f", PolicyName="logs", PolicyDocument=json.dumps(may_log))
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    archive.writestr(entry, BOOTSTRAP)
client.create_function(FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role, Timeout=2,
                       Code={"ZipFile": buffer.getvalue()})
client.get_waiter("function_active_v2").wait(FunctionName="f")
number = 0


def configure(**logging):
    """Into a group of its own, with every field as AWS has it then."""
    global number
    number += 1
    try:
        configured = client.update_function_configuration(FunctionName="f", LoggingConfig={"LogGroup": f"/g/{number}", **logging})
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    client.get_waiter("function_updated_v2").wait(FunctionName="f")
    return configured["LoggingConfig"]


def short(line):
    try:
        event = json.loads(line)
    except ValueError:
        return line.split(" ")[0] if line.startswith(("START", "END", "REPORT")) else line[:60]
    if "type" not in event:
        said = event["message"] if event["message"].endswith("dated") else "Lambda's own"
        return event.get("level"), said, "timestamp" in event
    record, metrics = event["record"], event["record"].get("metrics", {})
    floats = sorted(name for name, value in metrics.items() if isinstance(value, float))
    assert event["time"].endswith("Z") and "level" not in event
    return event["type"], record.get("status"), record.get("errorType"), len(record.get("requestId", "")), sorted(metrics), floats


def run(event):
    client.invoke(FunctionName="f", Payload=json.dumps(event))
    for line in logs.filter_log_events(logGroupName=f"/g/{number}")["events"]:
        print("   ", short(line["message"]))


print("text:", configure(LogFormat="Text"))
run({})
print("text with a level:", configure(LogFormat="Text", SystemLogLevel="WARN"))
print("no level:", configure(LogFormat="JSON", SystemLogLevel="ERROR")[:40])
print("json:", configure(LogFormat="JSON"))
run({})
print("all of it:", configure(LogFormat="JSON", ApplicationLogLevel="TRACE", SystemLogLevel="DEBUG"))
run({"fail": True})
print("warnings:", configure(LogFormat="JSON", ApplicationLogLevel="WARN", SystemLogLevel="WARN"))
try:
    run({})
except logs.exceptions.ResourceNotFoundException:
    print("    nothing")
print("warnings of what fails:", configure(LogFormat="JSON", ApplicationLogLevel="ERROR", SystemLogLevel="WARN"))
run({"sleep": True})
print("text again:", configure(LogFormat="Text"))
