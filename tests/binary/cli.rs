//! Exit codes, refusals and words.

use crate::support::{Place, Ran};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const BROKEN: &str = "name: clicks\nschmea: { event: string }\n";

#[test]
fn every_exit_code_means_what_help_says() {
    let place = Place::example("minimal");
    place.run(&["validate"]).exits(0).says("pipeline.yaml is valid: minimal/dev");
    place.run(&["output", "--local"]).exits(1).says("there is no pipeline minimal/dev yet");
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(2);
    place.run(&["plan", "--no-such-option"]).exits(3);
    place.run(&["apply", "--local"]).exits(4).says("pass `--yes`");
    place.run(&["destroy", "--local"]).exits(0);
    Place::new(BROKEN).run(&["plan", "--local"]).exits(3);
    place.run(&["plan", "--local", "--adopt", "no.such.thing"]).exits(3).says("there is no resource `no.such.thing`");
    place.run(&["help"]).exits(0).says("130  interrupted");
}

#[test]
fn bad_input_says_where_and_changes_nothing() {
    let place = Place::new(BROKEN);
    let ran = place.run(&["apply", "--local", "--yes"]).exits(3);
    assert!(ran.stderr.contains("--> pipeline.yaml:2:1"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `schema`?"), "{}", ran.stderr);
    assert!(!place.path().join(".pipectl").exists());
    let missing = Place::example("minimal");
    std::fs::remove_file(missing.path().join("pipeline.yaml")).unwrap();
    missing.run(&["plan", "--local"]).exits(3).says("pipectl init");
}

#[test]
fn what_init_writes_validates_and_applies_as_written() {
    for option in [None, Some("--from-article")] {
        let place = Place::example("minimal");
        std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
        place
            .run(&[&["init"][..], &option.into_iter().collect::<Vec<_>>()].concat())
            .exits(0)
            .says("wrote pipeline.yaml");
        place.run(&["init"]).exits(4).says("is there already");
        let schema = place.yaml().lines().next().unwrap().split_once("$schema=").unwrap().1.to_owned();
        let schema = std::fs::read_to_string(place.path().join(schema)).unwrap();
        assert_eq!(schema, place.run(&["schema"]).exits(0).stdout);
        place.run(&["validate"]).exits(0);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }
}

/// From below it, as Git finds its repository, and never from outside of that.
#[test]
fn the_file_is_found_from_anywhere_in_its_repository() {
    let place = Place::example("minimal");
    let below = place.path().join("web/src");
    std::fs::create_dir_all(&below).unwrap();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = place.command();
        Ran::new(&command.current_dir(&below).envs(variables.iter().copied()).args(arguments).output().unwrap())
    };
    run(&["validate"], &[]).exits(3).says("pipeline.yaml");
    std::fs::create_dir(place.path().join(".git")).unwrap();
    run(&["validate"], &[]).exits(0).says("../../pipeline.yaml is valid: minimal/dev");
    // Its Local AWS is the same from everywhere, and so is a hint.
    run(&["apply", "--local", "--yes"], &[]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    run(&["plan", "--detailed-exitcode"], &[("PIPECTL_LOCAL", "1")]).exits(0);
    assert!(!below.join(".pipectl").exists());
    run(&["plan", "--detailed-exitcode"], &[("PIPECTL_LOCAL", "elsewhere")]).exits(2);
    assert!(below.join("elsewhere").exists());
    // What is said is not looked for.
    run(&["validate", "-f", "pipeline.yaml"], &[]).exits(3);
    run(&["validate"], &[("PIPECTL_FILE", "other.yaml")]).exits(3).says("other.yaml");
    run(&["validate"], &[("PIPECTL_FILE", "")]).exits(0);
    let region = |variables: &[(&str, &str)]| run(&["plan", "--local", "--json"], variables).exits(0).stdout;
    assert!(region(&[("PIPECTL_REGION", "eu-west-1")]).contains("\"region\": \"eu-west-1\""));
    assert!(region(&[("PIPECTL_REGION", "")]).contains("\"region\": \"us-east-1\""));
    // The nearest one counts, under either name; one that is made is made here.
    std::fs::write(place.path().join("web/pipeline.yml"), place.yaml().replace("minimal", "nearer")).unwrap();
    run(&["validate"], &[]).exits(0).says("../pipeline.yml is valid: nearer/dev");
    run(&["init"], &[]).exits(0);
    assert!(below.join("pipeline.yaml").exists());
}

/// Of what there is here; a script that has lost its command has done nothing, and is told so.
#[test]
fn without_a_command_the_way_is_shown() {
    let place = Place::example("minimal");
    let shown = |words: &str| {
        let ran = place.run(&[]).exits(3);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.starts_with(words), "{}", ran.stderr);
        assert!(ran.stderr.lines().count() < 12, "{}", ran.stderr);
        for command in ran.stderr.lines().filter_map(|line| line.strip_prefix("  pipectl ")) {
            place.run(&["help", command.split(' ').next().unwrap()]).exits(0);
        }
        ran.stderr
    };
    assert!(shown("pipeline.yaml is the pipeline minimal/dev.\n").contains("  pipectl apply --local"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    shown("pipeline.yaml is the pipeline minimal/dev; nobody serves the Local AWS in .pipectl/local.\n");
    let server = place.serve();
    let served = shown(&format!("pipeline.yaml is the pipeline minimal/dev; Local AWS is served at {}.", server.url));
    assert!(served.contains("  pipectl send --local"));
    drop(server);
    place.write(BROKEN);
    shown("pipeline.yaml is here, and something is wrong with it.\n");
    std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    assert!(shown("There is no pipeline.yaml here").contains("  pipectl init"));
    let json = place.run(&["--json"]).exits(3).stdout;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap()["error"]["exit_code"], 3);
}

#[test]
fn the_schema_is_json_and_knows_the_keys() {
    let ran = Place::example("minimal").run(&["schema"]).exits(0);
    let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["name", "schema"]));
    assert!(schema["properties"]["ingest"]["properties"]["throttle"]["properties"]["rate"].is_object());
}

