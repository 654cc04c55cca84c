//! From a wheel to the first row without a compiler, and to AWS with the functions inside.
//!
//! The executable is that of the tests, without its symbols, packed as a release is. cargo-lambda compiles the functions in
//! release mode, which takes minutes where they are not cached: `.ci/run` has these tests run.

use crate::artifacts::{EVENTS, arrived, build, pipeline};
use crate::channels::pack;
use crate::emulators::ministack;
use crate::support::{Place, Ran, root};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// What a first row may take, from an empty directory on.
const A_MINUTE: Duration = Duration::from_secs(60);

/// The executable with the functions inside that can be built here.
fn packed(place: &Place) -> PathBuf {
    build(place, &["--architecture", "x86_64"]);
    let (bare, packed) = (place.path().join("bare"), place.path().join("packed"));
    let stripped = Command::new("strip").arg("-o").arg(&bare).arg(env!("CARGO_BIN_EXE_pipectl")).status().unwrap();
    assert!(stripped.success());
    let said = pack(&["inside".as_ref(), &bare, &place.path().join("zips"), &packed]).exits(0).stderr;
    // One that cannot be had is named.
    assert_eq!(said.matches("not inside, since it is missing: ").count(), 2, "{said}");
    packed
}

/// Runs something and says how long it took.
fn timed(name: &str, command: &mut Command) -> (Ran, Duration) {
    let began = Instant::now();
    let ran = Ran::new(&command.output().unwrap()).exits(0);
    let took = began.elapsed();
    println!("{name:<60} {:6.1} s", took.as_secs_f64());
    (ran, took)
}

/// As `docs/install.md` has it, in a directory where nothing is, with a PATH on which there is only the wheel's.
#[test]
#[ignore = "packs the executable: `.ci/run` runs it"]
fn from_a_wheel_to_the_first_row_in_a_minute_without_a_compiler() {
    let place = Place::example("minimal");
    std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    let (packed, venv) = (packed(&place), place.path().join("venv"));
    let version = env!("CARGO_PKG_VERSION");
    let wheel =
        pack(&["wheel".as_ref(), version.as_ref(), &packed, "linux_x86_64".as_ref(), place.path()]).exits(0).stdout;
    let (_, made) = timed("python3 -m venv", Command::new("python3").args(["-m", "venv"]).arg(&venv));
    let mut pip = Command::new(venv.join("bin/pip"));
    let (_, installed) = timed("pip install pipectl", pip.args(["install", "--quiet", "--no-index", wheel.trim()]));
    let page = std::fs::read_to_string(root().join("docs/install.md")).unwrap();
    let commands = page.split("## The first minute").nth(1).unwrap().split("\n## ").next().unwrap();
    let commands: Vec<_> = commands.lines().filter_map(|line| line.strip_prefix("$ pipectl ")).collect();
    let (mut total, mut last) = (made + installed, String::new());
    for command in &commands {
        let mut pipectl = place.command_of(&venv.join("bin/pipectl"));
        pipectl.args(command.split(' ')).env("PATH", venv.join("bin")).env("HOME", place.path());
        let (ran, took) = timed(command, &mut pipectl);
        (total, last) = (total + took, ran.stdout);
    }
    println!("{:<60} {:6.1} s", "in all", total.as_secs_f64());
    assert!(commands.len() >= 5 && last.contains("page_view"), "{last}");
    assert!(total < A_MINUTE, "{total:?}");
    let mut uninstall = Command::new(venv.join("bin/pip"));
    timed("pip uninstall pipectl", uninstall.args(["uninstall", "--quiet", "--yes", "pipectl"]));
    assert!(!venv.join("bin/pipectl").exists());
}

#[test]
#[ignore = "compiles both functions in release mode: `.ci/run` runs it"]
fn an_apply_needs_no_compiler_where_the_functions_are_inside() {
    let (place, server) = (pipeline(), ministack());
    let packed = packed(&place);
    let run = |program: &Path, arguments: &[&str]| {
        let mut command = place.command_of(program);
        command.args(arguments).env("AWS_ENDPOINT_URL", &server.url).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        // Neither cargo nor what was built before.
        command.env("PATH", "/nowhere").env("XDG_CACHE_HOME", place.path().join("cache"));
        Ran::new(&command.output().unwrap())
    };
    let inside = run(&packed, &["version", "--json"]).exits(0).stdout;
    let inside: Value = serde_json::from_str(&inside).unwrap();
    for one in inside["functions"].as_array().unwrap() {
        assert_eq!(one["inside"].is_object(), one["architecture"] == "x86_64", "{one}");
    }
    // Without them it is told before anything is changed, and nothing is.
    run(&place.path().join("bare"), &["apply", "--yes"])
        .exits(4)
        .says("nothing was changed")
        .says("`cargo` is not installed");
    let applied = run(&packed, &["apply", "--yes"]).exits(0);
    for function in ["track", "mover"] {
        assert!(
            applied.stderr.contains(&format!("the code of `{function}` is inside this pipectl")),
            "{}",
            applied.stderr
        );
    }
    std::fs::write(place.path().join("event.json"), r#"{"event": "a", "userid": "{{seq}}", "datetime": "{{now}}"}"#)
        .unwrap();
    let count = EVENTS.to_string();
    run(&packed, &["send", "--template", "event.json", "--batch", "10", "--events", &count]).exits(0);
    arrived(&server.url, "clickstream-prod-000000000000-us-east-1");
    // The same code to a plan, whoever has built it.
    for program in [&packed, &place.path().join("bare")] {
        let plan: Value = serde_json::from_str(&run(program, &["plan", "--json"]).exits(0).stdout).unwrap();
        let steps = plan["steps"].as_array().unwrap().iter();
        let functions = steps.filter(|step| step["address"].as_str().unwrap().starts_with("lambda.function."));
        assert!(functions.clone().count() == 2 && functions.clone().all(|step| step["action"] == "no-op"), "{plan:#}");
    }
}
