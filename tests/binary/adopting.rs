//! What somebody made by following the article is taken over.

use crate::support::{Place, Server, judge};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the article's stack is called, in the words of a file.
const NAMED: &str = "\
name: analytics
stage: dev
bucket: { name: acme-analytics-data }
names:
  firehose.stream.delivery: acme-events
  s3.notification.mover: exS3-v2--5d41402abc4b2a76b9719d911017c592
  apigateway.rest_api.ingest: dev-serverless-analytics
  apigateway.usage_plan.ingest: serverless-analytics-dev
  apigateway.api_key.client: ClientAPIKey-dev
  glue.crawler.raw: raw_discovery
  glue.crawler.parquet: parquet_discovery
  glue.job.etl: raw_to_parquet
  glue.trigger.etl: hourly_parquet
catalog: { database: acme_analytics, crawlers: { raw: { schedule: hourly }, parquet: { schedule: hourly } } }
etl: { schedule: hourly, bookmark: datasource0, workers: { count: 10 } }
schema: { event: string, userid: string, datetime: timestamp }
";

/// What a file can give a name for, and bucket and database.
const TAKEN: &[&str] = &[
    "apigateway.api_key.client",
    "apigateway.rest_api.ingest",
    "apigateway.usage_plan.ingest",
    "firehose.stream.delivery",
    "glue.crawler.parquet",
    "glue.crawler.raw",
    "glue.database.catalog",
    "glue.job.etl",
    "glue.trigger.etl",
    "s3.bucket.data",
    "s3.notification.mover",
];

fn made(server: &Server, mode: &str) -> Value {
    serde_json::from_str(&judge("article_stack.py", &[&server.url, &server.token(), mode])).unwrap()
}

fn causes(plan: &Value) -> BTreeMap<String, (String, String)> {
    let word = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|step| (word(step, "address"), (word(step, "action"), word(step, "cause")))).collect()
}

fn consent(addresses: &[&str]) -> Vec<String> {
    addresses.iter().flat_map(|address| ["--adopt".to_owned(), (*address).to_owned()]).collect()
}

#[test]
fn what_the_file_names_is_taken_over_under_its_name() {
    let place = Place::new(NAMED);
    let server = place.serve();
    let endpoint = made(&server, "article");
    place.run(&["apply", "--local", "--yes"]).exits(4).says("exists and was not made by pipectl");

    let consent = consent(TAKEN);
    let consent: Vec<_> = consent.iter().map(String::as_str).collect();
    let plan = place.plan(&[&["--local"], &consent[..]].concat());
    for (address, (action, cause)) in causes(&plan) {
        let taken = TAKEN.contains(&address.as_str());
        let expected = if taken { ("update", "adopt") } else { ("create", "missing") };
        assert_eq!((action.as_str(), cause.as_str()), expected, "{address}");
    }
    place.run(&[&["apply", "--local", "--yes"], &consent[..]].concat()).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);

    let output: Value = serde_json::from_str(&place.run(&["output", "--local", "--json"]).exits(0).stdout).unwrap();
    assert!(output.to_string().contains(endpoint["api"].as_str().unwrap()), "another URL: {output}");
    let key = place.run(&["output", "--local", "--api-key", "client"]).exits(0).stdout;
    assert_eq!(key.trim(), endpoint["key"].as_str().unwrap());
    place.run(&["send", "--local", "--events", "3"]).exits(0);
    place.run(&["run", "--local", "all"]).exits(0);
    place.run(&["status", "--local"]).exits(0);
    place.run(&["logs", "--local", "etl"]).exits(0);
}