/// The values of keys are shown where they are asked for, and nowhere else.
#[test]
fn secrets_are_shown_only_when_asked_for() {
    let place = Place::example("minimal");
    place.edit(&[(
        "name: minimal\n",
        "name: minimal\ningest: { cors: { origins: ['https://secret-origin.example'] } }\n",
    )]);
    let plan = place.run(&["plan", "--local"]).exits(0);
    assert!(plan.stdout.contains("(sensitive)"), "{}", plan.stdout);
    let applied = place.run(&["apply", "--local", "--yes", "-v"]).exits(0);
    let shown = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0);
    let output: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let value = output["api_keys"][0]["value"].as_str().unwrap();
    assert!(value.len() >= 20);
    let all = [
        applied.stdout,
        applied.stderr,
        place.run(&["output", "--local", "--json"]).exits(0).stdout,
        place.run(&["plan", "--local", "--json"]).exits(0).stdout,
        place.run(&["plan", "--local", "--destroy", "--markdown"]).exits(0).stdout,
    ];
    assert!(all.iter().all(|text| !text.contains(value)));
}

/// What a shell's script asks: the names are those of the file, also from below it, and what is wrong is not said.
#[test]
fn completions_know_the_names_in_the_file() {
    let place = Place::example("clickstream");
    place.run(&["completions", "bash"]).exits(0).says("PIPECTL_COMPLETE=\"bash\"");
    let below = place.path().join("web");
    std::fs::create_dir_all(place.path().join(".git")).unwrap();
    std::fs::create_dir(&below).unwrap();
    let complete = |words: &[&str]| {
        let mut command = place.command();
        command.current_dir(&below).args(["--", "pipectl"]).args(words).env("PIPECTL_COMPLETE", "fish");
        let ran = Ran::new(&command.output().unwrap()).exits(0);
        assert_eq!(ran.stderr, "", "{words:?}");
        ran.stdout.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(complete(&["plan", "--adopt", "glue."]).contains(&"glue.crawler.raw".to_owned()));
    assert_eq!(complete(&["query", "--named", "events_"]), ["events_by_name"]);
    assert_eq!(complete(&["help", "exit"]), ["exit-codes"]);
    assert_eq!(complete(&["logs", "del"]), ["delivery"]);
    place.write(BROKEN);
    assert!(complete(&["plan", "--adopt", "glue."]).is_empty());
    assert!(!place.path().join(".pipectl").exists());
}

#[test]
fn help_explains_commands_and_topics_and_writes_man_pages() {
    let place = Place::example("minimal");
    let help = place.run(&["help"]).exits(0).stdout;
    assert_eq!(help, place.run(&["--help"]).exits(0).stdout);
    let topics = help.split("Topics (`pipectl help TOPIC`):\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for topic in topics.lines().map(|line| line.split_whitespace().next().unwrap()) {
        assert!(place.run(&["help", topic]).exits(0).stdout.lines().count() > 5, "{topic}");
    }
    let replay = place.run(&["help", "events", "replay"]).exits(0).stdout;
    assert_eq!(replay, place.run(&["events", "replay", "--help"]).exits(0).stdout);
    place.run(&["help", "nonsense"]).exits(3).says("there is no command and no topic `nonsense`");
    place.run(&["help", "--man", "man"]).exits(0);
    let page = std::fs::read_to_string(place.path().join("man/pipectl-events-replay.1")).unwrap();
    assert!(page.starts_with(".ie") && page.contains(".SH SYNOPSIS"), "{page}");
}

#[test]
fn a_plan_for_a_pull_request_can_be_found_again() {
    let ran = Place::example("minimal").run(&["plan", "--local", "--markdown"]).exits(0);
    assert!(ran.stdout.starts_with("<!-- pipectl plan -->\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("| create | `s3.bucket.data` |"), "{}", ran.stdout);
}

/// Ctrl+C, and SIGTERM with which CI cancels a job, let the calls in flight finish; what was done is said, and the next
/// apply goes on.
#[test]
fn a_signal_lets_an_apply_finish_what_is_in_flight() {
    signalled("-INT", 130, "interrupted");
    signalled("-TERM", 143, "terminated");
}

fn signalled(signal: &str, code: i32, word: &str) {
    let place = Place::example("clickstream");
    let server = place.serve_with(&["--latency", "250ms"]);
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    // In the middle of its work: something is there, and much is not.
    let mut stderr = lines.by_ref().find(|line| line.starts_with("created ")).unwrap();
    let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    lines.for_each(|line| stderr.push_str(&format!("\n{line}")));
    assert_eq!(child.wait().unwrap().code(), Some(code), "{stderr}");
    assert!(stderr.contains(&format!("{word}: finishing the calls in flight")), "{stderr}");
    assert!(stderr.contains(&format!("error: {word}: ")), "{stderr}");
    drop(server);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_second_signal_ends_an_apply_at_once() {
    let place = Place::example("clickstream");
    let server = place.serve();
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).stdout(Stdio::null()).stderr(Stdio::piped());
    // Nobody answers this one, so that the first signal has something to wait for.
    let held = serde_json::json!({"operation": "s3:CreateBucket", "hold": true});
    let mut child = server.admin().hold(&held, &mut command);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let kill = |signal: &str| {
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    };
    kill("-INT");
    assert!(lines.any(|line| line.starts_with("interrupted: finishing the calls in flight (again")));
    kill("-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn an_estimate_is_exact_and_keeps_a_budget() {
    let place = Place::example("clickstream");
    let ran = place.run(&["cost-estimate", "--json"]).exits(0);
    let estimate: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&estimate["schema"], &estimate["complete"]), (&"pipectl-cost/3".into(), &true.into()));
    let lines = estimate["lines"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| line["cost_cents"].as_i64().unwrap()).sum();
    assert_eq!(estimate["total_cents"], sum);
    place.run(&["cost-estimate", "--budget", "100"]).exits(4).says("more than the budget of $100");
    for budget in ["nan", "inf", "-1", "many", ""] {
        place.run(&["cost-estimate", &format!("--budget={budget}")]).exits(3).says("a budget is a number");
    }
    place.run(&["cost-estimate", "--usage", "nonsense=1"]).exits(3).says("there is no figure `nonsense`");
    let elsewhere = place.run(&["cost-estimate", "--region", "ap-southeast-2"]).exits(0);
    assert!(
        elsewhere.stdout.contains("no price") && elsewhere.stdout.contains("no verified price in ap-southeast-2: "),
        "{}",
        elsewhere.stdout
    );
    place.run(&["cost-estimate", "--region", "ap-southeast-2", "--budget", "100000"]).exits(4).says("is not known");
}

/// Another program, in another language, with decimal numbers, comes to the same cents from the same book.
#[test]
fn an_independent_calculation_agrees_to_the_cent() {
    let place = Place::example("clickstream");
    let book = crate::support::root().join("templates/prices/book.yaml");
    let mut figures = 0;
    for usage in [
        "events_per_month=0",
        "events_per_month=3M",
        "events_per_month=200M",
        "events_per_month=5B",
        "events_per_request=7",
        "quicksight_authors=2,quicksight_readers=40,spice_gb=35,month=30",
    ] {
        let ran = place.run(&["cost-estimate", "--json", "--free-tier", "--usage", usage]).exits(0);
        let file = place.path().join("pipeline.yaml");
        let arguments = [book.to_str().unwrap(), &ran.stdout, file.to_str().unwrap()];
        let told = crate::support::judge("recompute.py", &arguments);
        let agreed = told.strip_prefix("agreed: ").unwrap_or_else(|| panic!("{usage}: {told}"));
        figures += agreed.trim().parse::<usize>().unwrap();
    }
    assert!(figures >= 30, "{figures}");
}

/// Programs start with 1 MB of stack on Windows, with 8 MB here.
#[test]
fn a_command_needs_no_more_stack_than_any_system_gives() {
    let place = Place::example("minimal");
    let line = format!("ulimit -s 1024 && exec {} plan --local --detailed-exitcode", env!("CARGO_BIN_EXE_pipectl"));
    let mut command = place.command_of(std::path::Path::new("sh"));
    Ran::new(&command.args(["-c", &line]).output().unwrap()).exits(2);
}
