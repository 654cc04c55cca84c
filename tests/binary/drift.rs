//! `plan --drift-only`, for a job at night: what somebody else has done, and nothing of what the file asks for.

use crate::admin::Admin;
use crate::support::{Place, judge};
use serde_json::{Value, json};

/// Exit code, counts, and the addresses that are shown.
fn drift(place: &Place) -> (i32, Value, Vec<String>) {
    let ran = place.run(&["plan", "--local", "--drift-only", "--json"]);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    let steps = plan["steps"].as_array().unwrap().iter();
    (ran.exit, plan["drift"].clone(), steps.map(|step| step["address"].as_str().unwrap().to_owned()).collect())
}

const LOOKUP: &str = "cloudtrail:LookupEvents";

/// All of it, where there is drift.
fn plan(place: &Place) -> Value {
    serde_json::from_str(&place.run(&["plan", "--local", "--drift-only", "--json"]).exits(2).stdout).unwrap()
}

fn counts(changed: u64, missing: u64, extras: u64, edits: u64) -> Value {
    json!({"changed": changed, "missing": missing, "extras": extras, "edits": edits})
}

#[test]
fn an_edit_is_no_drift_and_what_somebody_changed_is() {
    let place = Place::example("clickstream");
    assert_eq!(drift(&place).0, 2, "nothing of it is there");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(drift(&place), (0, counts(0, 0, 0, 0), vec![]));
    place.edit(&[("workers: { type: G.1X, count: 10 }", "workers: { type: G.1X, count: 4 }")]);
    assert_eq!(drift(&place), (0, counts(0, 0, 0, 1), vec![]));
    let told = place.run(&["plan", "--local", "--drift-only"]).exits(0).stdout;
    assert!(told.contains("0 changed by somebody else, 0 missing, 0 extras; 1 that the file asks for"), "{told}");
    assert!(!told.contains("No changes"), "there are some: {told}");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);

    let server = place.serve();
    let admin = Admin::of(&server.url, place.path());
    let lookups = || admin.requests().iter().filter(|operation| *operation == LOOKUP).count();
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    assert_eq!(lookups(), 0, "without drift nobody is looked for");
    judge("drift.py", &[&server.url]);
    let shown = ["firehose.stream.events", "lambda.function.track", "logs.group.track"];
    let (exit, told, addresses) = drift(&place);
    assert_eq!((exit, &told), (2, &counts(3, 0, 0, 1)), "{addresses:?}");
    assert_eq!(addresses.len(), 3, "{addresses:?} {shown:?}");
    let text = place.run(&["plan", "--local", "--drift-only", "--markdown"]).exits(2).stdout;
    assert!(text.starts_with("<!-- pipectl plan -->") && text.contains("| drift |"), "{text}");
    assert!(
        text.trim_end().ends_with(
            "Drift: 3 changed by somebody else, 0 missing, 0 extras; 1 that the file asks for are not shown."
        )
    );
    assert!(text.contains("<br>changed by `arn:aws:iam::000000000000:user/local`: `UpdateDestination`, `20"), "{text}");
    assert!(lookups() >= 6, "{}", lookups());
    // Nothing of the file's is in it, and an apply puts it right.
    assert!(!text.contains("glue.job"), "{text}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(drift(&place), (0, counts(0, 0, 0, 0), vec![]));
}

#[test]
fn extras_are_counted_and_are_no_drift() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("by_hand.py", &[&server.url, "clickstream-prod"]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let (exit, told, _) = drift(&place);
    let extras = told["extras"].as_u64().unwrap();
    assert!(exit == 0 && extras > 3, "{told}");
    place.run(&["plan", "--local", "--drift-only"]).exits(0).says(&format!("{extras} extras"));
    // What the file asks for is not shown either of a resource that others have put something on.
    place.edit(&[("memory: 128 MB", "memory: 256 MB"), ("count: 10", "count: 4"), ("tags: {", "tags: { cost: a,")]);
    let ran = place.run(&["plan", "--local", "--drift-only", "--json"]).exits(0);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(plan["drift"]["extras"] == extras && plan["drift"]["edits"].as_u64().unwrap() > 3, "{}", plan["drift"]);
    for step in plan["steps"].as_array().unwrap() {
        assert!(step["action"] == "no-op" && step["changes"] == json!([]), "{step}");
    }
}

