//! Policies for pipectl itself: each command does its work under exactly its own, and needs all of it.

pub(crate) mod caller;
mod removal;
mod scene;

use crate::support::{Place, root, sampled, turn};
use scene::{Played, SCENES, Scene};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Statements' actions that commands go on without, and tell or do less: docs/iam-policy.md says what.
const OPTIONAL: &[(&str, &str)] = &[
    ("Bucket", "s3:TagResource"),
    // Of a destroy.
    ("Bucket", "s3:CreateBucket"),
    ("Anything", "lambda:GetAccountSettings"),
    ("Workgroup", "athena:StopQueryExecution"),
    ("ApiRestapisInOurs", "apigateway:PUT"),
    ("Anything", "ce:ListCostAllocationTags"),
    ("Anything", "cloudtrail:LookupEvents"),
    ("Anything", "cloudwatch:GetMetricData"),
    ("Crawlers", "glue:ListCrawls"),
    // Of a status, which knocks without the key.
    ("ApiApikeysInOurs", "apigateway:GET"),
    ("Logs", "logs:FilterLogEvents"),
    ("WorkOfJob", "glue:GetJobRuns"),
    ("Anything", "servicequotas:GetServiceQuota"),
    ("Anything", "servicequotas:GetAWSDefaultServiceQuota"),
    ("Mover", "lambda:GetFunctionConcurrency"),
    ("Job", "glue:GetJobRuns"),
    ("Workgroup", "athena:BatchGetQueryExecution"),
    ("Workgroup", "athena:ListQueryExecutions"),
];

fn is_optional(sid: &str, action: &str) -> bool {
    OPTIONAL.contains(&(sid, action))
}

/// Local AWS has no price list to ask.
const UNPROVEN: &[&str] = &["pricing:GetProducts"];

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
    left.retain(|document| !document["Statement"].as_array().unwrap().is_empty());
    left
}

fn covers(statement: &Value, resource: &str) -> bool {
    statement["Resource"].as_array().unwrap().iter().any(|pattern| like(pattern.as_str().unwrap(), resource))
}

