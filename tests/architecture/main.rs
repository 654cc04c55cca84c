//! What stands on what, read from the sources.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod crates;
mod errors;
mod links;
mod modules;
mod pages;
mod rules;
mod tokens;

use modules::Modules;
use rules::Floors;
use std::collections::BTreeSet;
use std::path::Path;

/// Local AWS, from the ground up, a floor to a line.
const FLOORS: &[&[&str]] = &[
    &[
        "api_error",
        "memory",
        "private",
        "clock",
        "tokens",
        "blobs",
        "lock",
        "store",
        "account",
        "decisions",
        "faults",
        "recent",
        "caller",
        "context",
        "tags",
        "metering",
        "access",
        "door",
        "response",
        "slots",
        "listen",
        "model",
    ],
    &["core"],
    &["schedules"],
    &["service"],
    &["protocol"],
    &["services"],
    &["registry"],
    &["router", "background", "status", "admin"],
    &["local"],
];

/// Its services: each may use those before it.
const SERVICES: &[&str] = &[
    "iam",
    "cloudtrail",
    "sts",
    "kms",
    "logs",
    "lambda",
    "events",
    "s3",
    "tagging",
    "glue",
    "firehose",
    "athena",
    "apigateway",
    "ce",
    "sns",
    "budgets",
    "cloudwatch",
    "servicequotas",
    "quicksight",
];

fn read(directory: &str) -> Modules {
    Modules::of_directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).unwrap()
}

fn hold(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn local_aws_stands_on_its_floors() {
    hold(&rules::higher_floors(&read("local/src"), Floors { of: &[], order: &FLOORS.concat() }));
}

#[test]
fn services_stand_on_each_other_in_their_order() {
    hold(&rules::higher_floors(&read("local/src"), Floors { of: &["services"], order: SERVICES }));
}

#[test]
fn documents_are_read_by_their_own_service_only() {
    hold(&rules::foreign_collections(&read("local/src"), SERVICES));
}

#[test]
fn only_parent_and_child_use_each_other() {
    for directory in ["src", "src/engine", "local/src", "lambdas/track/src", "lambdas/mover/src"] {
        hold(&rules::circles(&read(directory)));
    }
}

#[test]
fn pages_name_what_there_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "README.md"];
    hold(&named.iter().flat_map(|page| pages::missing(root, page)).collect::<Vec<_>>());
}

/// `mod tests` in the file, or `tests.rs` in the module's folder.
#[test]
fn tests_have_one_form() {
    let crates = ["src", "src/engine", "local/src", "lambdas/track/src", "lambdas/mover/src"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = crates.iter().flat_map(|part| modules::sources(&root.join(part)).unwrap());
    let others = files.filter(|(file, text)| file.ends_with("_tests.rs") || text.contains("\n#[path"));
    hold(&others.map(|(file, _)| format!("{file} should be `tests.rs` in the module's folder")).collect::<Vec<_>>());
}

/// `Cargo.toml` leaves the assertions of debug builds out of these: one that fails would not be heard.
#[test]
fn nothing_asserts_where_it_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = ["src", "lambdas/track/src", "lambdas/mover/src"];
    let files = crates.iter().flat_map(|part| modules::sources(&root.join(part)).unwrap());
    let asserts = ["debug_assert!", "debug_assert_eq!", "debug_assert_ne!", "cfg!(debug_assertions)"];
    let broken = files.filter(|(_, text)| asserts.iter().any(|assert| text.contains(assert)));
    hold(&broken.map(|(file, _)| format!("{file} asserts, and `Cargo.toml` has that left out")).collect::<Vec<_>>());
}

/// The first command of the README and the one that tests: a newcomer waits for the crates once.
#[test]
fn the_tests_build_no_crate_again() {
    let program = ["--package=pipectl", "--edges=normal,build"];
    let tests = ["--workspace", "--edges=normal,build,dev"];
    hold(&crates::built_again(&program, &tests));
}

/// `.ci/run` takes them from there: one that is left out of the list would never run.
#[test]
fn long_tests_are_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = std::fs::read_to_string(root.join(".ci/long")).unwrap();
    let listed: BTreeSet<_> = list.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let mut long = BTreeSet::new();
    for (file, text) in modules::sources(&root.join("tests/binary")).unwrap() {
        let module = file.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
        let after = text.split("#[ignore = \"long: ").skip(1);
        let names = after.filter_map(|rest| rest.split("fn ").nth(1)?.split('(').next());
        long.extend(names.map(|name| format!("{module}::{name}")));
    }
    assert_eq!(long, listed);
}
