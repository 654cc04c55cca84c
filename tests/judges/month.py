"""Sends the same to a pipeline every quarter of an hour of Local AWS's time, which it lets pass.

usage: month.py URL TOKEN ENDPOINT KEY QUARTERS REQUESTS EVENTS
"""

import http.client
import json
import sys
import urllib.parse

URL, TOKEN, ENDPOINT, KEY = sys.argv[1:5]
QUARTERS, REQUESTS, EVENTS = map(int, sys.argv[5:])
place = urllib.parse.urlsplit(ENDPOINT)
local = http.client.HTTPConnection(urllib.parse.urlsplit(URL).netloc)
# 200 bytes each, with the newline 201.
event = {"event": "page_view", "userid": "u-000000", "datetime": "2026-11-01 00:00:00", "note": ""}
event["note"] = "x" * (200 - len(json.dumps(event, separators=(",", ":"))))


def post(path, body, headers):
    local.request("POST", path, body, headers)
    answer = local.getresponse()
    text = answer.read()
    assert answer.status < 300, (path, answer.status, text)


sent = 0
for quarter in range(QUARTERS):
    for request in range(REQUESTS):
        events = []
        for _ in range(EVENTS):
            event["userid"] = f"u-{sent * 7919 % 1000000:06}"
            events.append(json.dumps(event, separators=(",", ":")))
            sent += 1
        post(place.path, "[" + ",".join(events) + "]",
             {"host": place.netloc, "content-type": "application/json", "x-api-key": KEY})
    post("/_local/clock", json.dumps({"step_seconds": 900}), {"authorization": f"Bearer {TOKEN}"})
print(sent)
