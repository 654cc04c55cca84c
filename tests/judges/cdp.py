"""Chromium, driven by its DevTools protocol: pages that are opened, run code, lose the network and are closed."""

import contextlib
import json
import tempfile
import time
from pathlib import Path

import chromium
import websocket


class Page:
    """A tab of the browser."""

    def __init__(self, browser, target):
        self.browser, self.target = browser, target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Network.enable")
        self.call("Page.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def run(self, code):
        """What the code gives, which may be a promise."""
        told = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in told:
            raise RuntimeError(json.dumps(told["exceptionDetails"]))
        return told["result"].get("value")

    def until(self, condition):
        until(lambda: self.run(condition), condition)

    def cut(self, offline):
        self.call("Network.emulateNetworkConditions", offline=offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def reload(self):
        self.call("Page.reload")

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


class Browser:
    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=chromium.PATIENCE, suppress_origin=True)
        self.asked = 0

    def call(self, method, session=None, **parameters):
        self.asked += 1
        message = {"id": self.asked, "method": method, "params": parameters}
        self.socket.send(json.dumps({**message, "sessionId": session} if session else message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.asked:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def open(self, url):
        return Page(self, self.call("Target.createTarget", url=url)["targetId"])


def until(holds, what):
    end = time.monotonic() + chromium.PATIENCE
    while time.monotonic() < end:
        try:
            if holds():
                return
        except RuntimeError:
            pass  # the page is loading
        time.sleep(0.1)
    raise TimeoutError(what)


@contextlib.contextmanager
def browser(hosts):
    """A browser of its own profile; `hosts` are names of this machine."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        process = chromium.start(home, hosts, "--remote-debugging-port=0", "about:blank")
        try:
            told = Path(home, "DevToolsActivePort")
            until(lambda: told.exists() and len(told.read_text().splitlines()) == 2, "DevToolsActivePort")
            port, path = told.read_text().splitlines()
            yield Browser(f"ws://127.0.0.1:{port}{path}")
        finally:
            process.kill()
            process.wait()
