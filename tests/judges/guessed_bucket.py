"""usage: guessed_bucket.py URL BUCKET PIPELINE STAGE REGION   makes a bucket that lets everybody in and has a pipeline's tags"""

import json
import sys

import boto3

url, bucket, pipeline, stage, region = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
s3 = boto3.client("s3", endpoint_url=url, region_name=region, **keys)
s3.create_bucket(Bucket=bucket)
s3.delete_public_access_block(Bucket=bucket)
resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources}
s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
tags = {"pipectl:pipeline": pipeline, "pipectl:stage": stage, "pipectl:region": region}
s3.put_bucket_tagging(
    Bucket=bucket, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
)
