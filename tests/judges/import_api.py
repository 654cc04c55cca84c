"""Makes APIs of documents, as AWS documents it, and prints what comes of them. usage: import_api.py URL"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

api = boto3.client("apigateway", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j",
                   aws_secret_access_key="j", config=Config(retries={"total_max_attempts": 1}))
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
PROXY = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI}
ORIGIN = "Access-Control-Allow-Origin"


def mock(headers):
    return {
        "responses": {"204": {"description": "d", "headers": {ORIGIN: {"schema": {"type": "string"}}}}},
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": {"application/json": '{"statusCode": 204}'},
            "responses": {"default": {"statusCode": "204", "responseParameters": headers}},
        },
    }


def document(**paths):
    return {
        "openapi": "3.0.1",
        "info": {"title": "imported", "description": "of a document", "version": "7"},
        "paths": {f"/{path}": item for path, item in paths.items()},
        "components": {"securitySchemes": {"key": KEY}},
    }


def track():
    allowed = {f"method.response.header.{ORIGIN}": "'*'"}
    post = {"responses": {}, "security": [{"key": []}], "x-amazon-apigateway-integration": PROXY}
    whole = document(**{"a/track": {"post": post, "options": mock(allowed)}})
    answers = {"DEFAULT_4XX": {"responseParameters": {f"gatewayresponse.header.{ORIGIN}": "'*'"}}}
    return {
        **whole,
        "x-amazon-apigateway-gateway-responses": answers,
        "x-amazon-apigateway-binary-media-types": ["image/png"],
        "x-amazon-apigateway-minimum-compression-size": 1024,
        "x-amazon-apigateway-api-key-source": "HEADER",
    }


def shown(made):
    keys = ["name", "description", "version", "binaryMediaTypes", "minimumCompressionSize", "apiKeySource", "warnings"]
    return {key: made.get(key) for key in keys} | {"types": made["endpointConfiguration"]["types"]}


def routes(made):
    found = api.get_resources(restApiId=made["id"], embed=["methods"])["items"]
    for item in sorted(found, key=lambda item: item["path"]):
        for name, method in sorted(item.get("resourceMethods", {}).items()):
            of = method.get("methodIntegration", {})
            answers = {status: one.get("responseParameters") for status, one in of.get("integrationResponses", {}).items()}
            print(" ", name, item["path"], method["authorizationType"], method["apiKeyRequired"], of.get("type"),
                  of.get("httpMethod"), of.get("timeoutInMillis"), of.get("passthroughBehavior"), answers)
    changed = [one for one in api.get_gateway_responses(restApiId=made["id"], limit=500)["items"] if not one["defaultResponse"]]
    print("  answers:", {one["responseType"]: one["responseParameters"] for one in changed})
    return [item["path"] for item in found]


def refused(what, call, body, **options):
    before = len(api.get_rest_apis()["items"])
    try:
        made = call(body=body if isinstance(body, str) else json.dumps(body), **options)
        print(f"{what}: taken, {made.get('warnings')}")
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        print(f"{what}: {status} {error.response['Error']['Code']}: {error.response['Error']['Message']!r}")
        assert len(api.get_rest_apis()["items"]) == before, "a document that is refused leaves an API"


made = api.import_rest_api(body=json.dumps(track()), parameters={"endpointConfigurationTypes": "REGIONAL"})
print(shown(made))
print(sorted(routes(made)))
deployed = api.create_deployment(restApiId=made["id"], stageName="prod")
print("stage:", api.get_stage(restApiId=made["id"], stageName="prod")["deploymentId"] == deployed["id"])

YAML = f"""
swagger: "2.0"
info: {{title: in yaml}}
basePath: /v1/public
securityDefinitions:
  iam: {{type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4}}
paths:
  /things/{{id}}:
    parameters: [{{name: id, in: path, required: true}}, {{name: page, in: query}}]
    x-amazon-apigateway-any-method:
      security: [{{iam: []}}]
      x-amazon-apigateway-integration: {{type: HTTP_PROXY, httpMethod: ANY, uri: "https://example.com", timeoutInMillis: 50}}
"""
for basepath in ("ignore", "prepend", "split"):
    of_yaml = api.import_rest_api(body=YAML, parameters={"basepath": basepath})
    print(basepath, shown(of_yaml)["types"], sorted(routes(of_yaml)))
    item = next(one for one in api.get_resources(restApiId=of_yaml["id"])["items"] if one["path"].endswith("{id}"))
    print("  parameters:", api.get_method(restApiId=of_yaml["id"], resourceId=item["id"], httpMethod="ANY")["requestParameters"])
    api.delete_rest_api(restApiId=of_yaml["id"])

other = document(other={"get": mock({})})
other["info"]["title"] = "merged"
print("merged:", shown(api.put_rest_api(restApiId=made["id"], mode="merge", body=json.dumps(other)))["name"], sorted(routes(made)))
print("by default:", sorted(routes(api.put_rest_api(restApiId=made["id"], body=json.dumps(other)))))
api.tag_resource(resourceArn=f"arn:aws:apigateway:us-east-1::/restapis/{made['id']}", tags={"team": "growth"})
over = api.put_rest_api(restApiId=made["id"], mode="overwrite", body=json.dumps(other))
print("overwritten:", shown(over), over["id"] == made["id"], over["tags"], sorted(routes(made)))
print("its stage stays:", api.get_stage(restApiId=made["id"], stageName="prod")["deploymentId"] == deployed["id"])

refused("no document", api.import_rest_api, "hello")
refused("another language", api.import_rest_api, {"openapi": "4.0", "info": {"title": "t"}})
refused("no title", api.import_rest_api, {"openapi": "3.0.1", "info": {}, "paths": {}})
of_no_kind = document(x={"get": {"x-amazon-apigateway-integration": {"type": "telepathy"}}})
refused("malformed", api.import_rest_api, of_no_kind)
undeclared = document(x={"get": mock({"method.response.header.X": "'1'"})})
refused("undeclared", api.import_rest_api, undeclared)
without_uri = document(x={"get": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST"}}})
refused("without uri", api.put_rest_api, without_uri, restApiId=made["id"], mode="overwrite")
print("unchanged:", sorted(routes(made)))
refused("unknown answer", api.import_rest_api, {**document(), "x-amazon-apigateway-gateway-responses": {"TEAPOT": {}}})
traced = document(x={"trace": {}, "get": mock({})})
refused("warned", api.import_rest_api, traced, failOnWarnings=True)
refused("warned of", api.import_rest_api, traced)
refused("endpoint", api.import_rest_api, document(), parameters={"endpointConfigurationTypes": "MOON"})
refused("no such API", api.put_rest_api, document(), restApiId="nothere")
