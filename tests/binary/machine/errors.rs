//! Each code of an error, brought about, with its exit code.

use super::valid;
use crate::support::{Place, Ran};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Not brought about here. The words of such errors are in other tests; that they carry these codes, none says yet.
const ELSEWHERE: [&str; 10] = [
    "locked",
    "in_use",
    "would_fail",
    "run_failed",
    "not_sent",
    "output",
    "elsewhere",
    "taken",
    "not_found",
    "foreign",
];

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

struct Told(Vec<(String, String)>, BTreeSet<String>);

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
        self.1.insert(code.to_owned());
    }

    #[track_caller]
    fn run(&mut self, place: &Place, line: &str, code: &str) {
        let words: Vec<_> = line.split(' ').chain(["--json"]).collect();
        self.take(line, &place.run(&words), code);
    }
}

#[test]
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
    valid(&told.0);
    let page = include_str!("../../../docs/json.md");
    let table = page.split("| `code` |").nth(1).unwrap();
    let all = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let left: Vec<_> = all.filter(|code| !told.1.contains(*code) && !ELSEWHERE.contains(code)).collect();
    assert_eq!(left, Vec::<&str>::new());
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
