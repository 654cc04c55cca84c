"""Has Firehose convert records to Parquet and back them up, and reads what comes of it with pyarrow and DuckDB.

usage: firehose_parquet.py URL TOKEN
"""

import base64
import gzip
import io
import json
import sys
import tempfile
import time
import urllib.request

import boto3
import duckdb
import pyarrow.parquet
from botocore.config import Config
from botocore.exceptions import ClientError

URL, TOKEN = sys.argv[1:3]
SETTINGS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j", aws_secret_access_key="j",
                config=Config(retries={"total_max_attempts": 1}))
iam, s3, firehose, glue, logs = (boto3.client(name, **SETTINGS) for name in ("iam", "s3", "firehose", "glue", "logs"))
trust = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
role = iam.create_role(RoleName="d", AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def may(name, *actions, resource="*"):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    iam.put_role_policy(RoleName="d", PolicyName=name,
                        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


may("write", "s3:*", "logs:*")
s3.create_bucket(Bucket="files")
COLUMNS = [("flag", "boolean"), ("tiny", "tinyint"), ("small", "smallint"), ("n", "int"), ("big", "bigint"),
           ("ratio", "float"), ("price", "double"), ("amount", "decimal(9,2)"), ("name", "string"), ("code", "varchar(8)"),
           ("raw", "binary"), ("day", "date"), ("at", "timestamp"), ("tags", "array<string>"),
           ("place", "struct<lat:double,seen:timestamp,list:array<struct<n:int>>>"), ("more", "map<string,bigint>")]


def table(columns=COLUMNS):
    return {"Name": "events", "TableType": "EXTERNAL_TABLE", "Parameters": {"classification": "parquet"},
            "PartitionKeys": [{"Name": "year", "Type": "string"}],
            "StorageDescriptor": {"Columns": [{"Name": name, "Type": kind} for name, kind in columns],
                                  "Location": "s3://files/data/"}}


glue.create_database(DatabaseInput={"Name": "web"})
CONVERSION = {"SchemaConfiguration": {"RoleARN": role, "DatabaseName": "web", "TableName": "events"},
              "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
              "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}}}
BACKUP = {"RoleARN": role, "BucketARN": "arn:aws:s3:::files", "Prefix": "raw/year=!{timestamp:yyyy}/",
          "ErrorOutputPrefix": "errors/raw/!{firehose:error-output-type}/", "CompressionFormat": "GZIP",
          "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 120}}
PLAIN = {"RoleARN": role, "BucketARN": "arn:aws:s3:::files", "Prefix": "data/year=!{timestamp:yyyy}/",
         "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
         "CloudWatchLoggingOptions": {"Enabled": True, "LogGroupName": "/f", "LogStreamName": "s3"}}


def refused(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        text = f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
        return text.replace(role, "ROLE")[:230]
    return "taken"


def create(**changes):
    return refused(firehose.create_delivery_stream, DeliveryStreamName="s",
                   ExtendedS3DestinationConfiguration={**PLAIN, "DataFormatConversionConfiguration": CONVERSION, **changes})


def described():
    return firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]


def update(**changes):
    return refused(firehose.update_destination, DeliveryStreamName="s", CurrentDeliveryStreamVersionId=described()["VersionId"],
                   DestinationId="destinationId-000000000001", ExtendedS3DestinationUpdate=changes)


def local(page, document):
    body = json.dumps(document).encode()
    own = {"Authorization": f"Bearer {TOKEN}"}
    urllib.request.urlopen(urllib.request.Request(f"{URL}/_local/{page}", body, own, method="POST")).close()


seen = set()


def new(prefix):
    """What has come below a prefix since it was last asked for: keys, what S3 says of them, and their bytes."""
    found = s3.list_objects_v2(Bucket="files", Prefix=prefix).get("Contents", [])
    keys = [one["Key"] for one in found if one["Key"] not in seen]
    seen.update(keys)
    return [(key, s3.get_object(Bucket="files", Key=key)) for key in keys]


def rows(prefix="data/"):
    files = [io.BytesIO(answer["Body"].read()) for _, answer in new(prefix)]
    return [row for file in files for row in pyarrow.parquet.read_table(file).to_pylist()]


def failures(prefix="errors/"):
    return [json.loads(line) for _, answer in new(prefix) for line in answer["Body"].read().splitlines()]


def put(*records):
    data = [record if isinstance(record, bytes) else json.dumps(record).encode() + b"\n" for record in records]
    answer = firehose.put_record_batch(DeliveryStreamName="s", Records=[{"Data": one} for one in data])
    assert answer["FailedPutCount"] == 0, answer
    return data


print("compressed:", create(CompressionFormat="GZIP"))
print("small:", create(BufferingHints={"SizeInMBs": 63, "IntervalInSeconds": 60}))
print("no input:", create(DataFormatConversionConfiguration={**CONVERSION, "InputFormatConfiguration": {"Deserializer": {}}}))
orc = {"Serializer": {"OrcSerDe": {}}}
print("orc:", create(DataFormatConversionConfiguration={**CONVERSION, "OutputFormatConfiguration": orc}))
two = {"Deserializer": {"OpenXJsonSerDe": {}, "HiveJsonSerDe": {}}}
print("two readers:", create(DataFormatConversionConfiguration={**CONVERSION, "InputFormatConfiguration": two}))
print("no schema:", create(DataFormatConversionConfiguration={**CONVERSION, "SchemaConfiguration": {"RoleARN": role}}))
print("role may not:", create())
may("read", "glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions")
print("no table:", create())
glue.create_table(DatabaseName="web", TableInput=table())
print("backup without a place:", create(S3BackupMode="Enabled"))
print("made:", create(BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60}, S3BackupMode="Enabled",
                      S3BackupConfiguration=BACKUP))
while described()["DeliveryStreamStatus"] != "ACTIVE":
    time.sleep(0.05)
extended = described()["Destinations"][0]["ExtendedS3DestinationDescription"]
print("described:", extended["DataFormatConversionConfiguration"]["Enabled"], extended["S3BackupMode"],
      extended["S3BackupDescription"]["CompressionFormat"], extended["BufferingHints"])

whole = {"Flag": True, "tiny": 1, "small": "-2", "N": 3, "big": 2**62, "ratio": 0.5, "price": "1e3", "amount": 12.345,
         "name": {"a": [1, None]}, "code": 7, "raw": "hi", "day": "2026-9-7", "at": "2026-09-07T12:00:02.123456Z",
         "tags": "one", "place": {"LAT": 1, "seen": 1518033528, "list": [{"n": 1}, None]}, "more": {"Ä": 1, "b": None},
         "unknown": {"x": 1}}
sent = put(whole, {}, b'{"n":1}{"n":2}\n{"n":3}', {"n": "x"}, b'{"n":', b"", b"\xff", [{"n": 4}], {"n": 2**40})
print("before the time is up:", len(new("data/")), len(new("errors/")), len(new("raw/")))
local("clock", {"step_seconds": 61})
(key, answer), = new("data/")
parquet = answer["Body"].read()
print(answer["ContentType"], answer["ContentEncoding"], key.endswith(".parquet"), key.split("/")[1].startswith("year=2"))
file = pyarrow.parquet.ParquetFile(io.BytesIO(parquet))
print(file.schema_arrow.to_string(show_schema_metadata=False, show_field_metadata=False))
print("codec:", file.metadata.row_group(0).column(0).compression)
for row in file.read().to_pylist():
    print({name: value for name, value in row.items() if value is not None})
duckdb.sql("SET TimeZone = 'UTC'")
with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
    copy.write(parquet)
    copy.flush()
    figures = """count(*), sum(n), min("at")::VARCHAR, max(place.lat), max(amount)::VARCHAR"""
    print("DuckDB:", duckdb.sql(f"SELECT {figures} FROM '{copy.name}'").fetchall())
failed = failures()
print("failed:", len(failed), sorted(base64.b64decode(one["rawData"]) for one in failed) == sorted(
    sent[at] for at in (3, 4, 5, 6, 7, 8)))
for one in failed:
    print(base64.b64decode(one["rawData"]), one["lastErrorCode"], one["lastErrorMessage"].split(" at line")[0])
one = failed[0]
print(sorted(one), one["dataCatalogTable"]["tableName"], one["arrivalTimestamp"] <= one["attemptEndingTimestamp"])
local("clock", {"step_seconds": 60})
(key, answer), = new("raw/")
print("backup:", answer["ContentEncoding"], key.endswith(".gz"), gzip.decompress(answer["Body"].read()) == b"".join(sent))

print("off again:", update(DataFormatConversionConfiguration={"Enabled": False}, Prefix="json/", ErrorOutputPrefix="errors/"))
put({"n": 5})
local("clock", {"step_seconds": 300})
print([answer["Body"].read() for _, answer in new("json/")], len(new("raw/")))
# What came while it was off is delivered as it is, though it is on by then.
put({"n": 61})
print("on again:", update(DataFormatConversionConfiguration={"Enabled": True}, Prefix="data/"))
put({"n": 62})
local("clock", {"step_seconds": 300})
print([answer["Body"].read() for _, answer in new("json/")], [row["n"] for row in rows()], len(new("raw/")))
print("back to no backup:", update(S3BackupMode="Disabled"))
print("small again:", update(BufferingHints={"SizeInMBs": 5}))
hive = {"Deserializer": {"HiveJsonSerDe": {"TimestampFormats": ["yyyy-MM-dd'T'HH:mm:ssZ", "millis"]}}}
gzipped = {"Serializer": {"ParquetSerDe": {"Compression": "GZIP", "WriterVersion": "V2"}}}
print("other readers:", update(DataFormatConversionConfiguration={"InputFormatConfiguration": hive,
                                                                 "OutputFormatConfiguration": gzipped}))
put({"n": 7, "at": "2026-09-07T12:00:02+0200"}, {"n": "7"}, {"tags": "one"}, {"name": [1]}, {"at": 1518033528123, "N": 8})
local("clock", {"step_seconds": 300})
print([(row["n"], str(row["at"])) for row in rows()], [one["lastErrorMessage"] for one in failures()])
new("raw/")

glue.update_table(DatabaseName="web", TableInput=table([("n", "bigint"), ("added", "string")]))
put({"n": 9, "added": "x"})
local("clock", {"step_seconds": 300})
print("the table as it is by now:", rows())
iam.delete_role_policy(RoleName="d", PolicyName="read")
put({"n": 10})
local("clock", {"step_seconds": 300})
print("role may not any more:", rows(), [one["lastErrorCode"] for one in failures()])
may("read", "glue:*")
put({"n": 11})
glue.delete_table(DatabaseName="web", Name="events")
local("clock", {"step_seconds": 300})
print("table is gone:", rows(), [one["lastErrorCode"] for one in failures()])
lines = logs.filter_log_events(logGroupName="/f")["events"]
print("log:", [json.loads(line["message"])["errorCode"] for line in lines])
glue.create_table(DatabaseName="web", TableInput=table([("n", "int")]))
may("write", "s3:*", "logs:*", resource=["arn:aws:s3:::files", "arn:aws:s3:::files/data/*", "arn:aws:s3:::files/raw/*"])
put({"n": 12}, {"n": "x"})
local("clock", {"step_seconds": 300})
print("errors cannot be written:", rows(), failures())
may("write", "s3:*", "logs:*")
local("clock", {"step_seconds": 300})
print("they can:", rows(), len(failures()))
backed_up = b"".join(gzip.decompress(answer["Body"].read()) for _, answer in new("raw/"))
print("all of that is in the backup:", backed_up.count(b"\n"))
