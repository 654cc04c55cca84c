"""Sends an event after the other until a file is there, as clients do that know nothing of what happens behind the URL.

usage: keep_sending.py ENDPOINT KEY FILE
Prints which it sent, and how each was answered that was not taken, as JSON.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request

ENDPOINT, KEY, FILE = sys.argv[1:4]
sent, refused = [], []
while not os.path.exists(FILE):
    user = f"u{len(sent) + len(refused)}"
    event = {"event": "LOGIN", "userId": user, "dateTime": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())}
    request = urllib.request.Request(
        ENDPOINT, (json.dumps(event) + "\n").encode(), {"x-api-key": KEY, "content-type": "application/json"}
    )
    try:
        urllib.request.urlopen(request, timeout=30).read()
        sent.append(user)
    except urllib.error.HTTPError as error:
        refused.append(f"{error.code} {error.read().decode()}")
    time.sleep(0.1)
print(json.dumps({"sent": sent, "refused": refused}))
