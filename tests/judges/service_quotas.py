"""Service Quotas as AWS answers it: JSON 1.1, what is applied to an account, and AWS's defaults.

usage: service_quotas.py LOG MODE, one of
  adjusted   Lambda has 10 executions, API Gateway's rate was raised; of the others nothing is stored
  denied     the caller may ask for none of it
  none       nothing is stored, and there are no defaults
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOG, MODE = Path(sys.argv[1]), sys.argv[2]
APPLIED = {("lambda", "L-B99A9384"): 10.0, ("apigateway", "L-8A5B8E43"): 20000.0} if MODE == "adjusted" else {}
DEFAULT = {("apigateway", "L-CDF5615A"): 5000.0, ("athena", "L-E80DC288"): 30.0} if MODE == "adjusted" else {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        target, operation = self.headers["X-Amz-Target"].split(".")
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"{operation} {json.dumps(body)}\n")
        assert target == "ServiceQuotasV20190624" and "/servicequotas/aws4_request" in self.headers["Authorization"]
        if MODE == "denied":
            return self.answer(400, "AccessDeniedException", {
                "Message": "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: "
                           f"servicequotas:{operation} because no identity-based policy allows the "
                           f"servicequotas:{operation} action"})
        table = {"GetServiceQuota": APPLIED, "GetAWSDefaultServiceQuota": DEFAULT}[operation]
        key = body["ServiceCode"], body["QuotaCode"]
        if key not in table:
            return self.answer(400, "NoSuchResourceException", {
                "Message": "The request failed because the specified quota does not exist."})
        self.answer(200, None, {"Quota": {"ServiceCode": key[0], "QuotaCode": key[1], "Value": table[key], "Adjustable": True}})

    def answer(self, status, code, body):
        body = json.dumps(body if code is None else {"__type": code, **body}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("x-amzn-RequestId", "1b1c8f2e-0000-4000-8000-000000000000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
