"""Lays out a page in Chromium, in frames of the widths that are given: whether any of it is wider than its frame.

usage: page_width.py PAGE.html WIDTH...
"""

import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import chromium

page = open(sys.argv[1], "rb").read()
# What is folded is unfolded, as a reader may do.
FRAME = """<!doctype html><body><iframe src="/page" width="{width}" height="800" style="border:0" onload="
const inside = this.contentDocument;
inside.querySelectorAll('details').forEach(one => one.open = true);
document.body.dataset.is = inside.documentElement.scrollWidth;"></iframe>"""


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        body = page if self.path == "/page" else FRAME.format(width=self.path.strip("/")).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
for width in sys.argv[2:]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        address = f"http://127.0.0.1:{site.server_port}/{width}"
        shown = chromium.start(home, [], "--dump-dom", address, stdout=subprocess.PIPE, text=True)
        dom = shown.communicate(timeout=chromium.PATIENCE)[0]
    found = re.search(r'data-is="(\d+)"', dom)
    if not found or int(found[1]) > int(width):
        sys.exit(f"{found and found[1]} in a frame of {width}")
print("fits:", ", ".join(sys.argv[2:]))
