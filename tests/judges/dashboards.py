"""Does one thing in QuickSight, as somebody in the console would; or prints what is there.

usage: dashboards.py URL DEED [REGION]
"""

import json
import sys
import time

import boto3

URL, DEED = sys.argv[1:3]
REGION = sys.argv[3] if len(sys.argv) > 3 else "us-east-1"
ACCOUNT = "000000000000"
ID = "shop-dev"
LOCAL = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/local"
ANA = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/ana"
BUYERS = "shop-dev-query-buyers"


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name=REGION, aws_access_key_id="judge", aws_secret_access_key="judge"
    )


qs = client("quicksight")


def ask(operation, **arguments):
    return getattr(qs, operation)(AwsAccountId=ACCOUNT, **arguments)


def settled(describe, key, at, **arguments):
    for _ in range(100):
        status = at(ask(describe, **arguments)[key])
        if not status.endswith("_IN_PROGRESS"):
            return status
        time.sleep(0.05)
    raise SystemExit(f"{describe} is {status}")


def permissions(describe, **arguments):
    for one in sorted(ask(describe, **arguments)["Permissions"], key=lambda one: one["Principal"]):
        print("  ", one["Principal"], len(one["Actions"]))


def source():
    return ask("describe_data_source", DataSourceId=ID)["DataSource"]


def data_set(changed=lambda table, update: None):
    """Sends a data set again, with something changed."""
    live = ask("describe_data_set", DataSetId=BUYERS)["DataSet"]
    update = {key: live[key] for key in ("DataSetId", "Name", "PhysicalTableMap", "ImportMode")}
    (table,) = update["PhysicalTableMap"].values()
    changed(table["CustomSql"], update)
    ask("update_data_set", **update)


def definition():
    return ask("describe_dashboard_definition", DashboardId=ID)["Definition"]


def seen():
    for one in ask("list_data_sources")["DataSources"]:
        live = ask("describe_data_source", DataSourceId=one["DataSourceId"])["DataSource"]
        print("data source", live["DataSourceId"], live["Name"], live["Status"], json.dumps(live["DataSourceParameters"], sort_keys=True))
        permissions("describe_data_source_permissions", DataSourceId=one["DataSourceId"])
    for one in sorted(ask("list_data_sets")["DataSetSummaries"], key=lambda one: one["DataSetId"]):
        live = ask("describe_data_set", DataSetId=one["DataSetId"])["DataSet"]
        print("data set", live["DataSetId"], live["Name"], live["ImportMode"])
        for table in live["PhysicalTableMap"].values():
            for line in table.get("CustomSql", {"SqlQuery": "?"})["SqlQuery"].splitlines():
                print("    |", line)
        print("   ", ", ".join(f"{column['Name']} {column['Type']}" for column in live["OutputColumns"]))
        for plan in ask("list_refresh_schedules", DataSetId=one["DataSetId"])["RefreshSchedules"]:
            print("   ", plan["ScheduleId"], json.dumps(plan["ScheduleFrequency"], sort_keys=True), plan["RefreshType"])
        permissions("describe_data_set_permissions", DataSetId=one["DataSetId"])
    for one in ask("list_analyses")["AnalysisSummaryList"]:
        if one["Status"] == "DELETED":
            continue
        live = ask("describe_analysis", AnalysisId=one["AnalysisId"])["Analysis"]
        print("analysis", live["AnalysisId"], live["Name"], live["Status"], live.get("Errors", []))
        permissions("describe_analysis_permissions", AnalysisId=one["AnalysisId"])
    for one in ask("list_dashboards")["DashboardSummaryList"]:
        live = ask("describe_dashboard", DashboardId=one["DashboardId"])["Dashboard"]
        version = live["Version"]
        print("dashboard", live["DashboardId"], live["Name"], version["Status"], version.get("Errors", []))
        print("    version", version["VersionNumber"])
        for sheet in ask("describe_dashboard_definition", DashboardId=one["DashboardId"])["Definition"]["Sheets"]:
            for visual in sheet["Visuals"]:
                for kind, drawn in visual.items():
                    print("   ", kind, drawn["VisualId"], "-", drawn["Title"]["FormatText"]["PlainText"])
        permissions("describe_dashboard_permissions", DashboardId=one["DashboardId"])


def people():
    ask("register_user", Namespace="default", IdentityType="QUICKSIGHT", UserRole="AUTHOR", UserName="ana", Email="ana@example.org")
    ask("create_group", Namespace="default", GroupName="all")


def version(name):
    arn = ask("update_dashboard", DashboardId=ID, Name=name, Definition=definition())["VersionArn"]
    number = int(arn.rsplit("/", 1)[1])
    settled("describe_dashboard", "Dashboard", lambda one: one["Version"]["Status"], DashboardId=ID, VersionNumber=number)
    return number


def publish(number):
    ask("update_dashboard_published_version", DashboardId=ID, VersionNumber=number)


VIEW = ["DescribeDashboard", "ListDashboardVersions", "QueryDashboard"]


def actions(names):
    return [f"quicksight:{name}" for name in names]


