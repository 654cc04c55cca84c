"""usage: prowler_findings.py URL   runs Prowler against an endpoint and prints `check severity count` for each that fails"""

import collections
import csv
import os
import pathlib
import subprocess
import sys
import tempfile

SERVICES = "s3 iam awslambda apigateway firehose glue athena cloudwatch kms".split()
# How people sign in to the account is nothing that a pipeline makes.
PEOPLE = "iam_user_"
# What the endpoint does not have is not there a second later either.
OPTIONS = "--output-formats csv --no-banner --ignore-exit-code-3 --aws-retries-max-attempts 0 --log-level CRITICAL".split()

url = sys.argv[1]
keys = {"AWS_ACCESS_KEY_ID": "judge", "AWS_SECRET_ACCESS_KEY": "judge", "AWS_DEFAULT_REGION": "us-east-1"}
near = {"NO_PROXY": "127.0.0.1,localhost", "AWS_EC2_METADATA_DISABLED": "true"}
with tempfile.TemporaryDirectory() as directory:
    program = pathlib.Path(sys.executable).with_name("prowler")
    command = [program, "aws", "--region", "us-east-1", "--service", *SERVICES, *OPTIONS]
    ran = subprocess.run(
        [*command, "--output-directory", directory, "--output-filename", "found"],
        env=os.environ | keys | near | {"AWS_ENDPOINT_URL": url},
        capture_output=True,
        text=True,
    )
    report = pathlib.Path(directory, "found.csv")
    if not report.exists():
        sys.exit(ran.stdout + ran.stderr)
    rows = list(csv.DictReader(report.open(), delimiter=";"))

if not any(row["STATUS"] == "PASS" for row in rows):
    sys.exit("nothing was looked at")
failed = [(row["CHECK_ID"], row["SEVERITY"]) for row in rows if row["STATUS"] == "FAIL" and not row["CHECK_ID"].startswith(PEOPLE)]
for (check, severity), count in sorted(collections.Counter(failed).items()):
    print(check, severity, count)