/// Nothing that a command asked for under its policy was denied, and there is nothing in the policy that none of its
/// scenes has asked for.
#[test]
#[ignore = "two minutes: `.ci/run` runs it"]
fn each_command_works_under_its_policy_and_asks_for_all_of_it() {
    let played = played(SCENES.iter().collect());
    let wrong: Vec<_> = played.iter().filter_map(|(_, played)| played.wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let mut left = BTreeSet::new();
    let mut used = BTreeSet::new();
    for (purpose, example) in scene::policies() {
        let of_it = || played.iter().filter(|(scene, _)| scene.is_of(purpose, example)).map(|(_, played)| played);
        let asked: Vec<_> = of_it().flat_map(|played| &played.asked).collect();
        for (action, statement) in allowed(&of_it().next().unwrap().policy) {
            let is_it =
                |asked: &(String, String)| asked.0.eq_ignore_ascii_case(&action) && covers(&statement, &asked.1);
            let row = (purpose, statement["Sid"].as_str().unwrap().to_owned(), action.clone());
            match asked.iter().any(|asked| is_it(asked)) {
                true => used.insert(row),
                false => left.insert(row),
            };
        }
    }
    // What a kind needs is the same in every pipeline that has it.
    let unused: Vec<_> = left
        .difference(&used)
        .filter(|(_, sid, action)| !is_optional(sid, action) && !UNPROVEN.contains(&action.as_str()))
        .collect();
    let unused: Vec<_> =
        unused.into_iter().map(|(purpose, sid, action)| format!("{purpose}: {sid} {action}")).collect();
    println!("{} allowed actions, asked for in {} scenes", used.len(), SCENES.len());
    assert!(unused.is_empty(), "{} are allowed and never asked for:\n{}", unused.len(), unused.join("\n"));
}

/// Some of them, others each day.
#[test]
fn commands_work_under_their_policies() {
    let played = played(sampled(SCENES, 5));
    let wrong: Vec<_> = played.iter().filter_map(|(_, played)| played.wrong.clone()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Scenes, some at a time.
fn played(scenes: Vec<&'static Scene>) -> Vec<(&'static Scene, Played)> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(scene) = scenes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = scene.play();
                    done.lock().unwrap().push((*scene, played));
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// Some of them, others each day.
#[test]
fn a_plan_fails_without_any_one_of_its_actions() {
    let turn = turn();
    let scene = SCENES.iter().filter(|scene| scene.is_of("plan", "clickstream")).nth(1).unwrap();
    let (caller, documents) = scene.prepared();
    let needed: Vec<_> = allowed(&documents)
        .into_iter()
        .filter(|(action, one)| !is_optional(one["Sid"].as_str().unwrap(), action))
        .collect();
    for index in 0..4 {
        let (action, statement) = &needed[(turn * 4 + index) % needed.len()];
        caller.may_only(&without(&documents, &statement["Sid"], action));
        let ran = caller.run(scene.command);
        assert_eq!(ran.exit, 1, "turn {turn}: without {action} of {}: {}", statement["Sid"], ran.stdout);
    }
    caller.may_only(&documents);
    caller.run(scene.command).exits(0);
}

/// `GetFunction` answers without the tags then, and a function of ours would look like somebody else's.
#[test]
fn a_function_whose_tags_may_not_be_seen_is_not_called_somebody_else_s() {
    let scene = SCENES.iter().filter(|scene| scene.is_of("plan", "clickstream")).nth(1).unwrap();
    let (caller, documents) = scene.prepared();
    caller.may_only(&without(&documents, &"Functions".into(), "lambda:ListTags"));
    let ran = caller.run(scene.command).exits(1).says("is not authorized to perform: lambda:ListTags on resource: ");
    assert!(!ran.stdout.contains("not made by pipectl"), "{}", ran.stdout);
}

/// With all rights of one stage, nothing of the other one can be read or changed.
#[test]
fn a_policy_of_one_stage_opens_nothing_of_another() {
    let place = Place::example("clickstream");
    place.write_zips();
    place.run(&["apply", "--yes", "--local", "--lambda-dir", "."]).exits(0);
    let policy = documents(&place, &["--for", "all"]);
    // Of the same file, whose names begin alike.
    place.edit(&[("database: clickstream", "database: clickstream_prod2")]);
    place.run(&["apply", "--yes", "--local", "--lambda-dir", ".", "--stage", "prod2"]).exits(0);
    let caller = caller::Caller::at(place);
    caller.may(&policy);
    let told = caller.tries_another("clickstream", "prod2");
    let (last, let_in) = told.trim().rsplit_once('\n').map_or((told.trim(), ""), |(let_in, last)| (last, let_in));
    assert_eq!(let_in, "");
    let tried: usize = last.strip_prefix("tried ").unwrap().parse().unwrap();
    assert!(tried > 50, "{tried}");
}

/// What is missing is told, and nobody is asked who need not be.
#[test]
fn account_and_region_come_from_the_file_options_or_aws() {
    let place = Place::example("minimal");
    let alone = |arguments: &[&str]| place.run(&[&["iam-policy"], arguments].concat());
    alone(&[]).exits(3).says("give `--account ID` and `--region REGION`");
    alone(&["--account", "12", "--region", "us-east-1"]).exits(3).says("an account id is twelve digits");
    alone(&["--account", "123456789012", "--region", "cn-north-1"]).exits(0).says("arn:aws-cn:iam::123456789012:role");
    alone(&["--local"]).exits(0).says("arn:aws:iam::000000000000:role");
    place.write(&format!("{}\naccount: {{ dev: '123456789012' }}\nregion: eu-west-1\n", place.yaml()));
    alone(&[]).exits(0).says("arn:aws:lambda:eu-west-1:123456789012:function:minimal-dev-track");
    alone(&["--account", "210987654321"]).exits(3).says("the file says account 123456789012");
}

/// The same documents, in what Terraform and CloudFormation take; a trust comes with a role and its provider.
#[test]
fn every_format_has_the_same_documents() {
    let place = Place::example("clickstream");
    let documents = documents(&place, &["--for", "all"]);
    assert!(documents.len() > 1);
    let print = |more: &[&str]| {
        let fixed = ["iam-policy", "--for", "all", "--account", caller::ACCOUNT, "--region", "us-east-1"];
        place.run(&[&fixed[..], &["--with-trust", "github:org/repo:prod"], more].concat()).exits(0).stdout
    };
    let json: Value = serde_json::from_str(&print(&[])).unwrap();
    assert_eq!(json["policies"].as_array().unwrap(), &documents);
    let template: Value = serde_json::from_str(&print(&["--format", "cloudformation"])).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    for (index, document) in documents.iter().enumerate() {
        assert_eq!(&resources[&format!("Policy{}", index + 1)]["Properties"]["PolicyDocument"], document);
    }
    let role = &resources["Role"]["Properties"];
    assert_eq!(role["AssumeRolePolicyDocument"], json["trust"]);
    assert_eq!(role["ManagedPolicyArns"].as_array().unwrap().len(), documents.len());
    let terraform = print(&["--format", "terraform"]);
    for resource in
        ["aws_iam_role", "aws_iam_openid_connect_provider", "aws_iam_policy", "aws_iam_role_policy_attachment"]
    {
        assert!(terraform.contains(&format!("resource \"{resource}\" ")), "{terraform}");
    }
    for sid in documents.iter().flat_map(|one| one["Statement"].as_array().unwrap()).map(|one| &one["Sid"]) {
        assert!(terraform.contains(&format!("\"Sid\": {sid}")), "{sid}");
    }
    let refused = place.run(&["iam-policy", "--with-trust", "github:org/*", "--account", caller::ACCOUNT]).exits(3);
    refused.says("with a wildcard, jobs that nobody here has read would be let in");
    let first = self::documents(&place, &["--for", "all", "--part", "1"]);
    assert_eq!(first[0], documents[0]);
}

/// Who looks for the policy of a command finds it, or that it needs none.
#[test]
fn every_command_that_asks_aws_has_a_policy() {
    const NEEDS_NONE: &[&str] = &[
        "init",
        "validate",
        "schema",
        "client",
        "connect",
        "explain",
        "iam-policy",
        "build",
        "completions",
        "local",
        "help",
        "version",
    ];
    let page = std::fs::read_to_string(root().join("docs/iam-policy.md")).unwrap();
    let table = page.split("| `--for` |").nth(1).unwrap().split("\n\n").next().unwrap();
    for name in crate::support::commands().iter().filter(|name| !NEEDS_NONE.contains(&name.as_str())) {
        let named = [format!("`{name}`"), format!("`{name} ")].iter().any(|text| table.contains(text));
        assert!(named, "`{name}` is not in the table of docs/iam-policy.md");
    }
}
