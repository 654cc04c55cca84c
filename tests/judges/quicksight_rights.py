"""What IAM has to allow for QuickSight: a role makes a dashboard and takes it down again with just the rights below, each of
which it is asked for, and nothing else. Without one of them it does not come to the end.

usage: quicksight_rights.py URL TOKEN, of a server whose clock goes so fast that all is made by the next request
"""

import json
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:]
ACCOUNT, REGION = "000000000000", "eu-west-1"
ARN, HOME = f"arn:aws:quicksight:{REGION}:{ACCOUNT}", f"arn:aws:quicksight:us-east-1:{ACCOUNT}"
PASSED = f"arn:aws:iam::{ACCOUNT}:role/asks"
NOTHING, SOURCE, SET, BOARD = "*", f"{ARN}:datasource/s", f"{ARN}:dataset/d", f"{ARN}:dashboard/b"
SCHEDULE, INGESTION, STUDY = f"{SET}/refresh-schedule/*", f"{SET}/ingestion/*", f"{ARN}:analysis/a"
# Action and resource.
RIGHTS = [
    ("ListNamespaces", NOTHING), ("DescribeNamespace", f"{HOME}:namespace/default"),
    ("DescribeAccountSubscription", f"{HOME}:account/{ACCOUNT}"), ("DescribeUser", f"{HOME}:user/default/local"),
    ("CreateGroup", f"{HOME}:group/default/readers"), ("CreateGroupMembership", f"{HOME}:group/default/readers"),
    ("CreateDataSource", NOTHING), ("iam:PassRole", PASSED), ("DescribeDataSource", SOURCE), ("UpdateDataSource", SOURCE),
    ("UpdateDataSourcePermissions", SOURCE), ("DescribeDataSourcePermissions", SOURCE), ("ListDataSources", NOTHING),
    ("CreateDataSet", SOURCE), ("PassDataSource", SOURCE), ("DescribeDataSet", SET), ("UpdateDataSet", SET),
    ("UpdateDataSetPermissions", SET), ("DescribeDataSetPermissions", SET), ("ListDataSets", NOTHING),
    ("CreateRefreshSchedule", SCHEDULE), ("DescribeRefreshSchedule", SCHEDULE), ("UpdateRefreshSchedule", SCHEDULE),
    ("ListRefreshSchedules", NOTHING), ("DeleteRefreshSchedule", SCHEDULE), ("PutDataSetRefreshProperties", SET),
    ("DescribeDataSetRefreshProperties", SET), ("DeleteDataSetRefreshProperties", SET), ("CreateIngestion", INGESTION),
    ("DescribeIngestion", INGESTION), ("CancelIngestion", INGESTION), ("ListIngestions", NOTHING),
    ("CreateDashboard", BOARD), ("PassDataSet", SET), ("DescribeDashboard", BOARD), ("DescribeDashboardDefinition", BOARD),
    ("UpdateDashboard", BOARD), ("ListDashboardVersions", BOARD), ("UpdateDashboardPublishedVersion", BOARD),
    ("UpdateDashboardPermissions", BOARD), ("DescribeDashboardPermissions", BOARD), ("ListDashboards", f"{ARN}:dashboard/*"),
    ("TagResource", BOARD), ("ListTagsForResource", BOARD), ("UntagResource", BOARD), ("CreateAnalysis", STUDY),
    ("DescribeAnalysis", STUDY), ("DeleteAnalysis", STUDY), ("DeleteDashboard", BOARD), ("DeleteDataSet", SET),
    ("DeleteDataSource", SOURCE), ("DeleteGroup", f"{HOME}:group/default/readers"),
]


def client(service, region=REGION, **keys):
    keys = keys or {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
    return boto3.client(service, endpoint_url=URL, region_name=region, **keys)


def trusting(name, principal):
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    return client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]


trusting("asks", {"Service": "quicksight.amazonaws.com"})
everything = {"Statement": [{"Effect": "Allow", "Action": "athena:*", "Resource": "*"}]}
client("iam").put_role_policy(RoleName="asks", PolicyName="all", PolicyDocument=json.dumps(everything))
MAKER = trusting("maker", {"AWS": ACCOUNT})
given = client("sts").assume_role(RoleArn=MAKER, RoleSessionName="it")["Credentials"]
SESSION = {"aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"], "aws_session_token": given["SessionToken"]}


# Made once: reading QuickSight's model takes a while.
MAKES, MAKES_AT_HOME = client("quicksight", **SESSION), client("quicksight", "us-east-1", **SESSION)
CLEARS, CLEARS_AT_HOME, IAM = client("quicksight"), client("quicksight", "us-east-1"), client("iam")


def allow(without=None):
    statements = [
        {"Effect": "Allow", "Action": action if ":" in action else f"quicksight:{action}", "Resource": resource}
        for action, resource in RIGHTS
        if action != without
    ]
    IAM.put_role_policy(RoleName="maker", PolicyName="rights", PolicyDocument=json.dumps({"Statement": statements}))


PARAMETERS = {"AthenaParameters": {"RoleArn": PASSED}}
TABLE = {"t": {"CustomSql": {"DataSourceArn": SOURCE, "Name": "q", "SqlQuery": "SELECT 1", "Columns": [{"Name": "at", "Type": "DATETIME"}]}}}
SETS = dict(DataSetId="d", Name="d", ImportMode="SPICE", PhysicalTableMap=TABLE)
KPI = {"VisualId": "k", "ChartConfiguration": {"FieldWells": {"Values": [{"DateMeasureField": {"FieldId": "f", "Column": {"DataSetIdentifier": "e", "ColumnName": "at"}}}]}}}
DEFINITION = {"DataSetIdentifierDeclarations": [{"Identifier": "e", "DataSetArn": SET}], "Sheets": [{"SheetId": "s", "Visuals": [{"KPIVisual": KPI}]}]}
WINDOW = {"RefreshConfiguration": {"IncrementalRefresh": {"LookbackWindow": {"ColumnName": "at", "Size": 1, "SizeUnit": "DAY"}}}}
DAILY = {"ScheduleId": "s", "ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": "06:00"}, "RefreshType": "FULL_REFRESH"}


