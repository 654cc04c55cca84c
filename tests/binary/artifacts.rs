//! The functions as AWS gets them: built by `pipectl build`, run by two Lambdas.
//!
//! cargo-lambda compiles them in release mode, which takes minutes: `.ci/run` has this test run.

use crate::emulators::ministack;
use crate::machine::valid;
use crate::support::{Place, Ran, environment, judge, root};
use serde_json::Value;
use std::process::Command;

pub(crate) const EVENTS: u64 = 1000;

/// The example, for processors that this machine has.
pub(crate) fn pipeline() -> Place {
    let place = Place::example("clickstream");
    place.edit(&[("architecture: arm64", "architecture: x86_64"), ("architecture: arm64", "architecture: x86_64")]);
    place
}

/// With cargo-lambda and zig on the path, and a cache below `target/`.
pub(crate) fn build(place: &Place, options: &[&str]) {
    let tools = environment("lambda-tools", "requirements-lambda.txt");
    let path = format!("{}:{}", tools.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = place.command();
    command
        .args(["build", "--out", "zips", "--json-out", "build.json"])
        .args(options)
        .env("PATH", path)
        .env("XDG_CACHE_HOME", root().join("target/lambda-cache"));
    let built = Ran::new(&command.output().unwrap()).exits(0);
    assert_eq!(built.stdout.matches("  x86_64  ").count(), 2, "{}", built.stdout);
    let document = std::fs::read_to_string(place.path().join("build.json")).unwrap();
    valid(&[("build".to_owned(), document)]);
}

/// Events under the partitioned prefix, by number: each once.
pub(crate) fn arrived(url: &str, bucket: &str) {
    let found: Value = serde_json::from_str(&judge("arrived.py", &[url, bucket, &EVENTS.to_string()])).unwrap();
    assert_eq!(
        (&found["events"], &found["distinct"], &found["left_behind"]),
        (&EVENTS.into(), &EVENTS.into(), &0.into())
    );
}

fn run(command: &mut Command, arguments: &[&str]) {
    Ran::new(&command.args(arguments).output().unwrap()).exits(0);
}

#[test]
#[ignore = "compiles both functions in release mode: `.ci/run` runs it"]
fn the_functions_that_aws_gets_run_on_local_aws_and_on_ministack() {
    let place = pipeline();
    build(&place, &[]);
    // Lambda starts a small zip faster: 3 MB is what README promises.
    for function in ["track", "mover"] {
        let size = std::fs::metadata(place.path().join(format!("zips/{function}.zip"))).unwrap().len();
        assert!(size < 3_000_000, "{function}: {size} bytes");
    }
    let (bucket, count) = ("clickstream-prod-000000000000-us-east-1", EVENTS.to_string());
    let template = r#"{"event": "a", "userid": "{{seq}}", "datetime": "{{now}}"}"#;
    std::fs::write(place.path().join("event.json"), template).unwrap();
    let send = ["send", "--template", "event.json", "--batch", "10", "--events", &count];

    place.run(&["apply", "--local", "--yes", "--lambda-dir", "zips"]).exits(0);
    let server = place.serve();
    place.run(&[&send[..], &["--local"]].concat()).exits(0);
    place.run(&["local", "tick", "1h"]).exits(0);
    arrived(&server.url, bucket);

    let server = ministack();
    let there = |arguments: &[&str]| {
        let mut command = place.command();
        command.env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
        run(command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test"), arguments);
    };
    there(&["apply", "--yes", "--lambda-dir", "zips"]);
    there(&send);
    arrived(&server.url, bucket);
}
