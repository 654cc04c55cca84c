"""Sends events to a pipeline, in batches: `pipectl client --python` wrote it. Python 3.8 or newer, nothing else.

    client = Client("https://...", key="...")
    client.track({"event": "signup"})

An event waits in memory until `count` of them are there or `wait` seconds are over, and then goes out from a thread of its
own. What is throttled, not accepted or cut off is sent again, with growing pauses; `close` sends what is left, and runs by
itself when the program ends.
"""

import atexit
import gzip
import http.client
import json
import logging
import os
import random
import threading
import time
import urllib.error
import urllib.request
import uuid

# The largest body, before it is packed. API Gateway takes 10 MB, a function 6 MB.
LIMIT = 1_000_000
LOG = logging.getLogger("pipectl")


class Client:
    """Tracks events. Its methods may be called from any thread.

    count: how many events make a request worth while.
    wait: seconds after which fewer are sent, too.
    max: events that are kept while none can be sent; the oldest of more are lost, which `on_error` hears.
    ids: gives each event an `event_id` and `sent_at` that has none.
    on_error: called with the status (0 where there is no answer), a message and the events that are given up.
    """

    def __init__(self, endpoint, key=None, count=25, wait=1.0, max=10_000, ids=True, timeout=30.0, on_error=None):
        self.endpoint, self.count, self.wait, self.max, self.ids, self.timeout = endpoint, count, wait, max, ids, timeout
        self.headers = {"content-type": "application/json", "content-encoding": "gzip"}
        if key:
            self.headers["x-api-key"] = key
        self.on_error = on_error or (lambda status, message, events: LOG.error("%s %s: %s events", status, message, len(events)))
        self._queue, self._changed = [], threading.Condition()
        self._hurry = self._closed = False
        self._sending = 0
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="pipectl", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def track(self, event):
        """Takes an event on, which has to be a dict that JSON can hold."""
        if not isinstance(event, dict):
            raise TypeError("an event is a dict")
        if self.ids:
            event = {"event_id": str(uuid7()), "sent_at": now(), **event}
        text = json.dumps(event, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode()
        if len(text) > LIMIT - 2:
            return self.on_error(413, "the event is too large", [event])
        with self._changed:
            if self._closed:
                raise RuntimeError("the client is closed")
            self._queue.append(text)
            lost, self._queue = self._queue[: -self.max], self._queue[-self.max :]
            self._changed.notify_all()
        self._give_up(0, "the queue is full", lost)

    def flush(self, timeout=None):
        """Waits until all that was tracked is sent or given up; False if `timeout` seconds were too few."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._queue and not self._sending, timeout)

    def close(self, timeout=10.0):
        """Sends what is left, for `timeout` seconds at most, and ends."""
        atexit.unregister(self.close)
        done = self.flush(timeout)
        with self._changed:
            self._closed = True
            lost, self._queue = self._queue, []
            self._changed.notify_all()
        self._give_up(0, "the client was closed", lost)
        return done

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                self._changed.wait_for(lambda: self._closed or self._hurry or len(self._queue) >= self.count, self.wait)
                if self._closed and not self._queue:
                    return
                batch = self._take()
            again = self._send(batch)
            with self._changed:
                self._sending = 0
                if again:
                    self._queue = (batch + self._queue)[-self.max :]
                elif not self._queue:
                    self._hurry = False
                self._changed.notify_all()
            if again:
                time.sleep(min(60.0, 0.5 * 2**self._failures) * random.uniform(0.5, 1))

    def _take(self):
        room, end = LIMIT, 0
        while end < len(self._queue) and room > len(self._queue[end]):
            room -= len(self._queue[end]) + 1
            end += 1
        batch, self._queue = self._queue[:end], self._queue[end:]
        self._sending = len(batch)
        return batch

    def _send(self, batch):
        """Whether it has to be sent again."""
        body = gzip.compress(b"[" + b",".join(batch) + b"]")
        request = urllib.request.Request(self.endpoint, body, self.headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout):
                status, message = 204, ""
        except urllib.error.HTTPError as error:
            with error:
                status, message = error.code, error.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            status, message = 0, str(error)
        if status == 0 or status == 429 or status >= 500:
            self._failures += 1
            return True
        self._failures = 0
        if status >= 300:
            self._give_up(status, message, rejected(message, batch))
        return False

    def _give_up(self, status, message, batch):
        if batch:
            self.on_error(status, message, [json.loads(text) for text in batch])


def rejected(message, batch):
    """Those of a batch that an answer names; all of them where it names none."""
    try:
        return [batch[one["event"] - 1] for one in json.loads(message)["rejected"]]
    except (ValueError, KeyError, TypeError, IndexError):
        return batch


def now():
    """The time in UTC, as in `2026-11-26T09:30:00.125Z`."""
    at = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03}Z"


def uuid7():
    """The time in milliseconds, then chance."""
    value = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62)