def life():
    """A dashboard from its data source to its end, as a program makes it that looks at each thing."""
    qs, home = MAKES, MAKES_AT_HOME

    def ask(operation, at=qs, **arguments):
        return getattr(at, operation)(AwsAccountId=ACCOUNT, **arguments)

    ask("list_namespaces")
    ask("describe_namespace", Namespace="default")
    ask("describe_account_subscription", home)
    ask("describe_user", home, Namespace="default", UserName="local")
    ask("create_group", home, Namespace="default", GroupName="readers")
    ask("create_group_membership", home, Namespace="default", GroupName="readers", MemberName="local")
    ask("create_data_source", DataSourceId="s", Name="s", Type="ATHENA", DataSourceParameters=PARAMETERS, Tags=[{"Key": "a", "Value": "b"}])
    assert ask("describe_data_source", DataSourceId="s")["DataSource"]["Status"] == "CREATION_SUCCESSFUL"
    ask("update_data_source", DataSourceId="s", Name="s", DataSourceParameters=PARAMETERS)
    ask("update_data_source_permissions", DataSourceId="s")
    ask("describe_data_source_permissions", DataSourceId="s")
    ask("list_data_sources")
    ask("create_data_set", **SETS)
    ask("describe_data_set", DataSetId="d")
    ask("update_data_set", **SETS)
    ask("update_data_set_permissions", DataSetId="d")
    ask("describe_data_set_permissions", DataSetId="d")
    ask("list_data_sets")
    ask("create_refresh_schedule", DataSetId="d", Schedule=DAILY)
    ask("describe_refresh_schedule", DataSetId="d", ScheduleId="s")
    ask("update_refresh_schedule", DataSetId="d", Schedule=DAILY)
    ask("list_refresh_schedules", DataSetId="d")
    ask("delete_refresh_schedule", DataSetId="d", ScheduleId="s")
    ask("put_data_set_refresh_properties", DataSetId="d", DataSetRefreshProperties=WINDOW)
    ask("describe_data_set_refresh_properties", DataSetId="d")
    ask("delete_data_set_refresh_properties", DataSetId="d")
    ask("create_ingestion", DataSetId="d", IngestionId="i")
    ask("describe_ingestion", DataSetId="d", IngestionId="i")
    try:
        ask("cancel_ingestion", DataSetId="d", IngestionId="i")
    except qs.exceptions.InvalidParameterValueException:
        pass  # It may, and the ingestion is over already.
    ask("list_ingestions", DataSetId="d")
    ask("create_dashboard", DashboardId="b", Name="b", Definition=DEFINITION)
    ask("describe_dashboard", DashboardId="b")
    ask("describe_dashboard_definition", DashboardId="b")
    ask("update_dashboard", DashboardId="b", Name="b", Definition=DEFINITION)
    ask("list_dashboard_versions", DashboardId="b")
    ask("update_dashboard_published_version", DashboardId="b", VersionNumber=2)
    ask("update_dashboard_permissions", DashboardId="b")
    ask("describe_dashboard_permissions", DashboardId="b")
    ask("list_dashboards")
    qs.tag_resource(ResourceArn=BOARD, Tags=[{"Key": "a", "Value": "b"}])
    qs.list_tags_for_resource(ResourceArn=BOARD)
    qs.untag_resource(ResourceArn=BOARD, TagKeys=["a"])
    ask("create_analysis", AnalysisId="a", Name="a", Definition=DEFINITION)
    ask("describe_analysis", AnalysisId="a")
    ask("delete_analysis", AnalysisId="a", ForceDeleteWithoutRecovery=True)
    ask("delete_dashboard", DashboardId="b")
    ask("delete_data_set", DataSetId="d")
    ask("delete_data_source", DataSourceId="s")
    ask("delete_group", home, Namespace="default", GroupName="readers")


def clear():
    qs, home = CLEARS, CLEARS_AT_HOME
    for call, arguments in (
        (qs.delete_analysis, {"AnalysisId": "a", "ForceDeleteWithoutRecovery": True}), (qs.delete_dashboard, {"DashboardId": "b"}),
        (qs.delete_data_set, {"DataSetId": "d"}), (qs.delete_data_source, {"DataSourceId": "s"}),
        (home.delete_group, {"Namespace": "default", "GroupName": "readers"}),
    ):
        try:
            call(AwsAccountId=ACCOUNT, **arguments)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException", error


def decisions():
    request = urllib.request.Request(f"{URL}/_local/decisions", headers={"authorization": f"Bearer {TOKEN}"})
    return {(one["action"].replace("quicksight:", ""), one["resource"]) for one in json.loads(urllib.request.urlopen(request).read()) if one["role"] == "maker"}


allow()
life()
asked = sorted(decisions())
for action, resource in asked:
    print(action, resource.replace(ACCOUNT, "ACCOUNT"))
print("never asked for:", sorted({action for action, _ in RIGHTS} - {action for action, _ in asked}))
for action in ("ListNamespaces", "iam:PassRole", "PassDataSource", "PassDataSet"):
    allow(without=action)
    try:
        life()
        print(f"without {action}: ok")
    except ClientError as error:
        told = error.response
        message = told["Error"]["Message"].replace(ACCOUNT, "ACCOUNT")
        print(f"without {action}:", told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"], message)
    clear()
