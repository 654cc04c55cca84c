"""Crawls that take longer than their schedule, and triggers of a job that runs: prints what came of them.

usage: glue_schedules.py URL TOKEN SCALE, with SCALE seconds passing in one of the machine's.
"""

import json
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, TOKEN, SCALE = sys.argv[1], sys.argv[2], float(sys.argv[3])
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, s3, glue, logs, athena = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "glue", "logs", "athena"))
EVERY = 300


def told(call, **more):
    try:
        call(**more)
        return "ok"
    except ClientError as error:
        return error.response["Error"]["Code"]


def admin(page, body=None):
    own = {"Authorization": f"Bearer {TOKEN}"}
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/{page}", body and json.dumps(body).encode(), own)) as answer:
        return json.load(answer)


trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
iam.create_role(RoleName="g", AssumeRolePolicyDocument=json.dumps(trust))
for policy in ("service-role/AWSGlueServiceRole", "AmazonS3FullAccess"):
    iam.attach_role_policy(RoleName="g", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
s3.create_bucket(Bucket="data")
lines = "".join(json.dumps({"id": number, "name": f"n{number}", "at": "2026-01-01", "tags": {"a": number, "b": str(number)}}) + "\n"
                for number in range(4000))
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda number: s3.put_object(Bucket="data", Key=f"raw/file{number:03}.json", Body=lines), range(80)))
glue.create_database(DatabaseInput={"Name": "d"})
glue.create_crawler(Name="c", Role="g", DatabaseName="d", Targets={"S3Targets": [{"Path": "s3://data/raw/"}]},
                    Schedule="cron(0/5 * * * ? *)")


def crawls():
    return glue.list_crawls(CrawlerName="c")["Crawls"][::-1]


refused, deadline = set(), time.time() + 240
while len([one for one in crawls() if one["State"] == "COMPLETED"]) < 3 and time.time() < deadline:
    if glue.get_crawler(Name="c")["Crawler"]["State"] == "RUNNING":
        # It may be done by the time of the second request.
        refused.add(told(glue.start_crawler, Name="c"))
    time.sleep(0.1)
done = [one for one in crawls() if one["State"] == "COMPLETED"]
took = [(one["EndTime"] - one["StartTime"]).total_seconds() for one in done]
print("a crawl takes longer than its schedule:", min(took) > EVERY)
print("none while another runs:", all(one["EndTime"] <= other["StartTime"] for one, other in zip(done, done[1:])))
print("started by hand meanwhile:", "CrawlerRunningException" in refused or refused)
glue.stop_crawler_schedule(CrawlerName="c")
while glue.get_crawler(Name="c")["Crawler"]["State"] != "READY":
    time.sleep(0.1)
events = logs.filter_log_events(logGroupName="/aws-glue/crawlers", filterPattern="Running")["events"]
print("what was skipped is not logged:", len(events) == len(crawls()))

print("table:", glue.get_table(DatabaseName="d", Name="raw")["Table"]["Parameters"]["recordCount"])

catalog = {"CatalogName": "AwsDataCatalog"}
print("databases:", [one["Name"] for one in athena.list_databases(**catalog)["DatabaseList"]])
table = athena.get_table_metadata(DatabaseName="d", TableName="raw", **catalog)["TableMetadata"]
print("to Athena:", [(one["Name"], one["Type"]) for one in table["Columns"]], table["Parameters"]["location"])
print("tables:", [one["Name"] for one in athena.list_table_metadata(DatabaseName="d", Expression="ra.*", **catalog)["TableMetadataList"]])
print("absent:", told(athena.get_table_metadata, DatabaseName="d", TableName="x", **catalog), told(athena.get_database, DatabaseName="x", **catalog))

glue.create_job(Name="j", Role="g", Command={"Name": "glueetl", "ScriptLocation": "s3://data/absent.py"})
# Once a day, and that in half an hour.
soon = datetime.fromisoformat(admin("health")["now"][:19]) + timedelta(minutes=30)
for name in ("t1", "t2"):
    glue.create_trigger(Name=name, Type="SCHEDULED", Schedule=f"cron({soon.minute} {soon.hour} * * ? *)", Actions=[{"JobName": "j"}], StartOnCreation=True)
time.sleep(0.5)
admin("clock", {"step_seconds": 3600})
runs = glue.get_job_runs(JobName="j")["JobRuns"]
print("runs:", sorted((one["TriggerName"], one["JobRunState"], one["ErrorMessage"]) for one in runs if "concurrent" in one["ErrorMessage"]), len(runs))
