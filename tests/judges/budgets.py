"""Budgets as boto3 sees them: made, changed, told to subscribers, refused, and rung over what Local AWS has metered.

usage: budgets.py URL TOKEN
"""

import json
import sys
import urllib.request

import boto3

URL, TOKEN = sys.argv[1:]


def client(service):
    return boto3.client(service, endpoint_url=URL, region_name="us-east-1", aws_access_key_id="judge", aws_secret_access_key="judge")


def local(method, page, body=None):
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(f"{URL}/_local/{page}", data, {"authorization": f"Bearer {TOKEN}"}, method=method)
    return json.loads(urllib.request.urlopen(request).read())


budgets = client("budgets")
ACCOUNT = client("sts").get_caller_identity()["Account"]


def refused(call, **arguments):
    try:
        call(**{"AccountId": ACCOUNT, **arguments})
        print("not refused")
    except budgets.exceptions.ClientError as error:
        print(error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])


def tag(key, value):
    return {"Tags": {"Key": key, "Values": [value]}}


def notification(kind, percent):
    return {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent}


def mail(address):
    return {"SubscriptionType": "EMAIL", "Address": address}


EIGHTY, HUNDRED = notification("ACTUAL", 80.0), notification("FORECASTED", 100.0)
FILTER = {"And": [tag("team", "data"), tag("stage", "prod")]}
BUDGET = {
    "BudgetName": "lamp", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "50", "Unit": "USD"},
    "FilterExpression": FILTER, "Metrics": ["UnblendedCost"],
}
NAMED = {"AccountId": ACCOUNT, "BudgetName": "lamp"}

budgets.create_budget(
    AccountId=ACCOUNT, Budget=BUDGET, ResourceTags=[{"Key": "team", "Value": "data"}],
    NotificationsWithSubscribers=[{"Notification": EIGHTY, "Subscribers": [mail("a@example.org")]}],
)
refused(budgets.create_budget, Budget=BUDGET)
refused(budgets.create_budget, Budget={**BUDGET, "BudgetName": "none", "BudgetLimit": {"Amount": "0", "Unit": "USD"}})
refused(budgets.create_budget, Budget={**BUDGET, "BudgetName": "euro", "BudgetLimit": {"Amount": "1", "Unit": "EUR"}})
refused(budgets.create_budget, Budget={**BUDGET, "BudgetName": "both", "CostTypes": {"UseBlended": True}})
refused(budgets.create_budget, Budget={**{name: BUDGET[name] for name in BUDGET if name != "BudgetLimit"}, "BudgetName": "all"})
refused(budgets.describe_budget, BudgetName="nobody")
refused(budgets.describe_budget, AccountId="999999999999", BudgetName="lamp")
shown = budgets.describe_budget(**NAMED)["Budget"]
print(shown["BudgetLimit"], shown["CalculatedSpend"]["ActualSpend"], "FilterExpression" in shown, shown["CostTypes"]["IncludeTax"])
shown = budgets.describe_budget(**NAMED, ShowFilterExpression=True)["Budget"]
print(shown["FilterExpression"] == FILTER, shown["Metrics"], "Start" in shown["TimePeriod"])
print([one["BudgetName"] for one in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]])

arn = f"arn:aws:budgets::{ACCOUNT}:budget/lamp"
budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "stage", "Value": "prod"}])
budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["team"])
print(budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"])

budgets.create_notification(**NAMED, Notification=HUNDRED, Subscribers=[mail("b@example.org")])
refused(budgets.create_notification, BudgetName="lamp", Notification=HUNDRED, Subscribers=[mail("c@example.org")])
refused(budgets.create_subscriber, BudgetName="lamp", Notification=HUNDRED, Subscriber=mail("b@example.org"))
refused(budgets.create_subscriber, BudgetName="lamp", Notification=HUNDRED, Subscriber=mail("nobody"))
budgets.create_subscriber(**NAMED, Notification=HUNDRED, Subscriber=mail("c@example.org"))
budgets.update_subscriber(**NAMED, Notification=HUNDRED, OldSubscriber=mail("b@example.org"), NewSubscriber=mail("d@example.org"))
print([one["Address"] for one in budgets.describe_subscribers_for_notification(**NAMED, Notification=HUNDRED)["Subscribers"]])
for address in ["c@example.org", "d@example.org"]:
    budgets.delete_subscriber(**NAMED, Notification=HUNDRED, Subscriber=mail(address))
print("with the last subscriber goes", len(budgets.describe_notifications_for_budget(**NAMED)["Notifications"]))
refused(budgets.delete_notification, BudgetName="lamp", Notification=HUNDRED)

# What asking Cost Explorer costs counts here, whatever it is tagged with: a cent each time.
whole = {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}}
budgets.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "FilterExpression": whole, "BudgetLimit": {"Amount": "0.01", "Unit": "USD"}})
ce = client("ce")
for _ in range(3):
    ce.list_cost_allocation_tags()
shown = budgets.describe_budget(**NAMED)["Budget"]
print(shown["BudgetLimit"], float(shown["CalculatedSpend"]["ActualSpend"]["Amount"]) >= 0.03)
for _ in range(2):
    local("POST", "clock", {"step_seconds": 9 * 3600})
state = budgets.describe_notifications_for_budget(**NAMED)["Notifications"][0]
print(state["NotificationType"], state["Threshold"], state["ThresholdType"], state["NotificationState"])
print([(one["to"], one["subject"], one["topic"]) for one in local("GET", "messages")])
budgets.update_notification(**NAMED, OldNotification=EIGHTY, NewNotification=notification("ACTUAL", 90.0))
print([one["Threshold"] for one in budgets.describe_notifications_for_budget(**NAMED)["Notifications"]])

budgets.delete_budget(**NAMED)
refused(budgets.delete_budget, BudgetName="lamp")
refused(budgets.update_budget, NewBudget=BUDGET)
print(budgets.describe_budgets(AccountId=ACCOUNT).get("Budgets"))
