"""Changes what the example made, as somebody in the console would.

usage: drift.py URL
"""

import sys

import boto3

URL = sys.argv[1]


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


client("lambda").update_function_configuration(FunctionName="clickstream-prod-track", MemorySize=1024)
client("logs").put_retention_policy(logGroupName="/aws/lambda/clickstream-prod-track", retentionInDays=3)
firehose = client("firehose")
stream = firehose.describe_delivery_stream(DeliveryStreamName="clickstream-prod")["DeliveryStreamDescription"]
firehose.update_destination(
    DeliveryStreamName="clickstream-prod",
    CurrentDeliveryStreamVersionId=stream["VersionId"],
    DestinationId=stream["Destinations"][0]["DestinationId"],
    ExtendedS3DestinationUpdate={"BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}},
)
