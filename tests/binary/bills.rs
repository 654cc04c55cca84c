//! What Local AWS has counted, as Cost Explorer and CloudWatch tell it, and `pipectl bill`.

use crate::machine::valid;
use crate::support::{Place, Ran, judge};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every line that a judge prints is one that it found right.
#[track_caller]
fn holds(told: &str, least: usize) {
    let wrong: Vec<_> = told.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(wrong.is_empty() && told.lines().count() >= least, "{}", wrong.join("\n"));
}

#[test]
fn boto3_reads_what_was_used_also_after_a_kill() {
    let place = Place::example("clickstream");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    holds(&judge("metered.py", &[&server.url, "before", "0"]), 4);
    place.run(&["send", "--local", "--events", "40", "--batch", "2"]).exits(0).says("20");
    place.run(&["local", "tick", "26h"]).exits(0);
    holds(&judge("metered.py", &[&server.url, "after", "20"]), 30);
    // It is killed, not ended.
    drop(server);
    let again = place.serve();
    holds(&judge("metered.py", &[&again.url, "after", "20"]), 30);
}

/// A pipeline in Local AWS's time: it is made just before a month begins, and then gets the same every quarter of an hour.
struct Simulated {
    place: Place,
    days: u32,
    requests: u32,
    events: u32,
    /// Items that no figure of `usage` brings within 2 %, each with its reason on the bill.
    apart: &'static [&'static str],
}

const LEAN: &str = "
name: clicks
shape: lean
catalog: { since: 2020 }
delivery: { buffer: { size: 128 MB, interval: 15 min } }
ingest: { api_keys: [web] }
schema: { event: string, userid: string, datetime: timestamp, note: string }
";
const ARTICLE: &str = "
name: clicks
shape: article
delivery: { buffer: { size: 128 MB, interval: 15 min } }
catalog: { crawlers: { raw: { schedule: hourly }, parquet: { schedule: hourly } } }
etl: { schedule: hourly }
ingest: { api_keys: [web] }
schema: { event: string, userid: string, datetime: timestamp, note: string }
";

/// How well events pack is assumed; data transfer and the catalog carry no tags; GETs of Firehose's and Lambda's own are not estimated.
const LEAN_APART: &[&str] =
    &["Amazon Simple Storage Service", "Data transfer out", "Glue catalog objects", "S3 partitioned JSON, S3 Parquet"];
/// And the mover's sweeps and what crawls read of files are not estimated; what job and crawlers log carries no tags.
const ARTICLE_APART: &[&str] = &[
    "CloudWatch Logs ingestion",
    "CloudWatch Logs storage",
    "Data transfer out",
    "Glue catalog objects",
    "Lambda compute",
    "Lambda requests",
    "S3 GET",
    "S3 PUT, COPY and LIST",
    "S3 partitioned JSON, S3 Parquet",
];

impl Simulated {
    /// With a file that knows how much comes.
    fn new(yaml: &str, (days, requests, events): (u32, u32, u32), apart: &'static [&'static str]) -> Self {
        let next = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().last_of_month().tomorrow().unwrap();
        let month = u32::from(next.days_in_month().unsigned_abs()) * 96 * requests * events;
        let usage =
            format!("usage: {{ events_per_month: {month}, event_size: 200 B, events_per_request: {events} }}\n");
        let (place, events) = (Place::new(&format!("{yaml}region: us-east-1\n{usage}")), events);
        Self { place, days, requests, events, apart }
    }

    /// The bill as JSON, and as it is printed.
    fn bill(&self, arguments: &[&str]) -> (Value, String) {
        let told = self.place.run(&[&["bill", "--local"], arguments].concat()).exits(0).stdout;
        let json = self.place.run(&["bill", "--local", "--json"]).exits(0).stdout;
        valid(&[("bill".to_owned(), json.clone())]);
        (serde_json::from_str(&json).unwrap(), told)
    }

    fn runs(&self) {
        let place = &self.place;
        let server = place.serve();
        let now = jiff::Timestamp::now();
        let first = now.to_zoned(jiff::tz::TimeZone::UTC).date().last_of_month().tomorrow().unwrap();
        let first = first.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
        let minutes = first.duration_since(now).as_mins() - 5;
        place.run(&["local", "tick", &format!("{minutes}min")]).exits(0);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.run(&["local", "tick", "7min"]).exits(0);
        place.run(&["bill", "--local"]).exits(1).says("nothing with the tags");
        place.run(&["bill", "--local", "--activate-tags"]).exits(0).says("pipectl:stage: active");
        let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
        let output: Value = serde_json::from_str(&output).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let door = [text(&output["endpoint"]), text(&output["api_keys"][0]["value"])];
        let counts = [self.days * 96, self.requests, self.events].map(|count| count.to_string());
        let token = server.token();
        let arguments = [&server.url, &token, &door[0], &door[1], &counts[0], &counts[1], &counts[2]];
        let sent = judge("month.py", &arguments.map(String::as_str));
        assert_eq!(sent.trim().parse(), Ok(self.days * 96 * self.requests * self.events));
        let (bill, told) = self.bill(&[]);
        println!("{told}");
        apart(&bill, 0.02);
        assert_eq!(bill["days"], f64::from(self.days));
        // What was learnt is in the file, and then nothing is left to learn but what AWS tells nothing of.
        place.run(&["bill", "--local", "--write-usage"]).exits(0).says("figures into `usage`");
        let (bill, told) = self.bill(&["--write-usage"]);
        println!("{told}");
        assert_eq!(bill["learned"].as_array().unwrap().len(), 0, "{told}");
        let expected: BTreeSet<_> = self.apart.iter().map(|item| (*item).to_owned()).collect();
        assert_eq!(apart(&bill, 0.02), expected, "{told}");
    }
}

