"""usage: overlap.py URL BUCKET FUNCTION PREFIX   puts a notification of somebody else in place of all there are"""

import sys

import boto3

url, bucket, function, prefix = sys.argv[1:]
keys = {"aws_access_key_id": "judge", "aws_secret_access_key": "judge"}
theirs = {
    "Id": "theirs",
    "LambdaFunctionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{function}",
    "Events": ["s3:ObjectCreated:Put"],
    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}},
}
boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys).put_bucket_notification_configuration(
    Bucket=bucket,
    NotificationConfiguration={"LambdaFunctionConfigurations": [theirs]},
    SkipDestinationValidation=True,
)
