//! Each code of an error, brought about, with its exit code.

use super::valid;
use crate::support::{Place, Ran};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::process::Stdio;

/// What AWS answers, and what that is here.
const OF_AWS: &[(u16, &str, &str)] = &[
    (403, "AccessDeniedException", "access_denied"),
    (403, "ExpiredTokenException", "credentials"),
    (400, "ThrottlingException", "throttled"),
    (400, "ResourceNumberLimitExceededException", "quota"),
    (500, "InternalServiceException", "busy"),
    (400, "AlreadyExistsException", "conflict"),
    (400, "ValidationException", "invalid_request"),
];

/// The documents, and the codes that stood in them with their exit codes.
struct Told(Vec<(String, String)>, BTreeSet<(String, i32)>);

impl Told {
    /// The last thing that is printed has the code, and the program's exit code is its.
    #[track_caller]
    fn take(&mut self, line: &str, ran: &Ran, code: &str) {
        let last = serde_json::from_str(&ran.stdout)
            .or_else(|_| serde_json::from_str(ran.stdout.lines().last().unwrap_or_default()));
        let last: Value = last.unwrap_or_else(|_| panic!("{line}: {}{}", ran.stdout, ran.stderr));
        let error = &last["error"];
        assert_eq!(
            (&error["code"], &error["exit_code"]),
            (&code.into(), &ran.exit.into()),
            "{line}: {last:#} {}",
            ran.stderr
        );
        self.0.push((line.to_owned(), ran.stdout.clone()));
        self.1.insert((code.to_owned(), ran.exit));
    }

    #[track_caller]
    fn run(&mut self, place: &Place, line: &str, code: &str) {
        let words: Vec<_> = line.split(' ').chain(["--json"]).collect();
        self.take(line, &place.run(&words), code);
    }
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn each_code_comes_with_its_exit_code() {
    let (mut told, place) = (Told(vec![], BTreeSet::new()), Place::example("minimal"));
    std::fs::write(place.path().join("broken.yaml"), "name: clicks\nschmea: { event: string }\n").unwrap();
    std::fs::write(place.path().join("edited.yaml"), format!("{}\ntags: {{ a: b }}\n", place.yaml())).unwrap();
    for (line, code) in [
        ("plan --no-such", "usage"),
        ("plan -f broken.yaml", "invalid_file"),
        ("init", "exists"),
        ("output --local", "not_deployed"),
        ("apply --local", "unconfirmed"),
        ("plan --local --budget 0.01", "budget"),
        ("check --peak 1M --strict", "limits"),
        ("plan --local --json-out no/such/file", "file"),
    ] {
        told.run(&place, line, code);
    }
    place.run(&["plan", "--local", "--out", "saved.json"]).exits(0);
    told.run(&place, "apply --local -f edited.yaml --plan saved.json", "stale");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    place.run(&["local", "tick", "1h"]).exits(0);
    let replay = "events replay --local --from json --between 2026-11-25 2100-01-01 --yes";
    for (line, code) in [
        ("query --local nonsense", "query_failed"),
        ("destroy --local --yes", "data_loss"),
        (replay, "repeats"),
        ("cost-estimate --region af-south-1 --budget 10", "unpriced"),
        ("bill --local", "failed"),
    ] {
        told.run(&place, line, code);
    }
    let mut other = place.command();
    other.args(["plan", "--local", "--json"]).env("PIPECTL_LOCAL_ACCOUNT", "123456789012");
    told.take("plan of another account", &Ran::new(&other.output().unwrap()), "wrong_account");
    served(&mut told);
    refused(&mut told);
    unwritten(&mut told);
    valid(&told.0);
    let page = include_str!("../../../docs/json.md");
    let table = page.split("| `code` |").nth(1).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        Some((cells.next()?.trim_end_matches('`').to_owned(), cells.next()?.parse().ok()?))
    };
    let all: BTreeSet<(String, i32)> = table.lines().filter_map(row).collect();
    // Each of the table, and none that it lacks. That `plan --detailed-exitcode` sees changes, 2, is no error.
    assert_eq!(told.1, all);
    let changes = place.run(&["plan", "--local", "-f", "edited.yaml", "--detailed-exitcode", "--json"]).exits(2);
    assert!(serde_json::from_str::<Value>(&changes.stdout).unwrap().get("error").is_none());
}

/// What clap refuses is a document where one was asked for, and the exit code that of a wrong command line.
#[test]
fn a_command_line_that_is_refused_is_told_to_programs() {
    let place = Place::example("minimal");
    let error = |text: &str| serde_json::from_str::<Value>(text).unwrap()["error"].clone();
    for options in [&["--json-out", "told.json"][..], &["--json-out=told.json", "--json"]] {
        let ran = place.run(&[&["plan", "--no-such"][..], options].concat()).exits(3);
        let told = std::fs::read_to_string(place.path().join("told.json")).unwrap();
        assert_eq!((&error(&told)["code"], &error(&told)["exit_code"]), (&"usage".into(), &3.into()));
        assert_eq!(ran.stdout, if options[1] == "--json" { told } else { String::new() });
        std::fs::remove_file(place.path().join("told.json")).unwrap();
    }
    // A file that cannot be written is told beside it.
    let ran = place.run(&["plan", "--no-such", "--json", "--json-out", "no/such.json"]).exits(3);
    assert_eq!(error(&ran.stdout)["code"], "usage");
    ran.says("unexpected argument").says("cannot write `no/such.json`");
}

