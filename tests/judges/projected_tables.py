"""Declares tables whose partitions are projected, queries them, and lets a crawler come over one.

usage: projected_tables.py URL
"""

import io
import json
import sys
import time

import boto3
import pyarrow
import pyarrow.parquet
from botocore.config import Config
from botocore.exceptions import ClientError

SETTINGS = dict(endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, s3, glue, athena = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "glue", "athena"))
for bucket in ("lake", "results"):
    s3.create_bucket(Bucket=bucket)
glue.create_database(DatabaseInput={"Name": "web"})
PARQUET = {"InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
           "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
           "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
                         "Parameters": {"serialization.format": "1"}}}
LINES = {"InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
         "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
         "SerdeInfo": {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}}


def table(name, keys, projection, form=PARQUET, location=None, columns=(("n", "int"),)):
    return {"Name": name, "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": key, "Type": kind} for key, kind in keys],
            "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE", **projection},
            "StorageDescriptor": {"Columns": [{"Name": key, "Type": kind} for key, kind in columns],
                                  "Location": location or f"s3://lake/{name}/", **form}}


def declare(*arguments, **options):
    glue.create_table(DatabaseName="web", TableInput=table(*arguments, **options))


def parquet(key, *numbers):
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"n": pyarrow.array(numbers, pyarrow.int32())}), file)
    s3.put_object(Bucket="lake", Key=key, Body=file.getvalue())


def query(sql):
    id = athena.start_query_execution(QueryString=sql, QueryExecutionContext={"Database": "web"},
                                      ResultConfiguration={"OutputLocation": "s3://results/"})["QueryExecutionId"]
    while True:
        execution = athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
        if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    if execution["Status"]["State"] == "FAILED":
        return execution["Status"]["StateChangeReason"]
    rows = athena.get_query_results(QueryExecutionId=id)["ResultSet"]["Rows"]
    rows = [tuple(one.get("VarCharValue") for one in row["Data"]) for row in rows]
    return (rows[1:], execution["Statistics"]["DataScannedInBytes"]) if sql.startswith("SELECT") else rows


def whole(name):
    return {"projection.enabled": "true", f"projection.{name}.type": "integer"}


DAYS = {**whole("year"), "projection.year.range": "2025,2030", **whole("month"), "projection.month.range": "1,12",
        "projection.month.digits": "2", **whole("day"), "projection.day.range": "1,31", "projection.day.digits": "2"}
KEYS = [("year", "string"), ("month", "string"), ("day", "string")]
declare("events", KEYS, DAYS)
parquet("events/year=2026/month=01/day=31/a.parquet", 1, 2)
parquet("events/year=2026/month=11/day=05/a.parquet", 3)
parquet("events/year=2026/month=11/day=05/_temporary/b", 99)
parquet("events/year=2026/month=11/day=5/c.parquet", 5)
parquet("events/year=2024/month=11/day=05/d.parquet", 7)
parquet("events/e.parquet", 11)
print("partitions in the catalog:", glue.get_partitions(DatabaseName="web", TableName="events")["Partitions"])
rows, bytes_of_all = query("SELECT n, year, month, day FROM events ORDER BY n")
print("all:", rows)
rows, scanned = query("SELECT n FROM events WHERE year = '2026' AND month = '11' ORDER BY n")
print("pruned:", rows, 0 < scanned < bytes_of_all)
print("by a value in the middle:", query("SELECT n FROM events WHERE day >= '31' ORDER BY n")[0])
print("outside of the range:", query("SELECT count(*) FROM events WHERE year = '2024'"))
print("SHOW PARTITIONS:", query("SHOW PARTITIONS events"))
for line in query("MSCK REPAIR TABLE events"):
    print("MSCK:", line)
print("again:", query("MSCK REPAIR TABLE events"))
print("SHOW PARTITIONS:", len(query("SHOW PARTITIONS events")))
print("still projected:", query("SELECT sum(n) FROM events")[0])

typed = {**whole("year"), "projection.year.range": "2025,2030", "projection.dt.type": "date",
         "projection.dt.format": "yyyy-MM-dd", "projection.dt.range": "2025-01-01,NOW+1DAY"}
