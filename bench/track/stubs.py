"""What stands round the function while it is measured: a Runtime API and a Firehose, each on a socket of its own.

Every answer is one write and every connection stays open, as on Lambda, so that what is measured is the function.
"""

import base64
import json
import queue
import socket
import ssl
import threading
import time

DEADLINE_MS = 5000


class Server:
    """HTTP/1.1 with keep-alive: one thread for each connection, `answer(method, path, headers, body)` for each request."""

    def __init__(self, answer, context=None):
        self.answer, self.context = answer, context
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as reader:
                while request := read_request(reader):
                    connection.sendall(self.answer(*request))
        except (OSError, ssl.SSLError):
            return  # The process at the other end was ended.


def read_request(reader):
    line = reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    headers = {}
    while (line := reader.readline().strip()):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        return method, path, headers, read_chunks(reader)
    return method, path, headers, reader.read(int(headers.get("content-length", 0)))


def read_chunks(reader):
    chunks = []
    while size := int(reader.readline(), 16):
        chunks.append(reader.read(size))
        reader.readline()
    reader.readline()
    return b"".join(chunks)


def response(status, body, headers=()):
    head = [f"HTTP/1.1 {status} -", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Firehose(Server):
    """Accepts every record, and counts the events in them."""

    def __init__(self, context=None):
        super().__init__(self.put, context)
        self.events = self.requests = 0
        self.scheme = "https" if context else "http"
        self.url = f"{self.scheme}://localhost:{self.port}"

    def put(self, method, path, headers, body):
        request = json.loads(body)
        operation = headers["x-amz-target"].partition(".")[2]
        assert "Credential=AKIDEXAMPLE/" in headers["authorization"], headers
        records = request["Records"] if operation == "PutRecordBatch" else [request["Record"]]
        self.requests += 1
        self.events += sum(base64.b64decode(record["Data"]).count(b"{") for record in records)
        results = [{"RecordId": "r" * 224} for _ in records]
        answer = results[0] if operation == "PutRecord" else {"FailedPutCount": 0, "RequestResponses": results}
        return response(200, json.dumps({"Encrypted": False, **answer}).encode(), ["x-amzn-RequestId: 1"])


class RuntimeApi(Server):
    """Hands out events one at a time and takes the answers."""

    def __init__(self):
        super().__init__(self.route)
        self.events, self.answers = queue.Queue(), queue.Queue()

    def route(self, method, path, headers, body):
        if path.endswith("/invocation/next"):
            event = self.events.get()
            return response(200, event, [
                "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd",
                f"Lambda-Runtime-Deadline-Ms: {int(time.time() * 1000) + DEADLINE_MS}",
                "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:track",
                "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
            ])
        self.answers.put((path.rpartition("/")[2], body))
        return response(202, b'{"status":"OK"}\n')

    def invoke(self, event):
        """One invocation from event to answer; anything but an accepted request ends the benchmark."""
        self.events.put(event)
        outcome, body = self.answers.get(timeout=30)
        if outcome != "response" or json.loads(body)["statusCode"] != 204:
            raise SystemExit(f"the function answered {outcome} {body.decode()}")
