"""QuickSight's control plane as boto3 sees it: made, read back, changed, published, refused, taken down.

usage: quicksight.py URL TOKEN, of a server whose clock stands still
"""

import copy
import json
import sys
import urllib.request

import boto3
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:]
ACCOUNT, REGION = "000000000000", "eu-west-1"
ARN = f"arn:aws:quicksight:{REGION}:{ACCOUNT}"
USER = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:user/default/local"


def client(service, region=REGION):
    keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
    return boto3.client(service, endpoint_url=URL, region_name=region, **keys)


def local(method, page, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_local/{page}", data, {"authorization": f"Bearer {TOKEN}"}, method=method)
    return json.loads(urllib.request.urlopen(request).read())


qs, home = client("quicksight"), client("quicksight", "us-east-1")


def ask(operation, at=None, **arguments):
    answer = getattr(at or qs, operation)(AwsAccountId=ACCOUNT, **arguments)
    assert answer["RequestId"] == answer["ResponseMetadata"]["RequestId"], operation
    return answer


def refused(operation, at=None, **arguments):
    arguments = {"AwsAccountId": ACCOUNT, **arguments}
    try:
        getattr(at or qs, operation)(**arguments)
        print(operation, "was not refused")
    except ClientError as error:
        told = error.response
        message = told["Error"]["Message"].replace(ARN, "ARN").replace(ACCOUNT, "ACCOUNT")
        print(f"  {operation}: {told['Error']['Code']} {told['ResponseMetadata']['HTTPStatusCode']}: {message:.200}")


def step(seconds):
    local("POST", "clock", {"step_seconds": seconds})


def until(read):
    """What it comes to. The clock stands still until it is stepped."""
    assert any(word in read() for word in ("IN_PROGRESS", "INITIALIZED")), read()
    step(1)
    return read()


def permission(actions, principal=USER):
    return {"Principal": principal, "Actions": [f"quicksight:{action}" for action in actions.split()]}


READS_SOURCE = "DescribeDataSource DescribeDataSourcePermissions PassDataSource"
OWNS_SOURCE = READS_SOURCE + " UpdateDataSource DeleteDataSource UpdateDataSourcePermissions"
READS_SET = "DescribeDataSet DescribeDataSetPermissions PassDataSet DescribeIngestion ListIngestions"
OWNS_SET = READS_SET + " UpdateDataSet DeleteDataSet CreateIngestion CancelIngestion UpdateDataSetPermissions"
READS = "DescribeDashboard ListDashboardVersions QueryDashboard"
OWNS = (
    READS + " UpdateDashboard DeleteDashboard DescribeDashboardPermissions UpdateDashboardPermissions"
    " UpdateDashboardPublishedVersion"
)


def identities():
    print("identities")
    account = ask("describe_account_subscription", home)["AccountInfo"]
    print(" ", account["Edition"], account["AccountSubscriptionStatus"])
    namespaces = ask("list_namespaces")["Namespaces"]
    print(" ", [(one["Name"], one["CapacityRegion"], one["CreationStatus"]) for one in namespaces])
    users = ask("list_users", home, Namespace="default")["UserList"]
    print(" ", [(user["UserName"], user["Role"], user["Arn"] == USER) for user in users])
    refused("list_users", Namespace="default")
    refused("describe_account_subscription")
    refused("list_data_sets", AwsAccountId="999999999999")
    refused("list_users", home, Namespace="others")
    user = ask("register_user", home, Namespace="default", IdentityType="QUICKSIGHT", Email="a@example.org", UserRole="READER", UserName="a b/c")
    print(" ", user["Status"], user["User"]["Arn"].replace(ACCOUNT, "ACCOUNT"), user["User"]["Active"])
    print(" ", ask("describe_user", home, Namespace="default", UserName="a b/c")["User"] == user["User"])
    refused("register_user", home, Namespace="default", IdentityType="QUICKSIGHT", Email="a@example.org", UserRole="READER", UserName="a b/c")
    refused("register_user", home, Namespace="default", IdentityType="IAM", Email="a@example.org", UserRole="READER", UserName="x")
    role = f"arn:aws:iam::{ACCOUNT}:role/readers"
    of_iam = ask("register_user", home, Namespace="default", IdentityType="IAM", Email="b@example.org", UserRole="READER", IamArn=role, SessionName="bb")
    print(" ", of_iam["User"]["UserName"])
    group = ask("create_group", home, Namespace="default", GroupName="readers", Description="who reads")["Group"]
    member = ask("create_group_membership", home, Namespace="default", GroupName="readers", MemberName="a b/c")
    print(" ", group["Arn"].replace(ACCOUNT, "ACCOUNT"), member["GroupMember"]["MemberName"])
    refused("create_group_membership", home, Namespace="default", GroupName="readers", MemberName="nobody")
    refused("create_group", home, Namespace="default", GroupName="readers")
    refused("describe_group", home, Namespace="default", GroupName="writers")
    print(" ", [one["GroupName"] for one in ask("list_groups", home, Namespace="default")["GroupList"]])
    ask("delete_user", home, Namespace="default", UserName="a b/c")
    refused("describe_user", home, Namespace="default", UserName="a b/c")
    return group["Arn"]


def trusted(name, service="quicksight.amazonaws.com", actions=("athena:*",)):
    """A role that a service may assume."""
    iam = client("iam")
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    policy = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
    return arn


def source_status(name):
    return until(lambda: ask("describe_data_source", DataSourceId=name)["DataSource"]["Status"])


def data_sources(group):
    print("data sources")
    client("athena").create_work_group(Name="clicks")
    role = trusted("asks-athena")
    made = ask(
        "create_data_source", DataSourceId="clicks", Name="Clicks", Type="ATHENA",
        DataSourceParameters={"AthenaParameters": {"WorkGroup": "clicks", "RoleArn": role}},
        Permissions=[permission(OWNS_SOURCE)], Tags=[{"Key": "team", "Value": "data"}],
    )
    print(" ", made["Status"], made["Arn"].replace(ARN, "ARN"), made["CreationStatus"])
    print(" ", source_status("clicks"))
    shown = ask("describe_data_source", DataSourceId="clicks")["DataSource"]
    print(" ", shown["DataSourceParameters"]["AthenaParameters"]["WorkGroup"], shown["SslProperties"], "ErrorInfo" in shown)
    ask("create_data_source", DataSourceId="plain", Name="Plain", Type="ATHENA")
    print(" ", source_status("plain"), ask("describe_data_source", DataSourceId="plain")["DataSource"]["DataSourceParameters"])
    refused("create_data_source", DataSourceId="plain", Name="Plain", Type="ATHENA")
    for name, parameters in {
        "no-group": {"WorkGroup": "nowhere"},
        "no-role": {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/nobody"},
        "others-role": {"RoleArn": trusted("of-glue", "glue.amazonaws.com")},
        "weak-role": {"RoleArn": trusted("weak", actions=["s3:GetObject"])},
    }.items():
        ask("create_data_source", DataSourceId=name, Name=name, Type="ATHENA", DataSourceParameters={"AthenaParameters": parameters})
        status = source_status(name)
        print("  ", name, status, ask("describe_data_source", DataSourceId=name)["DataSource"]["ErrorInfo"]["Type"])
        ask("delete_data_source", DataSourceId=name)
    refused("create_data_source", DataSourceId="x", Name="x", Type="ATHENA", DataSourceParameters={"S3Parameters": {"ManifestFileLocation": {"Bucket": "b", "Key": "k"}}})
    refused("create_data_source", DataSourceId="x", Name="x", Type="ATHENA", Permissions=[permission(READS_SOURCE, USER + "2")])
    refused("create_data_source", DataSourceId="x", Name="x", Type="ATHENA", Permissions=[permission("DescribeDataSource")])
    refused("describe_data_source", DataSourceId="x")
    changed = ask("update_data_source", DataSourceId="clicks", Name="All clicks", DataSourceParameters={"AthenaParameters": {"WorkGroup": "clicks", "RoleArn": role}})
    print(" ", changed["Status"], changed["UpdateStatus"])
    refused("update_data_source", DataSourceId="clicks", Name="Again")
    print(" ", source_status("clicks"), ask("describe_data_source", DataSourceId="clicks")["DataSource"]["Name"])
    ask("update_data_source_permissions", DataSourceId="clicks", GrantPermissions=[permission(READS_SOURCE, group)])
    ask("update_data_source_permissions", DataSourceId="clicks", RevokePermissions=[permission(OWNS_SOURCE)])
    kept = ask("describe_data_source_permissions", DataSourceId="clicks")["Permissions"]
    print(" ", [(one["Principal"] == group, len(one["Actions"])) for one in kept])
    pages = qs.get_paginator("list_data_sources").paginate(AwsAccountId=ACCOUNT, PaginationConfig={"PageSize": 1})
    print(" ", [[one["DataSourceId"] for one in page["DataSources"]] for page in pages])
    refused("list_data_sources", NextToken="anything")


COLUMNS = {"event": "STRING", "at": "STRING", "amount": "DECIMAL", "count": "INTEGER", "paid": "BOOLEAN", "more": "JSON"}
CAST = [{"CastColumnTypeOperation": {"ColumnName": "at", "NewColumnType": "DATETIME", "Format": "yyyy-MM-dd HH:mm:ss"}}]


def data_set(name="events", source="clicks", transforms=CAST, **more):
    columns = [{"Name": column, "Type": kind} for column, kind in COLUMNS.items()]
    table = {"DataSourceArn": f"{ARN}:datasource/{source}", "Catalog": "AwsDataCatalog", "Schema": "clicks", "Name": "events", "InputColumns": columns}
    given = dict(DataSetId=name, Name="Events", ImportMode="DIRECT_QUERY", PhysicalTableMap={"table": {"RelationalTable": table}})
    if transforms:
        given["LogicalTableMap"] = {"events": {"Alias": "Events", "Source": {"PhysicalTableId": "table"}, "DataTransforms": transforms}}
    return {**given, **more}


def output(name):
    columns = ask("describe_data_set", DataSetId=name)["DataSet"]["OutputColumns"]
    return " ".join(f"{one['Name']}:{one['Type']}" + (f"({one['SubType']})" if "SubType" in one else "") for one in columns)


def data_sets(group):
    print("data sets")
    made = ask("create_data_set", **data_set(), Permissions=[permission(OWNS_SET)], Tags=[{"Key": "team", "Value": "data"}])
    print(" ", made["Status"], made["Arn"].replace(ARN, "ARN"), "IngestionId" in made)
    shown = ask("describe_data_set", DataSetId="events")["DataSet"]
    given = data_set()
    print(" ", all(shown[name] == given[name] for name in given), shown["DataSetUsageConfiguration"])
    print(" ", output("events"))
    refused("create_data_set", **data_set())
    made = ask("create_data_set", **data_set("held", transforms=None, ImportMode="SPICE"))
    print(" ", made["Status"], made["IngestionArn"] == f"{ARN}:dataset/held/ingestion/{made['IngestionId']}")
    print(" ", output("held"), ask("describe_data_set", DataSetId="held")["DataSet"]["LogicalTableMap"])
    steps = [
        {"RenameColumnOperation": {"ColumnName": "event", "NewColumnName": "name"}},
        {"CreateColumnsOperation": {"Columns": [{"ColumnName": "twice", "ColumnId": "twice", "Expression": "{count} * 2"}]}},
        {"ProjectOperation": {"ProjectedColumns": ["name", "twice", "at"]}},
    ]
    sql = {"DataSourceArn": f"{ARN}:datasource/clicks", "Name": "days", "SqlQuery": "SELECT 1", "Columns": [{"Name": "name", "Type": "STRING"}, {"Name": "day", "Type": "DATETIME"}]}
    ask("update_data_set", **data_set("held", transforms=CAST + steps))
    print(" ", output("held"))
    days = {"days": {"CustomSql": sql}}
    join = {"LeftOperand": "left", "RightOperand": "right", "Type": "LEFT", "OnClause": "{event} = {name}"}
    tables = {
        "left": {"Alias": "l", "Source": {"PhysicalTableId": "table"}},
        "right": {"Alias": "r", "Source": {"DataSetArn": f"{ARN}:dataset/days"}},
        "both": {"Alias": "b", "Source": {"JoinInstruction": join}},
    }
    ask("create_data_set", DataSetId="days", Name="Days", ImportMode="DIRECT_QUERY", PhysicalTableMap=days)
    ask("update_data_set", **data_set("held", transforms=None, LogicalTableMap=tables))
    print(" ", output("held"))
    for broken in (
        data_set("x", source="nowhere"),
        data_set("x", transforms=[{"CastColumnTypeOperation": {"ColumnName": "nothing", "NewColumnType": "STRING"}}]),
        data_set("x", transforms=[{"RenameColumnOperation": {"ColumnName": "at", "NewColumnName": "event"}}]),
        data_set("x", transforms=None, LogicalTableMap={"a": {"Alias": "a", "Source": {"PhysicalTableId": "nowhere"}}}),
        data_set("x", transforms=None, LogicalTableMap={**tables, "other": {"Alias": "o", "Source": {"PhysicalTableId": "table"}}}),
        data_set("x", PhysicalTableMap={"table": {}}),
        data_set("x", Permissions=[permission(READS_SET.replace(" ListIngestions", ""))]),
        data_set("x", Permissions=[permission(READS_SET, f"arn:aws:quicksight:us-east-1:{ACCOUNT}:namespace/default")]),
    ):
        refused("create_data_set", **broken)
    for actions in ("UpdateDataSet DeleteDataSet CreateIngestion CancelIngestion UpdateDataSetPermissions",):
        ask("update_data_set_permissions", DataSetId="events", RevokePermissions=[permission(actions)])
    ask("update_data_set_permissions", DataSetId="events", GrantPermissions=[permission(OWNS_SET, group)])
    kept = ask("describe_data_set_permissions", DataSetId="events")["Permissions"]
    print(" ", [len(one["Actions"]) for one in kept])
    print(" ", [(one["DataSetId"], one["ImportMode"]) for one in ask("list_data_sets")["DataSetSummaries"]])
    ask("delete_data_set", DataSetId="days")
    refused("describe_data_set", DataSetId="days")


def stored():
    """A table of three rows, and who may read it: a role with all rights, and one without S3."""
    client("s3").create_bucket(Bucket="clicks", CreateBucketConfiguration={"LocationConstraint": REGION})
    rows = [{"event": "view", "at": f"2026-11-0{day} 10:00:00", "amount": day} for day in (1, 2, 3)]
    client("s3").put_object(Bucket="clicks", Key="events/a.json", Body="\n".join(json.dumps(row) for row in rows))
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "clicks"})
    columns = [{"Name": "event", "Type": "string"}, {"Name": "at", "Type": "string"}, {"Name": "amount", "Type": "double"}]
    storage = {
        "Columns": columns, "Location": "s3://clicks/events/", "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"},
    }
    glue.create_table(DatabaseName="clicks", TableInput={"Name": "events", "TableType": "EXTERNAL_TABLE", "StorageDescriptor": storage})
    client("athena").create_work_group(Name="reads", Configuration={"ResultConfiguration": {"OutputLocation": "s3://clicks/results/"}})
    for name, actions in {"reads": ["athena:*", "glue:*", "s3:*"], "sees": ["athena:*", "glue:*"]}.items():
        parameters = {"WorkGroup": "reads", "RoleArn": trusted(name, actions=actions)}
        ask("create_data_source", DataSourceId=name, Name=name, Type="ATHENA", DataSourceParameters={"AthenaParameters": parameters})
        assert source_status(name) == "CREATION_SUCCESSFUL"


