"""Puts into a pipeline what no client of ours would write: lines into the stream, files below the partitioned prefix.

usage: foreign_lines.py URL STREAM BUCKET < LINES, a list in JSON
"""

import gzip
import json
import sys

import boto3

URL, STREAM, BUCKET = sys.argv[1:]
KEYS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge")
firehose, s3 = boto3.client("firehose", **KEYS), boto3.client("s3", **KEYS)

RECORDS = [line.encode("utf-8") + b"\n" for line in json.load(sys.stdin)]
# What no document can show.
RECORDS += [b'{"event":"latin1 \xe9","n":20}\n', b'{"event":"half \\ud83d","n":21,"plan":"pro"}\n',
            b'{"event":"deep","n":22,"other":' + b"[" * 200 + b"]" * 200 + b"}\n"]
for record in RECORDS:
    firehose.put_record(DeliveryStreamName=STREAM, Record={"Data": record})

DAY = "partitioned_analytics_raw/year=2026/month=11/day=25/"
LINES = b"".join(b'{"event":"file","n":%d}\n' % n for n in range(1000, 1400))
PACKED = gzip.compress(LINES)
FILES = {
    DAY + "whole.gz": PACKED,
    DAY + "cut.gz": gzip.compress(LINES)[: len(PACKED) // 2],
    DAY + "empty.gz": gzip.compress(b""),
    DAY + "noise.gz": b"\x1f\x8b" + bytes(range(200)),
    DAY + "table.csv": b"event,n\ncsv,1\n",
    DAY + "hour=07/deep.json": b'{"event":"below","n":500}\n',
    "partitioned_analytics_raw/aaa.json": b'{"event":"stray","n":6}\n',
    "partitioned_analytics_raw/year=2026/zzz.json": b'{"event":"stray","n":8}\n',
}
for key, body in FILES.items():
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
