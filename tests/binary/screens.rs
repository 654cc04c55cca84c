//! What a terminal shows, of four widths: kept to the letter below `tests/golden/screens`.
//!
//! All runs of a test go side by side in one process of Python, which is the terminal of each.

use crate::support::{Place, environment, root};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

const WIDTHS: [usize; 4] = [60, 80, 120, 200];

/// Wider than some terminals, so that cells are broken, and than others, so that rows are printed one below the other.
const SQL: &str = "SELECT 'purchase' AS event, 'a page of the shop with a long name' AS page, 12.5 AS price, \
                   'https://shop.example/from/here/and/there' AS referrer, 'anna@example.com' AS customer, \
                   'summer' AS campaign, '2026-11-27 09:00:00' AS at";

#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    name: String,
    exit: i32,
    /// What is there in the end, and what scrolled away.
    pub(crate) lines: Vec<String>,
    /// Every line that was there at any time.
    seen: Vec<String>,
    /// What the program wrote.
    raw: String,
}

/// Runs of the program, each in a terminal of its own.
fn on_terminals(runs: &[Value]) -> Vec<Shown> {
    let python = environment("terminal", "terminal.txt");
    let mut command = Command::new(python);
    command.arg(root().join("tests/judges/screens.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(runs).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) fn on_terminal(run: Value) -> Shown {
    on_terminals(&[run]).remove(0)
}

/// With nothing of the environment that the test runs in.
fn run(place: &Place, name: &str, columns: usize, arguments: &[&str]) -> Value {
    let words: Vec<_> = [env!("CARGO_BIN_EXE_pipectl")].iter().chain(arguments).copied().collect();
    let environment = json!({
        "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLUMNS": "", "NO_COLOR": "", "FORCE_COLOR": "",
        "CLICOLOR_FORCE": "", "CLICOLOR": "", "PIPECTL_LOCAL": "", "PIPECTL_STAGE": "", "PIPECTL_REGION": "",
        "PIPECTL_FILE": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null",
    });
    json!({"name": name, "command": words, "directory": place.path(), "columns": columns, "rows": 40, "environment": environment})
}

/// What each run and each day has otherwise, in as many columns as before.
fn settled(lines: &[String]) -> String {
    let mut all: Vec<_> = lines.iter().map(|line| steady(line)).collect();
    // They end in any order.
    for run in all.chunk_by_mut(|one, two| one.starts_with("created ") && two.starts_with("created ")) {
        run.sort();
    }
    all.join("\n") + "\n"
}

/// Digests, ids, times and ports.
fn steady(line: &str) -> String {
    let mut text = String::new();
    let words = line.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-' && c != ':');
    for word in words {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_digest = [32, 64].contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_hexdigit());
        let is_id = bare.len() == 32 && bare.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        match bare {
            _ if is_digest || is_id => text.push_str(&word.replace(bare, &"0".repeat(bare.len()))),
            _ if is_time(bare) => text.push_str(&word.replace(|c: char| c.is_ascii_digit(), "0")),
            _ => text.push_str(word),
        }
    }
    if let Some((before, _)) = text.split_once(": ").filter(|(before, _)| before.starts_with("files ")) {
        return format!("{before}: 0, 0 B");
    }
    // How often somebody has asked meanwhile.
    if let Some((before, _)) = text.rsplit_once("throttled, of ") {
        return format!("{before}throttled, of 0");
    }
    let port = text.find("127.0.0.1:").map(|at| at + "127.0.0.1:".len());
    let seconds = ["(", "in "].into_iter().find_map(|before| {
        let of_seconds = |at: &usize| {
            let (number, behind) = (&text[..*at], &text[at + " s".len()..]);
            number.ends_with(|c: char| c.is_ascii_digit()) && !behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        };
        let at = text.rmatch_indices(" s").map(|(at, _)| at).find(of_seconds)?;
        let begin = text[..at].rfind(before)? + before.len();
        text[begin..at].contains('.').then_some((begin, at))
    });
    match (port, seconds) {
        (Some(at), _) => {
            let rest = text.split_off(at);
            text + "4566" + rest.trim_start_matches(|c: char| c.is_ascii_digit())
        }
        (None, Some((begin, end))) => format!("{}0.1{}", &text[..begin], &text[end..]),
        (None, None) => text,
    }
}

/// `2026-11-27`, `09:00:00`
fn is_time(word: &str) -> bool {
    let shape: String = word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000-00-00", "00:00:00", "00:00"].contains(&shape.as_str())
}

#[track_caller]
fn kept(shown: &Shown) {
    let path = root().join("tests/golden/screens").join(format!("{}.txt", shown.name));
    let text = settled(&shown.lines);
    if std::env::var_os("PIPECTL_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{}: PIPECTL_GOLDEN=write writes it anew", path.display());
}

fn at_each_width(place: &Place, name: &str, arguments: &[&str]) -> Vec<Value> {
    WIDTHS.map(|width| run(place, &format!("{name}-{width}"), width, arguments)).to_vec()
}

/// Takes some ten seconds: four applies, of which each is drawn.
#[test]
fn screens_are_as_kept_at_every_width() {
    let place = Place::example("lean");
    place.edit(&[("stage: lean", "stage: dev")]);
    let server = place.serve();
    let first = [
        at_each_width(&place, "plan", &["plan", "--local"]),
        at_each_width(&place, "estimate", &["cost-estimate"]),
        at_each_width(&place, "way", &[]),
    ];
    let mut shown = on_terminals(&first.concat());
    let stages = ["s60", "s80", "sa0", "sb0"];
    let applies = WIDTHS.iter().zip(stages).map(|(width, stage)| {
        run(&place, &format!("apply-{width}"), *width, &["apply", "--local", "--yes", "--stage", stage])
    });
    // What stands behind it has an id that each pipeline has otherwise, and that terminals break anywhere.
    let whole = |line: &String| line.ends_with(" done") && line.starts_with(|c: char| c.is_ascii_digit());
    shown.extend(on_terminals(&applies.collect::<Vec<_>>()).into_iter().map(|apply| {
        let end = apply.lines.iter().position(whole).map_or(apply.lines.len(), |at| at + 1);
        Shown { lines: apply.lines[..end].to_vec(), ..apply }
    }));
    let then = [
        at_each_width(&place, "status", &["status", "--local", "--stage", "s60"]),
        at_each_width(&place, "query", &["query", "--local", "--stage", "s60", SQL]),
    ];
    shown.extend(on_terminals(&then.concat()));
    drop(server);
    let lives = WIDTHS.map(|width| (width, place.copy()));
    let live = lives.iter().map(|(width, place)| {
        let mut live = run(place, &format!("local-{width}"), *width, &["local", "--port", "0", "--time-scale", "0"]);
        live["steps"] = json!([{"when": "table ", "signal": "SIGINT"}]);
        live
    });
    // What is drawn is cleared in the end.
    shown.extend(
        on_terminals(&live.collect::<Vec<_>>()).into_iter().map(|live| Shown { lines: live.seen.clone(), ..live }),
    );
    for one in &shown {
        let exit = if one.name.starts_with("way") { 3 } else { 0 };
        assert_eq!(one.exit, exit, "{}: {:#?}", one.name, one.lines);
        kept(one);
    }
}

#[test]
fn ctrl_c_is_answered_in_words_while_progress_is_drawn() {
    let place = Place::example("lean");
    let _server = place.serve_with(&["--latency", "500ms"]);
    let mut apply = run(&place, "apply", 70, &["apply", "--local", "--yes"]);
    apply["steps"] = json!([{"when": " done, ", "signal": "SIGINT"}]);
    let shown = on_terminal(apply);
    assert_eq!(shown.exit, 130, "{:#?}", shown.lines);
    let has = |words: &str| shown.lines.iter().any(|line| line.starts_with(words));
    assert!(has("interrupted: finishing the calls in flight (again to stop at once)"), "{:#?}", shown.lines);
    assert!(has("error: interrupted: "), "{:#?}", shown.lines);
    // A view of all of it, and nothing left of it in the end.
    assert!(shown.seen.iter().any(|line| line.contains(" of ") && line.contains(" under way")), "{:#?}", shown.seen);
    assert!(!shown.lines.iter().any(|line| line.contains(" under way")), "{:#?}", shown.lines);
}

/// Who waits for a second is told for what, and a terminal with little gets no more than it can show.
#[test]
fn silence_is_explained_and_poor_terminals_are_spared() {
    let place = Place::example("lean");
    let _server = place.serve_with(&["--latency", "1500ms"]);
    let silent = run(&place, "silent", 80, &["plan", "--local"]);
    let with = |name: &str, variables: &[(&str, &str)]| {
        let mut apply = run(&place, name, 80, &["plan", "--local"]);
        variables.iter().for_each(|(name, value)| apply["environment"][*name] = json!(value));
        apply
    };
    let all = on_terminals(&[
        silent,
        with("dumb", &[("TERM", "dumb")]),
        with("ascii", &[("LC_ALL", "C")]),
        with("colourless", &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]),
    ]);
    let [silent, dumb, ascii, colourless] = &all[..] else { panic!("{all:?}") };
    let asking = |shown: &Shown| shown.seen.iter().any(|line| line.contains("asking AWS: "));
    assert!(asking(silent) && asking(ascii) && asking(colourless) && !asking(dumb), "{all:#?}");
    assert!(silent.raw.contains('\u{1b}') && silent.raw.contains("\u{1b}[32m"), "{}", silent.raw);
    assert!(!dumb.raw.contains('\u{1b}'), "{}", dumb.raw);
    assert!(ascii.raw.is_ascii(), "{}", ascii.raw);
    assert!(!colourless.raw.contains("\u{1b}[32m"), "{}", colourless.raw);
    let forced = place.command().args(["plan", "--local"]).env("FORCE_COLOR", "1").output().unwrap();
    assert!(String::from_utf8_lossy(&forced.stdout).contains("\u{1b}[32m"));
}
