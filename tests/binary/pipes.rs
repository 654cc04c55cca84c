//! Output that nobody reads any more, or that cannot be written: work goes on, and exit codes stay true.

use crate::support::{Place, Ran, sampled};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

/// What is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hindrance {
    ClosedStdout,
    ClosedStderr,
    ClosedBoth,
    FullStdout,
    FullStderr,
}

const HINDRANCES: [Hindrance; 5] = [
    Hindrance::ClosedStdout,
    Hindrance::ClosedStderr,
    Hindrance::ClosedBoth,
    Hindrance::FullStdout,
    Hindrance::FullStderr,
];

/// A pipe that nobody reads, as behind `| true`.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A disk that is full.
fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

fn run(command: &mut Command, hindrance: Hindrance) -> Output {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    match hindrance {
        Hindrance::ClosedStdout => drop(command.stdout(closed())),
        Hindrance::ClosedStderr => drop(command.stderr(closed())),
        Hindrance::ClosedBoth => drop(command.stdout(closed()).stderr(closed())),
        Hindrance::FullStdout => drop(command.stdout(full())),
        Hindrance::FullStderr => drop(command.stderr(full())),
    }
    command.output().unwrap()
}

/// What a command is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    /// For what it prints: a full disk is its failure.
    Shown,
    /// For what it does.
    Done,
}

use Is::{Done, Shown};

/// Command line, its exit code when nothing is in the way, and what it is there for.
const COMMANDS: &[(&str, i32, Is)] = &[
    ("help", 0, Shown),
    ("--version", 0, Shown),
    ("plan --no-such-option", 3, Shown),
    ("init -f started.yaml --force", 0, Done),
    ("validate", 0, Shown),
    ("validate -f broken.yaml", 3, Shown),
    ("check", 0, Shown),
    ("check --peak 1M --strict", 4, Shown),
    ("schema", 0, Shown),
    ("completions zsh", 0, Shown),
    ("version", 0, Shown),
    ("client --ts", 0, Shown),
    ("iam-policy --local", 0, Shown),
    ("adopt --local -o -", 1, Done),
    ("events assert --local event=a", 1, Shown),
    ("events follow --local", 1, Shown),
    ("cost-estimate", 0, Shown),
    ("cost-estimate --html", 0, Shown),
    ("cost-estimate --budget 0.01", 4, Shown),
    ("bill --local", 1, Shown),
    ("prices update --local", 3, Done),
    ("plan --local --detailed-exitcode", 0, Shown),
    ("plan --local -f edited.yaml --detailed-exitcode", 2, Shown),
    ("plan --local -f edited.yaml --json --detailed-exitcode", 2, Shown),
    ("plan --local -f edited.yaml --markdown", 0, Shown),
    ("apply --local -f edited.yaml", 4, Done),
    ("apply --local --yes --timings", 0, Done),
    ("destroy --local", 4, Done),
    ("unlock --local --yes", 0, Done),
    ("output --local --json", 0, Shown),
    ("explain s3.bucket.data", 0, Shown),
    ("graph --live --local", 0, Shown),
    ("graph --local --format svg -o way.svg", 0, Shown),
    ("list --local", 0, Shown),
    ("list --local --json", 0, Shown),
    ("output --local --stage other", 1, Shown),
    ("send --local --events 5", 0, Done),
    ("logs --local track", 0, Shown),
    ("events --local", 0, Shown),
    ("events replay --local --from errors --between 2026-11-25 2026-11-26", 0, Shown),
    ("ui -f broken.yaml", 3, Done),
    ("status --local", 0, Shown),
    ("status --local --json", 0, Shown),
    ("query --local --output=csv --local", 3, Shown),
    ("query --local SHOW\u{a0}TABLES", 0, Shown),
    ("query --local SELECT\u{a0}nonsense", 1, Shown),
    ("report --local --out report.html", 1, Done),
    ("connect duckdb --local", 0, Shown),
    ("run --local mover", 0, Done),
    ("run --local etl", 0, Done),
    ("build --lambda-dir x --out started.yaml", 1, Done),
    ("local tick 1s", 0, Done),
    ("function track", 1, Done),
    ("aws-acceptance --local --dry-run", 0, Done),
];

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn every_command_keeps_its_exit_code_whoever_reads() {
    let place = Place::example("minimal");
    std::fs::write(place.path().join("broken.yaml"), "name: clicks\nschmea: { event: string }\n").unwrap();
    std::fs::write(place.path().join("edited.yaml"), format!("{}\ntags: {{ team: growth }}\n", place.yaml())).unwrap();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    for (index, (line, code, is)) in COMMANDS.iter().enumerate() {
        // A space that is not one keeps a statement together.
        let arguments: Vec<_> = line.split(' ').map(|word| word.replace('\u{a0}', " ")).collect();
        let command = || {
            let mut command = place.command();
            command.args(&arguments);
            command
        };
        let usual = Ran::new(&command().output().unwrap());
        assert_eq!(usual.exit, *code, "{line}: {}{}", usual.stdout, usual.stderr);
        says_no_more_than_it_must(
            line,
            &Ran::new(&place.command().arg("-q").args(&arguments).output().unwrap()),
            &usual,
        );
        for &hindrance in sampled(HINDRANCES.iter().cycle().skip(index).take(HINDRANCES.len()), 3) {
            let ran = Ran::new(&run(&mut command(), hindrance));
            let unwritten = hindrance == Hindrance::FullStdout && !usual.stdout.is_empty();
            let expected = if unwritten && *is == Shown && *code != 1 && *code != 4 { 1 } else { *code };
            assert_eq!(ran.exit, expected, "{line} with {hindrance:?}: {}{}", ran.stdout, ran.stderr);
            assert!(!ran.stderr.contains("panicked"), "{line} with {hindrance:?}: {}", ran.stderr);
            if unwritten && [0, 2].contains(code) {
                let why =
                    if *is == Shown { "error: cannot write the output" } else { "the output could not be written" };
                assert!(ran.stderr.contains(why), "{line}: {}", ran.stderr);
                assert!(ran.stderr.contains("No space left on device"), "{line}: {}", ran.stderr);
            }
        }
    }
}

