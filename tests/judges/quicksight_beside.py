"""Local AWS's QuickSight beside moto's: the same calls, the answers member by member. Where they differ, it is said why;
what is not said is printed, and is to be looked at.

usage: quicksight_beside.py URL
"""

import datetime
import sys
import time

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

URL = sys.argv[1]
ACCOUNT = "123456789012"
KEYS = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}

DEFINITION = {"DataSetIdentifierDeclarations": [{"Identifier": "e", "DataSetArn": "SET"}], "Sheets": [{"SheetId": "s", "Name": "S"}]}
TABLE = {"t": {"CustomSql": {"DataSourceArn": "SOURCE", "Name": "q", "SqlQuery": "SELECT 1", "Columns": [{"Name": "n", "Type": "INTEGER"}]}}}
USER = {"Namespace": "default", "UserName": "ann"}
GROUP = {"Namespace": "default", "GroupName": "readers"}
# In us-east-1, where users are.
CALLS = [
    ("register_user", {**USER, "IdentityType": "QUICKSIGHT", "Email": "ann@example.org", "UserRole": "READER"}),
    ("describe_user", USER),
    ("describe_user", {**USER, "UserName": "bob"}),
    ("create_group", {**GROUP, "Description": "who reads"}),
    ("describe_group", GROUP),
    ("describe_group", {**GROUP, "GroupName": "writers"}),
    ("create_group_membership", {**GROUP, "MemberName": "ann"}),
    ("list_groups", {"Namespace": "default"}),
    ("describe_account_settings", {}),
    ("create_data_source", {"DataSourceId": "s", "Name": "S", "Type": "ATHENA", "DataSourceParameters": {"AthenaParameters": {"WorkGroup": "primary"}}, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("describe_data_source", {"DataSourceId": "s"}),
    ("describe_data_source", {"DataSourceId": "x"}),
    ("list_data_sources", {}),
    ("update_data_source", {"DataSourceId": "s", "Name": "T", "DataSourceParameters": {"AthenaParameters": {"WorkGroup": "primary"}}}),
    ("list_tags_for_resource", {"ResourceArn": "SOURCE"}),
    ("create_data_set", {"DataSetId": "d", "Name": "D", "ImportMode": "SPICE", "PhysicalTableMap": TABLE}),
    ("create_ingestion", {"DataSetId": "d", "IngestionId": "i"}),
    ("create_dashboard", {"DashboardId": "b", "Name": "B", "Definition": DEFINITION, "VersionDescription": "one"}),
    ("describe_dashboard", {"DashboardId": "b"}),
    ("describe_dashboard", {"DashboardId": "x"}),
    ("list_dashboards", {}),
    ("delete_data_source", {"DataSourceId": "s"}),
    ("delete_group", GROUP),
    ("delete_user", USER),
]

# Operation, member and why the two differ.
IDS, STATES = "each makes up ids of its own", "moto is done at once"
KNOWN = {
    ("*", "RequestId"): "AWS's model has it in every answer, moto's bodies do not all",
    ("*", "Status"): "the HTTP status, and of a data source the state: moto answers 200, and names an update's state otherwise",
    ("*", "HTTP"): "AWS's model has 404 for what is not found, moto answers 400",
    ("*", "PrincipalId"): IDS,
    ("*", "CreationStatus"): STATES,
    ("*", "UpdateStatus"): STATES,
    ("*", "DisableSsl"): "AWS fills in SslProperties",
    ("register_user", "UserInvitationUrl"): IDS,
    ("create_group_membership", "GroupMember.Arn"): "the member is a user, and its ARN the user's",
    ("describe_account_settings", "AccountSettings.AccountName"): "nobody has named the account",
    ("describe_account_settings", "AccountSettings.Edition"): "dashboards are made in the Enterprise edition only",
    ("describe_account_settings", "AccountSettings.NotificationEmail"): "nobody has named an address",
    ("describe_account_settings", "AccountSettings.TerminationProtectionEnabled"): "it is on until it is turned off",
    ("create_data_set", "Arn"): "the Service Authorization Reference has dataset/ID",
    ("create_data_set", "IngestionArn"): IDS,
    ("create_data_set", "IngestionId"): "moto has none",
    ("create_ingestion", "Arn"): "the Service Authorization Reference has dataset/ID/ingestion/ID",
    ("create_dashboard", "VersionArn"): "moto answers the number",
    ("describe_dashboard", "Dashboard.Version.Arn"): "a version's ARN has its number",
    ("describe_dashboard", "Dashboard.Version.DataSetArns.0"): "moto does not read definitions",
    ("describe_dashboard", "Dashboard.Version.Sheets.0.Name"): "moto does not read definitions",
    ("describe_dashboard", "Dashboard.Version.Sheets.0.SheetId"): "moto does not read definitions",
}


def of_account(value, account):
    if isinstance(value, dict):
        return {key: of_account(inner, account) for key, inner in value.items()}
    if isinstance(value, list):
        return [of_account(inner, account) for inner in value]
    arn = f"arn:aws:quicksight:us-east-1:{account}"
    return {"SET": f"{arn}:dataset/d", "SOURCE": f"{arn}:datasource/s"}.get(value, value)


def answers(client, account):
    told = []
    for operation, arguments in CALLS:
        arguments = of_account(arguments, account)
        if account != ACCOUNT and operation.startswith(("describe_", "update_")):
            # Until what was made before is there.
            time.sleep(0.1)
        if operation != "list_tags_for_resource":
            arguments["AwsAccountId"] = account
        try:
            answer = getattr(client, operation)(**arguments)
        except ClientError as error:
            answer = {"Error": error.response["Error"]["Code"], "HTTP": error.response["ResponseMetadata"]["HTTPStatusCode"]}
        answer.pop("ResponseMetadata", None)
        told.append(flat(answer, account))
    return told


def flat(value, account, path=""):
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = ((str(index), one) for index, one in enumerate(value))
    else:
        if isinstance(value, datetime.datetime):
            return {path: "a time"}
        return {path: value.replace(account, "ACCOUNT") if isinstance(value, str) else value}
    found = {}
    for key, one in inner:
        found.update(flat(one, account, f"{path}.{key}".lstrip(".")))
    return found


ours = answers(boto3.client("quicksight", endpoint_url=URL, region_name="us-east-1", **KEYS), "000000000000")
with mock_aws():
    theirs = answers(boto3.client("quicksight", region_name="us-east-1", **KEYS), ACCOUNT)

same, used = 0, set()
for (operation, arguments), one, other in zip(CALLS, ours, theirs):
    for member in sorted({*one, *other}):
        if one.get(member) == other.get(member):
            same += 1
            continue
        names = [(operation, member), ("*", member), ("*", member.split(".")[-1])]
        known = next((name for name in names if name in KNOWN), None)
        if known:
            used.add(known)
        else:
            print(f"{operation} {member}: Local AWS {one.get(member)!r}, moto {other.get(member)!r}")
print("said and not so:", sorted(set(KNOWN) - used))
print(len(CALLS), "calls;", "most is the same" if same > 60 else same)
