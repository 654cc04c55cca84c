"""Gives a function a URL and calls it as browsers and programs do; prints what does not depend on the time.

The function speaks the Runtime API in Python. usage: function_urls.py URL
"""

import base64
import http.client
import io
import json
import sys
import time
import urllib.parse
import zipfile
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

BOOTSTRAP = b'''#!/usr/bin/env python3
import json, os, time, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(api + path, body.encode(), method="POST")).close()
while True:
    with urllib.request.urlopen(api + "invocation/next") as answer:
        event, request = json.load(answer), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    path = event["rawPath"]
    if path == "/fail":
        post("invocation/" + request + "/error", '{"errorType": "Oops"}')
    elif path == "/sleep":
        time.sleep(1)
        post("invocation/" + request + "/response", '{"ok": true}')
    elif path == "/answer":
        post("invocation/" + request + "/response", event["body"])
    else:
        body = json.dumps({"event": event})
        post("invocation/" + request + "/response", body)
'''
SETTINGS = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
SERVER = urllib.parse.urlsplit(sys.argv[1]).netloc
iam, client = boto3.client("iam", **SETTINGS), boto3.client("lambda", **SETTINGS)
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as archive:
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    archive.writestr(entry, BOOTSTRAP)


def make():
    client.create_function(FunctionName="f", Runtime="provided.al2023", Handler="bootstrap", Role=role, Timeout=10,
                           Code={"ZipFile": buffer.getvalue()})
    client.get_waiter("function_active_v2").wait(FunctionName="f")


def refused(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as error:
        return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response['Error']['Code']}: {error.response['Error']['Message']}"


make()
print("none yet:", refused(client.get_function_url_config, FunctionName="f"))
made = client.create_function_url_config(FunctionName="f", AuthType="NONE")
ID = made["FunctionUrl"].removeprefix("https://").split(".")[0]
print(made["FunctionUrl"].replace(ID, "ID"), len(ID), made["AuthType"], made["InvokeMode"], "Cors" in made)
print("again:", refused(client.create_function_url_config, FunctionName="f", AuthType="NONE"))
print("another's:", refused(client.create_function_url_config, FunctionName="g", AuthType="NONE"))
print("of a version:", refused(client.create_function_url_config, FunctionName="f", AuthType="NONE", Qualifier="1"))
print("listed:", [one["FunctionUrl"] == made["FunctionUrl"] for one in client.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]])
print("of no alias:", refused(client.create_function_url_config, FunctionName="f", AuthType="NONE", Qualifier="live"))
client.create_alias(FunctionName="f", Name="live", FunctionVersion=client.publish_version(FunctionName="f")["Version"])
client.create_function_url_config(FunctionName="f:live", AuthType="NONE")
print("of an alias:", [one["FunctionArn"].split("function:")[1] for one in
                       client.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]])
client.delete_alias(FunctionName="f", Name="live")
print("the alias took it along:", len(client.list_function_url_configs(FunctionName="f")["FunctionUrlConfigs"]))


def call(method="GET", path="/", headers=None, body=None, host=None):
    connection = http.client.HTTPConnection(SERVER)
    target = path if host else f"/lambda-urls/{ID}/_user_request_{path}"
    # `urllib` would add a type of its own.
    connection.request(method, target, body, {**({"Host": host} if host else {}), **(headers or {})})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def event(*arguments, **more):
    status, headers, body = call(*arguments, **more)
    assert status == 200, (status, body)
    return json.loads(body)["event"]


def short(result):
    status, headers, body = result
    return status, headers.get("x-amzn-errortype"), body.decode()[:90]


print("nobody may:", short(call()))
client.add_permission(FunctionName="f", StatementId="FunctionURLAllowPublicAccess", Action="lambda:InvokeFunctionUrl",
                      Principal="*", FunctionUrlAuthType="NONE")
print("half of it:", short(call()))
print("wrong way round:", refused(client.add_permission, FunctionName="f", StatementId="x", Action="lambda:InvokeFunction",
                                  Principal="*", FunctionUrlAuthType="NONE"))
client.add_permission(FunctionName="f", StatementId="FunctionURLAllowInvokeAction", Action="lambda:InvokeFunction",
                      Principal="*", InvokedViaFunctionUrl=True)
for statement in json.loads(client.get_policy(FunctionName="f")["Policy"])["Statement"]:
    print(statement["Sid"], statement["Principal"], statement["Action"], statement["Condition"])
print("both:", short(call())[:2])

