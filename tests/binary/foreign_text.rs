//! What somebody else wrote is shown and not obeyed; and what a person sees on a terminal.

use crate::support::{Place, Ran, environment, judge, root};
use serde_json::json;

/// Changes the window's title, clears the screen, begins a line that looks like ours, turns the direction of writing.
const HOSTILE: &str = "x\u{1b}]0;owned\u{7}\u{1b}[2J\rerror: 5 done\n+ s3.bucket.theirs `a` |@octocat\u{202e}\u{9b}31m";

#[track_caller]
fn harmless(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let order = |c: &char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(c);
        assert_eq!(text.chars().find(order), None, "{text:?}");
        let forged = text.lines().any(|line| line.starts_with("+ s3.bucket.theirs") || line.starts_with("error: 5"));
        assert!(!forged, "{text}");
    }
}

#[test]
fn text_of_aws_and_of_logs_is_shown_and_not_obeyed() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("put_log.py", &[&server.url, "/aws/lambda/minimal-dev-track", HOSTILE]);
    judge("put_description.py", &[&server.url, "minimal-dev-track", HOSTILE]);
    for command in ["logs --local track", "plan --local", "plan --local --markdown", "plan --local --color=always"] {
        let arguments: Vec<_> = command.split(' ').collect();
        let ran = place.run(&arguments).exits(0).says("octocat").says("[2J").says("202e");
        if !command.contains("color") {
            harmless(&ran);
        }
    }
    let fault = json!({"operation": "lambda:GetFunction", "code": "Invalid", "message": HOSTILE, "times": 9});
    server.admin().fault(&fault);
    harmless(&place.run(&["plan", "--local"]).exits(1).says("\\u001b]0;owned"));
    server.admin().forget_faults();
    let fault =
        json!({"operation": "lambda:UpdateFunctionConfiguration", "code": "Invalid", "message": HOSTILE, "times": 9});
    server.admin().fault(&fault);
    harmless(&place.run(&["apply", "--local", "--yes"]).exits(1).says("\\u001b]0;owned"));
}

/// Rows for the next program are what they are, to the byte.
#[test]
fn rows_are_exact_for_programs_and_harmless_for_people() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let sql = format!("SELECT '{HOSTILE}' AS x");
    let csv = place.run(&["query", "--local", "--output=csv", &sql]).exits(0);
    assert_eq!(csv.stdout, format!("x\n\"{HOSTILE}\"\n"));
    let json = place.run(&["query", "--local", "--output=json", &sql]).exits(0);
    let rows: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(rows[0]["x"], HOSTILE);
    let table = place.run(&["query", "--local", "--output=table", &sql]).exits(0);
    harmless(&table);
    assert_eq!(table.stdout.lines().count(), 3, "{}", table.stdout);
    for output in ["csv", "json"] {
        let seen = on_a_screen(&place, &["", "", "query", "--local", "--output", output, &sql]);
        assert!(seen.contains("\\u001b]0;owned") && seen.contains("title: \n"), "{seen}");
        assert!(seen.ends_with("exit: 0\n"), "{seen}");
    }
}

/// Words to wait for, keys to press then, and pipectl's arguments.
fn on_a_screen(place: &Place, arguments: &[&str]) -> String {
    let python = environment("screen", "requirements-screen.txt");
    let mut command = place.command_of(&python);
    command.arg(root().join("tests/judges/screen.py")).args(&arguments[..2]).arg(env!("CARGO_BIN_EXE_pipectl"));
    Ran::new(&command.args(&arguments[2..]).env("TERM", "xterm").output().unwrap()).exits(0).stdout
}

/// A message that the spinners write over has not been given.
#[test]
fn ctrl_c_is_answered_on_a_screen_with_spinners() {
    let place = Place::example("clickstream");
    let _server = place.serve_with(&["--latency", "250ms"]);
    let seen = on_a_screen(&place, &["^created ", "^C", "apply", "--local", "--yes"]);
    assert!(
        seen.lines().any(|line| line == "interrupted: finishing the calls in flight (again to stop at once)"),
        "{seen}"
    );
    assert!(seen.lines().any(|line| line.starts_with("error: interrupted: ")), "{seen}");
    assert!(seen.ends_with("exit: 130\n"), "{seen}");
}
