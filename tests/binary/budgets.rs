//! `alarms.budget`: a budget of the pipeline's own costs, and who hears of it.

use crate::alarms::confirm;
use crate::support::{Place, Server, boto3, judge};
use serde_json::{Value, json};

#[test]
fn boto3_makes_budgets_that_ring_over_what_was_metered() {
    let place = Place::example("minimal");
    let server = place.serve();
    assert_eq!(judge("budgets.py", &[&server.url, &server.token()]), include_str!("../golden/boto3_budgets.txt"));
}

const FILE: &str = "name: rings\nshape: lean\nschema: { event: string }\nalarms: { email: a@example.org, freshness: 40 min, budget: 50 USD }\n";

fn made() -> (Place, Server) {
    let place = Place::new(FILE);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    (place, server)
}

/// The limit, the filter's tags, and what is told to whom; null where there is no budget.
fn budget(server: &Server) -> Value {
    let lines = "import json\nbudgets, account = client('budgets'), client('sts').get_caller_identity()['Account']\n\
         of = dict(AccountId=account, BudgetName='rings-dev-us-east-1')\n\
         try:\n  one = budgets.describe_budget(**of, ShowFilterExpression=True)['Budget']\n\
         except budgets.exceptions.NotFoundException:\n  print('null')\n  raise SystemExit\n\
         told = {}\n\
         for notice in budgets.describe_notifications_for_budget(**of)['Notifications']:\n  \
         of_it = {name: notice[name] for name in notice if name != 'NotificationState'}\n  \
         who = budgets.describe_subscribers_for_notification(**of, Notification=of_it)['Subscribers']\n  \
         told[f\"{notice['NotificationType']} {notice['Threshold']:g}\"] = [one['Address'] for one in who]\n\
         tags = {one['Tags']['Key']: one['Tags']['Values'] for one in one['FilterExpression']['And'] if 'Tags' in one}\n\
         print(json.dumps({'limit': one['BudgetLimit']['Amount'], 'metrics': one['Metrics'], 'tags': tags, 'told': told}))";
    serde_json::from_str(&boto3(server, lines)).unwrap()
}

fn expected(limit: &str, email: &str) -> Value {
    json!({
        "limit": limit, "metrics": ["UnblendedCost"],
        "tags": {"pipectl:pipeline": ["rings"], "pipectl:stage": ["dev"]},
        "told": {"ACTUAL 80": [email], "ACTUAL 100": [email], "FORECASTED 100": [email]},
    })
}

fn planned(place: &Place) -> Vec<String> {
    place.planned(&["--local"]).into_iter().map(|(address, action)| format!("{action} {address}")).collect()
}