/// Who changed what stands beside it in each form, and pipectl's own changes of the same are not told.
#[test]
fn who_changed_what_is_told() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("memory: 128 MB", "memory: 256 MB"), ("scan_limit: 1 TB", "scan_limit: 2 TB")]);
    let server = place.serve();
    judge("trail.py", &[&server.url, "change", "clickstream-prod"]);
    let plan = plan(&place);
    assert!(plan["note"].is_null(), "{}", plan["note"]);
    let told = |address: &str| {
        let step = plan["steps"].as_array().unwrap().iter().find(|step| step["address"] == address).unwrap();
        let one = |one: &Value| (one["who"].as_str().unwrap().to_owned(), one["event"].as_str().unwrap().to_owned());
        step["changed_by"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
    };
    let of = |who: &str, events: &[&str]| {
        events.iter().map(|event| (who.to_owned(), (*event).to_owned())).collect::<Vec<_>>()
    };
    let (bob, local) = ("arn:aws:sts::000000000000:assumed-role/ops/bob", "arn:aws:iam::000000000000:user/local");
    assert_eq!(told("lambda.function.track"), of(bob, &["UpdateFunctionConfiguration20150331v2"; 2]));
    assert_eq!(told("logs.log_group.track"), of(bob, &["PutRetentionPolicy"]));
    assert_eq!(told("glue.job.etl"), of(bob, &["TagResource"]));
    assert_eq!(told("s3.bucket.data"), of(bob, &["PutBucketVersioning"]));
    // Of no region, and gone.
    assert_eq!(told("iam.role.track"), of(local, &["UpdateRole"]));
    assert_eq!(told("glue.crawler.raw"), of(bob, &["DeleteCrawler"]));
    let text = place.run(&["plan", "--local", "--drift-only"]).exits(2).stdout;
    assert!(text.contains(&format!("    # changed by {bob}: PutRetentionPolicy, 20")), "{text}");
    // A plan of everything tells it too, but not of what may just not be made yet.
    let text = place.run(&["plan", "--local"]).exits(0).stdout;
    assert!(text.contains("PutRetentionPolicy, 20") && !text.contains("DeleteCrawler"), "{text}");
    // What is only the file's has nobody beside it.
    assert!(text.contains("  (edit)"), "{text}");
    assert_eq!(text.matches("# changed by").count(), 6, "{text}");
}

/// Whatever CloudTrail answers, the plan and its exit code are the same, and a note says why nobody is named.
#[test]
fn without_cloudtrail_drift_is_shown_all_the_same() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let admin = Admin::of(&server.url, place.path());
    judge("drift.py", &[&server.url]);
    let named = plan(&place);
    assert!(named["note"].is_null() && named["drift"]["changed"] == 3, "{named}");
    for (status, code, words) in [
        (
            400,
            "AccessDeniedException",
            "cloudtrail:LookupEvents: AccessDeniedException; `pipectl iam-policy --for plan`",
        ),
        (400, "ThrottlingException", "cloudtrail:LookupEvents: ThrottlingException."),
        (400, "OperationNotPermittedException", "cloudtrail:LookupEvents: OperationNotPermittedException."),
        (500, "InternalFailure", "cloudtrail:LookupEvents: InternalFailure."),
        (501, "UnknownOperationException", "cloudtrail:LookupEvents: UnknownOperationException."),
    ] {
        admin.fault(&json!({"operation": LOOKUP, "times": 99, "status": status, "code": code}));
        let told = plan(&place);
        let note = told["note"].as_str().unwrap();
        assert!(note.contains(words), "{code}: {note}");
        assert_eq!((&told["drift"], &told["fingerprint"]), (&named["drift"], &named["fingerprint"]), "{code}");
        assert!(told["steps"].as_array().unwrap().iter().all(|step| step["changed_by"] == json!([])), "{code}");
        admin.forget_faults();
    }
    for answer in ["empty", "page"] {
        admin.fault(&json!({"operation": LOOKUP, "times": 99, "answer": answer}));
        let told = plan(&place);
        assert!(told["note"].as_str().unwrap().contains("cloudtrail:LookupEvents: NotFromAws."), "{}", told["note"]);
        assert_eq!(told["fingerprint"], named["fingerprint"], "{answer}");
        admin.forget_faults();
    }
}

