//! What one part hands on to the next, where the next one fails for hours: docs/handovers.md says it, here it happens.

use crate::support::{Place, Server};
use serde_json::{Value, json};

const EVENTS: u64 = 200;

/// A pipeline with events on their way, in which an operation fails from now on.
fn failing(operation: &str, status: u16, code: &str) -> (Place, Server) {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let fault =
        json!({"operation": operation, "status": status, "code": code, "message": "for hours", "times": 1_000_000});
    server.admin().fault(&fault);
    place.run(&["send", "--local", "--events", &EVENTS.to_string(), "--batch", "10"]).exits(0);
    (place, server)
}

/// How many events the tables have.
fn rows(place: &Place) -> Vec<u64> {
    let count = |table: &str| {
        let sql = format!("SELECT count(*) AS n FROM {table}");
        let ran = place.run(&["query", "--local", "--output", "json", &sql]).exits(0);
        let rows: Value = serde_json::from_str(&ran.stdout).unwrap();
        rows[0]["n"].as_str().unwrap().parse().unwrap()
    };
    ["${raw_table}", "${parquet_table}"].map(count).into()
}

/// S3 refuses the mover for so long that Lambda gives its events up.
fn stranded() -> (Place, Server) {
    let (place, server) = failing("s3:CopyObject", 403, "AccessDenied");
    place.run(&["local", "tick", "3h"]).exits(0);
    (place, server)
}

#[test]
fn what_the_mover_could_not_move_is_told_and_swept_up() {
    let (place, server) = stranded();
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    assert!(plan.stderr.contains("warning: the mover has not moved"), "{}", plan.stderr);
    assert!(plan.stderr.contains("they lie in `analytics_raw/`"), "{}", plan.stderr);
    let told = place.plan(&["--local"])["stranded"].clone();
    assert!(told["files"].as_u64().unwrap() > 0 && told["bytes"].as_u64().unwrap() > 0, "{told}");
    place.run(&["output", "--local"]).exits(0).says("the mover has not moved");
    let output: Value = serde_json::from_str(&place.run(&["output", "--local", "--json"]).exits(0).stdout).unwrap();
    assert_eq!(output["stranded"], told);

    server.admin().forget_faults();
    // The schedule's next sweep, a crawl, the job, a crawl.
    place.run(&["local", "tick", "4h"]).exits(0);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
    let plan = place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    assert_eq!(plan.stderr, "");
    assert!(place.plan(&["--local"])["stranded"].is_null());
}

#[test]
fn run_moves_what_is_left_before_it_makes_tables() {
    let (place, server) = stranded();
    let failed = place.run(&["run", "mover", "--local"]).exits(1);
    assert!(failed.stderr.contains("AccessDenied"), "{}", failed.stderr);
    place.run(&["run", "all", "--local"]).exits(1).says("files were not moved");
    server.admin().forget_faults();
    let ran = place.run(&["run", "all", "--local"]).exits(0);
    assert!(ran.stdout.starts_with("lambda.function.mover"), "{}", ran.stdout);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
    place.run(&["run", "mover", "--local"]).exits(0);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
}

/// Whatever lies where Firehose writes was not moved: no rule may delete it, however old it becomes.
#[test]
fn what_was_not_moved_never_expires() {
    let place = Place::example("clickstream");
    let plan = place.plan(&["--local"]);
    let bucket = plan["steps"].as_array().unwrap().iter().find(|step| step["address"] == "s3.bucket.data").unwrap();
    let rules = bucket["attributes"]["lifecycle"].as_object().unwrap();
    let expiring: Vec<_> = rules.values().filter(|rule| !rule["expire"].is_null()).collect();
    assert!(expiring.len() > 1, "{rules:?}");
    for rule in expiring {
        let prefix = rule["prefix"].as_str().unwrap();
        assert!(!"analytics_raw/".starts_with(prefix), "{rule}");
    }
}

/// S3 refuses Firehose for half a day: what was acknowledged arrives when it no longer does.
#[test]
fn firehose_keeps_what_it_cannot_write() {
    let (place, server) = failing("s3:PutObject", 503, "SlowDown");
    place.run(&["local", "tick", "12h"]).exits(0);
    server.admin().forget_faults();
    place.run(&["local", "tick", "4h"]).exits(0);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
}

/// What the queue does not take is not acknowledged: the sender knows, and sends it again.
#[test]
fn track_acknowledges_nothing_that_firehose_refuses() {
    let place = Place::example("minimal").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let fault = json!({"operation": "firehose:PutRecordBatch", "status": 503, "code": "ServiceUnavailableException",
        "message": "Slow down.", "times": 1_000_000});
    server.admin().fault(&fault);
    let sent = place.run(&["send", "--local", "--events", "20", "--batch", "10", "--once", "--json"]);
    let sent: Value = serde_json::from_str(&sent.stdout).unwrap();
    assert_eq!(sent["acknowledged"], 0, "{sent}");
    server.admin().forget_faults();
    place.run(&["send", "--local", "--events", &EVENTS.to_string()]).exits(0);
    place.run(&["local", "tick", "4h"]).exits(0);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
}

/// The job is refused for a day: its bookmark stays where it was, and the next run takes all.
#[test]
fn the_job_makes_up_for_the_runs_it_missed() {
    let (place, server) = failing("glue:StartJobRun", 500, "InternalServiceException");
    place.run(&["local", "tick", "24h"]).exits(0);
    server.admin().forget_faults();
    place.run(&["run", "all", "--local"]).exits(0);
    assert_eq!(rows(&place), [EVENTS, EVENTS]);
}
