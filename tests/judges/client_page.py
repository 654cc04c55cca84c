"""A page of another origin that tracks events with the client, in a real browser. Tells how many requests that took.

usage: client_page.py WHAT ENDPOINT KEY KEY_IN MODULE PORT
WHAT: `close`: 1,000 events, the tab is closed at once, and the page is opened again.
      `cut`: as many, while the network is away for ten seconds and the page is loaded again.
      `wrong`: one event with a key that is none.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cdp

WHAT, ENDPOINT, KEY, KEY_IN, MODULE, PORT = sys.argv[1:]
PAGE = """<!DOCTYPE html><title>A shop</title><script type="module">
import { connect } from "/pipectl.js";
window.lost = [];
window.client = connect(ENDPOINT, { key: KEY, keyIn: KEY_IN, wait: 500, onError: (lost) => window.lost.push(lost.status) });
window.track = (from, to) => { for (let n = from; n < to; n++) client.track({ event: "click", n }); };
</script>"""
HOP = ("connection", "transfer-encoding", "content-length", "date", "server")
requests, lock = [], threading.Lock()


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        module = self.path == "/pipectl.js"
        body = Path(MODULE).read_bytes() if module else Site.page.encode()
        self.answer(200, {"Content-Type": "text/javascript" if module else "text/html"}, body)

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Between(Site):
    """Passes on what the browser asks the endpoint, and counts it."""

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        request = urllib.request.Request(to + self.path, body if self.command == "POST" else None, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
        with lock:
            requests.append((self.command, answer.status))
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
        self.answer(answer.status, kept, text)

    do_POST = do_OPTIONS = do_GET = pass_on


def serve(handler, port=0):
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


parts = urllib.parse.urlsplit(ENDPOINT)
to = f"{parts.scheme}://{parts.netloc}"
between = f"http://events.test:{serve(Between)}{parts.path}"
Site.page = PAGE.replace("ENDPOINT", json.dumps(between)).replace("KEY_IN", json.dumps(KEY_IN)).replace("KEY", json.dumps(KEY), 1)
site = f"http://shop.test:{serve(Site, int(PORT))}/"


def still():
    """Waits until no request has come for two seconds."""
    seen = -1
    while seen != len(requests):
        seen = len(requests)
        time.sleep(2)


with cdp.browser(["shop.test", "events.test"]) as browser:
    page = browser.open(site)
    page.until("!!window.client")
    if WHAT == "close":
        page.run("track(0, 1000)")
        page.close()
        still()
        page = browser.open(site)
        page.until("!!window.client")
    elif WHAT == "cut":
        page.run("track(0, 250)")
        time.sleep(1)
        page.cut(True)
        page.run("track(250, 500)")
        time.sleep(10)
        page.run("track(500, 600)")
        page.cut(False)
        page.run("track(600, 750)")
        page.reload()
        page.until("!!window.client && !window.reloaded")
        page.run("track(750, 1000)")
    else:
        page.run("track(0, 1)")
        page.until("window.lost.length > 0")
    still()
    print("lost:", page.run("JSON.stringify(window.lost)"))
posts = [status for method, status in requests if method == "POST"]
print("posts:", len(posts), "of them refused:", sum(status > 299 for status in posts))
print("asked before:", sum(method == "OPTIONS" for method, _ in requests))
