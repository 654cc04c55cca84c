"""Has the functions of a pipeline write their log in each form, and prints their own lines without times and ids.

usage: function_lines.py URL ENDPOINT PIPELINE BUCKET
"""

import datetime
import json
import sys
import time
import urllib.error
import urllib.request
import uuid

import boto3

URL, ENDPOINT, NAME, BUCKET = sys.argv[1:]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
client, logs = boto3.client("lambda", **SETTINGS), boto3.client("logs", **SETTINGS)
EVENT = {"Records": [{"eventTime": "2026-11-23T20:00:12.345Z", "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}
                     for bucket, key in ((BUCKET, "analytics_raw/gone.gz"), (BUCKET, "elsewhere/x"), ("no-such-bucket", "analytics_raw/x"))]}


def configure(**logging):
    for part in ("track", "mover"):
        function = f"{NAME}-{part}"
        client.update_function_configuration(FunctionName=function, LoggingConfig={"LogGroup": f"/aws/lambda/{function}", **logging})
        client.get_waiter("function_updated_v2").wait(FunctionName=function)


def short(text):
    if not text.startswith("{"):
        request, _, message = text.partition(" ")
        assert uuid.UUID(request)
        return cut(message)
    line = json.loads(text)
    assert line.keys() == {"timestamp", "level", "message", "requestId"} and uuid.UUID(line["requestId"]), line
    assert line["timestamp"].endswith("Z") and datetime.datetime.fromisoformat(line["timestamp"]).microsecond % 1000 == 0, line
    return line["level"], cut(line["message"])


def cut(message):
    """Without who was denied what."""
    return message.strip().partition(": User: ")[0]


def own(event):
    text = event["message"]
    platform = text.startswith(("START", "END", "REPORT")) or '"type":"platform' in text.replace(" ", "")
    # What Lambda says of a failure is not the function's.
    return not platform and "errorType" not in text


def told(part, run, count):
    """Waits for so many lines: pipes take their time."""
    group = f"/aws/lambda/{NAME}-{part}"
    known = {event["eventId"] for event in logs.filter_log_events(logGroupName=group)["events"]}
    run()
    lines, until = [], time.monotonic() + (10 if count else 1)
    while time.monotonic() < until and (len(lines) < count or not count):
        time.sleep(0.1)
        events = logs.filter_log_events(logGroupName=group)["events"]
        lines = [event["message"] for event in events if event["eventId"] not in known and own(event)]
    for text in lines:
        print(f"    {part}:", short(text))


def send(body):
    key = boto3.client("apigateway", **SETTINGS).get_api_keys(includeValues=True)["items"][0]["value"]
    request = urllib.request.Request(ENDPOINT, body.encode(), {"Content-Type": "application/json", "x-api-key": key})
    try:
        urllib.request.urlopen(request).close()
    except urllib.error.HTTPError as error:
        print("    answer:", error.code)


def move():
    client.invoke(FunctionName=f"{NAME}-mover", Payload=json.dumps(EVENT))


def both(how, counts, **logging):
    print(f"{how}:")
    configure(**logging)
    told("track", lambda: send("42"), counts[0])
    told("mover", move, counts[1])


both("text", (1, 3), LogFormat="Text")
both("json", (1, 3), LogFormat="JSON", ApplicationLogLevel="INFO", SystemLogLevel="WARN")
both("warnings", (0, 2), LogFormat="JSON", ApplicationLogLevel="WARN", SystemLogLevel="WARN")
boto3.client("firehose", **SETTINGS).delete_delivery_stream(DeliveryStreamName=NAME)
print("without a stream:")
told("track", lambda: send("{}"), 1)
