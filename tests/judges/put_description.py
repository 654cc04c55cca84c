"""usage: put_description.py URL FUNCTION TEXT   describes a function otherwise, as somebody might in the console"""

import sys

import boto3

url, function, text = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
boto3.client("lambda", endpoint_url=url, region_name="us-east-1", **keys).update_function_configuration(
    FunctionName=function, Description=text
)
