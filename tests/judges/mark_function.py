"""usage: mark_function.py URL FUNCTION RELEASE   says in its tag that another release of pipectl has applied it"""

import sys

import boto3

url, function, release = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
client = boto3.client("lambda", endpoint_url=url, region_name="us-east-1", **keys)
found = client.get_function(FunctionName=function)
digest = found["Tags"]["pipectl:config"].split("@")[0]
client.tag_resource(Resource=found["Configuration"]["FunctionArn"], Tags={"pipectl:config": f"{digest}@{release}"})