declare("typed", [("year", "int"), ("dt", "date")], typed)
parquet("typed/year=2026/dt=2026-01-31/a.parquet", 1)
parquet("typed/year=2025/dt=2025-12-31/a.parquet", 2)
print("typed:", query("SELECT n, year + 1, dt FROM typed WHERE year > 2025 AND dt < date '2026-02-01'")[0])
hourly = {"projection.enabled": "true", "projection.at.type": "date", "projection.at.format": "yyyy/MM/dd/HH",
          "projection.at.range": "2026/01/01/00,NOW", "projection.at.interval": "1", "projection.at.interval.unit": "HOURS",
          "projection.kind.type": "enum", "projection.kind.values": "web,app", "projection.who.type": "injected",
          "storage.location.template": "s3://lake/hourly/${kind}/${who}/${at}/"}
declare("hourly", [("kind", "string"), ("who", "string"), ("at", "string")], hourly, form=LINES)
for number, key in enumerate(["web/u1/2026/01/02/03", "app/u1/2026/01/02/04", "tv/u1/2026/01/02/05", "web/u2/2026/01/02/06",
                              "web/u1/2999/01/02/07"]):
    s3.put_object(Bucket="lake", Key=f"hourly/{key}/f", Body=json.dumps({"n": number}).encode())
print("injected:", query("SELECT n, kind, at FROM hourly WHERE who = 'u1' ORDER BY n")[0])
print("two of them:", query("SELECT n, kind FROM hourly WHERE who IN ('u1', 'u2') AND kind = 'web' ORDER BY n")[0])
print("not said:", query("SELECT n FROM hourly"))
print("not said by a range:", query("SELECT n FROM hourly WHERE who > 'u'"))
declare("half", [("year", "string"), ("dt", "string")], {"projection.enabled": "true", **whole("year"),
                                                         "projection.year.range": "2025,2030"})
print("half:", query("SELECT n FROM half"))

# Off: what is registered counts. On again: it does not.
declare("switched", KEYS, DAYS)
parquet("switched/year=2026/month=11/day=05/a.parquet", 3)
off = table("switched", KEYS, {"projection.enabled": "false"})
glue.update_table(DatabaseName="web", TableInput=off)
print("off:", query("SELECT count(*) FROM switched")[0])
query("MSCK REPAIR TABLE switched")
print("registered:", query("SELECT count(*) FROM switched")[0])
glue.update_table(DatabaseName="web", TableInput=table("switched", KEYS, DAYS), SkipArchive=True)
versions = glue.get_table_versions(DatabaseName="web", TableName="switched")["TableVersions"]
print("versions:", [(one["VersionId"], one["Table"]["Parameters"].get("projection.enabled")) for one in versions])
print("the first:", glue.get_table_version(DatabaseName="web", TableName="switched", VersionId="0")["TableVersion"][
    "Table"]["Parameters"]["projection.year.range"])


def refused(call, **arguments):
    try:
        call(**arguments)
        return "taken"
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"


print("another's update:", refused(glue.update_table, DatabaseName="web", TableInput=off, VersionId="1"))
print("the latest:", refused(glue.delete_table_version, DatabaseName="web", TableName="switched", VersionId="2"))
print("an old one:", glue.batch_delete_table_version(DatabaseName="web", TableName="switched", VersionIds=["0", "7"])["Errors"])
glue.delete_table(DatabaseName="web", Name="switched")
declare("switched", KEYS, DAYS)
print("after its end:", len(glue.get_table_versions(DatabaseName="web", TableName="switched")["TableVersions"]))

trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="c", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
iam.put_role_policy(RoleName="c", PolicyName="all", PolicyDocument=json.dumps(everything))


def crawl(update):
    policy = {"UpdateBehavior": update, "DeleteBehavior": "LOG"}
    glue.create_crawler(Name=update, Role=role, DatabaseName="web", SchemaChangePolicy=policy,
                        Targets={"S3Targets": [{"Path": "s3://lake/events/"}]})
    glue.start_crawler(Name=update)
    while glue.get_crawler(Name=update)["Crawler"]["State"] != "READY":
        time.sleep(0.05)
    parameters = glue.get_table(DatabaseName="web", Name="events")["Table"]["Parameters"]
    return sorted(name for name in parameters if name.startswith("projection"))[:1]


print("a crawler that logs leaves:", crawl("LOG"))
print("one that updates leaves:", crawl("UPDATE_IN_DATABASE"))
