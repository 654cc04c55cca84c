//! What another tool made is taken over with everything that the tool left on it.

use crate::support::{Place, judge};
use serde_json::Value;
use std::collections::BTreeSet;

/// What `other_tools.py` makes under a name of ours, each kind at least once.
const MADE: &[&str] = &[
    "s3.bucket.data",
    "logs.log_group.delivery",
    "logs.log_group.track",
    "logs.log_group.mover",
    "firehose.stream.delivery",
    "lambda.function.track",
    "lambda.function.mover",
    "apigateway.rest_api.ingest",
    "apigateway.api_key.web",
    "apigateway.usage_plan.ingest",
    "glue.database.catalog",
    "glue.crawler.raw",
    "glue.crawler.parquet",
    "glue.job.etl",
    "glue.trigger.etl",
    "athena.workgroup.query",
    "athena.named_query.distinct_users_by_month",
];

/// What every tool leaves there, which is kept.
const KEPT: &[(&str, &str)] = &[
    ("s3.bucket.data", "cors.CORSRule"),
    ("s3.notification.mover", "TopicConfiguration"),
    ("lambda.function.track", "TracingConfig.Mode"),
    ("apigateway.rest_api.ingest", "binaryMediaTypes"),
    ("apigateway.rest_api.ingest", "stage.tracingEnabled"),
    ("glue.database.catalog", "Parameters"),
    ("glue.crawler.raw", "Classifiers"),
    ("glue.crawler.raw", "Targets.S3Targets.ConnectionName"),
    ("glue.job.etl", "Connections"),
    ("glue.trigger.etl", "Actions.Arguments"),
    ("athena.workgroup.query", "RequesterPaysEnabled"),
];

/// A tool, and what it leaves beside that.
const TOOLS: &[(&str, &[(&str, &str)])] = &[
    (
        "cloudformation",
        &[
            ("s3.bucket.data", "aws:cloudformation:stack-name"),
            ("logs.log_group.track", "aws:cloudformation:stack-name"),
            ("lambda.function.track", "aws:cloudformation:stack-name"),
            ("lambda.function.track", "Layers.Arn"),
            ("lambda.permission.track", "exS3-v2--theirs"),
            ("firehose.stream.delivery", "aws:cloudformation:stack-name"),
            ("apigateway.rest_api.ingest", "aws:cloudformation:stack-name"),
            ("apigateway.api_key.web", "aws:cloudformation:stack-name"),
            ("apigateway.usage_plan.ingest", "aws:cloudformation:stack-name"),
            ("glue.database.catalog", "aws:cloudformation:stack-name"),
            ("glue.crawler.raw", "aws:cloudformation:stack-name"),
            ("glue.job.etl", "aws:cloudformation:stack-name"),
            ("glue.trigger.etl", "aws:cloudformation:stack-name"),
            ("athena.workgroup.query", "aws:cloudformation:stack-name"),
        ],
    ),
    ("terraform", &[("firehose.stream.delivery", "FileExtension"), ("lambda.permission.track", "terraform-1")]),
    (
        "console",
        &[
            ("firehose.stream.delivery", "FileExtension"),
            ("lambda.function.track", "Layers.Arn"),
            ("lambda.permission.track", "lambda-5e1f"),
        ],
    ),
];

fn steps(plan: &Value) -> impl Iterator<Item = (String, &Value)> {
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["address"].as_str().unwrap().to_owned(), step))
}

fn left(plan: &Value) -> BTreeSet<(String, String)> {
    let names = |step: &Value| step["also_has"].as_array().unwrap().clone();
    let of = |(address, step)| {
        names(step).into_iter().map(move |extra| (String::clone(&address), extra["name"].as_str().unwrap().to_owned()))
    };
    steps(plan).flat_map(of).collect()
}

fn adopts(tool: &str, leaves: &[(&str, &str)]) {
    let place = Place::example("clickstream");
    let server = place.serve();
    judge("other_tools.py", &[&server.url, &server.token(), "clickstream-prod", tool]);

    let plan = place.plan(&["--local"]);
    let refused: BTreeSet<_> =
        steps(&plan).filter(|(_, step)| !step["refusal"].is_null()).map(|(address, _)| address).collect();
    assert_eq!(refused, MADE.iter().map(|made| (*made).to_owned()).collect(), "{tool}");
    place.run(&["apply", "--local", "--yes"]).exits(4);

    let consent: Vec<_> = MADE.iter().flat_map(|address| ["--adopt", address]).collect();
    let plan = place.plan(&[&["--local"], &consent[..]].concat());
    for (address, step) in steps(&plan).filter(|(address, _)| MADE.contains(&address.as_str())) {
        assert_eq!(
            (step["action"].as_str(), step["cause"].as_str()),
            (Some("update"), Some("adopt")),
            "{tool}: {address}"
        );
    }
    place.run(&[&["apply", "--local", "--yes"], &consent[..]].concat()).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);

    let there = left(&place.plan(&["--local"]));
    for (address, name) in KEPT.iter().chain(leaves) {
        assert!(
            there.contains(&((*address).to_owned(), (*name).to_owned())),
            "{tool}: {address} lost {name}:\n{there:?}"
        );
    }
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}

#[test]
fn what_cloudformation_made_is_adopted() {
    adopts(TOOLS[0].0, TOOLS[0].1);
}

#[test]
fn what_terraform_made_is_adopted() {
    adopts(TOOLS[1].0, TOOLS[1].1);
}

#[test]
fn what_the_console_made_is_adopted() {
    adopts(TOOLS[2].0, TOOLS[2].1);
}
