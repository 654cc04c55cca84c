//! Errors that name what is wrong: the file and what was to be done with it, the port, the plan that is of something else.

use crate::support::{Place, Ran, commands};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;

/// A command line for each option that takes a file, with `{}` where its name stands.
const READS: &[&str] = &[
    "validate --file {}",
    "apply --local --plan {}",
    "destroy --local --plan {}",
    "cost-estimate --compare {}",
    "cost-estimate --prices {}",
    "cost-estimate --measure={}",
    "send --local --input {}",
    "send --local --template {}",
];

const WRITES: &[&str] = &[
    "plan --local --out {}",
    "plan --local --json-out {}",
    "cost-estimate --html --out {}",
    "cost-estimate --scale 1M,10M --svg {}",
    "send --local --events 1 --out {}",
    "send --local --input events.json --rejects {}",
    "graph --format svg --output {}",
    "report --local --out {}",
];

/// Options with a file that are not above, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("adopt --output", "asks an AWS on which nothing of others is: `adopting`"),
    ("build --out", "compiles the functions: `artifacts`"),
    ("update --book", "reads a price list: `price_files`"),
];

/// `command --option` of each option whose value is a file.
fn options_with_files() -> Vec<String> {
    let place = Place::new("");
    let mut all = vec![];
    for command in commands() {
        let words: Vec<_> = command.split(' ').chain(["--help"]).collect();
        let help = place.run(&words).exits(0).stdout;
        let own = help.split("\nOptions of every command:").next().unwrap();
        let last = words[words.len() - 2];
        let takes = |line: &&str| ["<FILE", "<DIR>"].iter().any(|value| line.contains(value));
        let lines = own.lines().filter(|line| line.trim_start().starts_with('-')).filter(takes);
        let options = lines.filter_map(|line| line.split(['<', '[']).next()?.trim().split(' ').next_back());
        all.extend(options.map(|option| format!("{last} {option}")));
    }
    all
}

#[test]
fn no_option_with_a_file_is_left_out() {
    let options = options_with_files();
    assert!(options.len() >= 12, "{options:?}");
    for option in options {
        let (command, name) = option.split_once(' ').unwrap();
        let tried = READS.iter().chain(WRITES).any(|line| line.starts_with(command) && line.contains(name));
        let elsewhere = ELSEWHERE.iter().any(|(other, _)| *other == option);
        assert!(tried ^ elsewhere, "{option}");
    }
}

/// What is said, in one line without the hint.
fn refused(place: &Place, line: &str, file: &str) -> Ran {
    let line = line.replace("{}", file);
    let ran = place.run(&line.split(' ').collect::<Vec<_>>());
    assert!([1, 3].contains(&ran.exit), "{line}: {}\n{}", ran.exit, ran.stderr);
    assert!(ran.stderr.contains(file), "{line} does not name the file:\n{}", ran.stderr);
    assert!(
        ["hint: ", "= help: ", "known here: "].iter().any(|way| ran.stderr.contains(way)),
        "{line} leaves one alone:\n{}",
        ran.stderr
    );
    ran
}

#[test]
fn a_file_that_cannot_be_read_or_written_is_named_with_what_to_do() {
    let place = Place::example("lean");
    fs::write(place.path().join("events.json"), "{\"event\":\"a\"}\n").unwrap();
    fs::create_dir(place.path().join("folder")).unwrap();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    for line in READS {
        let ran = refused(&place, line, "no-such-one");
        assert!(["o such file", "is no file"].iter().any(|words| ran.stderr.contains(words)), "{}", ran.stderr);
        // A directory of events is measured whole.
        if !line.contains("--measure") {
            refused(&place, line, "folder").says("irectory");
        }
    }
    for line in WRITES {
        refused(&place, line, "no-such-folder/file").says("cannot write `no-such-folder/file`").says("the directory");
        refused(&place, line, "folder").says("cannot write `folder`").says("a directory is there");
    }
}

/// Neither is stale, which would have somebody plan again and wonder.
#[test]
fn a_saved_plan_that_is_of_something_else_says_of_what() {
    let place = Place::example("minimal");
    place.run(&["plan", "--local", "--out", "a.plan"]).exits(0);
    let saved = fs::read_to_string(place.path().join("a.plan")).unwrap();
    let apply = |name: &str, text: &str| {
        fs::write(place.path().join(name), text).unwrap();
        place.run(&["apply", "--local", "--plan", name])
    };
    let edited = |key: &str, value: &str| {
        let mut plan: Value = serde_json::from_str(&saved).unwrap();
        plan[key] = value.into();
        plan.to_string()
    };
    apply("cut", &saved[..saved.len() / 2]).exits(3).says("`cut` is not a saved plan: it is cut off");
    apply("empty", "").exits(3).says("`empty` is not a saved plan: it is cut off");
    apply("words", "no plan\n").exits(3).says("`words` is not a saved plan: expected");
    apply("other", "{\"a\": 1}").exits(3).says("`other` is not a saved plan: missing field `schema`");
    apply("new", &edited("schema", "pipectl-plan/9")).exits(3).says("it is written as `pipectl-plan/9`");
    apply("stage", &edited("stage", "prod")).exits(3).says("is of the pipeline minimal/prod, and not of minimal/dev");
    apply("name", &edited("pipeline", "other")).exits(3).says("is of the pipeline other/dev");
    apply("account", &edited("account", "111111111111")).exits(4).says("is of account 111111111111");
    apply("region", &edited("region", "eu-west-1")).exits(4).says("is of region eu-west-1").says("--region eu-west-1");
    let old = place.run(&["apply", "--local", "--plan", "a.plan", "--stage", "prod"]).exits(3);
    assert!(old.stderr.contains("is of the pipeline minimal/dev, and not of minimal/prod"), "{}", old.stderr);
    apply("stale", &edited("fingerprint", "v1:0")).exits(4).says("`stale` is stale: the file or AWS has changed");
    let mut older: Value = serde_json::from_str(&edited("fingerprint", "v1:0")).unwrap();
    older["pipectl"] = "0.0.9".into();
    apply("older", &older.to_string()).exits(4).says(", or pipectl: 0.0.9 has made it, and this is ");
    assert!(!place.path().join(".pipectl/local/s3").exists());
}

#[test]
fn a_plan_to_take_down_is_for_destroy_alone() {
    let place = Place::example("lean");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--destroy", "--out", "down.plan"]).exits(0);
    place.run(&["apply", "--local", "--plan", "down.plan"]).exits(3).says("`pipectl destroy --plan down.plan`");
    place.run(&["plan", "--local", "--out", "up.plan"]).exits(0);
    place.run(&["destroy", "--local", "--plan", "up.plan"]).exits(3).says("`pipectl apply --plan up.plan`");
    place.run(&["destroy", "--local", "--plan", "down.plan"]).exits(0).says("17 done");
}

#[test]
fn a_port_that_is_taken_is_said_to_be() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = Place::new("");
    let ran = place.run(&["local", "--port", &port]).exits(1);
    ran.says(&format!("cannot be served at 127.0.0.1:{port}: another program listens there")).says("`--port 0`");
    let ran = place.run(&["local", "--port", &port, "--json"]).exits(1);
    assert!(ran.stdout.contains("\"code\":\"conflict\""), "{}", ran.stdout);
}
