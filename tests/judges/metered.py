"""Asks Cost Explorer and CloudWatch with boto3 what was used; prints a line for each answer.

usage: metered.py URL before|after REQUESTS
"""

import datetime
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL, WHEN, REQUESTS = sys.argv[1], sys.argv[2], int(sys.argv[3])
STAGE = {"Tags": {"Key": "pipectl:stage", "Values": ["prod"]}}


def client(service):
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="j",
                        aws_secret_access_key="j", config=Config(retries={"total_max_attempts": 1}))


ce, cloudwatch = client("ce"), client("cloudwatch")
# Local AWS's own day: its clock was moved.
now = datetime.datetime.strptime(
    ce.get_cost_and_usage(TimePeriod={"Start": "2000-01-01", "End": "2000-01-02"}, Granularity="DAILY",
                          Metrics=["UsageQuantity"])["ResponseMetadata"]["HTTPHeaders"]["date"],
    "%a, %d %b %Y %H:%M:%S GMT")
day = lambda days: str((now + datetime.timedelta(days=days)).date())


def asked(**more):
    return ce.get_cost_and_usage(**{"TimePeriod": {"Start": day(-3), "End": day(1)}, "Granularity": "DAILY",
                                    "Metrics": ["UsageQuantity", "UnblendedCost"],
                                    "GroupBy": [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}], **more})


def sums(**more):
    all = {}
    for result in asked(**more)["ResultsByTime"]:
        for group in result["Groups"]:
            usage = group["Metrics"]["UsageQuantity"]
            before, _, cost = all.get(group["Keys"][0], (0.0, "", 0.0))
            cost += float(group["Metrics"].get("UnblendedCost", {"Amount": "nan"})["Amount"])
            all[group["Keys"][0]] = (before + float(usage["Amount"]), usage["Unit"], cost)
    return all


def refused(call):
    try:
        call()
        return "nothing"
    except ClientError as error:
        return error.response["Error"]["Code"]


def check(name, found, expected):
    print("ok" if found == expected else f"WRONG ({expected} expected)", name, found)


if WHEN == "before":
    tags = {tag["TagKey"]: tag["Status"] for tag in ce.list_cost_allocation_tags()["CostAllocationTags"]}
    check("status", tags.get("pipectl:stage"), "Inactive")
    check("without the tag", sums(Filter=STAGE), {})
    wanted = [{"TagKey": key, "Status": "Active"} for key in ("pipectl:stage", "pipectl:pipeline", "nobody:knows")]
    told = ce.update_cost_allocation_tags_status(CostAllocationTagsStatus=wanted)
    check("unknown", [error["Code"] for error in told["Errors"]], ["TagKeysNotFoundException"])
    active = ce.list_cost_allocation_tags(Status="Active")["CostAllocationTags"]
    check("activated", sorted(tag["TagKey"] for tag in active), ["pipectl:pipeline", "pipectl:stage"])
    sys.exit()

ours = sums(Filter=STAGE)
rounded = {name: (round(usage, 9), unit) for name, (usage, unit, _) in ours.items()}
check("requests", rounded["USE1-ApiGatewayRequest"], (float(REQUESTS), "Requests"))
check("cost", round(ours["USE1-ApiGatewayRequest"][2], 12), round(REQUESTS * 3.5e-6, 10))
# Each record is counted as 5 KB.
check("firehose", rounded["USE1-BilledBytes"], (round(REQUESTS * 5120 / 2**30, 9), "GB"))
check("calls", rounded["Request-ARM"][0] >= REQUESTS, True)
check("compute", ours["Lambda-GB-Second-ARM"][0] > 0, True)
check("crawls", round(rounded["USE1-Crawler-DPU-Hour"][0] % (1 / 3), 6) in (0.0, 0.333333), True)
check("job", rounded["USE1-ETL-DPU-Hour"][0] > 0, True)
check("stored", rounded["TimedStorage-ByteHrs"][1], "GB-Mo")
check("files", rounded["Requests-Tier1"][0] > 2, True)
check("no tag on transfers", [name for name in ours if "DataTransfer" in name or "APIRequest" in name], [])
everything = sums()
check("transfers are there", everything["DataTransfer-Out-Bytes"][0] > 0, True)
check("asking costs a cent", round(everything["USE1-APIRequest"][2] / everything["USE1-APIRequest"][0], 10), 0.01)