def draft():
    whole = ask("describe_analysis_definition", AnalysisId=ID)["Definition"]
    ask("update_analysis", AnalysisId=ID, Name="mine", Definition=whole)
    settled("describe_analysis", "Analysis", lambda one: one["Status"], AnalysisId=ID)


def schedule(time_of_day):
    frequency = {"Interval": "DAILY", "Timezone": "UTC", "TimeOfTheDay": time_of_day}
    plan = {"ScheduleId": "pipectl", "ScheduleFrequency": frequency, "RefreshType": "FULL_REFRESH"}
    ask("update_refresh_schedule", DataSetId=BUYERS, Schedule=plan)


def parameters(**changed):
    live = source()
    athena = {**live["DataSourceParameters"]["AthenaParameters"], **changed}
    ask("update_data_source", DataSourceId=ID, Name=live["Name"], DataSourceParameters={"AthenaParameters": athena})
    settled("describe_data_source", "DataSource", lambda one: one["Status"], DataSourceId=ID)


def broken_source():
    """Its role is emptied, and somebody sends it again."""
    iam, name = client("iam"), "shop-dev-us-east-1-quicksight"
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    parameters()
    assert source()["Status"] == "UPDATE_FAILED", source()["Status"]


def source_rights():
    (one,) = [one for one in ask("describe_data_source_permissions", DataSourceId=ID)["Permissions"] if one["Principal"] == LOCAL]
    ask("update_data_source_permissions", DataSourceId=ID, RevokePermissions=[one])


def theirs():
    athena = {"AthenaParameters": {"WorkGroup": "primary"}}
    made = ask("create_data_source", DataSourceId="theirs", Name="theirs", Type="ATHENA", DataSourceParameters=athena)
    table = {"DataSourceArn": made["Arn"], "Name": "t", "SqlQuery": "SELECT 1 AS a", "Columns": [{"Name": "a", "Type": "INTEGER"}]}
    ask("create_data_set", DataSetId="shop-dev-events", Name="theirs", ImportMode="DIRECT_QUERY", PhysicalTableMap={"t": {"CustomSql": table}})


def failed_source():
    """What a run leaves whose role was not there yet."""
    tags = {"pipectl:pipeline": "shop", "pipectl:stage": "dev", "pipectl:name": "quicksight"}
    athena = {"AthenaParameters": {"WorkGroup": ID, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/gone"}}
    tags = [{"Key": key, "Value": value} for key, value in tags.items()]
    ask("create_data_source", DataSourceId=ID, Name="x", Type="ATHENA", DataSourceParameters=athena, Tags=tags)
    status = settled("describe_data_source", "DataSource", lambda one: one["Status"], DataSourceId=ID)
    assert status == "CREATION_FAILED", status


def tagged():
    kinds = ["datasource/shop-dev", f"dataset/{BUYERS}", "dataset/shop-dev-events", "analysis/shop-dev", "dashboard/shop-dev"]
    for kind in kinds:
        arn = f"arn:aws:quicksight:{REGION}:{ACCOUNT}:{kind}"
        qs.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "theirs"}])


def no_role():
    iam, name = client("iam"), "shop-dev-us-east-1-quicksight"
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def unsubscribe():
    ask("update_account_settings", DefaultNamespace="default", TerminationProtectionEnabled=False)
    ask("delete_account_subscription")


def standard():
    unsubscribe()
    ask("create_account_subscription", Edition="STANDARD", AuthenticationMethod="IAM_AND_QUICKSIGHT", AccountName="small", NotificationEmail="a@example.org")


DEEDS = {
    "seen": seen,
    "people": people,
    "rename": lambda: publish(version("mine")),
    "publish": lambda: publish(version("shop/dev")),
    "unpublish": lambda: publish(1),
    "share": lambda: ask("update_dashboard_permissions", DashboardId=ID, GrantPermissions=[{"Principal": ANA, "Actions": actions(VIEW)}]),
    "draft": draft,
    "sql": lambda: data_set(lambda table, update: table.update(SqlQuery="SELECT 1e0 AS buyers")),
    "columns": lambda: data_set(lambda table, update: table["Columns"][0].update(Type="INTEGER")),
    "mode": lambda: data_set(lambda table, update: update.update(ImportMode="DIRECT_QUERY")),
    "schedule": lambda: schedule("12:00"),
    "no_schedule": lambda: ask("delete_refresh_schedule", DataSetId=BUYERS, ScheduleId="pipectl"),
    "workgroup": lambda: parameters(WorkGroup="primary"),
    "role": lambda: parameters(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/pipectl/shop/dev/us-east-1/shop-dev-delivery"),
    "source_rights": source_rights,
    "broken_source": broken_source,
    "no_dashboard": lambda: ask("delete_dashboard", DashboardId=ID),
    "no_analysis": lambda: ask("delete_analysis", AnalysisId=ID),
    "no_source": lambda: ask("delete_data_source", DataSourceId=ID),
    "failed_source": failed_source,
    "theirs": theirs,
    "no_role": no_role,
    "tagged": tagged,
    "unsubscribe": unsubscribe,
    "standard": standard,
}
DEEDS[DEED]()
