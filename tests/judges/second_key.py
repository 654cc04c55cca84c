"""Makes a second key with the tags of the one that ALIAS leads to, as a creation does whose answer was lost.

usage: second_key.py URL ALIAS
"""

import sys

import boto3

URL, ALIAS = sys.argv[1:]
kms = boto3.client("kms", endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j")
key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
print(kms.create_key(Tags=kms.list_resource_tags(KeyId=key)["Tags"])["KeyMetadata"]["KeyId"])
