"""Asks MiniStack what pipectl's test has to work round, and prints the answer.

usage: ministack_gaps.py URL
"""

import json
import sys
import urllib.request

import boto3

glue = boto3.client(
    "glue", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
)
glue.create_crawler(
    Name="gaps",
    Role="arn:aws:iam::000000000000:role/x",
    DatabaseName="d",
    Targets={"S3Targets": [{"Path": "s3://x/"}]},
    Tags={"team": "growth"},
)
tags = glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:crawler/gaps")["Tags"]
print("CreateCrawler with tags, then GetTags:", tags)
glue.delete_crawler(Name="gaps")

gateway = boto3.client(
    "apigateway", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j"
)
plan = gateway.create_usage_plan(name="gaps", quota={"limit": 10, "period": "MONTH"})["id"]
patch = {"op": "replace", "path": "/quota/limit", "value": "20"}
gateway.update_usage_plan(usagePlanId=plan, patchOperations=[patch])
# Read as it is: boto3 would make a number of the text.
signed = "AWS4-HMAC-SHA256 Credential=j/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=00"
request = urllib.request.Request(f"{sys.argv[1]}/usageplans/{plan}", headers={"Authorization": signed})
with urllib.request.urlopen(request) as answer:
    print("UpdateUsagePlan, then the limit of its quota:", repr(json.load(answer)["quota"]["limit"]))
gateway.delete_usage_plan(usagePlanId=plan)
