"""Posts compressed bodies to an endpoint, and prints the status of each as JSON: [[coding, body, status], ...].

usage: compressed.py ENDPOINT KEY < PAIRS, a list of [coding or "none", kind of body] in JSON
"""

import gzip
import json
import sys
import urllib.error
import urllib.request
import zlib

ENDPOINT, KEY = sys.argv[1:]
EVENTS = b"".join(b'{"event":"packed","n":%d}\n' % n for n in range(100))
BODIES = {
    "plain": EVENTS,
    "gzip": gzip.compress(EVENTS),
    "zlib": zlib.compress(EVENTS),
    "gzip that is cut": gzip.compress(EVENTS)[:-9],
    "gzip of 11 MB": gzip.compress(EVENTS + b" " * (11 << 20)),
}


def post(coding, body):
    headers = {"x-api-key": KEY, "Content-Type": "application/json"}
    if coding != "none":
        headers["Content-Encoding"] = coding
    try:
        return urllib.request.urlopen(urllib.request.Request(ENDPOINT, BODIES[body], headers)).status
    except urllib.error.HTTPError as refused:
        return refused.code


print(json.dumps([[coding, body, post(coding, body)] for coding, body in json.load(sys.stdin)]))
