//! Breaks every rule of AWS's models once, in a request that keeps all others, and asks that Local AWS refuses it as
//! AWS does: code, status, words, and nothing is stored.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

#[path = "models/breaking.rs"]
mod breaking;
#[path = "../src/model/pattern.rs"]
mod pattern;
#[path = "models/requests.rs"]
mod requests;

use breaking::{Break, Model, Rule};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use pipectl_local::{LocalAws, Options};
use redb::{ReadableDatabase as _, ReadableTable as _};
use requests::{Protocol, Service};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What Local AWS is asked for. S3 is not among them: `s3s` reads its requests by a model of its own. AWS's has for the 58
/// operations served 119 required members, nearly all of them parts of the path, 84 enumerations, 20 lengths of keys of at
/// least 1, and 3 rules of other members.
const SERVICES: &[Service] = &[
    Service { name: "apigateway", protocol: Protocol::Rest, code: "ValidationException", under_operation: true },
    Service { name: "athena", protocol: Protocol::Json, code: "InvalidRequestException", under_operation: false },
    Service { name: "cloudtrail", protocol: Protocol::Json, code: "ValidationException", under_operation: false },
    Service { name: "firehose", protocol: Protocol::Json, code: "ValidationException", under_operation: false },
    Service { name: "glue", protocol: Protocol::Json, code: "ValidationException", under_operation: false },
    Service { name: "iam", protocol: Protocol::Query, code: "ValidationError", under_operation: false },
    Service { name: "lambda", protocol: Protocol::Rest, code: "ValidationException", under_operation: false },
    Service { name: "logs", protocol: Protocol::Json, code: "InvalidParameterException", under_operation: false },
    Service { name: "quicksight", protocol: Protocol::Rest, code: "ValidationException", under_operation: false },
    Service { name: "sts", protocol: Protocol::Query, code: "ValidationError", under_operation: false },
    Service { name: "tagging", protocol: Protocol::Json, code: "InvalidParameterException", under_operation: false },
];

/// What is not refused as the model says, and why: service, end of the member's path, rule.
const EXCEPTIONS: &[(&str, &str, Rule, &str)] = &[
    ("firehose", ".clusterJDBCURL", Rule::Pattern, "looks behind in the middle, and Redshift is no destination here"),
    ("iam", "policyExclusionList", Rule::Maximum, "are as many of nothing, for which a form has no words"),
    ("quicksight", "tagKeys", Rule::Minimum, "are as many of nothing, for which a query has no words"),
    ("sts", "providedContexts", Rule::Maximum, "are as many of nothing, for which a form has no words"),
];

/// Of a hundred requests that break a rule, this many are to be refused as AWS refuses them.
const GOAL: f64 = 98.0;

struct Aws {
    aws: LocalAws,
    directory: tempfile::TempDir,
}

impl Aws {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { aws: LocalAws::open(directory.path(), Options::default()).unwrap(), directory }
    }

    /// The status, and the answer as text with the error's code.
    async fn ask(&self, request: http::Request<Bytes>) -> (u16, String) {
        let answer = self.aws.respond(request.map(Full::new)).await;
        let status = answer.status().as_u16();
        let code = answer.headers().get("x-amzn-errortype").map(|code| code.to_str().unwrap().to_owned());
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, format!("{} {}", code.unwrap_or_default(), String::from_utf8_lossy(&body)))
    }

    /// Everything that is stored, read from a copy of the database.
    fn stored(&self) -> BTreeMap<String, Vec<u8>> {
        let copy = self.directory.path().join("copy.redb");
        std::fs::copy(self.directory.path().join("state.redb"), &copy).unwrap();
        let database = redb::Database::open(&copy).unwrap();
        let table = redb::TableDefinition::<&str, &[u8]>::new("documents");
        let table = database.begin_read().unwrap().open_table(table).unwrap();
        let all = table.iter().unwrap().map(|entry| entry.unwrap());
        all.map(|(key, value)| (key.value().to_owned(), value.value().to_vec())).collect()
    }
}

/// Requests that keep every rule are not refused by the model.
#[tokio::test]
async fn what_keeps_the_rules_is_let_in() {
    let aws = Aws::new();
    for service in SERVICES {
        let model = Model::read(service.name);
        for operation in model.operations() {
            let input = model.sample(&model.input(operation));
            let (status, answer) = aws.ask(service.request(&model, operation, &input)).await;
            let refused = ["failed to satisfy", "SerializationException", "MalformedInput", "UnknownOperation"];
            // Some services ask for more than their models say.
            let is_refused = refused.iter().any(|words| answer.contains(words)) && !answer.contains("Value null at");
            assert!(!is_refused && status != 500, "{operation} {input}: {status} {answer}");
        }
    }
}

/// Refused and all requests that break a rule, by service and rule.
type Count = BTreeMap<(&'static str, Rule), (usize, usize)>;

#[tokio::test]
async fn what_breaks_a_rule_is_refused_as_aws_refuses_it() {
    let (mut count, mut wrong, mut used) = (Count::new(), String::new(), vec![]);
    for service in SERVICES {
        let aws = Aws::new();
        let model = Model::read(service.name);
        for operation in model.operations() {
            for broken in model.breaks(operation, |location, broken| service.can_say(location, broken)) {
                let request = service.request(&model, operation, &broken.input);
                let (status, answer) = aws.ask(request).await;
                let is_refused = status == 400 && service.refuses(operation, &broken, &answer);
                let (refused, all) = count.entry((service.name, broken.rule)).or_default();
                *all += 1;
                *refused += usize::from(is_refused);
                match EXCEPTIONS.iter().position(|known| is_exception(known, service, &broken)) {
                    Some(known) if !is_refused => used.push(known),
                    _ if is_refused => {}
                    _ => drop(writeln!(wrong, "{} {operation} {broken}: {status} {answer:.300}", service.name)),
                }
            }
        }
        let mut stored = aws.stored();
        // Whose everything is, from the first start on.
        stored.remove("local\0account");
        // What the service itself has refused is on CloudTrail's record.
        stored.retain(|key, _| !key.starts_with("cloudtrail."));
        assert!(stored.is_empty(), "{} stored {:?}", service.name, stored.keys());
    }
    let share = print(&count);
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(share >= GOAL, "{share:.2} % are refused, of {GOAL} %");
    let unused = (0..EXCEPTIONS.len()).find(|known| !used.contains(known)).map(|known| EXCEPTIONS[known]);
    assert!(unused.is_none(), "is no exception any more: {unused:?}");
}

fn is_exception(known: &(&str, &str, Rule, &str), service: &Service, broken: &Break) -> bool {
    known.0 == service.name && known.2 == broken.rule && broken.path.ends_with(known.1)
}

/// Prints the table, and gives the share of all.
fn print(count: &Count) -> f64 {
    print!("{:<12}", "refused/all");
    Rule::ALL.iter().for_each(|rule| print!("{:>12}", format!("{rule:?}").to_lowercase()));
    println!();
    for service in SERVICES {
        print!("{:<12}", service.name);
        for rule in Rule::ALL {
            let (refused, all) = count.get(&(service.name, rule)).copied().unwrap_or_default();
            print!("{:>12}", if all == 0 { "-".to_owned() } else { format!("{refused}/{all}") });
        }
        println!();
    }
    let (refused, all) = count.values().fold((0, 0), |sum, (refused, all)| (sum.0 + refused, sum.1 + all));
    let share = refused as f64 * 100.0 / all as f64;
    println!("{refused} of {all} requests that break a rule are refused as AWS's models say: {share:.2} %");
    share
}
