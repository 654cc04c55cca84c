"""Asks Local AWS's Service Quotas with boto3, which checks each answer against AWS's model; prints a line for each.

usage: local_quotas.py URL
"""

import sys

import boto3
from botocore.exceptions import ClientError

where = {"endpoint_url": sys.argv[1], "aws_access_key_id": "local", "aws_secret_access_key": "local"}


def client(region):
    return boto3.client("service-quotas", region_name=region, **where)


def said(what, right):
    print("ok" if right else "WRONG", what)


east, cape = client("us-east-1"), client("af-south-1")
rate = {"ServiceCode": "apigateway", "QuotaCode": "L-8A5B8E43"}
quota = east.get_service_quota(**rate)["Quota"]
said("rate", (quota["Value"], quota["QuotaName"], quota["Adjustable"]) == (10000.0, "Throttle rate", True))
said("arn", quota["QuotaArn"].startswith("arn:aws:servicequotas:us-east-1:"))
said("of a small region", cape.get_service_quota(**rate)["Quota"]["Value"] == 2500.0)
said("default", east.get_aws_default_service_quota(**rate)["Quota"]["Value"] == 10000.0)
said("what the service says", quota["Value"] == boto3.client("apigateway", region_name="us-east-1", **where)
     .get_account()["throttleSettings"]["rateLimit"])
executions = east.get_service_quota(ServiceCode="lambda", QuotaCode="L-B99A9384")["Quota"]["Value"]
settings = boto3.client("lambda", region_name="us-east-1", **where).get_account_settings()
said("executions", executions == settings["AccountLimit"]["ConcurrentExecutions"])
pages = east.get_paginator("list_service_quotas").paginate(ServiceCode="apigateway", PaginationConfig={"PageSize": 1})
codes = [one["QuotaCode"] for page in pages for one in page["Quotas"]]
said("pages", codes == ["L-8A5B8E43", "L-CDF5615A"])
said("defaults", len(east.list_aws_default_service_quotas(ServiceCode="athena")["Quotas"]) == 1)
for service, code in [("lambda", "L-00000000"), ("nothing", "L-B99A9384")]:
    try:
        east.get_service_quota(ServiceCode=service, QuotaCode=code)
        said(f"{service} {code}", False)
    except ClientError as error:
        said(f"{service} {code}", error.response["Error"]["Code"] == "NoSuchResourceException")
try:
    east.get_service_quota(ServiceCode="1", QuotaCode="L-B99A9384")
    said("a name that is none", False)
except ClientError as error:
    said("a name that is none", error.response["Error"]["Code"] == "ValidationException")