def spice(name, source="reads", columns="event at amount", sql=None):
    columns = [{"Name": column, "Type": "DECIMAL" if column == "amount" else "STRING"} for column in columns.split()]
    table = {"RelationalTable": {"DataSourceArn": f"{ARN}:datasource/{source}", "Catalog": "AwsDataCatalog", "Schema": "clicks", "Name": "events", "InputColumns": columns}}
    if sql:
        table = {"CustomSql": {"DataSourceArn": f"{ARN}:datasource/{source}", "Name": "sql", "SqlQuery": sql, "Columns": columns}}
    return ask("create_data_set", DataSetId=name, Name=name, ImportMode="SPICE", PhysicalTableMap={"table": table})


def ingestion(name, id):
    read = lambda: ask("describe_ingestion", DataSetId=name, IngestionId=id)["Ingestion"]
    state = until(lambda: read()["IngestionStatus"])
    told = read()
    error = told.get("ErrorInfo", {})
    message = error.get("Message", "").split(" [Execution")[0].replace(ACCOUNT, "ACCOUNT")
    return state, told["RequestType"], told["RequestSource"], told.get("RowInfo", {}).get("RowsIngested"), error.get("Type"), message[:110]


def ingestions():
    print("ingestions")
    stored()
    print(" ", ingestion("kept", spice("kept")["IngestionId"]))
    print(" ", ingestion("sql", spice("sql", columns="event", sql="SELECT DISTINCT event FROM clicks.events;")["IngestionId"]))
    print(" ", ingestion("less", spice("less", columns="event nothing")["IngestionId"]))
    print(" ", ingestion("denied", spice("denied", source="sees")["IngestionId"]))
    ask("delete_data_source", DataSourceId="sees")
    made = ask("create_ingestion", DataSetId="denied", IngestionId="again")
    print(" ", made["Status"], made["IngestionStatus"], ingestion("denied", "again"))
    refused("create_ingestion", DataSetId="events", IngestionId="direct")
    refused("create_ingestion", DataSetId="denied", IngestionId="again")
    refused("create_ingestion", DataSetId="kept", IngestionId="late", IngestionType="INCREMENTAL_REFRESH")
    refused("describe_ingestion", DataSetId="kept", IngestionId="nothing")
    ask("create_ingestion", DataSetId="kept", IngestionId="stopped")
    ask("cancel_ingestion", DataSetId="kept", IngestionId="stopped")
    refused("cancel_ingestion", DataSetId="kept", IngestionId="stopped")
    step(1)
    kept = ask("list_ingestions", DataSetId="kept")["Ingestions"]
    print(" ", [(one["IngestionStatus"], one["RequestType"]) for one in kept])
    for number in range(31):
        ask("create_ingestion", DataSetId="kept", IngestionId=f"n{number}")
    refused("create_ingestion", DataSetId="kept", IngestionId="n32")
    step(60)
    states = [one["IngestionStatus"] for one in ask("list_ingestions", DataSetId="kept")["Ingestions"]]
    print(" ", {state: states.count(state) for state in sorted(set(states))})


