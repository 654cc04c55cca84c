"""Follows log groups with StartLiveTail, by boto3 and by the AWS CLI, while others write to them; prints what it saw.

usage: live_tail.py URL TOKEN
"""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

URL, TOKEN = sys.argv[1:]
KEYS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
ONCE = Config(retries={"total_max_attempts": 1})
# What `AWS_DISABLE_HOST_PREFIX_INJECTION=true` and `disable_host_prefix_injection = true` in a profile say.
logs = boto3.client("logs", config=ONCE.merge(Config(inject_host_prefix=False)), **KEYS)
ARN = "arn:aws:logs:us-east-1:000000000000:log-group:"
NOW = int(time.time() * 1000)
for group in "gh":
    logs.create_log_group(logGroupName=group)


def put(group, stream, *messages):
    try:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    events = [{"timestamp": NOW + at, "message": message} for at, message in enumerate(messages)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def tail(**more):
    return iter(logs.start_live_tail(**{"logGroupIdentifiers": [ARN + "g"], **more})["responseStream"])


def begun(**more):
    events = tail(**more)
    next(events)
    return events


def updates(events, many=1):
    """So many events, whatever number of updates they come in."""
    found, sampled = [], False
    while len(found) < many:
        update = next(events)["sessionUpdate"]
        found += update["sessionResults"]
        sampled = sampled or update["sessionMetadata"]["sampled"]
    return found, sampled


def texts(events, many):
    return [event["message"] for event in updates(events, many)[0]]


def told(**more):
    try:
        tail(**more)
        return "ok"
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


put("g", "a", "before")
both = tail(logGroupIdentifiers=[ARN + "g", ARN + "h"])
print("begins with:", sorted(next(both)["sessionStart"]))
put("g", "a", "one")
put("g", "b", "two")
put("h", "a", "three")
found, sampled = updates(both, 3)
assert all(event["timestamp"] == NOW and event["ingestionTime"] >= NOW for event in found), found
seen = sorted((event["logGroupIdentifier"].removeprefix("000000000000:"), event["logStreamName"], event["message"]) for event in found)
print("what comes:", seen, sampled)
both = begun(logGroupIdentifiers=[ARN + "g", ARN + "h"])
put("h", "a", *[f"m{number}" for number in range(600)])
found, sampled = updates(both, 500)
print(f"more than 500: {len(found)} of {found[0]['message']} to {found[-1]['message']}", sampled)

named, prefixed, patterned = begun(logStreamNames=["a"]), begun(logStreamNamePrefixes=["ab"]), begun(logEventFilterPattern="ERROR")
put("g", "b", "b", "an ERROR")
put("g", "ab", "ab")
put("g", "abc", "abc")
put("g", "a", "a", "b")
print("a stream:", texts(named, 2), "and its beginning:", sorted(texts(prefixed, 2)), "and a pattern:", texts(patterned, 1))

environment = {**os.environ, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_ENDPOINT_URL": URL, "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_ACCESS_KEY_ID": "j", "AWS_SECRET_ACCESS_KEY": "j", "PYTHONUNBUFFERED": "1"}
aws = [sys.executable, str(pathlib.Path(sys.executable).with_name("aws")), "logs", "start-live-tail", "--log-group-identifiers", ARN + "g"]


def admin(method, path, body=None):
    request = urllib.request.Request(f"{URL}/_local/{path}", body and json.dumps(body).encode(), {"Authorization": f"Bearer {TOKEN}"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def sessions():
    return sum(one["operation"] == "logs:StartLiveTail" for one in admin("GET", "requests"))


already = sessions()
with subprocess.Popen(aws, env=environment, stdout=subprocess.PIPE, text=True) as follower:
    while sessions() == already and follower.poll() is None:
        time.sleep(0.1)
    put("g", "c", "new")
    print("the CLI:", follower.stdout.readline().strip())
    follower.kill()

old = begun()
admin("POST", "clock", {"step_seconds": 3 * 3600})
try:
    for _ in old:
        pass
except EventStreamError as error:
    print("after three hours:", f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")

print("no such group:", told(logGroupIdentifiers=[ARN + "nowhere"]))
print("of another account:", told(logGroupIdentifiers=["arn:aws:logs:us-east-1:111111111111:log-group:g"]))
print("a name:", told(logGroupIdentifiers=["g"]))
print("a star:", told(logGroupIdentifiers=[ARN + "g:*"]).split(":")[0])
print("names and prefixes:", told(logStreamNames=["a"], logStreamNamePrefixes=["a"]))
print("streams of two groups:", told(logGroupIdentifiers=[ARN + "g", ARN + "h"], logStreamNames=["a"]))
print("a pattern:", told(logEventFilterPattern="[a, b]").split(":")[0])
print("eleven groups:", told(logGroupIdentifiers=[ARN + "g"] * 11).split(":")[0])
