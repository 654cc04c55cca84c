//! What an apply tells as it goes on.

use crate::support::Place;
use serde_json::Value;

pub(super) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

#[test]
fn an_apply_tells_each_step_and_ends_with_a_summary() {
    let place = Place::example("minimal");
    let ran = place.run(&["apply", "--local", "--yes", "--json", "--json-out", "told.jsonl"]).exits(0);
    assert_eq!(std::fs::read_to_string(place.path().join("told.jsonl")).unwrap(), ran.stdout);
    let told = lines(&ran.stdout);
    let planned = of(&told, "planned");
    assert_eq!((planned.len(), &planned[0]["plan"]["schema"]), (1, &"pipectl-plan/1".into()));
    let steps = planned[0]["plan"]["summary"]["create"].as_u64().unwrap();
    assert!(steps > 5);
    for kind in ["step_started", "step_done"] {
        assert_eq!(of(&told, kind).len() as u64, steps, "{kind}");
    }
    let summary = told.last().unwrap();
    assert_eq!(
        (&summary["type"], &summary["exit_code"], &summary["done"]),
        (&"summary".into(), &0.into(), &steps.into())
    );
    assert_eq!(summary["output"]["schema"], "pipectl-output/1");
    assert!(summary.get("error").is_none());
    for line in &told {
        assert_eq!(line["schema"], "pipectl-apply/1", "{line}");
        assert!(line["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{line}");
    }
}

#[test]
fn a_failure_in_the_middle_is_told_where_it_is_and_at_the_end() {
    let place = Place::example("minimal");
    place.run(&["plan", "--local"]).exits(0);
    let server = place.serve();
    let code = "AccessDeniedException";
    let fault =
        serde_json::json!({"operation": "athena:CreateWorkGroup", "status": 403, "code": code, "message": "no"});
    server.admin().fault(&fault);
    let told = lines(&place.run(&["apply", "--local", "--yes", "--json"]).exits(5).stdout);
    let failed = of(&told, "step_failed");
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["error"]["code"], "access_denied");
    let error = &told.last().unwrap()["error"];
    assert_eq!((&error["code"], &error["exit_code"]), (&"partly_applied".into(), &5.into()));
    let problem = &error["problems"][0];
    assert_eq!((&problem["code"], &problem["address"]), (&"access_denied".into(), &failed[0]["address"]));
    let aws = &problem["aws"];
    assert_eq!((&aws["service"], &aws["operation"]), (&"athena".into(), &"CreateWorkGroup".into()));
    assert_eq!(aws["code"], code);
}

/// A file that cannot be written is found out before anything is changed.
#[test]
fn a_file_that_cannot_be_written_changes_nothing() {
    let place = Place::example("minimal");
    std::fs::create_dir(place.path().join("taken")).unwrap();
    for file in ["no/such/directory.json", "taken"] {
        let ran = place.run(&["apply", "--local", "--yes", "--json", "--json-out", file]).exits(1);
        assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap()["error"]["code"], "file");
        assert!(ran.stderr.contains(&format!("error: cannot write `{file}`: ")), "{}", ran.stderr);
        assert!(!place.path().join(".pipectl").exists());
    }
}

#[test]
fn what_a_file_gets_is_whole_and_for_its_owner_alone() {
    let place = Place::example("minimal");
    let file = place.path().join("plan.json");
    let ran = place.run(&["plan", "--local", "--json-out", "plan.json", "--budget", "0.01"]).exits(4);
    assert!(ran.stdout.contains("Plan: "), "{}", ran.stdout);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((&written["schema"], &written["error"]["code"]), (&"pipectl-plan/1".into(), &"budget".into()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left = std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.filter(|name| name.to_string_lossy().starts_with(".tmp")).count() == 0);
    // A pipe or a device stays what it is.
    place.run(&["plan", "--local", "--json-out", "/dev/null"]).exits(0);
    assert!(!std::path::Path::new("/dev/null").is_file());
}