def schedule(id, interval="DAILY", kind="FULL_REFRESH", more=None, **frequency):
    if interval not in ("HOURLY", "MINUTE15", "MINUTE30"):
        frequency = {"TimeOfTheDay": "06:00", **frequency}
    return {"ScheduleId": id, "ScheduleFrequency": {"Interval": interval, **frequency}, "RefreshType": kind, **(more or {})}


def schedules():
    print("schedules")
    window = {"LookbackWindow": {"ColumnName": "at", "Size": 1, "SizeUnit": "DAY"}}
    properties = {"RefreshConfiguration": {"IncrementalRefresh": window}}
    for wrong in (
        schedule("x", TimeOfTheDay="6 o'clock"),
        schedule("x", "WEEKLY"),
        schedule("x", "MONTHLY", RefreshOnDay={"DayOfWeek": "MONDAY"}),
        schedule("x", RefreshOnDay={"DayOfWeek": "MONDAY"}),
        schedule("x", Timezone="Mars/Olympus"),
        schedule("x", "MINUTE15"),
        schedule("x", "MINUTE15", "INCREMENTAL_REFRESH"),
        schedule("x", "MONTHLY", RefreshOnDay={"DayOfMonth": "31"}),
    ):
        refused("create_refresh_schedule", DataSetId="kept", Schedule=wrong)
    refused("create_refresh_schedule", DataSetId="events", Schedule=schedule("x"))
    refused("put_data_set_refresh_properties", DataSetId="kept", DataSetRefreshProperties=properties)
    refused("describe_data_set_refresh_properties", DataSetId="kept")
    table = ask("describe_data_set", DataSetId="kept")["DataSet"]["PhysicalTableMap"]
    logical = {"cast": {"Alias": "cast", "Source": {"PhysicalTableId": "table"}, "DataTransforms": CAST}}
    ask("update_data_set", DataSetId="kept", Name="kept", ImportMode="SPICE", PhysicalTableMap=table, LogicalTableMap=logical)
    step(1)
    ask("put_data_set_refresh_properties", DataSetId="kept", DataSetRefreshProperties=properties)
    print(" ", ask("describe_data_set_refresh_properties", DataSetId="kept")["DataSetRefreshProperties"] == properties)
    made = ask("create_refresh_schedule", DataSetId="kept", Schedule=schedule("hours", "HOURLY"))
    print(" ", made["Status"], made["Arn"].replace(ARN, "ARN"))
    refused("create_refresh_schedule", DataSetId="kept", Schedule=schedule("hours"))
    refused("create_refresh_schedule", DataSetId="kept", Schedule=schedule("hours-too", "HOURLY"))
    for number, more in enumerate((schedule("a", "MINUTE30", "INCREMENTAL_REFRESH"), schedule("b"), schedule("c", "WEEKLY", RefreshOnDay={"DayOfWeek": "MONDAY"}), schedule("d", Timezone="Europe/Berlin"))):
        ask("create_refresh_schedule", DataSetId="kept", Schedule=more)
    refused("create_refresh_schedule", DataSetId="kept", Schedule=schedule("e"))
    before = len(ask("list_ingestions", DataSetId="kept")["Ingestions"])
    for id in "abcd":
        ask("delete_refresh_schedule", DataSetId="kept", ScheduleId=id)
    step(2 * 3600 + 60)
    new = ask("list_ingestions", DataSetId="kept")["Ingestions"][: -before]
    print(" ", [(one["IngestionStatus"], one["RequestType"], one["RequestSource"], one.get("RowInfo", {}).get("RowsIngested")) for one in new])
    ask("update_refresh_schedule", DataSetId="kept", Schedule=schedule("hours", TimeOfTheDay="07:00"))
    shown = ask("describe_refresh_schedule", DataSetId="kept", ScheduleId="hours")["RefreshSchedule"]
    print(" ", shown["ScheduleFrequency"], shown["RefreshType"], "StartAfterDateTime" in shown)
    print(" ", [(one["kind"], one["name"]) for one in local("GET", "status")["schedules"]])
    refused("update_refresh_schedule", DataSetId="kept", Schedule=schedule("nothing"))
    ask("delete_data_set_refresh_properties", DataSetId="kept")
    ask("delete_refresh_schedule", DataSetId="kept", ScheduleId="hours")
    refused("describe_refresh_schedule", DataSetId="kept", ScheduleId="hours")
    print(" ", ask("list_refresh_schedules", DataSetId="kept")["RefreshSchedules"])


