"""AWS's price files as its servers have them: a document for each service and region.

The products are those of price_list.jsonl; the form is that of the files ("Reading the service price list file" of AWS's
billing guide): products by their SKU, then terms by their kind, SKU and offer term.

usage: price_files.py --write DIR | MODE, one of
  plain    what there is; 404 for the rest
  broken   a comma too many in Athena's file
  cut      Athena's file ends half way, by its length
  short    the connection ends before the length that was told
  wrong    for another region's file, us-west-2's
  foreign  Lambda's file, whatever the service
  large    beside what there is, 300 MB of products that nobody asks for in Athena's file
"""

import json
import sys
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LIST = Path(__file__).with_name("price_list.jsonl")
LARGE = 300 << 20


def region(product):
    attributes = product["product"]["attributes"]
    return attributes.get("regionCode") or attributes.get("fromRegionCode")


def offers():
    found = defaultdict(list)
    for line in LIST.read_text("utf-8").splitlines():
        product = json.loads(line)
        if region(product):
            found[product["serviceCode"], region(product)].append(product)
    return found


def document(service, products):
    skus = {one["product"]["sku"]: one for one in products}
    return {
        "formatVersion": "v1.0",
        "disclaimer": "This pricing list is for informational purposes only.",
        "offerCode": service,
        "version": "20261101000000",
        "publicationDate": "2026-11-01T00:00:00Z",
        "products": {sku: one["product"] for sku, one in skus.items()},
        "terms": {
            "OnDemand": {sku: one["terms"]["OnDemand"] for sku, one in skus.items()},
            "Reserved": {"RESERVEDSKU12345": {"RESERVEDSKU12345.TERM": {"sku": "RESERVEDSKU12345"}}},
        },
        "attributesList": {},
    }


def padding():
    """Products that are like the others, and none of them asked for."""
    attributes = {f"attribute{number}": "x" * 40 for number in range(12)}
    attributes |= {"servicecode": "AmazonAthena", "regionCode": "us-west-2", "usagetype": "USW2-Other", "operation": ""}
    sent, number = 0, 0
    while sent < LARGE:
        several = []
        for number in range(number, number + 500):
            sku = f"PAD{number:013d}"
            several.append(json.dumps(sku) + ":" + json.dumps({"sku": sku, "productFamily": "Other", "attributes": attributes}))
        number += 1
        piece = (",".join(several) + ",").encode()
        sent += len(piece)
        yield piece


MODE, OFFERS = sys.argv[1], offers()
if MODE == "--write":
    for (service, of), products in OFFERS.items():
        path = Path(sys.argv[2], "offers/v1.0/aws", service, "current", of, "index.json")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document(service, products), indent=2), encoding="utf-8")
    sys.exit()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        assert not self.headers["Authorization"], "files are for everybody"
        *root, service, current, of, name = self.path.strip("/").split("/")
        assert (root, current, name) == (["offers", "v1.0", "aws"], "current", "index.json"), self.path
        if MODE == "foreign":
            service = "AWSLambda"
        products = OFFERS.get((service, "us-west-2" if MODE == "wrong" else of))
        if not products:
            return self.answer(404, b"<html>no such file</html>")
        body = json.dumps(document(service, products)).encode()
        half = len(body) // 2
        athena = service == "AmazonAthena"
        if MODE == "broken" and athena:
            body = body.replace(b'"terms"', b',"terms"')
        if MODE == "cut" and athena:
            body = body[:half]
        if MODE == "large" and athena:
            return self.chunks(body)
        self.answer(200, body, len(body) + 1000 if MODE == "short" and athena else None)

    def answer(self, status, body, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(length)

    def chunks(self, body):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        mark = b'"products": {'
        at = body.index(mark) + len(mark)
        self.chunk(body[:at])
        for piece in padding():
            self.chunk(piece)
        self.chunk(body[at:])
        self.chunk(b"")

    def chunk(self, piece):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
