//! What a pipeline cannot carry, as the program tells it.

use crate::support::{Place, Ran};
use serde_json::Value;

const TIGHT: &str = "\
name: clicks
region: eu-central-1
schema: { event: string }
ingest:
  throttle: { rate: 300/s, burst: 200 }
  quota: { requests: 20M, per: month }
  function: { reserved_concurrency: 20 }
usage:
  events_per_month: 200M
";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr))
}

fn ids(findings: &Value) -> Vec<&str> {
    findings.as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap()).collect()
}

#[test]
fn a_finding_shows_its_place_both_numbers_a_hint_and_the_page() {
    let ran = Place::new(TIGHT).run(&["check"]).exits(0);
    let expected = "\
warning: a burst of 200 requests is less than a second of `ingest.throttle.rate` (300 requests/s)
 --> pipeline.yaml:5:35
  |
5 |   throttle: { rate: 300/s, burst: 200 }
  |                                   ^^^
  |
  = hint: raise `ingest.throttle.burst` to the rate or more
  = source: Throttle requests to your REST APIs for better throughput in API Gateway, https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html

warning: API Gateway lets 300 requests/s through, and `track` can take 200 requests/s (10 ms a call, and 10 requests/s for each execution)
 --> pipeline.yaml:5:21
  |
5 |   throttle: { rate: 300/s, burst: 200 }
  |                     ^^^^^
  |
  = hint: raise `ingest.function.reserved_concurrency`, or lower `ingest.throttle.rate`: what is between is answered 500, not 429
  = source: Understanding Lambda function scaling, https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html

warning: 200M requests come while a quota counts, and `ingest.quota` of 1 key a month takes 20M requests
 --> pipeline.yaml:6:22
  |
6 |   quota: { requests: 20M, per: month }
  |                      ^^^
  |
  = hint: raise `ingest.quota.requests`, or leave `ingest.quota` out; what is over it is answered 429
  = source: Usage plans and API keys for REST APIs in API Gateway, https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html

warning: 231 requests/s come in the busiest second, and `track` with 10 requests/s for each execution takes 200 requests/s
 --> pipeline.yaml:7:37
  |
7 |   function: { reserved_concurrency: 20 }
  |                                     ^^
  |
  = hint: raise `ingest.function.reserved_concurrency`, or leave it out
  = source: Lambda quotas, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

clicks/dev in eu-central-1, by an account's first limits: 200M events a month, 231 requests/s in the busiest second (3 times the average)
4 things do not fit
the first wall is at 20M events a month: `ingest.quota` of 1 key a month
";
    assert_eq!(ran.stdout, expected);
}

/// What the file leaves to its default is shown at its group, and without any at no place.
#[test]
fn a_finding_about_a_default_is_shown_where_it_would_stand() {
    let place = Place::new("name: clicks\nschema: { event: string }\ningest:\n  path: /in\n");
    let usage = "events_per_month=9B";
    place.run(&["check", "--usage", usage]).exits(0).says(" --> pipeline.yaml:3:1");
    place.write("name: clicks\nschema: { event: string }\n");
    let ran = place.run(&["check", "--usage", usage]).exits(0);
    assert!(ran.stdout.starts_with("warning: 10,417 requests/s come in the busiest second"), "{}", ran.stdout);
    let found = json(&place.run(&["check", "--usage", usage, "--json"]).exits(0));
    assert_eq!(found["findings"][0]["place"], Value::Null);
}

#[test]
fn strict_refuses_and_json_has_all_of_it() {
    let place = Place::new(TIGHT);
    place.run(&["check", "--strict"]).exits(4).says("4 things do not fit");
    let found = json(&place.run(&["check", "--strict", "--json"]).exits(4));
    assert_eq!(found["schema"], "pipectl-check/1");
    assert_eq!(ids(&found["findings"]), ["throttle.burst", "throttle.track", "ingest.quota", "track.rate"]);
    let finding = &found["findings"][2];
    assert_eq!(finding["place"], serde_json::json!({"file": "pipeline.yaml", "line": 6, "column": 22}));
    assert_eq!((&finding["asked"], &finding["limit"]), (&2e8.into(), &2e7.into()));
    // Fewer events, and a quota that one key may use up.
    let fits = ["--usage", "events_per_month=20M", "--strict"];
    assert_eq!(
        ids(&json(&place.run(&[&["check", "--json"], &fits[..]].concat()).exits(4))["findings"]),
        ["throttle.burst", "throttle.track"]
    );
    place.edit(&[("rate: 300/s, burst: 200", "rate: 200/s, burst: 200")]);
    place.run(&[&["check"], &fits[..]].concat()).exits(0).says("nothing here is more than there is room for");
}