def column(name, identifier="events"):
    return {"DataSetIdentifier": identifier, "ColumnName": name}


def definition(change=None):
    """A KPI, a bar chart, a line chart and a table, on a grid; `change` gets it to break it."""
    count = {"CategoricalMeasureField": {"FieldId": "count", "Column": column("event"), "AggregationFunction": "COUNT"}}
    bar = {"Category": [{"CategoricalDimensionField": {"FieldId": "bar", "Column": column("event")}}], "Values": [count]}
    line = {
        "Category": [{"DateDimensionField": {"FieldId": "line", "Column": column("at"), "DateGranularity": "DAY"}}],
        "Values": [{"NumericalMeasureField": {"FieldId": "sum", "Column": column("amount"), "AggregationFunction": {"SimpleNumericalAggregation": "SUM"}}}],
    }
    kpi = {"Values": [{"NumericalMeasureField": {"FieldId": "kpi", "Column": column("count")}}]}
    rows = {"Values": [{"FieldId": "rows", "Column": column("paid"), "FormatConfiguration": {"NumberFormatConfiguration": {"FormatConfiguration": {"NumberDisplayFormatConfiguration": {"Suffix": "!"}}}}}]}
    visuals = [
        {"BarChartVisual": {"VisualId": "bars", "ChartConfiguration": {"FieldWells": {"BarChartAggregatedFieldWells": bar}, "SortConfiguration": {"CategorySort": [{"FieldSort": {"FieldId": "count", "Direction": "DESC"}}]}}}},
        {"LineChartVisual": {"VisualId": "lines", "ChartConfiguration": {"FieldWells": {"LineChartAggregatedFieldWells": line}}}},
        {"KPIVisual": {"VisualId": "number", "ChartConfiguration": {"FieldWells": kpi}}},
        {"TableVisual": {"VisualId": "table", "ChartConfiguration": {"FieldWells": {"TableUnaggregatedFieldWells": rows}}}},
    ]
    place = lambda id, left, wide, top: {"ElementId": id, "ElementType": "VISUAL", "ColumnIndex": left, "ColumnSpan": wide, "RowIndex": top, "RowSpan": 6}
    elements = [place("number", 0, 12, 0), place("bars", 12, 24, 0), place("lines", 0, 36, 6), place("table", 0, 36, 12)]
    made = {
        "DataSetIdentifierDeclarations": [{"Identifier": "events", "DataSetArn": f"{ARN}:dataset/events"}],
        "Sheets": [{"SheetId": "one", "Name": "Events", "Visuals": visuals, "Layouts": [{"Configuration": {"GridLayout": {"Elements": elements}}}]}],
        "CalculatedFields": [{"DataSetIdentifier": "events", "Name": "twice", "Expression": "{count} * 2"}],
    }
    if change:
        change(made)
    return made


