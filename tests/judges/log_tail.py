"""Follows a log group as `aws logs tail --follow` of the AWS CLI 2 does, while others write to it; prints what it saw.

usage: log_tail.py URL
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

logs = boto3.client("logs", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j",
                    aws_secret_access_key="j", config=Config(retries={"total_max_attempts": 1}))
NOW = int(time.time() * 1000)
logs.create_log_group(logGroupName="g")
for stream in "abc":
    logs.create_log_stream(logGroupName="g", logStreamName=stream)


def put(stream, *events):
    logs.put_log_events(logGroupName="g", logStreamName=stream,
                        logEvents=[{"timestamp": NOW + at, "message": message} for at, message in events])


def told(call, **more):
    try:
        call(**more)
        return "ok"
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


for number in range(30):
    put("abc"[number % 3], (number * 10, f"n{number}"))


def follow(meanwhile):
    """Pages of seven; between two of them, somebody writes."""
    start, known, seen = NOW - 1, set(), []
    while True:
        token, pages = None, 0
        while True:
            more = {"nextToken": token} if token else {}
            answer = logs.filter_log_events(logGroupName="g", startTime=start, interleaved=True, limit=7, **more)
            for event in answer["events"]:
                if event["eventId"] not in known:
                    known.add(event["eventId"])
                    seen.append(event)
            token, pages = answer.get("nextToken"), pages + 1
            if meanwhile:
                meanwhile.pop(0)()
            if not token:
                break
        if not meanwhile:
            return seen, pages
        start = max(event["timestamp"] for event in seen)


writes = [
    lambda: put("a", (5, "early")),
    lambda: put("c", (295, "late1"), (295, "late2")),
    lambda: put("b", (294, "between")),
    lambda: None,
    lambda: None,
    lambda: put("a", (300, "after the last page")),
    lambda: None,
]
seen, _ = follow(writes)
texts = [event["message"] for event in seen]
print("in order, each once:", [text for text in texts if text[0] == "n"] == [f"n{number}" for number in range(30)])
print("what came meanwhile:", [text for text in texts if text[0] != "n"])
every = logs.get_paginator("filter_log_events").paginate(logGroupName="g", PaginationConfig={"PageSize": 4})
print("all pages:", len([event for page in every for event in page["events"]]))
print("a wrong token:", told(logs.filter_log_events, logGroupName="g", nextToken="x"))

page = logs.get_log_events(logGroupName="g", logStreamName="a", limit=4)
print("the end:", [event["message"] for event in page["events"]])
back = logs.get_log_events(logGroupName="g", logStreamName="a", limit=4, nextToken=page["nextBackwardToken"])
print("before it:", [event["message"] for event in back["events"]])
again = logs.get_log_events(logGroupName="g", logStreamName="a", limit=4, nextToken=back["nextForwardToken"])
print("and forward:", [event["message"] for event in again["events"]])
ahead = logs.get_log_events(logGroupName="g", logStreamName="a", limit=4, nextToken=page["nextForwardToken"])
print("nothing more:", ahead["events"], ahead["nextForwardToken"] == page["nextForwardToken"])

ordered = logs.describe_log_streams(logGroupName="g", orderBy="LastEventTime", descending=True)["logStreams"]
print("streams:", [one["logStreamName"] for one in ordered])
print("with a prefix:", told(logs.describe_log_streams, logGroupName="g", orderBy="LastEventTime", logStreamNamePrefix="a"))
print("out of order:", told(logs.put_log_events, logGroupName="g", logStreamName="a", logEvents=[
    {"timestamp": NOW + 2, "message": "x"}, {"timestamp": NOW + 1, "message": "y"}]))

put("a", (400, json.dumps({"level": "ERROR", "code": 503})), (401, json.dumps({"level": "INFO", "code": 200})), (402, "ERROR in words"), (403, "WARN: code"))
for pattern in ("ERROR", "ERROR words", "?words ?WARN", "ERROR -words", '"in words"', '{ $.level = "ERROR" }', "{ $.code >= 200 && $.code < 500 }", "a.b", "[a, b]"):
    try:
        found = logs.filter_log_events(logGroupName="g", filterPattern=pattern, startTime=NOW + 400)["events"]
        print(f"{pattern}:", [event["timestamp"] - NOW for event in found])
    except ClientError as error:
        print(f"{pattern}:", error.response["Error"]["Code"])
