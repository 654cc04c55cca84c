"""usage: keys.py URL [make|disable|enable|schedule|rotation|policy]

Prints each key of the account with its aliases, its state, whether it is rotated and its id; or makes one and prints its
ARN; or does something to the one that is there.
"""

import json
import sys

import boto3

url, *deed = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
kms = boto3.client("kms", endpoint_url=url, region_name="us-east-1", **keys)
ids = [key["KeyId"] for key in kms.list_keys()["Keys"]]
match deed:
    case ["make"]:
        print(kms.create_key(Description="somebody's")["KeyMetadata"]["Arn"])
    case ["disable"]:
        kms.disable_key(KeyId=ids[0])
    case ["enable"]:
        kms.enable_key(KeyId=ids[0])
    case ["schedule"]:
        kms.schedule_key_deletion(KeyId=ids[0], PendingWindowInDays=7)
    case ["rotation"]:
        kms.disable_key_rotation(KeyId=ids[0])
    case ["policy"]:
        policy = json.loads(kms.get_key_policy(KeyId=ids[0])["Policy"])
        policy["Statement"].pop()
        kms.put_key_policy(KeyId=ids[0], Policy=json.dumps(policy))
    case []:
        for one in sorted(ids):
            aliases = ",".join(alias["AliasName"] for alias in kms.list_aliases(KeyId=one)["Aliases"]) or "-"
            state = kms.describe_key(KeyId=one)["KeyMetadata"]["KeyState"]
            rotated = "rotated" if kms.get_key_rotation_status(KeyId=one)["KeyRotationEnabled"] else "-"
            print(aliases, state, rotated, one)