#[test]
fn walls_are_told_in_the_order_in_which_they_are_hit() {
    let place = Place::new(TIGHT);
    let found = json(&place.run(&["check", "--at", "1B/month", "--peak", "10", "--json"]).exits(0));
    assert_eq!(found["load"]["requests_per_second"].as_f64().unwrap().round(), 3858.0);
    let walls = found["walls"].as_array().unwrap();
    let first: Vec<_> = walls.iter().take(5).map(|wall| wall["id"].as_str().unwrap()).collect();
    assert_eq!(first, ["ingest.quota", "track.rate", "ingest.throttle", "firehose.requests", "track.concurrency"]);
    let firehose = &walls[3];
    // 1,000 a second at ten times the average.
    assert_eq!(firehose["events_per_month"].as_f64().unwrap().round(), 259_200_000.0);
    assert_eq!((&firehose["hit"], &firehose["quota"]["adjustable"]), (&true.into(), &true.into()));
    assert!(firehose["quota"]["raised"].as_str().unwrap().contains("Firehose limits form"));
    let account = walls.iter().find(|wall| wall["id"] == "apigw.rate").unwrap();
    assert_eq!(account["quota"]["code"], "L-8A5B8E43");
    let text = place.run(&["check", "--at", "1B/month", "--peak", "10"]).exits(0);
    text.says("ask for `Throttle rate` of API Gateway in Service Quotas, L-8A5B8E43");
    place.run(&["check", "--at", "1B/year"]).exits(3).says("is not a number of events");
    place.run(&["check", "--peak", "0"]).exits(3).says("`peak_factor` is 1 or more");
}

#[test]
fn what_is_shipped_passes_its_own_check() {
    for example in ["article-2018", "clickstream", "lean", "minimal"] {
        Place::example(example).run(&["check", "--strict"]).exits(0);
    }
    let place = Place::example("minimal");
    for option in [&["init", "--force"][..], &["init", "--force", "--from-article"]] {
        place.run(option).exits(0);
        place.run(&["check", "--strict"]).exits(0);
    }
}

/// The same warnings, on stderr, whatever else is printed.
#[test]
fn other_commands_warn_of_it() {
    let place = Place::new(TIGHT);
    let warning = "warning: 200M requests come while a quota counts";
    for command in [&["validate"][..], &["cost-estimate"], &["plan", "--local"], &["plan", "--local", "--markdown"]] {
        let ran = place.run(command).exits(0);
        assert!(ran.stderr.contains(warning) && !ran.stdout.contains("warning:"), "{command:?}: {}", ran.stderr);
    }
    let cost = json(&place.run(&["cost-estimate", "--json"]).exits(0));
    let plan = json(&place.run(&["plan", "--local", "--json"]).exits(0));
    assert_eq!(ids(&cost["limits"]), ids(&plan["limits"]));
    assert_eq!(ids(&cost["limits"]).len(), 4);
    let less = json(&place.run(&["cost-estimate", "--json", "--usage", "events_per_month=1M"]).exits(0));
    assert_eq!(ids(&less["limits"]), ["throttle.burst", "throttle.track"]);
    let quiet = place.run(&["plan", "--local", "--destroy"]).exits(0);
    assert!(!quiet.stderr.contains("warning:"), "{}", quiet.stderr);
}

#[test]
fn a_saved_plan_with_findings_is_applied() {
    let place = Place::new(TIGHT);
    place.run(&["plan", "--local", "--out", "plan.json"]).exits(0);
    place.run(&["apply", "--local", "--plan", "plan.json", "--yes"]).exits(0);
}

/// Local AWS says what an account has at first, less what is reserved in it.
#[test]
fn an_account_is_asked_for_its_own_limits() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("    reserved_concurrency: 100   # 10 requests a second each\n", "")]);
    let wall = |arguments: &[&str]| {
        let found = json(&place.run(&[&["check", "--json"], arguments].concat()).exits(0));
        let wall =
            found["walls"].as_array().unwrap().iter().find(|wall| wall["id"] == "track.concurrency").unwrap().clone();
        (found["account"].clone(), wall["limit"].as_f64().unwrap())
    };
    // The mover's ten are the file's; what `track` has reserved still is the account's.
    assert_eq!(wall(&[]), (Value::Null, 990.0));
    assert_eq!(wall(&["--local", "--account"]), ("000000000000".into(), 890.0));
}
