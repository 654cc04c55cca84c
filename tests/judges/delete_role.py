"""usage: delete_role.py URL ROLE   deletes a role of ours, as somebody might by hand"""

import sys

import boto3

url, role = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1", **keys)
for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
iam.delete_role(RoleName=role)
