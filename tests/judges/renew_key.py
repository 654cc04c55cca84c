"""Deletes an API key and makes another one of the same name and tags. usage: renew_key.py ENDPOINT NAME"""

import sys

import boto3

api = boto3.client("apigateway", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
old = next(key for key in api.get_api_keys(limit=500)["items"] if key["name"] == sys.argv[2])
api.delete_api_key(apiKey=old["id"])
api.create_api_key(name=old["name"], description=old["description"], enabled=True, tags=old["tags"])
