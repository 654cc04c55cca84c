//! Files that are right, and what is read from each.

mod broken;
mod refused;
mod shapes;

use super::*;
use crate::chart::{Hint, Type};

fn load_text(source: &str) -> Pipeline {
    let env = |_: &str| None;
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &env };
    read(source, &overrides).unwrap_or_else(|problems| {
        panic!("{}", Problems::new(Path::new("pipeline.yaml"), source, problems));
    })
}

#[test]
fn two_keys_are_enough() {
    let pipeline = load_text("name: clicks\nschema:\n  event: string\n  userid: string\n");
    assert_eq!(pipeline.bucket.name, "clicks-dev-${account}-${region}");
    assert_eq!(
        (pipeline.ingest.path.as_str(), pipeline.ingest.api_keys.as_slice()),
        ("/track", &["client".to_owned()][..])
    );
    assert_eq!(pipeline.catalog.database, "clicks_dev");
    assert_eq!(pipeline.query.queries.len(), 3);
    let without_users = load_text("name: clicks\nschema:\n  event: string\n");
    assert_eq!(without_users.query.queries.len(), 1, "a query of a column that is not there would fail");
    let resolved = pipeline.resolve("123456789012", "us-east-1");
    assert_eq!(resolved.bucket.name, "clicks-dev-123456789012-us-east-1");
    assert!(resolved.query.queries.values().all(|sql| !sql.contains("${")));
}

#[test]
fn every_file_that_we_ship_is_valid() {
    for path in [
        "examples/clickstream/pipeline.yaml",
        "examples/lean/pipeline.yaml",
        "examples/minimal/pipeline.yaml",
        "examples/article-2018/pipeline.yaml",
        "templates/init/pipeline.yaml",
        "templates/init/from_article.yaml",
    ] {
        let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        assert!(!load_text(&source).schema.is_empty(), "{path}");
    }
}

#[test]
fn values_are_read_as_they_are_written() {
    let source = "name: clicks\nstage: prod\nschema: { Event: String, n: 'decimal(10,2)' }\ntags: { team: \"x-${stage}\" }\n\
                  etl: { glue_version: 5.0, timeout: 2 h }\ndelivery: { prefix: raw }\ningest: { throttle: { rate: 30/min } }\n";
    let pipeline = load_text(source);
    assert_eq!(pipeline.tags["team"], "x-prod");
    assert_eq!(pipeline.schema[0].name, "event");
    assert_eq!(pipeline.etl.as_ref().unwrap().glue_version, GlueVersion::V5);
    assert_eq!(pipeline.etl.unwrap().timeout.as_secs(), 7200);
    assert_eq!(pipeline.delivery.prefix, "raw/");
    assert_eq!(pipeline.ingest.throttle.rate.per_second(), 0.5);
}

#[test]
fn the_command_line_overrides_the_file() {
    let env = |_: &str| None;
    let overrides = Overrides {
        name: None,
        stage: Some("ci".into()),
        said_by: "--stage",
        region: Some("eu-west-1".into()),
        env: &env,
    };
    let pipeline = read("name: clicks\nstage: prod\nschema: { event: string }\n", &overrides).unwrap();
    assert_eq!((pipeline.stage.as_str(), pipeline.region.as_deref()), ("ci", Some("eu-west-1")));
    assert_eq!(pipeline.bucket.name, "clicks-ci-${account}-${region}");
}

/// A stage that were not read as it is written would deploy over another one.
#[test]
fn the_stage_may_come_from_the_environment_or_be_a_number() {
    let env = |name: &str| (name == "STAGE").then(|| "prod".to_owned());
    let overrides = Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &env };
    let with = |stage: &str| {
        format!("name: clicks\nstage: {stage}\nschema: {{ event: string }}\ntags: {{ s: '${{stage}}' }}\n")
    };
    let pipeline = read(&with("${env:STAGE}"), &overrides).unwrap();
    assert_eq!((pipeline.stage.as_str(), pipeline.bucket.name.as_str()), ("prod", "clicks-prod-${account}-${region}"));
    assert_eq!(pipeline.tags["s"], "prod");
    assert_eq!(read(&with("1"), &overrides).unwrap().stage, "1");
}

#[test]
fn an_alias_stands_for_what_it_names() {
    let pipeline = load_text(
        "name: clicks\nschema: { true: boolean, 2018: int }\nmover: { function: &f { memory: 256 MB, reserved_concurrency: &n 5 } }\n\
         ingest: { function: { <<: *f, timeout: 3 s, reserved_concurrency: *n } }\n",
    );
    let function = pipeline.ingest.function;
    assert_eq!(
        (function.memory.as_mib(), function.timeout.as_secs(), function.reserved_concurrency),
        (256, 3, Some(5))
    );
    assert_eq!(pipeline.schema.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["true", "2018"]);
}