/// What needs a Local AWS that others can talk to.
fn served(told: &mut Told) {
    let place = Place::example("minimal");
    place.run(&["plan", "--local"]).exits(0);
    let server = place.serve();
    let admin = server.admin();
    for (status, code, ours) in OF_AWS {
        admin.fault(
            &json!({"operation": "glue:GetDatabase", "status": status, "code": code, "message": "no", "times": 1000}),
        );
        told.run(&place, "plan --local --longest-wait 1s", ours);
        admin.forget_faults();
    }
    let deny = |operation: &str| {
        admin.fault(&json!({"operation": operation, "status": 403, "code": "AccessDeniedException", "message": "no", "times": 1000}));
    };
    deny("athena:CreateWorkGroup");
    told.run(&place, "apply --local --yes", "partly_applied");
    // What is left is what failed.
    told.run(&place, "apply --local --yes", "not_applied");
    admin.forget_faults();
    place.run(&["destroy", "--local", "--yes"]).exits(0);
    told.run(&place, "events assert --local event=a --within 1s", "assertion");
    for (signal, code) in [("-INT", "interrupted"), ("-TERM", "terminated")] {
        let mut command = place.command();
        command.args(["logs", "track", "--local", "--json"]);
        let fault = json!({"operation": "logs:FilterLogEvents", "times": 1000, "hold": true});
        let child = admin.hold(&fault, command.stdout(std::process::Stdio::piped()));
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        told.take(signal, &Ran::new(&child.wait_with_output().unwrap()), code);
        admin.forget_faults();
    }
    drop(server);
    let mut nowhere = place.command();
    nowhere.args(["plan", "--json", "--region", "us-east-1"]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    nowhere.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
    told.take("nobody listens", &Ran::new(&nowhere.output().unwrap()), "unreachable");
}

/// What others, the account or the past forbid.
fn refused(told: &mut Told) {
    let place = Place::example("minimal");
    let yaml = place.yaml();
    let named = |name: &str, text: &str| std::fs::write(place.path().join(name), text).unwrap();
    named("big.yaml", &format!("{yaml}ingest: {{ function: {{ reserved_concurrency: 950 }} }}\n"));
    named("moved.yaml", &format!("{yaml}ingest: {{ front: function_url }}\n"));
    let bucket = "minimal-dev-000000000000-us-east-1";
    named("theirs.yaml", &format!("name: theirs\nbucket: {{ name: {bucket} }}\nschema: {{ event: string }}\n"));
    place.run(&["plan", "--local", "--region", "us-east-1", "--out", "saved.json"]).exits(0);
    let server = place.serve();
    let admin = server.admin();
    told.run(&place, "apply --local --yes -f big.yaml", "would_fail");
    told.run(&place, "apply --local --yes --region eu-west-1 --plan saved.json", "elsewhere");
    told.run(&place, "adopt --local -o adopted.yaml --stream none", "not_found");
    let fault = |operation: &str, status: u16, code: &str| {
        admin.fault(&json!({"operation": operation, "status": status, "code": code, "message": "no", "times": 1000}));
    };
    fault("s3:CreateBucket", 409, "BucketAlreadyExists");
    told.run(&place, "apply --local --yes", "taken");
    admin.forget_faults();
    let mut working = place.command();
    working.args(["apply", "--local", "--yes"]).stdout(Stdio::null()).stderr(Stdio::null());
    let held = json!({"operation": "firehose:CreateDeliveryStream", "times": 1000, "hold": true});
    let mut working = admin.hold(&held, &mut working);
    told.run(&place, "apply --local --yes", "locked");
    admin.forget_faults();
    assert!(working.wait().unwrap().success());
    told.run(&place, "apply --local --yes -f theirs.yaml", "foreign");
    fault("firehose:PutRecordBatch", 503, "ServiceUnavailableException");
    told.run(&place, "send --local --events 5 --once", "not_sent");
    admin.forget_faults();
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    told.run(&place, "apply --local --yes -f moved.yaml", "in_use");
    fault("s3:CopyObject", 403, "AccessDenied");
    place.run(&["local", "tick", "20min"]).exits(0);
    told.run(&place, "run mover --local", "run_failed");
}

/// The disk is full onto which people's output goes: the file for programs says that it was so.
fn unwritten(told: &mut Told) {
    let place = Place::example("minimal");
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for options in [&[][..], &["--json"]] {
        let mut command = place.command();
        command.args(["validate", "--json-out", "told.json"]).args(options).stdout(full());
        let mut ran = Ran::new(&command.output().unwrap());
        ran.stdout = std::fs::read_to_string(place.path().join("told.json")).unwrap();
        told.take("validate > /dev/full", &ran, "output");
    }
}
