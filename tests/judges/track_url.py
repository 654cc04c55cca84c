"""Gives the function `track` of a pipeline a URL with keys and CORS, sends it requests, and prints the answers.

usage: track_url.py URL FUNCTION
"""

import gzip
import hashlib
import http.client
import sys
import urllib.parse

import boto3

KEYS = ["web-0123456789abcdefghij", "mobile-0123456789abcdefg"]
FUNCTION = sys.argv[2]
client = boto3.client("lambda", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
ready = client.get_waiter("function_updated_v2").wait


def configure(**more):
    known = client.get_function_configuration(FunctionName=FUNCTION)["Environment"]["Variables"]
    client.update_function_configuration(FunctionName=FUNCTION, Environment={"Variables": {**known, **more}})
    ready(FunctionName=FUNCTION)


configure(KEY_DIGESTS=",".join(hashlib.sha256(key.encode()).hexdigest() for key in KEYS), EVENTS_PATH="/track")
url = client.create_function_url_config(FunctionName=FUNCTION, AuthType="NONE", Cors={
    "AllowOrigins": ["https://shop.example"], "AllowMethods": ["POST"], "AllowHeaders": ["content-type", "x-api-key"]})["FunctionUrl"]
client.add_permission(FunctionName=FUNCTION, StatementId="FunctionURLAllowPublicAccess", Action="lambda:InvokeFunctionUrl",
                      Principal="*", FunctionUrlAuthType="NONE")
client.add_permission(FunctionName=FUNCTION, StatementId="FunctionURLAllowInvokeAction", Action="lambda:InvokeFunction",
                      Principal="*", InvokedViaFunctionUrl=True)
ID = url.removeprefix("https://").split(".")[0]


def send(what, target="/track", method="POST", body=None, **headers):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(sys.argv[1]).netloc)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"/lambda-urls/{ID}/_user_request_{target}", body, {"Origin": "https://shop.example", **headers})
    answer = connection.getresponse()
    print(f"{what}:", answer.status, answer.headers.get_all("access-control-allow-origin"), answer.read().decode())


packed = gzip.compress(b'{"event":"packed"}')
send("json", body='{"event":"json"}', content_type="application/json", x_api_key=KEYS[0])
send("beacon", f"/track?key={KEYS[1]}", body='{"event":"beacon"}', content_type="text/plain;charset=UTF-8")
send("form", f"/track/?key={KEYS[1]}", body='{"event":"form"}', content_type="application/x-www-form-urlencoded")
send("packed", body=packed, content_type="application/json", content_encoding="gzip", x_api_key=KEYS[0])
send("no key", body='{"event":"lost"}')
send("another key", "/track?key=another", body='{"event":"lost"}')
send("another path", f"/?key={KEYS[0]}", body='{"event":"lost"}')
send("no event", x_api_key=KEYS[0])
send("preflight", method="OPTIONS", access_control_request_method="POST")
configure(KEY_DIGESTS="")
send("no digests", body='{"event":"lost"}', x_api_key=KEYS[0])
