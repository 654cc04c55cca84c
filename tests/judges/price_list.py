"""AWS's price list as GetProducts answers it: JSON 1.1, filters, pages, and each product a string of JSON.

The products are in price_list.jsonl, with the attributes and terms of AWS's documents: those of us-west-2 that pipectl
needs but for the storage of logs, those beside them that it must not take, and one of eu-west-1.

usage: price_list.py LOG [denied|malformed|throttled|ambiguous]
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOG, MODE = Path(sys.argv[1]), (sys.argv[2:] or ["plain"])[0]
PRODUCTS = [json.loads(line) for line in Path(__file__).with_suffix(".jsonl").read_text("utf-8").splitlines()]
PAGE = 3
refused = set()


def attribute(product, name):
    if name == "productFamily":
        return product["product"].get("productFamily")
    return product["product"]["attributes"].get(name)


def fitting(request):
    for product in PRODUCTS:
        if product["serviceCode"] != request["ServiceCode"]:
            continue
        if all(attribute(product, one["Field"]) == one["Value"] for one in request["Filters"]):
            yield product


def change(products):
    """What `ambiguous` adds: another price for the scans of Athena."""
    for product in products:
        yield product
        if MODE == "ambiguous" and product["product"]["attributes"]["usagetype"].endswith("DataScannedInTB"):
            text = json.dumps(product).replace("5.0000000000", "7.0000000000")
            yield json.loads(text.replace(product["product"]["sku"], "ANOTHERSKU234567"))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        with LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps(request) + "\n")
        assert self.headers["X-Amz-Target"] == "AWSPriceListService.GetProducts"
        assert "/pricing/aws4_request" in self.headers["Authorization"]
        assert request["FormatVersion"] == "aws_v1" and request["MaxResults"] <= 100
        assert all(one["Type"] == "TERM_MATCH" for one in request["Filters"])
        if MODE == "denied":
            return self.refuse("AccessDeniedException", "User: arn:aws:iam::123456789012:user/ci is not authorized to "
                               "perform: pricing:GetProducts because no identity-based policy allows the "
                               "pricing:GetProducts action")
        if MODE == "throttled" and body not in refused:
            refused.add(body)
            return self.refuse("ThrottlingException", "Rate exceeded")
        found = list(change(fitting(request)))
        begin = int(request.get("NextToken", "page:0").removeprefix("page:"))
        page = [json.dumps(one) for one in found[begin : begin + PAGE]]
        if MODE == "malformed" and page:
            page[0] = page[0][:-40]
        answer = {"FormatVersion": "aws_v1", "PriceList": page}
        if begin + PAGE < len(found):
            answer["NextToken"] = f"page:{begin + PAGE}"
        return self.answer(200, answer)

    def refuse(self, code, message):
        self.answer(400, {"__type": code, "Message": message})

    def answer(self, status, content):
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("x-amzn-RequestId", "4f6c2f5e-6c0e-4b1b-9d2a-1a2b3c4d5e6f")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # Who has read one malformed document hangs up.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


server = Server(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
