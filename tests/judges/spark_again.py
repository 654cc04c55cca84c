"""Has the job's script convert days again under PySpark, with Parquet of its own in the bucket. It is killed before each of
its writes: no row may be missing then, and what the next run goes on with has to leave each row once.

usage: spark_again.py URL JOB WORK_DIRECTORY [EVENT...]

Without events, it runs as usual. Else these are the ones that it has read before: their days are converted again, and
another run as usual follows. Prints the rows that are there then.
"""

import json
import os
import pathlib
import runpy
import sys
import tempfile

url, job, work, *old = sys.argv[1:]
work = pathlib.Path(work)
os.environ.update(
    AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true", BOOKMARK=str(work / "bookmark.json"), TZ="UTC", SPARK_LOCAL_IP="127.0.0.1")

import boto3
from awsglue.names import stand_in
from pyspark.sql import SparkSession

spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.driver.bindAddress", "127.0.0.1").config("spark.sql.shuffle.partitions", "4").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
s3, glue = boto3.client("s3"), boto3.client("glue")
location = glue.get_job(JobName=job)["Job"]["Command"]["ScriptLocation"]
s3.download_file(*location.removeprefix("s3://").split("/", 1), str(work / "etl.py"))
runs = sorted(glue.get_job_runs(JobName=job)["JobRuns"], key=lambda run: run["StartedOn"])
usual = ["etl.py", "--JOB_NAME", job, "--JOB_RUN_ID", runs[-1]["Id"]]
main = runpy.run_path(str(work / "etl.py"))["main"]
script = main.__globals__
bucket = script["SETTINGS"]["bucket"]
script["SETTINGS"]["output"] = f"s3://{bucket}/spark_data/"


def download(keys):
    """These files, in a new directory."""
    place = pathlib.Path(tempfile.mkdtemp(dir=work))
    for index, key in enumerate(keys):
        s3.download_file(bucket, key, str(place / f"{index}.parquet"))
    return [str(file) for file in place.iterdir()]


def write(spark, rows, place):
    """Spark on this machine has no file system for s3://."""
    made = pathlib.Path(tempfile.mkdtemp(dir=work)) / "made"
    (script["compacted"](spark, rows).write.partitionBy("year", "month", "day").parquet(str(made)))
    prefix = place.removeprefix(f"s3://{bucket}/")
    for file in made.rglob("*.parquet"):
        s3.upload_file(str(file), bucket, prefix + str(file.relative_to(made)))


script["write"] = write
script["count_rows"] = lambda spark, keys: sum(spark.read.parquet(file).count() for file in download(keys))
stand_in(script)


def rows():
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="spark_data/")
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    return sorted((row.asDict() for file in download(keys) for row in spark.read.parquet(file).collect()),
                  key=lambda row: row["event"])


class Killed(Exception):
    pass


def killed_before(count):
    """A client that is killed before its write of that number."""
    client, left = boto3.client("s3"), [count]

    def before(model, **_):
        if model.name not in ("GetObject", "HeadObject", "ListObjectsV2"):
            left[0] -= 1
            if left[0] == 0:
                raise Killed(model.name)

    client.meta.events.register("before-call.s3", before)
    return client


class Clients:
    """boto3 for the script."""
    writes = 10**9

    def client(self, service, **options):
        return killed_before(self.writes) if service == "s3" else boto3.client(service, **options)


clients = script["boto3"] = Clients()
kills = []
sys.argv = usual
if old:
    for writes in range(1, 100):
        clients.writes = writes
        sys.argv = [*usual, "--job-bookmark-option", "job-bookmark-pause", "--from", "2020-01-01"]
        try:
            main()
            break
        except Killed as at:
            kills.append(str(at))
        events = [row["event"] for row in rows()]
        assert set(events) == set(old), f"killed before {kills[-1]}: {events}"
        script["go_on"](s3)
        events = [row["event"] for row in rows()]
        assert events == old, f"after a kill before {kills[-1]}: {events}"
    events = [row["event"] for row in rows()]
    assert events == old, events
    clients.writes, sys.argv = 10**9, usual
main()
print(json.dumps({"rows": rows(), "kills": kills}))
