"""Asks Lambda for functions that do well, fail, take too long, take too much, or are asked too often; prints what came of it.

The functions speak the Runtime API in Python. usage: lambda_runs.py URL TOKEN
"""

import io
import json
import sys
import time
import urllib.request
import zipfile
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BOOTSTRAP = b'''#!/usr/bin/env python3
import json, os, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(api + path, json.dumps(body).encode(), method="POST")).close()
while True:
    with urllib.request.urlopen(api + "invocation/next") as answer:
        event, request = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    do = event.get("do")
    if do == "fail":
        post("invocation/" + request + "/error", {"errorType": "Oops", "errorMessage": "it failed"})
        continue
    if do == "sleep":
        time.sleep(event["seconds"])
    if do == "memory":
        taken = bytearray(300 << 20)
    if do == "exit":
        os._exit(3)
    names = ["AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "COLOUR", "HOME"]
    # What Python and a shell that stands before it add by themselves.
    own = {"LC_CTYPE", "OLDPWD", "PWD", "SHLVL", "_"}
    told = sorted(name for name in os.environ if name not in own and "PYENV" not in name)
    post("invocation/" + request + "/response", {"pid": os.getpid(), "env": [os.environ.get(name) for name in names], "told": told})
'''

URL, TOKEN = sys.argv[1:3]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
QUICK = Config(retries={"total_max_attempts": 1})
iam, logs = boto3.client("iam", **SETTINGS), boto3.client("logs", **SETTINGS)
client = boto3.client("lambda", **SETTINGS, config=QUICK)
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
may_log = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}
iam.put_role_policy(RoleName="f", PolicyName="logs", PolicyDocument=json.dumps(may_log))


def packed(comment):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, BOOTSTRAP + b"# " + comment)
    return buffer.getvalue()


client.create_function(
    FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role, Code={"ZipFile": packed(b"one")}, Timeout=30,
    MemorySize=128, Environment={"Variables": {"COLOUR": "blue"}})
client.get_waiter("function_active_v2").wait(FunctionName="f")


def invoke(event, **more):
    try:
        answer = client.invoke(FunctionName="f", Payload=json.dumps(event), **more)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    payload = answer["Payload"].read()
    return answer.get("FunctionError"), json.loads(payload) if payload else None


def time_out_after(seconds):
    client.update_function_configuration(FunctionName="f", Timeout=seconds)
    client.get_waiter("function_updated_v2").wait(FunctionName="f")


def told(result):
    failed, payload = result
    return failed, payload["errorType"], payload["errorMessage"].split("Error: ")[-1].split(" ", 1)[-1]


def lines():
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/f")
    return [event["message"] for page in pages for event in page["events"]]


def tick(seconds):
    body = json.dumps({"step_seconds": seconds}).encode()
    own = {"Authorization": f"Bearer {TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/clock", body, own, method="POST")).close()


first = invoke({})
print("well:", first[0], first[1]["env"])
print("all that it is told:", *first[1]["told"])
print("the same process again:", invoke({})[1]["pid"] == first[1]["pid"])
client.update_function_code(FunctionName="f", ZipFile=packed(b"two"))
client.get_waiter("function_updated_v2").wait(FunctionName="f")
print("the same process for new code:", invoke({})[1]["pid"] == first[1]["pid"])
print("fails:", told(invoke({"do": "fail"})))
time_out_after(1)
print("too long:", told(invoke({"do": "sleep", "seconds": 9})))
time_out_after(30)
print("too much:", told(invoke({"do": "memory"})))
print("exits:", told(invoke({"do": "exit"})))
print("well after all that:", invoke({})[0])

client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
with ThreadPoolExecutor(2) as pool:
    both = list(pool.map(invoke, [{"do": "sleep", "seconds": 5}] * 2))
print("two at once where one may be:", sorted(str(one[0]) for one in both))
client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
print("none may be:", invoke({}))
client.delete_function_concurrency(FunctionName="f")

before = len([line for line in lines() if line.startswith("START")])
print("event:", invoke({"do": "fail"}, InvocationType="Event"))
for seconds in (0, 61, 121, 600):
    tick(seconds)
after = lines()
print("attempts:", len([line for line in after if line.startswith("START")]) - before)
print("dropped:", [line.split(":")[0] for line in after if "dropped" in line])
print("too large:", invoke({"x": "x" * (6 << 20)}), invoke({"x": "x" * (1 << 20)}, InvocationType="Event"))