#[test]
fn files_that_expire_on_the_day_of_the_next_run_are_read_in_time() {
    load_text("name: clicks\nschema: { event: string }\nbucket: { expire: { partitioned: 1 day } }\n");
}

/// Every key of the examples, which show all that there are, is in the schema, and the other way round.
/// As text, as a word and as a group, they are the same queries.
#[test]
fn a_query_is_sql_or_sql_with_a_chart() {
    let of = |queries: &str| {
        load_text(&format!("name: clicks\nschema: {{ event: string }}\nquery: {{ queries: {queries} }}\n")).query
    };
    let plain = of("{ a: SELECT 1 }");
    let word = of("{ a: { sql: SELECT 1, chart: bar } }");
    let group = of("{ a: { chart: { type: line, x: day, y: [n, m], series: event, title: N }, sql: SELECT 1 } }");
    assert!(plain.charts.is_empty());
    assert_eq!((&plain.queries, &plain.queries), (&word.queries, &group.queries));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(word.charts["a"], Hint { kind: Some(Type::Bar), ..Hint::default() });
    let y = vec!["n".to_owned(), "m".to_owned()];
    let all = Hint { kind: Some(Type::Line), x: text("day"), y, series: text("event"), title: text("N") };
    assert_eq!(group.charts["a"], all);
}

#[test]
fn the_json_schema_and_the_examples_know_the_same_keys() {
    fn keys(schema: &serde_json::Value, path: &str, all: &mut Vec<String>) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            if inner["properties"].is_object() { keys(inner, &path, all) } else { all.push(path) }
        }
    }
    let mut described = vec![];
    keys(&json_schema(), "", &mut described);
    let trees = ["clickstream", "lean", "web", "dashboard"].map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{name}/pipeline.yaml"));
        tree::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    });
    let missing: Vec<_> = described.iter().filter(|path| !trees.iter().any(|tree| has(&tree.value, path))).collect();
    // Assumptions are shown by `cost-estimate --explain`, with their values and reasons.
    let missing: Vec<_> = missing.into_iter().filter(|path| !assumed(path)).collect();
    // Region, account and caller are whatever the user's AWS configuration says, and the bucket's name is unique by itself.
    assert_eq!(
        missing,
        [
            "region",
            "account",
            "role_arn",
            "external_id",
            "permissions_boundary",
            "role_path",
            "names",
            "bucket.name",
            "bucket.expire.parquet",
            "bucket.kms_key",
            "usage.athena_scanned_per_month"
        ]
    );
}

fn assumed(path: &str) -> bool {
    path.strip_prefix("usage.").is_some_and(|name| Figure::named(name).is_some())
}

fn has(node: &tree::Node, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let tree::Node::Map(entries) = node else { return false };
    let found = entries.iter().find(|(key, _)| key.value == first);
    found.is_some_and(|(_, inner)| rest.is_empty() || has(&inner.value, rest))
}

fn at_stage(stage: &str, source: &str) -> Pipeline {
    let source = format!("name: clicks\nschema: {{ event: string }}\n{source}");
    let overrides =
        Overrides { name: None, stage: Some(stage.to_owned()), said_by: "--stage", region: None, env: &|_| None };
    read(&source, &overrides).unwrap_or_else(|problems| {
        panic!("{}", Problems::new(Path::new("pipeline.yaml"), &source, problems));
    })
}

#[test]
fn an_account_is_of_all_stages_or_of_each() {
    for source in ["account: 012345678901\n", "account: \"012345678901\"\n", "account: { prod: '012345678901' }\n"] {
        assert_eq!(at_stage("prod", source).account.as_deref(), Some("012345678901"), "{source}");
    }
    // What a variable of another stage says need not be known.
    let each = "account: { prod: '${env:PROD}', dev: '111111111111' }\n";
    assert_eq!(at_stage("dev", each).account.as_deref(), Some("111111111111"));
    assert_eq!(at_stage("ci", each).account, None);
}

#[test]
fn a_role_has_its_external_id() {
    let source = "role_arn: { prod: 'arn:aws:iam::111111111111:role/a/deploy' }\nexternal_id: { prod: x-1 }\n";
    let role = pipeline::AssumedRole {
        arn: "arn:aws:iam::111111111111:role/a/deploy".into(),
        external_id: Some("x-1".into()),
    };
    assert_eq!(at_stage("prod", source).role, Some(role));
    assert_eq!(at_stage("dev", source).role, None);
}
