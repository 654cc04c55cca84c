use super::call::When;
use super::*;
use crate::blueprint::{self, Functions};
use crate::resources;
use std::path::{Path, PathBuf};

fn pipeline(example: &str) -> Pipeline {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).join("pipeline.yaml");
    let none = |_: &str| None;
    let overrides = crate::config::Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &none };
    crate::config::load(&file, &overrides).unwrap().resolve("123456789012", "us-east-1")
}

fn documents(example: &str, purpose: Purpose) -> Vec<Document> {
    let (pipeline, functions) = (pipeline(example), Functions::without_code());
    let names = Names {
        account: "123456789012".into(),
        ..Names::without_account(&pipeline.name, &pipeline.stage, "us-east-1")
    };
    let graph = blueprint::graph(&pipeline, &names, &functions);
    Document::of(&names, &grants(&pipeline, &names, &graph, &[purpose]))
}

/// Whoever adds a kind says here which calls it makes.
#[test]
fn every_kind_has_its_calls() {
    let kinds: Vec<_> = resources::KINDS.iter().map(|kind| kind.name).collect();
    let ours: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let sorted = |mut all: Vec<&'static str>| {
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(ours), sorted(kinds));
}

fn sources_of(files: &[PathBuf]) -> impl Iterator<Item = String> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
    let without_tests = |text: String| text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    let sources = files.iter().filter(|file| file.is_file() && !file.ends_with("tests.rs"));
    sources.map(move |file| without_tests(read(file)))
}

/// The source of a kind: a file, or all of a folder.
fn source(kind: &str) -> String {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources");
    let named = format!("const KIND: &'static str = \"{kind}\";");
    for entry in std::fs::read_dir(room).unwrap() {
        let path = entry.unwrap().path();
        let files = match path.is_dir() {
            true => std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect(),
            false => vec![path.clone()],
        };
        let text: String = sources_of(&files).collect();
        // Of a folder in which several kinds are, the file of this one.
        if text.matches("const KIND: &'static str").count() > 1 && text.contains(&named) {
            return sources_of(&files).find(|text| text.contains(&named)).unwrap();
        }
        if text.contains(&named) {
            return text;
        }
    }
    panic!("no source has {named}");
}

/// What a source calls by `read`, `write`, `call`, `pages` and the like: the first of their arguments.
fn called(source: &str) -> BTreeSet<String> {
    let names = [
        "read(",
        "write(",
        "call(",
        "pages(",
        "whole(",
        "whole_pages(",
        "until(",
        "Asked::get(",
        "Asked::post(",
        "Asked::put(",
        "Asked::delete(",
        "describe: ",
        "list: ",
        "permissions: ",
        "permit: ",
    ];
    let mut found = BTreeSet::new();
    for name in names {
        for (at, _) in source.match_indices(name) {
            let rest = source[at + name.len()..].trim_start();
            let literal = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
            found.extend(literal.filter(|text| text.contains(':')).map(str::to_owned));
        }
    }
    found
}

/// Of files that several kinds share.
const SHARED: &[(&str, &[&str])] = &[
    ("glue.", &["glue_tags.rs"]),
    ("apigateway.", &["apigateway.rs"]),
    ("lambda.function", &["function_settle.rs", "obstacles.rs"]),
    ("quicksight.", &["quicksight/asset.rs", "quicksight/principals.rs"]),
];

#[test]
fn every_call_that_a_kind_makes_is_in_its_table() {
    for (kind, calls) in KINDS {
        let shared = SHARED.iter().filter(|(kinds, _)| kind.starts_with(kinds)).flat_map(|(_, files)| *files);
        let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources");
        let shared: String = shared.map(|file| std::fs::read_to_string(room.join(file)).unwrap()).collect();
        let known: BTreeSet<_> = calls.iter().map(|call| call.operation.to_owned()).collect();
        let of_its_own = called(&source(kind));
        let missing: Vec<_> = of_its_own.difference(&known).collect();
        assert!(missing.is_empty(), "{kind} calls {missing:?}, which src/permissions does not know");
        let whole = source(kind) + &shared;
        let unused: Vec<_> = known.iter().filter(|operation| !whole.contains(&format!("\"{operation}\""))).collect();
        assert!(unused.is_empty(), "{kind} does not call {unused:?}");
    }
}

