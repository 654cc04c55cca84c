"""Puts tags on everything as an organisation's tool does, or tells which of them are not there.

usage: auto_tagger.py URL add|check
"""

import sys

import boto3

URL, WHAT = sys.argv[1:]
TAGS = {"CreatedBy": "auto-tagger", "org:unit": "7"}


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


tagging, iam = client("resourcegroupstaggingapi"), client("iam")
pages = tagging.get_paginator("get_resources").paginate(TagFilters=[{"Key": "pipectl:pipeline"}])
tagged = {one["ResourceARN"]: one["Tags"] for page in pages for one in page["ResourceTagMappingList"]}
for role in iam.list_roles(PathPrefix="/pipectl/")["Roles"]:
    if WHAT == "add":
        iam.tag_role(RoleName=role["RoleName"], Tags=[{"Key": key, "Value": value} for key, value in TAGS.items()])
    else:
        tagged[role["RoleName"]] = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
for arn, tags in tagged.items():
    if WHAT == "add":
        tagging.tag_resources(ResourceARNList=[arn], Tags=TAGS)
    elif not TAGS.items() <= {tag["Key"]: tag["Value"] for tag in tags}.items():
        print(arn, tags)
