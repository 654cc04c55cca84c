"""usage: parliament_findings.py URL   prints what parliament finds in the policies of the roles at an endpoint"""

import json
import sys

import boto3
from parliament import analyze_policy_string

keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
iam = boto3.client("iam", endpoint_url=sys.argv[1], region_name="us-east-1", **keys)
roles = [role["RoleName"] for role in iam.list_roles()["Roles"]]
if not roles:
    sys.exit("there are no roles")
for role in roles:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for finding in analyze_policy_string(json.dumps(document)).findings:
            print(role, finding.issue, finding.detail)