/// Each line is as it was estimated, or says why not. Gives the items of those that say so.
#[track_caller]
fn apart(bill: &Value, within: f64) -> BTreeSet<String> {
    let mut apart = BTreeSet::new();
    for line in bill["lines"].as_array().unwrap() {
        let difference = line["difference"].as_f64();
        let agrees = difference.is_some_and(|difference| difference.abs() <= within);
        let nothing = line["billed"].is_null() && line["estimated"]["quantity"] == 0.0;
        assert!(agrees || nothing || line["reason"].is_string(), "{line:#}");
        assert!(!line["reason"].to_string().contains(" is 0 and not 0"), "{line:#}");
        if !(agrees || nothing) {
            apart.insert(line["item"].as_str().unwrap().to_owned());
        }
    }
    apart
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn two_days_of_the_lean_shape_are_billed_as_estimated() {
    Simulated::new(LEAN, (2, 1, 105), LEAN_APART).runs();
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn two_days_of_the_articles_shape_are_billed_as_estimated() {
    Simulated::new(ARTICLE, (2, 1, 105), ARTICLE_APART).runs();
}

/// A million events in thirty days: `cargo test --workspace --test binary -- --ignored --nocapture bills::a_month`.
#[test]
#[ignore = "takes minutes: 2880 quarters of an hour, each with what comes due in it"]
fn a_month_of_the_lean_shape_is_billed_as_estimated() {
    Simulated::new(LEAN, (30, 1, 348), LEAN_APART).runs();
}

#[test]
#[ignore = "takes minutes: 2880 quarters of an hour, each with what comes due in it"]
fn a_month_of_the_articles_shape_is_billed_as_estimated() {
    // By the day, as a file has it that does not say otherwise: hourly crawls of all files would take hours here.
    let daily = ARTICLE.replace("hourly", "daily");
    Simulated::new(&daily, (30, 1, 348), ARTICLE_APART).runs();
}

/// A request to Cost Explorer costs $0.01, so that nobody asks it by mistake; each way in which there is no bill says what to do.
#[test]
fn what_costs_is_asked_for_and_a_bill_that_is_not_to_be_had_says_why() {
    let place = Place::new(LEAN);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let admin = server.admin();
    // As on AWS: where it does not know that this is Local AWS.
    let mut command = place.command();
    command.arg("bill").env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    admin.requests();
    Ran::new(&command.output().unwrap()).exits(4).says("no terminal to ask on").says("--yes");
    assert!(!admin.requests().iter().any(|operation| operation.starts_with("ce:")), "it was asked all the same");
    for (code, status, words) in [
        ("AccessDeniedException", 400, "ce:GetCostAndUsage"),
        ("DataUnavailableException", 400, "ce:GetCostAndUsage"),
        ("LimitExceededException", 400, "try again later"),
    ] {
        admin.fault(&json!({
            "operation": "ce:GetCostAndUsage", "times": 9, "status": status, "code": code, "message": "not today",
        }));
        let told = place.run(&["bill", "--local", "--month", &last_month()]).exits(1).says(code).says(words);
        assert!(told.stderr.contains("hint: "), "{}", told.stderr);
        admin.forget_faults();
    }
    place.run(&["bill", "--local", "--month", "2026-13"]).exits(3).says("is no month");
    place.run(&["bill", "--local", "--month", "2199-01"]).exits(3).says("no day of 2199-01 is over yet");
}

fn last_month() -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.first_of_month().yesterday().unwrap().strftime("%Y-%m").to_string()
}
