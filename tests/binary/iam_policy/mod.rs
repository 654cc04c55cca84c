//! Policies for pipectl itself: each command does its work under exactly its own, and needs all of it.

mod caller;
mod scene;

use crate::support::Place;
use caller::Caller;
use scene::SCENES;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::SystemTime;

/// Commands go on without these, and tell or do less: docs/iam-policy.md says what.
const OPTIONAL: &[&str] = &["s3:TagResource", "lambda:GetAccountSettings", "athena:StopQueryExecution"];

/// The documents of a policy for the file in a place.
#[track_caller]
pub(crate) fn documents(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let fixed = ["iam-policy", "--account", caller::ACCOUNT, "--region", "us-east-1"];
    let ran = place.run(&[&fixed, arguments].concat()).exits(0);
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    match printed["policies"].as_array() {
        Some(all) => all.clone(),
        None => vec![printed],
    }
}

/// Each action of each statement, with its resources.
fn allowed(documents: &[Value]) -> Vec<(String, Value)> {
    let statements = documents.iter().flat_map(|document| document["Statement"].as_array().unwrap());
    let actions = |statement: &Value| {
        let actions = statement["Action"].as_array().unwrap().clone();
        let statement = statement.clone();
        actions.into_iter().map(move |action| (action.as_str().unwrap().to_owned(), statement.clone()))
    };
    statements.flat_map(actions).collect()
}

/// As IAM compares: `*` is any text.
fn like(pattern: &str, text: &str) -> bool {
    let parts: Vec<_> = pattern.split('*').collect();
    let (first, rest) = parts.split_first().unwrap();
    let Some((last, middle)) = rest.split_last() else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// The documents without one action of one statement.
fn without(documents: &[Value], sid: &Value, action: &str) -> Vec<Value> {
    let mut left = documents.to_vec();
    for document in &mut left {
        let statements = document["Statement"].as_array_mut().unwrap();
        for statement in statements.iter_mut().filter(|statement| statement["Sid"] == *sid) {
            statement["Action"].as_array_mut().unwrap().retain(|one| one != action);
        }
        statements.retain(|statement| !statement["Action"].as_array().unwrap().is_empty());
    }
    left
}

fn covers(statement: &Value, resource: &str) -> bool {
    statement["Resource"].as_array().unwrap().iter().any(|pattern| like(pattern.as_str().unwrap(), resource))
}

/// Nothing that a command asked for under its policy was denied, and there is nothing in the policy that none of its
/// scenes has asked for.
#[test]
fn each_command_works_under_its_policy_and_asks_for_all_of_it() {
    let (mut unused, mut failed): (Vec<String>, Vec<String>) = (vec![], vec![]);
    for (purpose, example) in scene::policies() {
        let scenes: Vec<_> = SCENES.iter().filter(|scene| scene.is_of(purpose, example)).collect();
        let mut used = BTreeSet::new();
        let mut documents = vec![];
        for scene in scenes {
            let (asked, policy, wrong) = scene.play();
            used.extend(asked);
            failed.extend(wrong);
            documents = policy;
        }
        for (action, statement) in allowed(&documents) {
            if purpose == "plan"
                && !used
                    .iter()
                    .any(|(asked, resource)| asked.eq_ignore_ascii_case(&action) && covers(&statement, resource))
            {
                unused.push(format!("{purpose} of {example}: {} {action}", statement["Sid"].as_str().unwrap()));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(unused.is_empty(), "{} are allowed and never asked for:\n{}", unused.len(), unused.join("\n"));
}

/// Some of them, others each day.
#[test]
fn a_plan_fails_without_any_one_of_its_actions() {
    let day = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 86_400;
    let scene = SCENES.iter().filter(|scene| scene.is_of("plan", "clickstream")).nth(1).unwrap();
    let caller = Caller::at(scene.place());
    let documents = documents(&caller.place, &["--for", "plan"]);
    let needed: Vec<_> =
        allowed(&documents).into_iter().filter(|(action, _)| !OPTIONAL.contains(&action.as_str())).collect();
    for index in 0..4 {
        let (action, statement) = &needed[(day as usize * 4 + index) % needed.len()];
        caller.may_only(&without(&documents, &statement["Sid"], action));
        let ran = caller.run(scene.command);
        assert_eq!(ran.exit, 1, "day {day}: without {action} of {}: {}", statement["Sid"], ran.stdout);
    }
    caller.may_only(&documents);
    caller.run(scene.command).exits(0);
}