/// What cannot be read is never in sync.
#[test]
fn what_may_not_be_read_is_an_error() {
    let place = Place::example("clickstream");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let admin = Admin::of(&server.url, place.path());
    for operation in ["iam:GetRole", "lambda:GetFunction", "s3:GetBucketLifecycleConfiguration", "glue:GetJob"] {
        admin.fault(&json!({"operation": operation, "times": 99, "status": 403, "code": "AccessDeniedException"}));
        place.run(&["plan", "--local", "--drift-only"]).exits(1).says("AccessDenied");
        admin.forget_faults();
    }
}

#[test]
fn it_is_for_looking_only() {
    let place = Place::example("minimal");
    for other in [&["--destroy"][..], &["--out", "plan.json"], &["--budget", "5"]] {
        place.run(&[&["plan", "--local", "--drift-only"], other].concat()).exits(3).says("cannot be used with");
    }
}

/// The plan is shown, and why it is refused.
#[test]
fn a_plan_that_costs_too_much_is_refused() {
    let place = Place::example("clickstream");
    for (limits, exit, words) in [
        (&["--budget", "0"][..], 4, "more than the budget of $0"),
        (&["--budget", "1000000"], 0, ""),
        (&["--max-increase", "1"], 4, "a month costs $"),
        (&["--max-increase", "1000000", "--budget", "1000000"], 0, ""),
        (&["--max-increase", "20%"], 4, "and may cost 20% more"),
        (&["--max-increase=-5%"], 3, "an increase is a number"),
    ] {
        let ran = place.run(&[&["plan", "--local"], limits].concat()).exits(exit);
        assert!(ran.stderr.contains(words), "{limits:?}: {}", ran.stderr);
        assert_eq!(ran.stdout.contains("Plan: "), exit != 3, "{limits:?}");
    }
    let comment = place.run(&["plan", "--local", "--markdown", "--max-increase", "1"]).exits(4).stdout;
    assert!(comment.contains("\n**Refused**: `a month costs $"), "{comment}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // What is there may cost what it costs; a month of it is still that of the file.
    place.run(&["plan", "--local", "--max-increase", "0"]).exits(0);
    place.run(&["plan", "--local", "--budget", "0"]).exits(4);
    // What is refused is not there to be applied.
    place.run(&["plan", "--local", "--budget", "0", "--out", "refused.plan"]).exits(4);
    assert!(!place.path().join("refused.plan").exists());
    place.edit(&[("workers: { type: G.1X, count: 10 }", "workers: { type: G.1X, count: 20 }")]);
    place.run(&["plan", "--local", "--max-increase", "0%"]).exits(4).says("and may cost 0% more");
}

/// Where GitHub runs it, a line beside the file; elsewhere none.
#[test]
fn what_is_wrong_with_a_file_stands_beside_it_on_github() {
    let place = Place::new("name: shop\nschema: { event: text }\n");
    let github = |arguments: &[&str]| {
        let mut command = place.command();
        command.args(arguments).env("GITHUB_ACTIONS", "true").env("GITHUB_WORKSPACE", place.path());
        crate::support::Ran::new(&command.output().unwrap())
    };
    let told = github(&["validate"]).exits(3).stderr;
    assert!(told.lines().any(|line| line.starts_with("::error file=pipeline.yaml,line=2,col=18::")), "{told}");
    assert!(!place.run(&["validate"]).exits(3).stderr.contains("::error"));
    place.write(
        "name: shop\nschema: { event: string }\ningest: { throttle: { rate: 1/s, burst: 1 }, api_keys: [web] }\n\
         usage: { events_per_month: 200M }\n",
    );
    for command in [&["validate"][..], &["check"]] {
        let told = github(command).exits(0).stderr;
        assert!(told.lines().any(|line| line.starts_with("::warning file=pipeline.yaml,line=")), "{command:?} {told}");
    }
}
