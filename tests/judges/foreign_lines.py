"""Puts into a pipeline what no client of ours would write: lines into the stream, files below the partitioned prefix.

usage: foreign_lines.py URL STREAM BUCKET
"""

import gzip
import sys

import boto3

URL, STREAM, BUCKET = sys.argv[1:]
KEYS = dict(endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge")
firehose, s3 = boto3.client("firehose", **KEYS), boto3.client("s3", **KEYS)

# Three objects on one line, and what else clients put.
RECORDS = [b'{"event":"joined","n":0}', b'{"event":"joined","n":1}', b'{"event":"joined","n":2}', b"\n",
           b'{"event":"latin1 \xe9","n":10}\n',
           b'\xef\xbb\xbf{"event":"bom inside","n":11}\n',
           b'[{"event":"array","n":12}]\n',
           b'{"event":"nan","n":NaN}\n',
           b'{"event":"cut","n":1\n',
           b'{"event":"cr","n":13}\r{"event":"cr","n":14}\n',
           b"{'event':'quotes','n':15}\n",
           b'{"event":"half \\ud83d","n":16}\n',
           b'{"event":"large","n":9223372036854775808,"plan":"pro"}\n',
           b"42\n",
           b'{"event":"deep","n":17,"other":' + b"[" * 200 + b"]" * 200 + b"}\n"]
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
    DAY + "hour=07/deep.json": b'{"event":"below","n":7}\n',
    "partitioned_analytics_raw/aaa.json": b'{"event":"stray","n":6}\n',
    "partitioned_analytics_raw/year=2026/zzz.json": b'{"event":"stray","n":8}\n',
}
for key, body in FILES.items():
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