whole = event("POST", "/a/b%20c?x=1&x=2&y=%C3%A4", {"Content-Type": "application/json", "X-Two": "1", "Cookie": "a=1; b=2"}, '{"n":1}')
context = whole.pop("requestContext")
headers = whole.pop("headers")
print(json.dumps(whole, ensure_ascii=False))
print({name: headers.get(name) for name in ("x-two", "cookie", "host", "x-forwarded-proto", "content-type")} | {"host": headers["host"].replace(ID, "ID")})
print(sorted(context), context["accountId"], context["http"]["method"], context["http"]["path"], context["stage"])
print("plain:", sorted(event()), event(host=f"{ID}.lambda-url.us-east-1.localhost", path="/by/host")["rawPath"])
for kind in ("text/plain;charset=UTF-8", "application/json", "application/xml", "application/javascript",
             "application/x-www-form-urlencoded", "application/octet-stream", None):
    sent = event("POST", headers={"Content-Type": kind} if kind else {}, body="a=1")
    print(kind, sent["isBase64Encoded"], sent["body"] == (base64.b64encode(b"a=1").decode() if sent["isBase64Encoded"] else "a=1"))
print("not UTF-8:", event("POST", headers={"Content-Type": "text/plain"}, body=b"\xff")["isBase64Encoded"])


def answered(text):
    status, headers, body = call("POST", "/answer", {"Content-Type": "text/plain"}, text)
    return status, headers["content-type"], headers.get_all("set-cookie"), body


print(answered('{"statusCode": 201, "headers": {"Content-Type": "text/html"}, "cookies": ["a=1", "b=2"], "body": "<p>"}'))
print(answered('{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}'))
print(answered('{"n": 1}'), answered('"hi"'))
print("no JSON:", answered("hi"))
print("failed:", call("GET", "/fail")[::2])
print("too large:", short(call("POST", "/", {"Content-Type": "text/plain"}, b"x" * ((6 << 20) + 1))))

PAGE = {"Origin": "https://shop.example"}
ASKS = {**PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}


def cors(result):
    status, headers, body = result
    return status, sorted((name.lower(), value) for name, value in headers.items()
                          if name.lower().startswith("access-control") or name.lower() == "vary"), len(body) > 0


print("without CORS the function is asked:", cors(call("OPTIONS", headers=ASKS)))
client.update_function_url_config(FunctionName="f", Cors={
    "AllowOrigins": ["https://shop.example", "https://other.example"], "AllowMethods": ["POST", "GET"],
    "AllowHeaders": ["content-type", "x-api-key"], "ExposeHeaders": ["x-id"], "MaxAge": 600, "AllowCredentials": True})
print("preflight:", cors(call("OPTIONS", headers=ASKS)))
print("of a stranger:", cors(call("OPTIONS", headers={**ASKS, "Origin": "https://evil.example"})))
print("request:", cors(call("GET", headers=PAGE)))
print("without a page:", cors(call("GET")))
both = '{"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": "x"}'
print("both:", cors(call("POST", "/answer", {**PAGE, "Content-Type": "text/plain"}, both)))
client.update_function_url_config(FunctionName="f", Cors={"AllowOrigins": ["*"], "AllowMethods": ["*"]})
print("everybody:", cors(call("OPTIONS", headers=ASKS)))
print("OPTIONS as a method:", refused(client.update_function_url_config, FunctionName="f", Cors={"AllowMethods": ["OPTIONS"]})[:30])
client.update_function_url_config(FunctionName="f", Cors={})
print("taken away:", "Cors" in client.get_function_url_config(FunctionName="f"))

client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=1)
# What came in this second counts: there may be ten times as many requests as there are seats.
time.sleep(1.1)
with ThreadPoolExecutor(2) as pool:
    print("two at once where one may be:", sorted(status for status, _, _ in pool.map(lambda _: call(path="/sleep"), range(2))))
client.put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
print("none may be:", short(call()))
client.delete_function_concurrency(FunctionName="f")

client.update_function_url_config(FunctionName="f", AuthType="AWS_IAM")


def signed(key):
    request = AWSRequest("GET", f"http://{SERVER}/lambda-urls/{ID}/_user_request_/")
    SigV4Auth(Credentials(key, "secret"), "lambda", "us-east-1").add_auth(request)
    return dict(request.headers)


print("not signed:", short(call()))
print("signed:", event(headers=signed("AKIDEXAMPLE"))["requestContext"]["authorizer"]["iam"]["accessKey"])
print("signed by a page:", call(headers={**signed("AKIDEXAMPLE"), **PAGE})[0])
client.update_function_url_config(FunctionName="f", AuthType="NONE")
client.remove_permission(FunctionName="f", StatementId="FunctionURLAllowInvokeAction")
print("taken back:", call()[0])
client.delete_function_url_config(FunctionName="f")
print("gone:", short(call()), refused(client.delete_function_url_config, FunctionName="f"))
print("its statement stays:", len(json.loads(client.get_policy(FunctionName="f")["Policy"])["Statement"]))
client.create_function_url_config(FunctionName="f", AuthType="NONE")
print("another id:", client.get_function_url_config(FunctionName="f")["FunctionUrl"] != made["FunctionUrl"])
client.delete_function(FunctionName="f")
make()
print("a new function has none:", refused(client.get_function_url_config, FunctionName="f"))
