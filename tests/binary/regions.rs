//! The same file in several regions: what AWS shares between them is told apart.

use crate::support::{Place, Ran, judge};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Stdio;

const HERE: [&str; 3] = ["--local", "--region", "us-east-1"];
const THERE: [&str; 3] = ["--local", "--region", "eu-west-1"];

fn run(place: &Place, command: &str, region: [&str; 3], options: &[&str]) -> Ran {
    place.run(&[&[command][..], &region, options].concat())
}

#[test]
fn a_pipeline_in_a_second_region_is_another_one() {
    let place = Place::example("minimal");
    run(&place, "apply", HERE, &["--yes"]).exits(0);
    let there = place.planned(&THERE);
    assert!(there.iter().all(|(_, action)| action == "create"), "{there:?}");
    run(&place, "apply", THERE, &["--yes"]).exits(0);
    run(&place, "plan", HERE, &["--detailed-exitcode"]).exits(0);
    run(&place, "plan", THERE, &["--detailed-exitcode"]).exits(0);

    let server = place.serve();
    run(&place, "destroy", THERE, &["--yes"]).exits(0).says(&format!("{} done", there.len()));
    let asked = server.admin().requests_by_region();
    let global = |operation: &str| operation.starts_with("iam:") || operation.starts_with("sts:");
    assert!(asked.iter().all(|(operation, region)| global(operation) || region == "eu-west-1"), "{asked:?}");
    let roles = there.iter().filter(|(address, _)| address.starts_with("iam.role.")).count();
    assert_eq!(asked.iter().filter(|(operation, _)| operation == "iam:DeleteRole").count(), roles);
    run(&place, "plan", HERE, &["--detailed-exitcode"]).exits(0);
    let sent = run(&place, "send", HERE, &["--events", "20", "--json"]).exits(0);
    assert_eq!(serde_json::from_str::<Value>(&sent.stdout).unwrap()["acknowledged"], 20);
    run(&place, "destroy", HERE, &["--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

/// `region` is not in the file, and the shell has another one than it had.
#[test]
fn a_destroy_that_misses_its_region_says_where_the_pipeline_is() {
    let place = Place::example("minimal");
    let server = place.serve();
    let run = |command: &str, region: &str, options: &[&str]| {
        let mut run = place.command();
        run.env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", region);
        run.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        run.args([command, "--lambda-dir", "."]).args(options);
        Ran::new(&run.output().unwrap())
    };
    place.write_zips();
    run("apply", "us-east-1", &["--yes"]).exits(0);
    let missed = run("destroy", "eu-central-1", &["--yes"]).exits(4);
    assert!(
        missed.stderr.contains("nothing of minimal/dev is in eu-central-1; it is in us-east-1"),
        "{}",
        missed.stderr
    );
    // Whoever says which region knows that there may be nothing.
    run("destroy", "us-east-1", &["--yes", "--region", "eu-central-1"]).exits(0);
    run("plan", "us-east-1", &["--detailed-exitcode"]).exits(0);
    run("destroy", "us-east-1", &["--yes"]).exits(0);
    run("destroy", "us-east-1", &["--yes"]).exits(0);
}

/// Before names told regions apart: roles of other names and paths; the bucket's name is in the file since.
#[test]
fn what_an_older_pipectl_made_converges_while_events_come_in() {
    let place = Place::example("minimal");
    let yaml = place.yaml();
    let named = format!("{yaml}\nbucket: {{ name: minimal-dev-000000000000 }}\n");
    place.write(&named);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("old_layout.py", &[&server.url, "minimal", "dev", "us-east-1"]);

    let steps: BTreeSet<_> = place.planned(&["--local"]).into_iter().collect();
    let of = |action: &str, addresses: &[&str]| -> Vec<(String, String)> {
        addresses.iter().map(|address| ((*address).to_owned(), action.to_owned())).collect()
    };
    let expected = [
        of("replace", &["iam.role.delivery", "iam.role.etl", "iam.role.mover", "iam.role.track"]),
        of("delete", &["iam.role.AWSGlueServiceRole-minimal-dev-etl", "iam.role.minimal-dev-delivery"]),
        of("delete", &["iam.role.minimal-dev-mover", "iam.role.minimal-dev-track"]),
        of("update", &["firehose.stream.delivery", "glue.crawler.parquet", "glue.crawler.raw", "glue.job.etl"]),
        of("update", &["lambda.function.mover", "lambda.function.track"]),
    ];
    assert_eq!(steps, expected.into_iter().flatten().collect());

    // Another region has nothing to do with them.
    place.write(&yaml);
    run(&place, "plan", THERE, &[]).exits(0).says("0 to delete");
    // A file that does not name the bucket gets another one. The old one has no data yet, which nobody has to allow then.
    run(&place, "plan", HERE, &[]).exits(0).says("+/- s3.bucket.data");
    place.write(&named);

    let mut sender = place.command();
    sender.args(["send", "--local", "--events", "400", "--rate", "100/s", "--json"]);
    let sender = sender.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let sent = Ran::new(&sender.wait_with_output().unwrap()).exits(0);
    assert_eq!(serde_json::from_str::<Value>(&sent.stdout).unwrap()["acknowledged"], 400, "{}", sent.stderr);

    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
}

#[test]
fn a_bucket_of_another_region_is_refused_and_the_region_named() {
    let place = Place::example("minimal");
    place.write(&format!("{}\nbucket: {{ name: everywhere-the-same }}\n", place.yaml()));
    run(&place, "apply", HERE, &["--yes"]).exits(0);
    for command in ["plan", "apply", "destroy"] {
        let options: &[&str] = if command == "plan" { &[] } else { &["--yes"] };
        run(&place, command, THERE, options).exits(4).says("the bucket is in us-east-1");
    }
    run(&place, "plan", HERE, &["--detailed-exitcode"]).exits(0);
}

/// S3 takes the tags of a bucket as a whole, and refuses to lose those of AWS itself.
#[test]
fn tags_that_aws_put_on_the_bucket_stay_there() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    server.admin().system_tag("arn:aws:s3:::minimal-dev-000000000000-us-east-1");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    place.write(&format!("{}\ntags: {{ team: growth }}\n", place.yaml()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn every_pipeline_of_the_account_is_listed() {
    let place = Place::example("minimal");
    let list = |options: &[&str]| place.run(&[&["list", "--local"], options].concat()).exits(0);
    list(&[]).says("no pipeline is in us-east-1; `--all-regions` asks the others");
    for (region, stage) in [(HERE, "dev"), (HERE, "prod"), (THERE, "dev")] {
        run(&place, "apply", region, &["--yes", "--stage", stage]).exits(0);
    }
    let table = |text: &str| -> Vec<Vec<String>> {
        text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let here = table(&list(&[]).stdout);
    assert_eq!(here[0], ["PIPELINE", "STAGE", "REGION", "RESOURCES"]);
    assert_eq!(
        here[1..].iter().map(|row| row[..3].join(" ")).collect::<Vec<_>>(),
        ["minimal dev us-east-1", "minimal prod us-east-1"]
    );
    let all: Value = serde_json::from_str(&list(&["--all-regions", "--json"]).stdout).unwrap();
    assert_eq!((&all["schema"], &all["pipelines"][0]["region"]), (&"pipectl-list/1".into(), &"eu-west-1".into()));
    assert_eq!(all["pipelines"].as_array().unwrap().len(), 3);
    assert_eq!(all["pipelines"][1]["resources"].to_string(), here[1][3]);
}

#[test]
fn a_plan_under_a_new_name_says_that_the_old_one_is_still_there() {
    const NOTE: &str = "beside minimal/dev (";
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // A stage beside another one is how stages are used.
    let planned = place.run(&["plan", "--local", "--stage", "prod"]).exits(0);
    assert!(!planned.stdout.contains("beside"), "{}", planned.stdout);
    place.edit(&[("name: minimal", "name: events")]);
    let planned = place.run(&["plan", "--local"]).exits(0).says("`pipectl destroy --name minimal --stage dev`");
    // As many as `pipectl list` counts.
    let listed: serde_json::Value =
        serde_json::from_str(&place.run(&["list", "--local", "--json"]).exits(0).stdout).unwrap();
    let note = format!("{NOTE}{} resources)", listed["pipelines"][0]["resources"]);
    assert!(planned.stdout.contains(&note), "{note}: {}", planned.stdout);
    assert!(place.plan(&["--local"])["note"].as_str().unwrap().contains(NOTE));
    // Another file's pipeline has other parts.
    place.edit(&[("name: events", "name: events\ningest: { api_keys: [web] }")]);
    place.run(&["destroy", "--local", "--yes", "--name", "minimal", "--stage", "dev"]).exits(0);
    let planned = place.run(&["plan", "--local"]).exits(0);
    assert!(!planned.stdout.contains("beside"), "{}", planned.stdout);
}