#[test]
fn a_plan_changes_nothing() {
    let verbs = ["Get", "List", "Describe", "BatchGet", "GET", "Lookup", "View"];
    for example in ["clickstream", "lean", "dashboard"] {
        for document in documents(example, Purpose::Plan) {
            for statement in document.0["Statement"].as_array().unwrap() {
                for action in statement["Action"].as_array().unwrap() {
                    let name = action.as_str().unwrap().split(':').nth(1).unwrap();
                    assert!(verbs.iter().any(|verb| name.starts_with(verb)), "{action}");
                }
            }
        }
    }
}

#[test]
fn every_document_fits_and_has_names_of_its_own() {
    for example in ["clickstream", "lean", "dashboard"] {
        for purpose in Purpose::ALL {
            let documents = documents(example, purpose);
            let mut names = BTreeSet::new();
            for document in &documents {
                assert!(document.len() <= document::LONGEST);
                let statements = document.0["Statement"].as_array().unwrap();
                assert!(statements.iter().all(|one| names.insert(one["Sid"].as_str().unwrap().to_owned())));
            }
            assert!(!documents.is_empty(), "{example} {purpose:?}");
        }
    }
}

#[test]
fn what_is_seldom_called_is_in_no_policy() {
    let seldom = KINDS.iter().flat_map(|(kind, calls)| calls.iter().map(move |call| (kind, call)));
    for (kind, call) in seldom.filter(|(_, call)| call.when == When::Seldom) {
        assert!(Purpose::ALL.iter().all(|purpose| !purpose.has(kind, call)), "{}", call.operation);
    }
}

#[test]
fn a_trust_that_would_let_everybody_in_is_refused() {
    let refused = [
        ("github", "without a repository"),
        ("github:", "without a repository"),
        ("github:*", "with a wildcard"),
        ("github:org", "a whole organisation"),
        ("github:org/", "a whole organisation"),
        ("github:org/*", "with a wildcard"),
        ("github:*/repo", "with a wildcard"),
        ("github:org/repo:*", "with a wildcard"),
        ("github:org/repo:", "what is behind the repository"),
        ("github:org/repo:prod:x", "what is behind the repository"),
        ("github:org/repo/more", "a whole organisation"),
        ("gitlab:group", "a whole organisation"),
        ("gitlab:group/*", "with a wildcard"),
        ("gitlab:group/pro?ect", "with a wildcard"),
        ("bitbucket:a/b", "it is neither GitHub's nor GitLab's"),
        ("", "it is neither GitHub's nor GitLab's"),
    ];
    for (text, why) in refused {
        let told = text.parse::<Trust>().unwrap_err();
        assert!(told.starts_with(why), "{text}: {told}");
    }
}

#[test]
fn a_trust_names_one_repository_and_its_audience() {
    let names = Names { account: "123456789012".into(), ..Names::without_account("a", "b", "us-east-1") };
    let condition = |text: &str| {
        let trust = text.parse::<Trust>().unwrap();
        assert_eq!(trust.to_string(), text);
        trust.document(&names)["Statement"][0]["Condition"].to_string()
    };
    let github = "\"token.actions.githubusercontent.com:aud\":\"sts.amazonaws.com\"";
    let sub = "\"token.actions.githubusercontent.com:sub\":\"repo:org/repo:";
    let equal = |end: &str| format!("{{\"StringEquals\":{{{github},{sub}{end}\"}}}}");
    assert_eq!(condition("github:org/repo:prod"), equal("environment:prod"));
    assert_eq!(condition("github:org/repo:pull_request"), equal("pull_request"));
    assert_eq!(condition("github:org/repo"), format!("{{\"StringEquals\":{{{github}}},\"StringLike\":{{{sub}*\"}}}}"));
    assert!(condition("github:org@12/repo@34:prod").contains("repo:org@12/repo@34:environment:prod"));
    let gitlab = condition("gitlab:group/sub/project:main");
    assert!(gitlab.contains("\"project_path:group/sub/project:ref_type:branch:ref:main\""), "{gitlab}");
    assert!(gitlab.contains("\"gitlab.com:aud\":\"sts.amazonaws.com\""), "{gitlab}");
}

/// What is allowed though a command goes on without it, the page says, and what is missing then.
#[test]
fn the_page_tells_what_can_be_done_without() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/iam-policy.md");
    let page = std::fs::read_to_string(page).unwrap();
    let beside = Purpose::ALL.iter().flat_map(|purpose| purpose.beside());
    let all = KINDS.iter().flat_map(|(_, calls)| calls.iter()).chain(beside);
    let told: BTreeSet<_> = all.filter_map(|call| Some((call.action, call.optional?))).collect();
    for (action, less) in told {
        let row = format!("| `{action}` | {less} |");
        assert!(page.contains(&row), "docs/iam-policy.md has not: {row}");
    }
}