def wells(made, visual):
    (body,) = made["Sheets"][0]["Visuals"][visual].values()
    wells = body["ChartConfiguration"]["FieldWells"]
    return wells if "Values" in wells else next(iter(wells.values()))


def renamed(visual, well, field, name, identifier="events"):
    def change(made):
        wells(made, visual)[well][0][field]["Column"] = column(name, identifier)
    return change


def elements(made):
    return made["Sheets"][0]["Layouts"][0]["Configuration"]["GridLayout"]["Elements"]


# What a definition has wrong, and is made all the same: what its errors tell.
FAILING = {
    "no column": renamed(0, "Category", "CategoricalDimensionField", "nothing"),
    "text as a time": renamed(1, "Category", "DateDimensionField", "event"),
    "text as a number": renamed(2, "Values", "NumericalMeasureField", "event"),
    "a number as text": renamed(0, "Category", "CategoricalDimensionField", "count"),
    "no data set": lambda made: made["DataSetIdentifierDeclarations"].append({"Identifier": "gone", "DataSetArn": f"{ARN}:dataset/gone"}),
}
# What is refused at once.
REFUSED = {
    "one visual twice": lambda made: made["Sheets"][0]["Visuals"][2]["KPIVisual"].update(VisualId="bars"),
    "one field twice": lambda made: wells(made, 2)["Values"].append(copy.deepcopy(wells(made, 2)["Values"][0])),
    "a data set that is not declared": renamed(0, "Category", "CategoricalDimensionField", "event", "others"),
    "nothing placed": lambda made: elements(made)[0].update(ElementId="nothing"),
    "over the edge": lambda made: elements(made)[0].update(ColumnIndex=30),
    "high": lambda made: elements(made)[0].update(RowSpan=22),
    "another kind of element": lambda made: elements(made)[0].update(ElementType="PICTURE"),
    "an id with a space": lambda made: made["Sheets"][0]["Visuals"][2]["KPIVisual"].update(VisualId="a b"),
}


