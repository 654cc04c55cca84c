//! Two tools that nobody here wrote look for holes in what an apply makes: Prowler in the settings of everything, parliament
//! in what roles may do. What they find, and why it stays, is a table of `docs/security.md`.

use crate::support::{Place, environment_by, judge_with, root};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A check of Prowler that fails: its severity, and for how many resources.
type Findings = BTreeMap<String, (String, usize)>;

fn python() -> PathBuf {
    // Prowler names clouds without number; what it loads for AWS is a fifth of that, and pinned whole.
    environment_by("screening", "requirements-screening.txt", &["--no-deps"])
}

/// `check severity count`, a line each.
fn read(lines: &str) -> Findings {
    let line = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        (words[0].to_owned(), (words[1].to_owned(), words[2].parse().unwrap()))
    };
    lines.lines().map(line).collect()
}

/// What the page says of a column: rows are `` | `check` | severity | count | ... | why | ``.
fn explained(column: usize) -> Findings {
    let page = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let mut all = Findings::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(cells.last().is_some_and(|why| why.len() > 20), "no reason in {row}");
        match cells[column].parse() {
            Ok(0) | Err(_) => {}
            Ok(count) => drop(all.insert(cells[0].trim_matches('`').to_owned(), (cells[1].to_owned(), count))),
        }
    }
    all
}

fn applied(yaml: &str) -> (Place, crate::support::Server) {
    let place = Place::example("minimal");
    place.write(&format!("{}\n{yaml}\n", place.yaml()));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    (place, server)
}

#[test]
#[ignore = "long: installs Prowler, 400 MB"]
fn prowler_finds_what_the_page_explains_and_nothing_high() {
    let (_place, server) = applied("");
    let found = read(&judge_with(&python(), "prowler_findings.py", &[&server.url]));
    assert_eq!(found, explained(2));
    let high: Vec<_> = found.iter().filter(|(_, (severity, _))| ["high", "critical"].contains(&&**severity)).collect();
    assert!(high.is_empty(), "{high:?}");
}

#[test]
#[ignore = "long: installs Prowler, 400 MB"]
fn what_prowler_finds_in_a_strict_pipeline_is_explained_too() {
    let (_place, server) = applied("security: strict");
    let found = read(&judge_with(&python(), "prowler_findings.py", &[&server.url]));
    assert_eq!(found, explained(3));
}

#[test]
#[ignore = "long: installs parliament, with Prowler"]
fn parliament_finds_nothing_in_what_roles_may_do() {
    // KMS documents the key for each operation on keys; parliament's list of conditions has it for none.
    for (yaml, unknown) in [("", "nothing"), ("security: strict", "Unknown condition kms:ResourceAliases")] {
        let (_place, server) = applied(yaml);
        let found = judge_with(&python(), "parliament_findings.py", &[&server.url]);
        let rest: Vec<_> = found.lines().filter(|line| !line.contains(unknown)).collect();
        assert!(rest.is_empty(), "{yaml}: {rest:?}");
    }
}

/// Two things it finds of pipectl's own policies, which docs/iam-policy.md explains.
#[test]
#[ignore = "long: installs parliament, with Prowler"]
fn parliament_finds_no_mistake_in_the_policies_for_pipectl_itself() {
    for example in ["clickstream", "lean"] {
        let place = Place::example(example);
        for purpose in ["plan", "apply", "destroy", "query", "send", "cost", "all"] {
            let at = ["--account", "123456789012", "--region", "us-east-1"];
            let printed = place.run(&[&["iam-policy", "--for", purpose][..], &at].concat()).exits(0).stdout;
            let file = place.path().join("policy.json");
            std::fs::write(&file, printed).unwrap();
            let found = judge_with(&python(), "parliament_documents.py", &[file.to_str().unwrap()]);
            let explained = |line: &&str| {
                let tags =
                    line.starts_with("RESOURCE_MISMATCH") && !line.contains("workgroup") && line.contains("athena:");
                let guards = line.starts_with("RESOURCE_POLICY_PRIVILEGE_ESCALATION") && line.contains("s3:Put");
                tags || (guards && ["apply", "all"].contains(&purpose))
            };
            let rest: Vec<_> = found.lines().filter(|line| !explained(line)).collect();
            assert!(rest.is_empty(), "{example}, {purpose}: {rest:?}");
        }
    }
}
