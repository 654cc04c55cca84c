//! The tables against AWS's own model, as `local/models/cut.py` cuts it from botocore.

use super::plain::PLAIN;
use super::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tables that are asked for extras.
const TABLES: &[&Answer] = &[
    &GET_FUNCTION,
    &GET_FUNCTION_URL_CONFIG,
    &DESCRIBE_KEY,
    &DESCRIBE_LOG_GROUPS,
    &GET_ROLE,
    &GET_WORK_GROUP,
    &DESCRIBE_DELIVERY_STREAM,
    &DESCRIBE_ALARMS,
    &DESCRIBE_BUDGET,
    &DESCRIBE_RULE,
    &DESCRIBE_DATA_SOURCE,
    &DESCRIBE_DATA_SET,
    &DESCRIBE_ANALYSIS,
    &DESCRIBE_DASHBOARD,
    &DESCRIBE_DASHBOARD_PERMISSIONS,
    &GET_REST_APIS,
    &GET_STAGE,
    &GET_RESOURCES,
    &GET_API_KEYS,
    &GET_USAGE_PLANS,
    &GET_DATABASE,
    &GET_TABLE,
    &GET_CRAWLER,
    &GET_JOB,
    &GET_TRIGGER,
    &GET_BUCKET_VERSIONING,
    &GET_BUCKET_ENCRYPTION,
    &GET_BUCKET_CORS,
    &GET_BUCKET_WEBSITE,
    &GET_BUCKET_REPLICATION,
    &GET_BUCKET_LOGGING,
    &GET_OBJECT_LOCK_CONFIGURATION,
    &GET_BUCKET_NOTIFICATION_CONFIGURATION,
];

fn all() -> impl Iterator<Item = &'static Answer> {
    TABLES.iter().chain(PLAIN).copied()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A service's operations and shapes.
