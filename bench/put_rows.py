"""Puts JSON rows into a bucket of Local AWS, as the mover leaves them: gzip files of a million rows below a day's partition.

usage: put_rows.py ENDPOINT BUCKET PREFIX ROWS
"""

import datetime
import gzip
import io
import random
import sys
import urllib.request

ROWS_PER_FILE = 1_000_000


def gzipped(rows, seed):
    """Events of the article, made from a seed."""
    chance = random.Random(seed)
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as file:
        for _ in range(rows):
            user, second = chance.randrange(1_000_000), chance.randrange(86_400)
            time = f"2026-11-23 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
            file.write(b'{"event":"%s","userid":"user-%d","datetime":"%s"}\n' % (
                (b"LOGIN", b"LOGOUT", b"PURCHASE")[user % 3], user, time.encode()))
    return buffer.getvalue()


def put(url, body):
    day = datetime.date.today().strftime("%Y%m%d")
    # Local AWS reads the service and region of a signature and lets its owner do all.
    signed = f"AWS4-HMAC-SHA256 Credential=local/{day}/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00"
    request = urllib.request.Request(url, body, {"Authorization": signed}, method="PUT")
    urllib.request.urlopen(request).close()


def main():
    endpoint, bucket, prefix, rows = sys.argv[1:]
    left, sent, number = int(rows), 0, 0
    while left > 0:
        count = min(left, ROWS_PER_FILE)
        body = gzipped(count, number)
        put(f"{endpoint}/{bucket}/{prefix}year=2026/month=11/day=23/events-{number:04}.gz", body)
        left, sent, number = left - count, sent + len(body), number + 1
    print(f"{rows} rows in {number} files, {sent / 1e6:.0f} MB of gzip")


if __name__ == "__main__":
    main()