def version(name, **which):
    return ask("describe_dashboard", DashboardId=name, **which)["Dashboard"]["Version"]


def dashboards(group):
    print("dashboards")
    namespace = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:namespace/default"
    made = ask(
        "create_dashboard", DashboardId="clicks", Name="Clicks", Definition=definition(), VersionDescription="the first",
        Permissions=[permission(OWNS), permission(READS, namespace)], Tags=[{"Key": "team", "Value": "data"}],
        DashboardPublishOptions={"ExportToCSVOption": {"AvailabilityStatus": "DISABLED"}},
    )
    print(" ", made["Status"], made["VersionArn"].replace(ARN, "ARN"), made["CreationStatus"])
    refused("update_dashboard", DashboardId="clicks", Name="Clicks", Definition=definition())
    print(" ", until(lambda: version("clicks")["Status"]))
    shown = version("clicks")
    print(" ", shown["VersionNumber"], shown["Errors"], shown["DataSetArns"] == [f"{ARN}:dataset/events"], shown["Sheets"], shown["Description"])
    kept = ask("describe_dashboard_definition", DashboardId="clicks")
    print(" ", kept["Definition"] == definition(), kept["ResourceStatus"], kept["DashboardPublishOptions"])
    refused("create_dashboard", DashboardId="clicks", Name="Clicks", Definition=definition())
    for name, change in FAILING.items():
        ask("create_dashboard", DashboardId="broken", Name="Broken", Definition=definition(change))
        status = until(lambda: version("broken")["Status"])
        print("  ", f"{name}:", status, [(one["Type"], one["Message"].replace(ARN, "ARN")) for one in version("broken")["Errors"]])
        ask("delete_dashboard", DashboardId="broken")
    ask("create_dashboard", DashboardId="lenient", Name="L", Definition=definition(FAILING["no column"]), ValidationStrategy={"Mode": "LENIENT"})
    print("   lenient:", until(lambda: version("lenient")["Status"]))
    ask("delete_dashboard", DashboardId="lenient")
    for name, change in REFUSED.items():
        print("  ", name)
        refused("create_dashboard", DashboardId="broken", Name="Broken", Definition=definition(change))
    refused("create_dashboard", DashboardId="broken", Name="Broken")
    refused("create_dashboard", DashboardId="broken", Name="Broken", Definition=definition(), Permissions=[permission(READS + " UpdateDashboard")])
    published(group)


