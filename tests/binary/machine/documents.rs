//! Every command, held against the schema of what it prints.

use super::{published, valid};
use crate::support::{Place, Ran};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

/// Command line, exit code, and the schema of what it prints, one after the other on one pipeline.
const COMMANDS: &[(&str, i32, &str)] = &[
    ("aws-acceptance --local --dry-run", 0, "acceptance"),
    ("init -f started.yaml", 0, "init"),
    ("validate", 0, "validate"),
    ("check", 0, "check"),
    ("check --peak 1M --strict", 4, "check"),
    ("schema --list", 0, "schemas"),
    ("completions zsh", 0, "completions"),
    ("version", 0, "version"),
    ("client --ts", 0, "client"),
    ("iam-policy --local", 0, "iam-policy"),
    ("iam-policy --local --for all --with-trust github:a/b:prod", 0, "iam-policy"),
    ("cost-estimate", 0, "cost"),
    ("cost-estimate --region af-south-1 --budget 0.01", 4, "cost"),
    ("cost-estimate --currency EUR --rate 0.9 --discount 10% --free-tier --compare all", 0, "cost"),
    ("cost-estimate --scale 1M,1B", 0, "cost-series"),
    ("cost-estimate --months 3", 0, "cost-series"),
    ("cost-estimate --shapes", 0, "cost-shapes"),
    ("cost-estimate --compare edited.yaml", 0, "cost-difference"),
    ("explain lambda.function.track", 0, "explain"),
    ("explain s3.bucket.nope", 3, "error"),
    ("graph", 0, "graph"),
    ("graph --resources --costs", 0, "graph"),
    ("plan --local", 0, "plan"),
    ("output --local", 1, "error"),
    ("apply --local", 4, "apply"),
    ("apply --local --yes", 0, "apply"),
    ("plan --local -f edited.yaml", 0, "plan"),
    ("plan --local --drift-only", 0, "plan"),
    ("plan --local --destroy", 0, "plan"),
    ("output --local --show-secrets", 0, "output"),
    ("output --local --snippet curl", 0, "output-snippet"),
    ("output --local --snippet go --show-secrets", 0, "output-snippet"),
    ("output --local --api-key web", 0, "output-key"),
    ("send --local --events 5", 0, "send"),
    ("graph --live --costs --local", 0, "graph"),
    ("list --local", 0, "list"),
    ("logs --local track", 0, "logs"),
    ("local tick 1h", 0, "local-tick"),
    ("status --local", 0, "status"),
    ("events --local", 0, "events"),
    ("events fields --local", 0, "events"),
    ("events replay --local --from json --between 2026-11-25 2100-01-01 --dry-run", 0, "events-replay"),
    ("query --local SHOW\u{a0}TABLES", 0, "query"),
    ("query --local SELECT\u{a0}nonsense", 1, "error"),
    ("report --local --out report.html", 1, "report"),
    ("connect grafana --local", 0, "connect"),
    ("run --local mover", 0, "run"),
    ("unlock --local --yes", 0, "unlock"),
    ("adopt --local --stream none", 4, "error"),
    ("bill --local", 1, "error"),
    ("bill --local --activate-tags", 0, "bill-tags"),
    ("build --lambda-dir x --out started.yaml", 1, "error"),
    ("prices update --local", 3, "error"),
    ("events assert --local event=a", 1, "error"),
    ("plan --no-such-option", 3, "error"),
    ("ui --local --port no", 3, "error"),
    ("destroy --local --yes --allow-data-loss s3.bucket.data", 0, "apply"),
];

/// What other tests have, since it takes more than a command: a stack of somebody else's, a month, AWS's price list.
const ELSEWHERE: [&str; 3] = ["adopt", "bill", "prices"];

fn words(line: &str) -> Vec<String> {
    // A space that is not one keeps a statement together.
    line.split(' ').map(|word| word.replace('\u{a0}', " ")).collect()
}

