//! "No changes" is true: what was changed behind pipectl's back is drift that an apply puts right, or it is shown.

use crate::support::{Place, judge};
use serde_json::Value;
use std::collections::BTreeSet;

/// What `by_hand.py` does that breaks what the pipeline is for: where a plan shows it as a change.
const PUT_RIGHT: &[(&str, &str)] = &[
    ("apigateway.rest_api.ingest", "disableExecuteApiEndpoint"),
    ("apigateway.rest_api.ingest", "policy"),
    ("apigateway.rest_api.ingest", "apiKeySource"),
    ("apigateway.rest_api.ingest", "endpointConfiguration.types"),
    ("apigateway.rest_api.ingest", "stage.methodSettings.throttling"),
    ("apigateway.rest_api.ingest", "stage.canarySettings"),
    // The time limit of 50 ms is the route's.
    ("apigateway.rest_api.ingest", "routes"),
    // A deployment that may have been made with these settings is made anew.
    ("apigateway.rest_api.ingest", "deployment"),
    ("apigateway.usage_plan.ingest", "apiStages.throttle"),
    ("lambda.function.track", "log_format"),
    ("lambda.function.track", "application_log_level"),
    ("lambda.function.track", "system_log_level"),
    ("firehose.stream.delivery", "CustomTimeZone"),
    ("glue.crawler.raw", "Targets.S3Targets.SampleSize"),
    ("athena.workgroup.query", "ManagedQueryResultsConfiguration.Enabled"),
];

/// What it does that harms nobody: a plan shows it beside what it changes, until it is asked to take it away.
const SHOWN: &[(&str, &str)] = &[
    ("apigateway.rest_api.ingest", "binaryMediaTypes"),
    ("apigateway.rest_api.ingest", "stage.variables"),
    ("apigateway.rest_api.ingest", "stage.tracingEnabled"),
    ("iam.role.track", "AdministratorAccess"),
    ("lambda.function.track", "TracingConfig.Mode"),
    ("lambda.function.track", "EphemeralStorage.Size"),
    ("lambda.function.track", "Layers.Arn"),
    ("lambda.function.track", "DeadLetterConfig.TargetArn"),
    ("lambda.function.track", "VpcConfig"),
    ("lambda.permission.track", "theirs"),
    ("s3.bucket.data", "cors.CORSRule"),
    ("firehose.stream.delivery", "FileExtension"),
    ("glue.job.etl", "Connections"),
    ("glue.job.etl", "SecurityConfiguration"),
    ("glue.crawler.raw", "Classifiers"),
    ("glue.database.catalog", "Parameters"),
    ("glue.trigger.etl", "Actions.Arguments"),
    ("glue.trigger.etl", "Actions.JobName"),
    ("athena.workgroup.query", "RequesterPaysEnabled"),
];

/// What only its owner can take away.
const LEFT: &[(&str, &str)] = &[("s3.notification.mover", "TopicConfiguration")];

type Named = BTreeSet<(String, String)>;

fn named(rows: &[&[(&str, &str)]]) -> Named {
    rows.iter().flat_map(|rows| *rows).map(|(address, name)| ((*address).to_owned(), (*name).to_owned())).collect()
}

/// What a plan says of each step: address, and the names in one of its lists.
fn told(plan: &Value, list: &str, name: &str) -> Named {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().unwrap().iter();
    let of_step = |step: &Value| {
        let items = step[list].as_array().unwrap().clone();
        let address = text(&step["address"]);
        items.into_iter().map(move |item| (address.clone(), text(&item[name])))
    };
    steps.flat_map(of_step).collect()
}

fn changed(plan: &Value) -> Named {
    told(plan, "changes", "attribute")
}

fn shown(plan: &Value) -> Named {
    told(plan, "also_has", "name")
}

fn changed_by_hand() -> (Place, crate::support::Server) {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(shown(&place.plan(&["--local"])), named(&[]), "a pipeline of ours has nothing beside what we gave it");
    let server = place.serve();
    judge("by_hand.py", &[&server.url, "clickstream-prod"]);
    (place, server)
}

#[test]
fn what_was_changed_by_hand_is_put_right_or_shown() {
    let (place, _server) = changed_by_hand();
    let plan = place.plan(&["--local"]);
    assert_eq!(changed(&plan), named(&[PUT_RIGHT]));
    assert_eq!(shown(&plan), named(&[SHOWN, LEFT]));
    assert!(plan["steps"].as_array().unwrap().iter().all(|step| step["cause"].is_null() || step["cause"] == "drift"));
    let text = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).stdout;
    assert!(text.contains("also has: AdministratorAccess = "), "{text}");
    assert!(!text.contains("hunter2"), "{text}");

    place.run(&["apply", "--local", "--yes"]).exits(0);
    let plan = place.plan(&["--local"]);
    assert_eq!(changed(&plan), named(&[]), "one apply puts all of it right");
    assert_eq!(shown(&plan), named(&[SHOWN, LEFT]), "and takes nothing away that it was not asked to");
    // What is somebody's is no change, and survives one.
    let text = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0).stdout;
    assert!(text.contains("No changes.") && text.contains("also has: AdministratorAccess"), "{text}");
    assert!(place.run(&["plan", "--local", "--markdown"]).stdout.contains("also has: `AdministratorAccess`"));
    place.edit(&[("workers: { type: G.1X, count: 10 }", "workers: { type: G.1X, count: 4 }")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(shown(&place.plan(&["--local"])), named(&[SHOWN, LEFT]));

    let one = place.plan(&["--local", "--revert-extras", "iam.role.track"]);
    assert_eq!(changed(&one), named(&[&[("iam.role.track", "AdministratorAccess")]]));
    assert_eq!(changed(&place.plan(&["--local", "--revert-extras"])), named(&[SHOWN]));
    place.run(&["apply", "--local", "--yes", "--revert-extras"]).exits(0);
    let plan = place.plan(&["--local"]);
    assert_eq!((changed(&plan), shown(&plan)), (named(&[]), named(&[LEFT])));
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}

#[test]
fn a_stream_that_takes_nothing_is_shown_and_replaced() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    server.admin().stuck("minimal-dev", "DELETING_FAILED");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2).says("status: \"DELETING_FAILED (");
    place.run(&["apply", "--local", "--yes"]).exits(0).says("the grant could not be retired");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["send", "--local", "--events", "3"]).exits(0);
}

/// In the workgroup of the pipeline it is that query still, whatever it says of itself: one line, and the rest goes on.
#[test]
fn a_query_that_somebody_edited_and_described_anew_is_put_right() {
    let place = Place::example("minimal");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    judge("edit_query.py", &[&server.url, "minimal-dev"]);
    let planned = place.planned(&["--local"]);
    let is_it = |(address, action): &(String, String)| address.starts_with("athena.named_query.") && action == "update";
    assert!(planned.len() == 1 && planned.iter().all(is_it), "{planned:?}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    // What the analyst wrote is not lost unasked.
    judge("edit_query.py", &[&server.url, "minimal-dev"]);
    place.run(&["destroy", "--local", "--yes"]).exits(4).says("--allow-data-loss athena.workgroup.query");
    place.run(&["destroy", "--local", "--yes", "--allow-data-loss", "athena.workgroup.query"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}
