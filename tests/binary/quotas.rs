//! `check --quotas`: what an account has, as Service Quotas tells it.

use crate::support::{Place, Ran, Server, judge, root};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const FILE: &str = "\
name: clicks
region: us-east-1
schema: { event: string }
usage: { events_per_month: 9B, track_ms: 50 }
";

/// A Local AWS whose Service Quotas is somebody else's.
struct Account {
    place: Place,
    local: Server,
    quotas: Server,
    log: PathBuf,
}

impl Account {
    fn new(mode: &str) -> Self {
        let place = Place::new(FILE);
        let local = place.serve();
        let log = place.path().join("asked.log");
        let script = root().join("tests/judges/service_quotas.py");
        let mut child = Command::new("python3").arg(script).arg(&log).arg(mode).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { place, local, quotas: Server::elsewhere(child, line.trim().to_owned()), log }
    }

    fn check(&self, more: &[&str]) -> Ran {
        let mut command = self.place.command();
        command.arg("check").args(more).env("AWS_ENDPOINT_URL", &self.local.url);
        command.env("AWS_ENDPOINT_URL_SERVICE_QUOTAS", &self.quotas.url);
        command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        Ran::new(&command.output().unwrap())
    }

    fn json(&self, more: &[&str]) -> Value {
        serde_json::from_str(&self.check(&[more, &["--json"]].concat()).exits(0).stdout).unwrap()
    }
}

fn limit(checked: &Value, wall: &str) -> Value {
    let walls = checked["walls"].as_array().unwrap();
    walls.iter().find(|one| one["id"] == wall).unwrap_or_else(|| panic!("{wall}: {checked:#}"))["limit"].clone()
}

#[test]
fn what_an_account_has_is_shown_beside_what_accounts_begin_with_and_checked_by() {
    let account = Account::new("adjusted");
    let ran = account.check(&["--quotas"]).exits(0);
    for words in [
        "Lambda (Concurrent executions): the account has 10 executions at once, where AWS gives 1,000 executions at once at first",
        "API Gateway (Throttle rate): the account has 20,000 requests/s, where AWS gives 10,000 requests/s at first",
        "2 quotas of the account are as AWS gives them at first",
        "by account ",
    ] {
        assert!(ran.stdout.contains(words), "`{words}` is not in:\n{}", ran.stdout);
    }
    let (first, with) = (account.json(&[]), account.json(&["--quotas"]));
    assert_eq!((limit(&first, "apigw.rate"), limit(&with, "apigw.rate")), (json!(10_000.0), json!(20_000.0)));
    assert_eq!((limit(&first, "track.concurrency"), limit(&with, "track.concurrency")), (json!(1000.0), json!(10.0)));
    let found = |checked: &Value, id: &str| checked["findings"].as_array().unwrap().iter().any(|one| one["id"] == id);
    assert!(
        found(&first, "apigw.rate") && !found(&with, "apigw.rate"),
        "9B a month are 10,417 requests/s at their peak"
    );
    assert_eq!(first["quotas"], Value::Null);
    let executions = &with["quotas"].as_array().unwrap().iter().find(|one| one["code"] == "L-B99A9384").unwrap();
    assert_eq!(
        (&executions["value"], &executions["first"], &executions["differs"]),
        (&json!(10.0), &json!(1000.0), &json!(true))
    );
    assert!(executions["service_code"] == "lambda" && executions["source"]["url"].as_str().unwrap().contains("lambda"));
    // What the service itself says is what it holds the account to: Local AWS has 1,000.
    assert_eq!(limit(&account.json(&["--quotas", "--account"]), "track.concurrency"), json!(1000.0));
    // The default is asked for only where nothing is applied.
    let log = std::fs::read_to_string(&account.log).unwrap();
    let defaults: Vec<_> = log.lines().filter(|line| line.starts_with("GetAWSDefault")).collect();
    assert!(defaults.iter().all(|line| line.contains("L-CDF5615A") || line.contains("L-E80DC288")), "{log}");
}

#[test]
fn without_the_permission_it_says_so_and_takes_what_accounts_begin_with() {
    let account = Account::new("denied");
    let ran = account.check(&["--quotas"]).exits(0).says("the account's quotas are not known");
    assert!(ran.stderr.contains("servicequotas:GetServiceQuota"), "{}", ran.stderr);
    assert!(ran.stdout.contains("these are AWS's first") && ran.stdout.contains("by an account's first limits"));
    let (first, denied) = (account.json(&[]), account.json(&["--quotas"]));
    assert_eq!((&denied["findings"], &denied["walls"]), (&first["findings"], &first["walls"]));
    assert!(denied["quotas"].is_null() && denied["quotas_denied"].as_str().unwrap().contains("not authorized"));
    account.check(&["--quotas", "--strict"]).exits(4).says("the pipeline cannot carry this");
}

#[test]
fn a_quota_that_nobody_knows_is_told_and_stays_as_accounts_begin_with() {
    let account = Account::new("none");
    account.check(&["--quotas"]).exits(0).says("unknown to Service Quotas: API Gateway (Throttle rate)");
    assert_eq!(limit(&account.json(&["--quotas"]), "apigw.rate"), json!(10_000.0));
}

#[test]
fn local_aws_tells_its_quotas_as_the_model_has_them() {
    let place = Place::new(FILE);
    place
        .run(&["check", "--local", "--quotas"])
        .exits(0)
        .says("4 quotas of the account are as AWS gives them at first");
    let server = place.serve();
    let told = judge("local_quotas.py", &[&server.url]);
    let wrong: Vec<_> = told.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(wrong.is_empty() && told.lines().count() == 11, "{told}");
}