/// `-q` leaves stdout as it is; on stderr it has errors and warnings, without hints.
fn says_no_more_than_it_must(line: &str, quiet: &Ran, usual: &Ran) {
    assert_eq!(quiet.exit, usual.exit, "{line} -q: {}{}", quiet.stdout, quiet.stderr);
    assert_eq!(quiet.stdout.is_empty(), usual.stdout.is_empty(), "{line} -q: {}", quiet.stdout);
    // What is drawn below a line of the file is not one.
    let hints = quiet.stderr.lines().filter(|line| line.trim_start().starts_with("hint: "));
    assert_eq!(hints.count(), 0, "{line} -q: {}", quiet.stderr);
    let asked_for = line.contains("--timings") || quiet.stderr.starts_with("nobody holds the lock");
    if quiet.exit == 0 && !asked_for {
        let more = quiet.stderr.lines().find(|line| !line.starts_with("warning: "));
        assert_eq!(more, None, "{line} -q");
    }
}

#[test]
fn no_command_is_left_out() {
    for name in crate::support::commands() {
        assert!(COMMANDS.iter().any(|(line, ..)| line.split(' ').next() == Some(&*name)), "{name} is not in the table");
    }
}

/// All of it is made and taken down again, whoever listens.
#[test]
fn an_apply_goes_on_without_a_reader() {
    for hindrance in HINDRANCES {
        let place = Place::example("minimal");
        let hindered = |arguments: &[&str]| run(place.command().args(arguments), hindrance).status.code();
        assert_eq!(hindered(&["apply", "--local", "--yes"]), Some(0), "{hindrance:?}");
        place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        assert_eq!(hindered(&["destroy", "--local", "--yes"]), Some(0), "{hindrance:?}");
        place.run(&["plan", "--local", "--detailed-exitcode", "--destroy"]).exits(0);
    }
}

/// `2> >(head -3)`
#[test]
fn an_apply_goes_on_when_its_reader_has_enough() {
    let place = Place::example("clickstream");
    let mut command = place.command();
    command.args(["apply", "--local", "--yes"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(lines.take(3).count(), 3);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

/// As `tail -f` does; what comes makes it notice.
#[test]
fn logs_end_when_their_reader_has_enough() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let mut command = place.command();
    command.args(["logs", "--local", "track", "--follow"]).stdout(closed()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    place.run(&["send", "--local", "--events", "5"]).exits(0);
    // An event that is none makes the function say so.
    crate::support::judge("put_log.py", &[&server.url, "/aws/lambda/minimal-dev-track", "a line"]);
    let ran = Ran::new(&child.wait_with_output().unwrap());
    assert_eq!((ran.exit, ran.stderr.as_str()), (0, ""));
}
