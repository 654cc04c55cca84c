"""usage: put_log.py URL GROUP MESSAGE   logs a message, as a function does"""

import sys
import time

import boto3

url, group, message = sys.argv[1:]
logs = boto3.client("logs", endpoint_url=url, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
logs.create_log_stream(logGroupName=group, logStreamName="by-hand")
event = {"timestamp": int(time.time() * 1000), "message": message}
logs.put_log_events(logGroupName=group, logStreamName="by-hand", logEvents=[event])
