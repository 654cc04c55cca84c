"""Tracks events with the client for servers, by way of somebody who refuses some requests, and tells what became of them.

usage: client_server.py HOME ENDPOINT KEY, where HOME holds pipectl_client.py
"""

import json
import sys
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOME, ENDPOINT, KEY = sys.argv[1:]
sys.path.insert(0, HOME)
import pipectl_client  # noqa: E402

# What the first requests are answered, before one goes through.
REFUSALS = [503, 429, None, 500]
answered = []


class Between(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = REFUSALS.pop(0) if REFUSALS else self.pass_on(body)
        status, words = status if isinstance(status, tuple) else (status, b"")
        answered.append(status)
        if status is None:
            self.connection.close()
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(words)))
        self.end_headers()
        self.wfile.write(words)

    def pass_on(self, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        request = urllib.request.Request(ENDPOINT, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
threading.Thread(target=server.serve_forever, daemon=True).start()
between = f"http://127.0.0.1:{server.server_port}/track"
lost = []


def heard(status, message, events):
    lost.append((status, len(events)))


def track(client, first):
    for n in range(first, first + 250):
        client.track({"event": "order", "n": n})


client = pipectl_client.Client(between, key=KEY, on_error=heard)
threads = [threading.Thread(target=track, args=(client, first)) for first in range(0, 1000, 250)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("all sent:", client.close(60), "lost:", lost)
print("refused first:", [status for status in answered if status != 204])
print("few requests:", answered.count(204) <= 40)
try:
    client.track({"event": "late"})
except RuntimeError as error:
    print("later:", error)

with pipectl_client.Client(between, key="nope", on_error=heard) as client:
    client.track({"event": "order"})
print("a wrong key:", lost)
lost.clear()
with pipectl_client.Client(between, key=KEY, on_error=heard) as client:
    client.track({"event": "x" * 1_000_000})
    for wrong in (["event"], {"event": float("nan")}, {"event": object()}):
        try:
            client.track(wrong)
        except (TypeError, ValueError) as error:
            print("refused:", type(error).__name__)
print("too large:", lost)
lost.clear()


def named(status, message, events):
    print("some rejected:", status, json.loads(message)["message"], [event["n"] for event in events])


# The pipeline's file wants numbers.
with pipectl_client.Client(between, key=KEY, on_error=named) as client:
    for n in [1, "two", 3, "four"]:
        client.track({"event": "odd", "n": n})
with pipectl_client.Client("http://127.0.0.1:9/", max=3, count=10, wait=60, on_error=heard) as client:
    for n in range(5):
        client.track({"n": n})
    print("a full queue:", lost)
    print("nobody there:", client.close(0.5), lost[-1])
