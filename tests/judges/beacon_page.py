"""A page in a real browser that sends beacons as web pages do when they are left, and tells which of them were taken on.

usage: beacon_page.py ENDPOINT PORT, which the page http://shop.test:PORT/ is served at
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDPOINT, PORT = sys.argv[1], int(sys.argv[2])
PAGE = """<!DOCTYPE html><title>A shop</title><script>
const url = ENDPOINT;
const told = {
  json: navigator.sendBeacon(url, new Blob(['{"event":"json"}'], {type: "application/json"})),
  text: navigator.sendBeacon(url, '{"event":"text"}'),
};
(async () => {
  const packed = new Response(new Blob(['{"event":"packed"}']).stream().pipeThrough(new CompressionStream("gzip")));
  const headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"};
  const fetched = await fetch(url, {method: "POST", body: await packed.blob(), headers, credentials: "include"});
  told.packed = fetched.status;
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>""".replace("ENDPOINT", json.dumps(ENDPOINT))
told, ready = {}, threading.Event()


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def do_POST(self):
        told.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()
        ready.set()

    def log_message(self, *_):
        pass


site = ThreadingHTTPServer(("127.0.0.1", PORT), Site)
threading.Thread(target=site.serve_forever, daemon=True).start()
names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
if program is None:
    sys.exit("there is no Chromium here")
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
    # A page of plain HTTP has CompressionStream only if it is trusted.
    page = subprocess.Popen(
        [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--no-proxy-server", f"--user-data-dir={home}", "--host-resolver-rules=MAP shop.test 127.0.0.1",
         "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
         f"--unsafely-treat-insecure-origin-as-secure=http://shop.test:{PORT}", f"http://shop.test:{PORT}/"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    done = ready.wait(60)
    page.kill()
print(json.dumps(told) if done else "the page has told nothing")
