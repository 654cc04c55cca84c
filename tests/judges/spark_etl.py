"""Runs the job's script, as it lies in S3, under PySpark, and compares all Parquet that it has made so far with what the
embedded Glue's job made of the same files: columns with their types, and rows.

usage: spark_etl.py URL JOB WORK_DIRECTORY
"""

import contextlib
import io
import json
import os
import pathlib
import runpy
import sys

url, job, work = sys.argv[1:]
work = pathlib.Path(work)
os.environ.update(
    AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true", BOOKMARK=str(work / "bookmark.json"), TZ="UTC", SPARK_LOCAL_IP="127.0.0.1")

import boto3
from awsglue.names import stand_in
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.driver.bindAddress", "127.0.0.1").config("spark.sql.shuffle.partitions", "4").getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
s3 = boto3.client("s3")
location = boto3.client("glue").get_job(JobName=job)["Job"]["Command"]["ScriptLocation"]
s3.download_file(*location.removeprefix("s3://").split("/", 1), str(work / "etl.py"))
sys.argv = ["etl.py", "--JOB_NAME", job]
main = runpy.run_path(str(work / "etl.py"))["main"]
stand_in(main.__globals__)
settings = main.__globals__["SETTINGS"]
bucket, output = settings["output"].removeprefix("s3://").split("/", 1)
# The only thing that differs: Spark on this machine has no file system for s3://.
settings["output"] = (work / "spark").as_uri()
# The embedded job has told the catalog of all partitions: the script has to do it by itself.
raw, glue = {"DatabaseName": settings["database"], "TableName": settings["table"]}, boto3.client("glue")
for page in glue.get_paginator("get_partitions").paginate(**raw):
    for partition in page["Partitions"]:
        glue.delete_partition(**raw, PartitionValues=partition["Values"])
told = io.StringIO()
with contextlib.redirect_stdout(told):
    main()

for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=output):
    for found in page.get("Contents", []):
        path = work / "local" / found["Key"][len(output):]
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, found["Key"], str(path))


def sorted_json(value):
    """Text that is JSON, with its fields in order: Spark has them in the order of the schema, others in the event's."""
    if isinstance(value, dict):
        return {key: sorted_json(part) for key, part in value.items()}
    if isinstance(value, str) and value[:1] in "{[" and value:
        try:
            return "JSON " + json.dumps(json.loads(value, parse_float=str, parse_int=str), sort_keys=True)
        except ValueError:
            pass
    return value


def read(place):
    # Partition values are text in the catalog, `01` and not 1.
    spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    for kind in ("datetime", "int96"):
        spark.conf.set(f"spark.sql.parquet.{kind}RebaseModeInRead", "CORRECTED")
    frame = spark.read.parquet(str(work / place))
    options = {"ignoreNullFields": "false", "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS"}
    rows = frame.select(F.to_json(F.struct(*frame.columns), options).alias("row")).collect()
    rows = sorted(json.dumps(sorted_json(json.loads(row.row)), sort_keys=True) for row in rows)
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields], rows


(spark_columns, spark_rows), (local_columns, local_rows) = read("spark"), read("local")
if spark_columns != local_columns:
    sys.exit(f"columns differ\nSpark: {spark_columns}\nlocal: {local_columns}")
if spark_rows != local_rows:
    only_spark, only_local = sorted(set(spark_rows) - set(local_rows)), sorted(set(local_rows) - set(spark_rows))
    lines = [f"rows differ: Spark has {len(spark_rows)}, local {len(local_rows)}"]
    for name, rows in (("Spark", only_spark), ("local", only_local)):
        lines += [f"only {name}: {row}" for row in rows[:12]]
    sys.exit("\n".join(lines))


def lost(lines):
    return sorted(line for line in lines if line.startswith(("null,", "not in the schema")))


# What the last run left out, in the words of both.
logs = boto3.client("logs")
runs = sorted(boto3.client("glue").get_job_runs(JobName=job)["JobRuns"], key=lambda run: run["StartedOn"])
lines = {"events": []}
for run in runs:
    try:
        lines = logs.get_log_events(logGroupName="/aws-glue/jobs/output", logStreamName=run["Id"])
    except logs.exceptions.ResourceNotFoundException:
        continue
    if not lines["events"][0]["message"].startswith("0 rows"):
        last = lines
told, expected = lost(told.getvalue().splitlines()), lost(event["message"] for event in last["events"])
if told != expected:
    sys.exit(f"logs differ\nonly Spark: {sorted(set(told) - set(expected))}\nonly local: {sorted(set(expected) - set(told))}")
print(json.dumps({"rows": len(spark_rows), "columns": spark_columns}))
