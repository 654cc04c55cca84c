"""A client that posts 200 events a second, each with an id of its own, to the address that a file holds at the moment, until
another file is there. Whatever is not acknowledged is given up: its id may arrive or not.

usage: moving_client.py ADDRESS_FILE KEY STOP_FILE

Prints how many answers were none (the server was away) or no 204, by status, and every id that was acknowledged.
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request
from collections import Counter

address, key, stop = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
acknowledged, refused, sent = [], Counter(), 0
began = time.monotonic()
while not stop.exists():
    ids = [f"e{sent + index}" for index in range(20)]
    sent += len(ids)
    body = "\n".join(json.dumps({"id": one, "n": index}) for index, one in enumerate(ids)).encode()
    request = urllib.request.Request(
        address.read_text(), body, {"X-Api-Key": key, "Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            if answer.status == 204:
                acknowledged += ids
            else:
                refused[answer.status] += 1
    except urllib.error.HTTPError as error:
        refused[error.code] += 1
    except OSError:
        refused["away"] += 1
        time.sleep(0.05)
    time.sleep(max(0.0, began + sent / 200 - time.monotonic()))
print(json.dumps({"refused": refused, "acknowledged": acknowledged}))
