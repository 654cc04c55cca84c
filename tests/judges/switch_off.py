"""usage: switch_off.py URL FUNCTION   reserves no call for a function, as the console's "Throttle" does"""

import sys

import boto3

url, function = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
boto3.client("lambda", endpoint_url=url, region_name="us-east-1", **keys).put_function_concurrency(
    FunctionName=function, ReservedConcurrentExecutions=0
)