def published(group):
    made = ask("update_dashboard", DashboardId="clicks", Name="More clicks", Definition=definition(FAILING["no column"]))
    refused("update_dashboard_published_version", DashboardId="clicks", VersionNumber=2)
    print(" ", made["VersionArn"].replace(ARN, "ARN"), until(lambda: version("clicks", VersionNumber=2)["Status"]))
    refused("update_dashboard_published_version", DashboardId="clicks", VersionNumber=2)
    ask("update_dashboard", DashboardId="clicks", Name="More clicks", Definition=definition())
    print(" ", until(lambda: version("clicks", AliasName="$LATEST")["Status"]), version("clicks")["VersionNumber"])
    ask("update_dashboard_published_version", DashboardId="clicks", VersionNumber=3)
    print(" ", version("clicks")["VersionNumber"], ask("list_dashboards")["DashboardSummaryList"][0]["PublishedVersionNumber"])
    refused("delete_dashboard", DashboardId="clicks", VersionNumber=3)
    ask("delete_dashboard", DashboardId="clicks", VersionNumber=2)
    refused("describe_dashboard", DashboardId="clicks", VersionNumber=2)
    kept = ask("list_dashboard_versions", DashboardId="clicks")["DashboardVersionSummaryList"]
    print(" ", [(one["VersionNumber"], one["Status"]) for one in kept])
    told = ask("update_dashboard_permissions", DashboardId="clicks", GrantPermissions=[permission(READS, group)])["Permissions"]
    print(" ", sorted(len(one["Actions"]) for one in told), ask("describe_dashboard_permissions", DashboardId="clicks")["Permissions"] == told)


