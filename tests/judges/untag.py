"""usage: untag.py URL FUNCTION KEY   takes a tag off a function"""

import sys

import boto3

url, function, key = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
client = boto3.client("lambda", endpoint_url=url, region_name="us-east-1", **keys)
client.untag_resource(
    Resource=client.get_function(FunctionName=function)["Configuration"]["FunctionArn"], TagKeys=[key]
)