#[test]
fn each_command_prints_what_its_schema_says() {
    let place = Place::example("minimal");
    place.write(&format!("{}ingest: {{ api_keys: [web] }}\n", place.yaml()));
    std::fs::write(place.path().join("edited.yaml"), format!("{}\ntags: {{ team: growth }}\n", place.yaml())).unwrap();
    let mut documents = vec![];
    for (line, code, schema) in COMMANDS {
        let ran = Ran::new(&place.command().args(words(line)).arg("--json").output().unwrap());
        assert_eq!(ran.exit, *code, "{line}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(&format!("\"pipectl-{schema}/")), "{line}: {}", ran.stdout);
        documents.push(((*line).to_owned(), ran.stdout));
    }
    documents.extend(going_on());
    documents.extend(built());
    let used = valid(&documents);
    let all: BTreeSet<_> = published().into_iter().filter(|name| !ELSEWHERE.contains(&name.as_str())).collect();
    let unused = all.iter().filter(|name| !used.iter().any(|id| id.starts_with(&format!("pipectl-{name}/"))));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<&String>::new());
}

/// By a compiler that takes no time. What the real one makes is held against the same schema where it runs
/// (`artifacts.rs`).
fn built() -> [(String, String); 2] {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::example("minimal");
    let tools = place.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let cargo = "#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in\n--bin) bin=$2 ;;\n--lambda-dir) to=$2 ;;\nesac; shift; \
                 done\n[ -n \"$bin\" ] || exit 0\nmkdir -p \"$to/$bin\"\necho built > \"$to/$bin/bootstrap\"\n";
    std::fs::write(tools.join("cargo"), cargo).unwrap();
    std::fs::set_permissions(tools.join("cargo"), std::fs::Permissions::from_mode(0o755)).unwrap();
    ["build --out zips", "build --out zips --architecture arm64,x86_64"].map(|line| {
        let mut command = place.command();
        command.args(line.split(' ')).arg("--json").env("XDG_CACHE_HOME", place.path().join("cache"));
        command.env("PATH", format!("{}:{}", tools.display(), std::env::var("PATH").unwrap()));
        let ran = Ran::new(&command.output().unwrap()).exits(0);
        assert!(ran.stdout.contains("\"pipectl-build/"), "{}", ran.stdout);
        (line.to_owned(), ran.stdout)
    })
}

/// Of what goes on by itself, beside a Local AWS that is served.
fn going_on() -> Vec<(String, String)> {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let mut serving = place.command();
    serving.args(["local", "--port", "0", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let server = place.serve_as(&mut serving);
    place.send(r#"{"event":"a"}"#);
    let run =
        |line: &str| (line.to_owned(), place.run(&words(line).iter().map(String::as_str).collect::<Vec<_>>()).stdout);
    let mut told = vec![
        run("events follow --local --json --events 1"),
        run("events assert --local --json event=a --since 1h"),
        run("events assert --local --json event=b --within 1s"),
    ];
    told.push(("status --watch".to_owned(), interrupted(&place, &["status", "--local", "--watch", "1", "--json"])));
    told.push(("logs --follow".to_owned(), interrupted(&place, &["logs", "track", "--local", "--follow", "--json"])));
    drop(server);
    told.push(("ui".to_owned(), interrupted(&place, &["ui", "--local", "--json"])));
    told.push(("local".to_owned(), interrupted(&place, &["local", "--port", "0", "--json"])));
    told
}

/// What it had printed when somebody ended it, and then.
fn interrupted(place: &Place, arguments: &[&str]) -> String {
    let mut command = place.command();
    let child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(4));
    // On a machine with much to do it may not listen to signals by then.
    let listens = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).map(str::trim);
        caught.is_none_or(|caught| u64::from_str_radix(caught, 16).unwrap() & 0b10 != 0)
    };
    (0..120).take_while(|_| !listens()).for_each(|_| std::thread::sleep(Duration::from_millis(500)));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(text.lines().last().is_some_and(|line| line.contains("\"summary\"")), "{arguments:?}: {text}");
    text
}

#[test]
fn no_command_is_without_a_schema() {
    let help = Place::example("minimal").run(&["help"]).exits(0).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\nOptions").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()) {
        assert!(COMMANDS.iter().any(|(line, ..)| line.split(' ').next() == Some(name)), "{name} is not in the table");
    }
}