#[test]
fn a_budget_is_made_edited_and_taken_out_again() {
    let (place, server) = made();
    assert_eq!(budget(&server), expected("50.0", "a@example.org"));
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    // Of two addresses that both wait, AWS lets none be taken off.
    confirm(&server, "a@example.org");
    place.edit(&[("50 USD", "12.5 USD"), ("a@example.org", "b@example.org")]);
    assert_eq!(planned(&place), ["update sns.topic.alarms", "update budgets.budget.budget"]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    confirm(&server, "b@example.org");
    assert_eq!(budget(&server), expected("12.5", "b@example.org"));
    place.edit(&[(", budget: 12.5 USD", "")]);
    assert_eq!(planned(&place), ["delete budgets.budget.budget"]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(budget(&server), Value::Null);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// It is found by the topic, which goes last.
#[test]
fn a_budget_goes_with_all_alarms_and_with_the_pipeline() {
    let (place, server) = made();
    place.write(&FILE.replace("alarms:", "# alarms:"));
    assert!(planned(&place).contains(&"delete budgets.budget.budget".to_owned()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(budget(&server), Value::Null);
    place.write(FILE);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_somebody_changes_is_drift_and_what_aws_fills_in_is_not() {
    let (place, server) = made();
    let of = "budgets, account = client('budgets'), client('sts').get_caller_identity()['Account']\n\
              of = dict(AccountId=account, BudgetName='rings-dev-us-east-1')\n\
              eighty = dict(NotificationType='ACTUAL', ComparisonOperator='GREATER_THAN', Threshold=80.0)\n\
              mail = lambda to: dict(SubscriptionType='EMAIL', Address=to)\n\
              one = budgets.describe_budget(**of, ShowFilterExpression=True)['Budget']\n\
              new = {name: one[name] for name in ('BudgetName', 'BudgetType', 'TimeUnit', 'BudgetLimit', 'FilterExpression', 'Metrics')}\n";
    for (change, says) in [
        ("new['BudgetLimit']['Amount'] = '900'\nbudgets.update_budget(AccountId=account, NewBudget=new)", "limit_usd"),
        ("new['FilterExpression']['And'].pop()\nbudgets.update_budget(AccountId=account, NewBudget=new)", "counts"),
        ("new['Metrics'] = ['BlendedCost']\nbudgets.update_budget(AccountId=account, NewBudget=new)", "metric"),
        ("budgets.delete_notification(**of, Notification=eighty)", "notices"),
        ("budgets.create_subscriber(**of, Notification=eighty, Subscriber=mail('c@example.org'))", "notices"),
        (
            "budgets.create_notification(**of, Notification={**eighty, 'Threshold': 10.0}, Subscribers=[mail('c@example.org')])",
            "notices",
        ),
    ] {
        boto3(&server, &format!("{of}{change}"));
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).says(says);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        assert_eq!(budget(&server), expected("50.0", "a@example.org"), "{change}");
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }
    let topic = "dict(SubscriptionType='SNS', Address='arn:aws:sns:us-east-1:000000000000:theirs')";
    boto3(&server, &format!("{of}budgets.create_subscriber(**of, Notification=eighty, Subscriber={topic})"));
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// A pipeline without a budget, whose budget's name somebody else has taken.
fn taken() -> (Place, Server) {
    let place = Place::new(&FILE.replace(", budget: 50 USD", ""));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let theirs = "account = client('sts').get_caller_identity()['Account']\n\
         client('budgets').create_budget(AccountId=account, Budget=dict(BudgetName='rings-dev-us-east-1', BudgetType='COST', \
         TimeUnit='MONTHLY', BudgetLimit=dict(Amount='7', Unit='USD')))";
    boto3(&server, theirs);
    (place, server)
}

#[test]
fn a_budget_of_somebody_else_is_neither_changed_nor_taken() {
    let (place, server) = taken();
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.write(FILE);
    place.run(&["apply", "--local", "--yes"]).exits(4).says("--adopt budgets.budget.budget");
    place.run(&["apply", "--local", "--yes", "--adopt", "budgets.budget.budget"]).exits(0);
    assert_eq!(budget(&server), expected("50.0", "a@example.org"));
}

#[test]
fn a_budget_that_cannot_be_is_refused_where_it_stands() {
    let place = Place::new(FILE);
    for (before, after, says) in [
        ("50 USD", "50 EUR", "write US dollars a month, such as `50 USD`"),
        ("50 EUR", "0 USD", "write an amount of more than 0 in whole cents"),
        ("0 USD", "50 USD", ""),
        ("email: a@example.org, ", "", "a budget is told by mail, and there is no `alarms.email`"),
        ("alarms: {", "region: cn-north-1\nalarms: { email: a@example.org,", "accounts in China are billed in CNY"),
        ("region: cn-north-1", "region: us-gov-west-1", "AWS Budgets is not there"),
        ("region: us-gov-west-1", "region: eu-west-1", ""),
    ] {
        place.edit(&[(before, after)]);
        match says {
            "" => drop(place.run(&["validate"]).exits(0)),
            says => drop(place.run(&["validate"]).exits(3).says(says).says("pipeline.yaml:")),
        }
    }
}

/// Who has alarms and may not see budgets plans as before; who asks for one is told what is missing.
#[test]
fn without_the_right_to_see_budgets_only_a_budget_fails() {
    let (place, server) = made();
    let refuse = || {
        let (operation, code) = ("budgets:DescribeBudget", "AccessDeniedException");
        server.admin().fault(&json!({"operation": operation, "code": code, "status": 400, "times": 1}));
    };
    refuse();
    let ran = place.run(&["plan", "--local"]).exits(1);
    ran.says("budgets:DescribeBudget: AccessDeniedException").says("leave `alarms.budget` out of the file");
    place.edit(&[(", budget: 50 USD", "")]);
    refuse();
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    server.admin().all_struck(1);
    assert_eq!(planned(&place), ["delete budgets.budget.budget"]);
}

#[test]
fn a_pipeline_without_alarms_asks_nothing_of_budgets() {
    let place = Place::example("minimal");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    let asked = server.admin().requests();
    assert!(!asked.is_empty() && asked.iter().all(|operation| !operation.starts_with("budgets:")), "{asked:?}");
}

#[test]
fn a_plan_says_that_the_estimate_is_above_the_budget() {
    let place = Place::new(&FILE.replace("50 USD", "0.01 USD"));
    place.run(&["plan", "--local"]).exits(0).says("more than `alarms.budget`");
    place.edit(&[("0.01 USD", "5000 USD")]);
    assert!(!place.run(&["plan", "--local"]).exits(0).stdout.contains("alarms.budget"));
}

/// What is put into a group's log costs half a dollar the GB.
fn logs_that_cost_a_cent(server: &Server) {
    let lines = "logs = client('logs')\nnamed = dict(logGroupName='/aws/lambda/rings-dev-track', logStreamName='much')\n\
         logs.create_log_stream(**named)\nimport time\nnow = int(time.time() * 1000)\n\
         for _ in range(24):\n  logs.put_log_events(**named, logEvents=[dict(timestamp=now, message='x' * 250_000)] * 4)";
    boto3(server, lines);
}

#[test]
fn status_tells_what_the_month_has_cost_and_finds_that_it_is_too_much() {
    let (place, server) = made();
    let status = || -> Value { serde_json::from_str(&place.run(&["status", "--local", "--json"]).stdout).unwrap() };
    place
        .run(&["status", "--local"])
        .exits(0)
        .says("0.00 of 50.00 USD this month, by the budget")
        .says("where its cost allocation tags are not active");
    place.run(&["bill", "--local", "--activate-tags"]).exits(0);
    let before = status();
    assert_eq!((&before["spend"]["limit"], &before["faults"]), (&json!(50.0), &json!([])), "{before:#}");
    logs_that_cost_a_cent(&server);
    let after = status();
    let spent = |status: &Value| status["spend"]["actual"].as_f64().unwrap();
    assert!(spent(&after) >= spent(&before) + 0.01, "{before:#}\n{after:#}");
    place.edit(&[("budget: 50 USD", "budget: 0.01 USD")]);
    let said = "fault: spend: budget: this month has cost";
    place.run(&["status", "--local"]).exits(1).says(said).says("more than `alarms.budget`, 0.01 USD");
    // Of a budget that the file has no longer nothing is asked.
    place.edit(&[(", budget: 0.01 USD", "")]);
    assert_eq!(status()["spend"], Value::Null);
}

/// What it counts is not what this pipeline costs.
#[test]
fn status_does_not_tell_what_the_budget_of_somebody_else_counts() {
    let (place, server) = taken();
    place.run(&["status", "--local"]).exits(0).says("spend").says("not asked for");
    place.run(&["bill", "--local", "--activate-tags"]).exits(0);
    logs_that_cost_a_cent(&server);
    place.write(&FILE.replace("50 USD", "0.01 USD"));
    let ran = place.run(&["status", "--local", "--json"]);
    let status: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(status["spend"], Value::Null, "{status:#}");
    let about_spend = |fault: &Value| fault["part"] == "spend";
    assert!(!status["faults"].as_array().unwrap().iter().any(about_spend), "{status:#}");
    place.run(&["status", "--local"]).says("not known yet: no budget of this pipeline has counted");
}

/// Of a healthy pipeline nothing else hides it: the verdict is that not everything was read.
#[test]
fn status_says_that_the_budget_may_not_be_read() {
    let (place, server) = made();
    // The plan looks at it first.
    for after in [0, 1] {
        let (operation, code) = ("budgets:DescribeBudget", "AccessDeniedException");
        server.admin().fault(&json!({"operation": operation, "code": code, "status": 400, "after": after, "times": 1}));
        let ran = place.run(&["status", "--local"]).exits(1);
        ran.says("budgets:DescribeBudget: AccessDeniedException")
            .says("not known yet")
            .says("unknown: no fault was found");
        server.admin().all_struck(1);
    }
}