def analyses():
    print("analyses")
    owns = "DescribeAnalysis UpdateAnalysis DeleteAnalysis QueryAnalysis RestoreAnalysis DescribeAnalysisPermissions UpdateAnalysisPermissions"
    read = lambda: ask("describe_analysis", AnalysisId="study")["Analysis"]
    made = ask("create_analysis", AnalysisId="study", Name="Study", Definition=definition(), Permissions=[permission(owns)], Tags=[{"Key": "team", "Value": "data"}])
    print(" ", made["Status"], made["Arn"].replace(ARN, "ARN"), until(lambda: read()["Status"]), read()["Sheets"])
    print(" ", ask("describe_analysis_definition", AnalysisId="study")["Definition"] == definition())
    refused("create_analysis", AnalysisId="study", Name="Study", Definition=definition())
    ask("update_analysis", AnalysisId="study", Name="Study", Definition=definition(FAILING["no column"]))
    print(" ", until(lambda: read()["Status"]), [one["Type"] for one in read()["Errors"]])
    told = ask("update_analysis_permissions", AnalysisId="study", RevokePermissions=[permission(owns)])
    print(" ", told["Permissions"], ask("describe_analysis_permissions", AnalysisId="study")["Permissions"])
    refused("update_analysis_permissions", AnalysisId="study", GrantPermissions=[permission("DescribeAnalysis")])
    refused("restore_analysis", AnalysisId="study")
    refused("delete_analysis", AnalysisId="study", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)
    refused("delete_analysis", AnalysisId="study", RecoveryWindowInDays=31)
    ask("delete_analysis", AnalysisId="study", RecoveryWindowInDays=7)
    print(" ", read()["Status"], [one["Status"] for one in ask("list_analyses")["AnalysisSummaryList"]])
    refused("update_analysis", AnalysisId="study", Name="Study", Definition=definition())
    ask("restore_analysis", AnalysisId="study")
    print(" ", read()["Status"])
    ask("delete_analysis", AnalysisId="study", RecoveryWindowInDays=7)
    step(7 * 24 * 3600 - 60)
    print(" ", read()["Status"])
    step(120)
    refused("restore_analysis", AnalysisId="study")
    ask("create_analysis", AnalysisId="study", Name="Study", Definition=definition())
    ask("delete_analysis", AnalysisId="study", ForceDeleteWithoutRecovery=True)
    refused("describe_analysis", AnalysisId="study")


def tags():
    print("tags")
    for arn in (f"{ARN}:datasource/clicks", f"{ARN}:dataset/events", f"{ARN}:dashboard/clicks"):
        qs.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "dev"}])
        qs.untag_resource(ResourceArn=arn, TagKeys=["team", "nothing"])
        print(" ", qs.list_tags_for_resource(ResourceArn=arn)["Tags"])
    try:
        qs.list_tags_for_resource(ResourceArn=f"{ARN}:dashboard/nothing")
    except ClientError as error:
        print(" ", error.response["Error"]["Code"])
    listed = client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    print(" ", [one for one in listed if ":quicksight:" in one["ResourceARN"]])


def ended():
    print("ended")
    ask("delete_data_source", DataSourceId="clicks")
    print(" ", ask("describe_data_set", DataSetId="events")["DataSet"]["Name"], version("clicks")["Status"])
    refused("delete_account_subscription", home)
    refused("create_account_subscription", home, AccountName="again", AuthenticationMethod="IAM_AND_QUICKSIGHT", NotificationEmail="a@example.org")
    print(" ", ask("describe_account_settings", home)["AccountSettings"]["TerminationProtectionEnabled"])
    ask("update_account_settings", home, DefaultNamespace="default", TerminationProtectionEnabled=False)
    ask("delete_account_subscription", home)
    status = lambda: ask("describe_account_subscription", home)["AccountInfo"]["AccountSubscriptionStatus"]
    print(" ", until(status))
    refused("list_dashboards")
    refused("list_data_sources")
    refused("list_users", home, Namespace="default")
    ask("create_account_subscription", AccountName="again", Edition="STANDARD", AuthenticationMethod="IAM_AND_QUICKSIGHT", NotificationEmail="a@example.org")
    print(" ", until(lambda: ask("describe_account_subscription")["AccountInfo"]["AccountSubscriptionStatus"]))
    print(" ", ask("list_namespaces")["Namespaces"][0]["CapacityRegion"], ask("list_users", Namespace="default")["UserList"])
    print(" ", ask("list_data_sources")["DataSources"], ask("list_data_sets")["DataSetSummaries"])
    refused("list_dashboards")


readers = identities()
data_sources(readers)
data_sets(readers)
dashboards(readers)
analyses()
ingestions()
schedules()
tags()
ended()