fn model(service: &str) -> Json {
    let text = std::fs::read_to_string(root().join(format!("local/models/{service}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A walk over what an answer may hold.
struct Walk<'a> {
    shapes: &'a Json,
    answer: &'a Answer,
    forgotten: Vec<String>,
    met: BTreeSet<&'static str>,
}

impl Walk<'_> {
    fn row(&self, path: &str) -> Option<&'static str> {
        self.answer.fields.iter().map(|field| field.path).find(|row| *row == path)
    }

    /// `starred` is the path with `*` for the keys of maps: a key that has no row is like any other.
    fn shape(&mut self, name: &str, path: &str, starred: &str) {
        if let Some(row) = self.row(path).or(self.row(starred)) {
            self.met.insert(row);
            return;
        }
        let shape = &self.shapes[name];
        let named = |shape: &Json| shape.as_str().unwrap_or_default().to_owned();
        match shape["type"].as_str().unwrap_or_default() {
            "structure" => {
                for (member, of) in shape["members"].as_object().into_iter().flatten() {
                    let written = of["locationName"].as_str().unwrap_or(member);
                    self.shape(&named(&of["shape"]), &below(path, written), &below(starred, written));
                }
            }
            "list" => {
                // In XML, items have a name within that of the list, unless it is flat.
                let item = shape["item"].as_str().filter(|_| shape["flattened"] != true);
                let within = |path: &str| item.map_or_else(|| path.to_owned(), |item| below(path, item));
                self.shape(&named(&shape["member"]), &within(path), &within(starred));
            }
            "map" if self.answer.fields.iter().any(|field| field.path.starts_with(&below(starred, "*"))) => {
                let keys = self.answer.fields.iter().filter_map(|field| field.path.strip_prefix(&below(path, "")));
                let keys: BTreeSet<_> = keys.filter_map(|rest| rest.split('.').next()).collect();
                for key in keys {
                    self.shape(&named(&shape["value"]), &below(path, key), &below(starred, "*"));
                }
            }
            _ => self.forgotten.push(path.to_owned()),
        }
    }
}

fn below(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}

/// What is wrong with a table, in words.
fn wrong(answer: &Answer) -> Vec<String> {
    let (service, operation) = answer.operation.split_once(':').unwrap();
    let model = model(service);
    let Some(output) = model["operations"][operation]["output"].as_str() else {
        return vec![format!("{}: AWS has no such operation", answer.operation)];
    };
    let mut walk = Walk { shapes: &model["shapes"], answer, forgotten: vec![], met: BTreeSet::new() };
    walk.shape(output, "", "");
    let forgotten = walk.forgotten.iter().map(|path| format!("{}: nobody thought of {path}", answer.operation));
    let paths = answer.fields.iter().map(|field| field.path).filter(|path| !walk.met.contains(path));
    forgotten.chain(paths.map(|path| format!("{}: AWS has no {path}", answer.operation))).collect()
}

#[test]
fn every_member_of_awss_answers_has_its_row_and_every_row_its_member() {
    let wrong: Vec<_> = all().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_member_that_is_new_and_a_row_that_is_old_are_named() {
    const ANSWER: Answer = Answer {
        operation: "lambda:GetPolicy",
        at: "",
        fields: &[managed("Policy", "policy"), ignored("Elsewhere", "it was there once")],
    };
    let told = wrong(&ANSWER);
    assert_eq!(told, ["lambda:GetPolicy: nobody thought of RevisionId", "lambda:GetPolicy: AWS has no Elsewhere"]);
}

#[test]
fn every_row_says_why() {
    for field in all().flat_map(|answer| answer.fields) {
        let words = match field.verdict {
            Verdict::Managed(words) | Verdict::Ignored(words) => words,
            // Of a method, the attribute `routes` says it.
            Verdict::Extra { removal: Removal::Always, .. } => continue,
            Verdict::Extra { meaning, .. } => meaning,
        };
        assert!(!words.is_empty(), "{}", field.path);
    }
}

/// What IAM calls an operation differently from S3's model.
const OTHERWISE: &[(&str, &str)] = &[
    ("s3:GetEncryptionConfiguration", "s3:GetBucketEncryption"),
    ("s3:GetLifecycleConfiguration", "s3:GetBucketLifecycleConfiguration"),
    ("s3:GetBucketPublicAccessBlock", "s3:GetPublicAccessBlock"),
    ("s3:GetBucketNotification", "s3:GetBucketNotificationConfiguration"),
    ("s3:GetBucketCORS", "s3:GetBucketCors"),
    ("s3:GetReplicationConfiguration", "s3:GetBucketReplication"),
    ("s3:GetBucketObjectLockConfiguration", "s3:GetObjectLockConfiguration"),
    ("s3:GetObject", "s3:HeadObject"),
    ("s3:ListBucket", "s3:ListObjectsV2"),
    ("s3:ListBucketVersions", "s3:ListObjectVersions"),
];

/// What is read of AWS, but not of a resource.
const ELSEWHERE: &[&str] = &[
    "s3:ListBucketMultipartUploads",
    "lambda:GetAccountSettings",
    "iam:ListInstanceProfilesForRole",
    "apigateway:GetUsage",
    "glue:GetJobRuns",
];

#[test]
fn every_operation_that_a_kind_is_read_with_has_a_table() {
    let mut without = BTreeSet::new();
    for text in sources(&root().join("src/resources")).iter().map(|file| std::fs::read_to_string(file).unwrap()) {
        let text: String = text.split_whitespace().collect();
        for reader in ["read(\"", "pages(\"", "whole(\"", "whole_pages(\"", "call(\""] {
            for asked in text.split(reader).skip(1).filter_map(|rest| rest.split('"').next()) {
                let asked = OTHERWISE.iter().find(|(iam, _)| *iam == asked).map_or(asked, |(_, api)| *api);
                let reads = asked.split(':').nth(1).is_some_and(|verb| {
                    ["Get", "List", "Describe", "Head", "Batch"].iter().any(|read| verb.starts_with(read))
                });
                if reads && !ELSEWHERE.contains(&asked) && all().all(|answer| answer.operation != asked) {
                    without.insert(asked.to_owned());
                }
            }
        }
    }
    assert!(without.is_empty(), "without a table: {without:?}");
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

fn shown(answer: &Answer, document: Json) -> Vec<String> {
    let extras = answer.extras(&Raw(document));
    extras.iter().map(|extra| format!("{} = {}", extra.name, extra.value)).collect()
}

#[test]
fn what_is_as_usual_is_not_shown_however_aws_writes_it() {
    let usual = json!({"Configuration": {
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": "", "Ipv6AllowedForDualStack": false},
        "TracingConfig": {"Mode": "PassThrough"}, "Layers": null, "KMSKeyArn": "", "EphemeralStorage": {"Size": 512},
    }});
    assert_eq!(shown(&GET_FUNCTION, usual), [""; 0]);
    let text = json!({"Role": {"MaxSessionDuration": "3600"}});
    assert_eq!(shown(&GET_ROLE, text), [""; 0], "XML has numbers as text");
}

#[test]
fn what_somebody_set_is_shown_with_its_place() {
    let set = json!({"Configuration": {"TracingConfig": {"Mode": "Active"}, "Layers": [{"Arn": "a"}, {"Arn": "b"}]}});
    assert_eq!(shown(&GET_FUNCTION, set), ["TracingConfig.Mode = \"Active\"", "Layers.Arn = [\"a\", \"b\"]"]);
    let stage = json!({
        "methodSettings": {"*/*": {"metricsEnabled": false}, "track/POST": {"metricsEnabled": true}},
        "variables": {"token": "hunter2"},
    });
    let told = shown(&GET_STAGE, stage);
    assert_eq!(told, ["methodSettings.*.metricsEnabled = { track/POST: true }", "variables = { token: (sensitive) }"]);
}