by_both = asked(Filter=STAGE, Granularity="MONTHLY",
                GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": "pipectl:pipeline"}])
keys = {tuple(group["Keys"]) for result in by_both["ResultsByTime"] for group in result["Groups"]}
check("services", sorted(service for service, _ in keys),
      ["AWS Glue", "AWS Lambda", "Amazon API Gateway", "Amazon Kinesis Firehose", "Amazon Simple Storage Service",
       "AmazonCloudWatch"])
check("tag", {tag for _, tag in keys}, {"pipectl:pipeline$clickstream"})
narrow = {"And": [STAGE, {"Not": {"Dimensions": {"Key": "SERVICE", "Values": ["AWS Glue"]}}}]}
check("and, not", set(ours) - set(sums(Filter=narrow)), {"USE1-Crawler-DPU-Hour", "USE1-ETL-DPU-Hour"})

pages, token = [], {}
while token is not None:
    page = asked(Filter=STAGE, TimePeriod={"Start": day(-300), "End": day(1)}, **token)
    pages.append(page["ResultsByTime"])
    token = {"NextPageToken": page["NextPageToken"]} if page.get("NextPageToken") else None
days = [result["TimePeriod"]["Start"] for page in pages for result in page]
check("pages", (len(pages) > 1, len(days), len(set(days))), (True, 301, 301))
check("backwards", refused(lambda: asked(TimePeriod={"Start": day(1), "End": day(0)})), "ValidationException")
check("another token", refused(lambda: asked(NextPageToken="x")), "InvalidNextTokenException")
check("two roots", refused(lambda: asked(Filter={**STAGE, "Not": STAGE})), "ValidationException")


def metric(namespace, name, dimension, value, stat="Sum", period=86400):
    query = {"Id": "q", "MetricStat": {"Period": period, "Stat": stat, "Metric": {
        "Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": dimension, "Value": value}]}}}
    told = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=now - datetime.timedelta(days=3),
                                      EndTime=now + datetime.timedelta(days=1))["MetricDataResults"][0]
    check("status", told["StatusCode"], "Complete")
    return told


STREAM = ("AWS/Firehose", "DeliveryStreamName", "clickstream-prod")
check("Count", sum(metric("AWS/ApiGateway", "Count", "ApiName", "clickstream-prod")["Values"]), REQUESTS)
calls = metric("AWS/Lambda", "Invocations", "FunctionName", "clickstream-prod-track")
check("Invocations", sum(calls["Values"]), REQUESTS)
check("times", all(time.utctimetuple()[3:6] == (0, 0, 0) for time in calls["Timestamps"]), True)
check("Duration", sum(metric("AWS/Lambda", "Duration", "FunctionName", "clickstream-prod-track")["Values"]) > 0, True)
check("IncomingRecords", sum(metric(STREAM[0], "IncomingRecords", *STREAM[1:])["Values"]), REQUESTS)
check("delivered", sum(metric(STREAM[0], "DeliveryToS3.Records", *STREAM[1:])["Values"]), REQUESTS)
incoming = sum(metric(STREAM[0], "IncomingBytes", *STREAM[1:], period=60)["Values"])
check("bytes", incoming == sum(metric(STREAM[0], "DeliveryToS3.Bytes", *STREAM[1:])["Values"]) > 0, True)
check("nothing", metric(STREAM[0], "IncomingBytes", STREAM[1], "another")["Values"], [])
check("a second", refused(lambda: metric(STREAM[0], "IncomingBytes", *STREAM[1:], period=1)), "ValidationError")
