"""Alarms and topics as boto3 sees them: made, ringing over what a pipeline does, told to who has confirmed.

usage: alarms.py URL TOKEN
"""

import json
import sys
import urllib.request

import boto3

URL, TOKEN = sys.argv[1:]


def client(service, key="judge"):
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key="judge")


def local(method, page, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_local/{page}", data, {"authorization": f"Bearer {TOKEN}"}, method=method)
    return json.loads(urllib.request.urlopen(request).read())


def refused(call, **arguments):
    try:
        call(**arguments)
        print("not refused")
    except (sns.exceptions.ClientError, cloudwatch.exceptions.ClientError) as error:
        print(error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])


sns, cloudwatch = client("sns"), client("cloudwatch")
topic = sns.create_topic(Name="ring", Tags=[{"Key": "team", "Value": "data"}])["TopicArn"]
print(topic, sns.create_topic(Name="ring")["TopicArn"] == topic, sns.list_tags_for_resource(ResourceArn=topic)["Tags"])
refused(sns.create_topic, Name="ring", Tags=[{"Key": "team", "Value": "other"}])
refused(sns.create_topic, Name="no topic")
sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Ring & <tell>")
print(sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.org")["SubscriptionArn"])
attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
print(attributes["DisplayName"], attributes["SubscriptionsPending"], attributes["SubscriptionsConfirmed"])
print([one["SubscriptionArn"] for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]])
sns.publish(TopicArn=topic, Message="nobody hears it")
mail = local("GET", "messages")
print(len(mail), mail[-1]["to"], mail[-1]["subject"])
confirmed = sns.confirm_subscription(TopicArn=topic, Token=mail[-1]["body"].split("--token ")[1])["SubscriptionArn"]
print(sns.get_subscription_attributes(SubscriptionArn=confirmed)["Attributes"]["PendingConfirmation"])
sns.publish(TopicArn=topic, Message="somebody hears it", Subject="listen")
print([(one["to"], one["subject"], one["body"]) for one in local("GET", "messages")[1:]])

alarm = dict(
    AlarmName="late", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=300, EvaluationPeriods=2,
    Dimensions=[{"Name": "FunctionName", "Value": "nobody"}], Threshold=0.0, ComparisonOperator="GreaterThanThreshold",
    AlarmActions=[topic], OKActions=[topic],
)
cloudwatch.put_metric_alarm(**alarm, Tags=[{"Key": "team", "Value": "data"}])
shown = cloudwatch.describe_alarms(AlarmNames=["late"])["MetricAlarms"][0]
print(shown["StateValue"], shown["ActionsEnabled"], shown["AlarmActions"] == [topic], shown.get("TreatMissingData"))
print({name: shown[name] for name in alarm if name not in ("AlarmActions", "OKActions")} == {name: alarm[name] for name in alarm if name not in ("AlarmActions", "OKActions")})
arn = shown["AlarmArn"]
print(arn, cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"])


def states(*steps):
    told = []
    for step in steps:
        local("POST", "clock", {"step_seconds": step})
        told.append(cloudwatch.describe_alarms(AlarmNames=["late"])["MetricAlarms"][0]["StateValue"])
    return told


print(states(600, 600))
cloudwatch.put_metric_alarm(**alarm, TreatMissingData="notBreaching")
print(states(600))
cloudwatch.put_metric_alarm(**alarm, TreatMissingData="breaching")
print(states(600))
print([one["subject"] for one in local("GET", "messages")[2:]])
cloudwatch.set_alarm_state(AlarmName="late", StateValue="OK", StateReason="by hand")
print(states(0, 600))
refused(cloudwatch.put_metric_alarm, **{**alarm, "Period": 90000, "EvaluationPeriods": 8})
refused(cloudwatch.put_metric_alarm, **{**alarm, "TreatMissingData": "never"})
refused(cloudwatch.delete_alarms, AlarmNames=["late", "later"])
cloudwatch.delete_alarms(AlarmNames=["late"])
print(cloudwatch.describe_alarms()["MetricAlarms"])
refused(cloudwatch.list_tags_for_resource, ResourceARN=arn)
sns.unsubscribe(SubscriptionArn=confirmed)
print(sns.list_subscriptions()["Subscriptions"])
sns.delete_topic(TopicArn=topic)
sns.delete_topic(TopicArn=topic)
refused(sns.get_topic_attributes, TopicArn=topic)
print(sns.list_topics()["Topics"])
