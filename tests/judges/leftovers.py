"""Prints whatever is in an account, one line for each thing. Says nothing about an empty one.

usage: leftovers.py URL
"""

import re
import sys

import boto3

URL = sys.argv[1]


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge"
    )


# Glue makes these for all jobs and crawlers of the account, when the first one runs: at the full hour, whatever test that is in.
SHARED = re.compile("/aws-glue/")

glue, athena, gateway = client("glue"), client("athena"), client("apigateway")
quicksight, account = client("quicksight"), {"AwsAccountId": client("sts").get_caller_identity()["Account"]}


def shown(operation, items, name):
    """Of an account without a subscription there is nothing."""
    try:
        return [x[name] for x in getattr(quicksight, operation)(**account)[items] if x.get("Status") != "DELETED"]
    except quicksight.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "UnsupportedUserEditionException", error
        return []


found = {
    "bucket": [x["Name"] for x in client("s3").list_buckets()["Buckets"]],
    "role": [x["RoleName"] for x in client("iam").list_roles()["Roles"]],
    "log group": [x["logGroupName"] for x in client("logs").describe_log_groups()["logGroups"] if not SHARED.match(x["logGroupName"])],
    "stream": client("firehose").list_delivery_streams()["DeliveryStreamNames"],
    "function": [x["FunctionName"] for x in client("lambda").list_functions()["Functions"]],
    "api": [x["name"] for x in gateway.get_rest_apis()["items"]],
    "api key": [x["name"] for x in gateway.get_api_keys()["items"]],
    "usage plan": [x["name"] for x in gateway.get_usage_plans()["items"]],
    "database": [x["Name"] for x in glue.get_databases()["DatabaseList"]],
    "crawler": glue.list_crawlers()["CrawlerNames"],
    "job": glue.list_jobs()["JobNames"],
    "trigger": glue.list_triggers()["TriggerNames"],
    "workgroup": [x["Name"] for x in athena.list_work_groups()["WorkGroups"] if x["Name"] != "primary"],
    "alarm": [x["AlarmName"] for x in client("cloudwatch").describe_alarms()["MetricAlarms"]],
    "budget": [x["BudgetName"] for x in client("budgets").describe_budgets(AccountId=account["AwsAccountId"])["Budgets"]],
    "topic": [x["TopicArn"] for x in client("sns").list_topics()["Topics"]],
    "data source": shown("list_data_sources", "DataSources", "DataSourceId"),
    "data set": shown("list_data_sets", "DataSetSummaries", "DataSetId"),
    "analysis": shown("list_analyses", "AnalysisSummaryList", "AnalysisId"),
    "dashboard": shown("list_dashboards", "DashboardSummaryList", "DashboardId"),
    "tagged": [x["ResourceARN"] for x in client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]],
}
for kind, names in found.items():
    for name in names:
        print(kind, name)
