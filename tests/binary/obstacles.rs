//! What would stop an apply midway is found by the plan, before the first change.

use crate::support::{Place, judge};
use serde_json::json;

#[test]
fn a_notification_of_somebody_else_that_overlaps_is_told_by_the_plan() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("overlap.py", &[&server.url, "minimal-dev-000000000000-us-east-1", "minimal-dev-mover", "analytics_raw/x"]);
    let before = server.admin().requests().len();
    let words = "the entry `theirs` of the bucket's notifications takes the same events of the same keys";
    place.run(&["plan", "--local"]).exits(0).says("refused: `s3.notification.mover` would fail").says(words);
    place.run(&["apply", "--local", "--yes"]).exits(4).says("nothing was changed").says("or choose another");
    let requests = server.admin().requests();
    let writes: Vec<_> =
        requests[before..].iter().filter(|name| name.contains(":Put") || name.contains(":Create")).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

/// 950 of 1000 would leave less than Lambda keeps.
#[test]
fn a_reservation_that_the_account_cannot_hold_is_told_by_the_plan() {
    let place = Place::example("minimal");
    place.edit(&[("name: minimal\n", "name: minimal\ningest: { function: { reserved_concurrency: 950 } }\n")]);
    place.run(&["plan", "--local"]).exits(0).says("refused: `lambda.function.track` would fail");
    place
        .run(&["apply", "--local", "--yes"])
        .exits(4)
        .says("950 more calls at once")
        .says("lower `reserved_concurrency`");
    assert!(place.planned(&["--local"]).iter().all(|(_, action)| action == "create"), "something was made");
    place.edit(&[("950", "900")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // What it has already needs no room.
    place.edit(&[("reserved_concurrency: 900", "reserved_concurrency: 900, memory: 256 MB")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // Lambda keeps 100 whatever both functions reserve together.
    place.edit(&[("schema:", "mover: { function: { reserved_concurrency: 1 } }\nschema:")]);
    place.run(&["apply", "--local", "--yes"]).exits(4).says("`lambda.function.mover` would fail");
}

/// The code has to be built for AWS; on a machine without cargo-lambda that is told before anything is made.
#[test]
fn a_tool_that_is_missing_is_told_by_the_plan() {
    let place = Place::example("minimal");
    let server = place.serve();
    let run = |arguments: &[&str]| {
        let mut command = place.command();
        command.args(arguments).env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
        // Neither cargo nor what was built before.
        command.env("PATH", "/nowhere").env("XDG_CACHE_HOME", place.path());
        crate::support::Ran::new(&command.output().unwrap())
    };
    run(&["plan"]).exits(0).says("refused: `lambda.function.track` would fail: `cargo` is not installed");
    run(&["apply", "--yes"]).exits(4).says("nothing was changed").says("--lambda-dir");
    let made = server.admin().requests().into_iter().filter(|name| name.contains(":Create")).collect::<Vec<_>>();
    assert!(made.is_empty(), "{made:?}");
    run(&["destroy", "--yes"]).exits(0);
}

/// cargo-lambda is there, and what it needs is not: the code is had before the first change, and not after half of it.
#[cfg(unix)]
#[test]
fn a_build_that_fails_changes_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::example("minimal");
    let (server, tools) = (place.serve(), place.path().join("tools"));
    std::fs::create_dir(&tools).unwrap();
    let cargo = "#!/bin/sh\n[ \"$2\" = --version ] && exit 0\necho 'error: zig is not installed' >&2\nexit 1\n";
    std::fs::write(tools.join("cargo"), cargo).unwrap();
    std::fs::set_permissions(tools.join("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = place.command();
        command.args(arguments).env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "x").env("AWS_SECRET_ACCESS_KEY", "x");
        command.env("PATH", &tools).env("XDG_CACHE_HOME", place.path().join("cache"));
        crate::support::Ran::new(&command.output().unwrap())
    };
    run(&["plan"]).exits(0);
    let ran = run(&["apply", "--yes"]).exits(4).says("nothing was changed: `lambda.function.");
    ran.says("is built with cargo-lambda").says("zig is not installed");
    let writes = |name: &String| [":Put", ":Create"].iter().any(|verb| name.contains(verb));
    let made = server.admin().requests().into_iter().filter(writes).collect::<Vec<_>>();
    assert!(made.is_empty(), "{made:?}");
}

/// Waiting does not take a role out of an instance profile.
#[test]
fn a_role_in_an_instance_profile_is_told_at_once() {
    let place = Place::example("minimal");
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let words = "Cannot delete entity, must remove roles from instance profile first.";
    let conflict = json!({"operation": "iam:DeleteRole", "status": 409, "code": "DeleteConflict", "message": words});
    server.admin().fault(&conflict);
    let began = std::time::Instant::now();
    place.run(&["destroy", "--local", "--yes"]).exits(5).says("aws iam remove-role-from-instance-profile");
    assert!(began.elapsed().as_secs() < 60);
    place.run(&["destroy", "--local", "--yes"]).exits(0);
}
