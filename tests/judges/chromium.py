"""A real browser that is shown a page, and what the page tells of itself."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 60


def serve(page, port=0):
    """Serves a page. Gives the port, what is posted to it as JSON, and an event that says that something was."""
    told, ready = {}, threading.Event()

    class Site(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self):
            told.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            ready.set()

        def log_message(self, *_):
            pass

    site = ThreadingHTTPServer(("127.0.0.1", port), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    return site.server_port, told, ready


def start(home, hosts, *arguments, **more):
    """Starts Chromium with a profile of its own; `hosts` are names of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        sys.exit("there is no Chromium here")
    rules = ", ".join(f"MAP {host} 127.0.0.1" for host in hosts)
    # The browser's own check of local networks is off: not every browser has one.
    return subprocess.Popen(
        [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--no-proxy-server", f"--user-data-dir={home}", "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
         f"--host-resolver-rules={rules}", *arguments],
        stderr=subprocess.DEVNULL, **more)


def show(url, hosts, ready, *arguments):
    """Shows a page until it has told something; whether it has."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        page = start(home, hosts, *arguments, url, stdout=subprocess.DEVNULL)
        done = ready.wait(PATIENCE)
        page.kill()
        page.wait()
        return done
