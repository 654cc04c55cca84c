//! What somebody made by following the article is taken over.

use crate::machine::valid;
use crate::support::{Place, Server, boto3, judge, python, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What the article's stack is called, in the words of a file.
const NAMED: &str = "\
name: analytics
stage: dev
bucket: { name: acme-analytics-data }
names:
  firehose.stream.delivery: acme-events
  s3.notification.mover: exS3-v2--5d41402abc4b2a76b9719d911017c592
  apigateway.rest_api.ingest: dev-serverless-analytics
  apigateway.usage_plan.ingest: serverless-analytics-dev
  apigateway.api_key.client: ClientAPIKey-dev
  glue.crawler.raw: raw_discovery
  glue.crawler.parquet: parquet_discovery
  glue.job.etl: raw_to_parquet
  glue.trigger.etl: hourly_parquet
catalog: { database: acme_analytics, crawlers: { raw: { schedule: hourly }, parquet: { schedule: hourly } } }
etl: { schedule: hourly, bookmark: datasource0, workers: { count: 10 } }
schema: { event: string, userid: string, datetime: timestamp }
";

/// What a file can give a name for, and bucket and database.
const TAKEN: &[&str] = &[
    "apigateway.api_key.client",
    "apigateway.rest_api.ingest",
    "apigateway.usage_plan.ingest",
    "firehose.stream.delivery",
    "glue.crawler.parquet",
    "glue.crawler.raw",
    "glue.database.catalog",
    "glue.job.etl",
    "glue.trigger.etl",
    "s3.bucket.data",
    "s3.notification.mover",
];

fn made(server: &Server, mode: &str) -> Value {
    serde_json::from_str(&judge("article_stack.py", &[&server.url, &server.token(), mode])).unwrap()
}

fn causes(plan: &Value) -> BTreeMap<String, (String, String)> {
    let word = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let steps = plan["steps"].as_array().unwrap().iter();
    steps.map(|step| (word(step, "address"), (word(step, "action"), word(step, "cause")))).collect()
}

fn consent(addresses: &[&str]) -> Vec<String> {
    addresses.iter().flat_map(|address| ["--adopt".to_owned(), (*address).to_owned()]).collect()
}

#[test]
fn what_the_file_names_is_taken_over_under_its_name() {
    let place = Place::new(NAMED);
    let server = place.serve();
    let endpoint = made(&server, "article");
    place.run(&["apply", "--local", "--yes"]).exits(4).says("exists and was not made by pipectl");

    let consent = consent(TAKEN);
    let consent: Vec<_> = consent.iter().map(String::as_str).collect();
    let plan = place.plan(&[&["--local"], &consent[..]].concat());
    for (address, (action, cause)) in causes(&plan) {
        let taken = TAKEN.contains(&address.as_str());
        let expected = if taken { ("update", "adopt") } else { ("create", "missing") };
        assert_eq!((action.as_str(), cause.as_str()), expected, "{address}");
    }
    place.run(&[&["apply", "--local", "--yes"], &consent[..]].concat()).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);

    let output: Value = serde_json::from_str(&place.run(&["output", "--local", "--json"]).exits(0).stdout).unwrap();
    assert!(output.to_string().contains(endpoint["api"].as_str().unwrap()), "another URL: {output}");
    let key = place.run(&["output", "--local", "--api-key", "client"]).exits(0).stdout;
    assert_eq!(key.trim(), endpoint["key"].as_str().unwrap());
    place.run(&["send", "--local", "--events", "3"]).exits(0);
    place.run(&["run", "--local", "all"]).exits(0);
    place.run(&["status", "--local"]).exits(0);
    place.run(&["logs", "--local", "etl"]).exits(0);
}

/// A place without a file, in which somebody followed the article.
fn followed(mode: &str) -> (Place, Server, Value) {
    let place = Place::new("");
    std::fs::remove_file(place.path().join("pipeline.yaml")).unwrap();
    let server = place.serve();
    let endpoint = made(&server, mode);
    (place, server, endpoint)
}

/// Events that clients send whatever happens meanwhile.
struct Clients(Child);

impl Clients {
    fn begin(place: &Place, url: &str, key: &Value) -> Self {
        let script = root().join("tests/judges/keep_sending.py");
        let mut command = Command::new(python());
        command.arg(script).args([url, key.as_str().unwrap()]).arg(place.path().join("stop"));
        Self(command.stdout(Stdio::piped()).spawn().unwrap())
    }

    /// The users of the events that were taken; none may have been refused.
    fn end(self, place: &Place) -> Vec<String> {
        std::fs::write(place.path().join("stop"), "").unwrap();
        let output = self.0.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["refused"], serde_json::json!([]), "there was a moment without the API");
        told["sent"].as_array().unwrap().iter().map(|user| user.as_str().unwrap().to_owned()).collect()
    }
}

fn adopt(place: &Place, more: &[&str]) -> Value {
    let arguments = [&["adopt", "--local", "--region", "us-east-1", "--json"], more].concat();
    serde_json::from_str(&place.run(&arguments).exits(0).stdout).unwrap()
}

fn apply(place: &Place, found: &Value) {
    let consent: Vec<_> = found["adopt"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    place.run(&["apply", "--local", "--yes", "--adopt", &consent.join(",")]).exits(0);
    place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
}

fn makers(found: &Value) -> BTreeMap<String, String> {
    let word = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    found["taken"].as_array().unwrap().iter().map(|one| (word(one, "address"), word(one, "maker"))).collect()
}

fn left(found: &Value) -> String {
    found["left"].to_string()
}

/// By folder, the users of the events that lie in the bucket as JSON.
fn users(server: &Server) -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(&judge("users_in_bucket.py", &[&server.url, "acme-analytics-data"])).unwrap()
}

/// While events come, and with some on every part of their way.
fn taken_over(mode: &str) -> Value {
    let (place, server, endpoint) = followed(mode);
    let [api, stage] = ["api", "stage"].map(|name| endpoint[name].as_str().unwrap());
    let url = format!("{}/restapis/{api}/{stage}/_user_request_/track", server.url);
    let clients = Clients::begin(&place, &url, &endpoint["key"]);
    std::thread::sleep(Duration::from_secs(4));
    place.run(&["local", "tick", "16min"]).exits(0);
    std::thread::sleep(Duration::from_secs(2));

    // What is new takes a while to be known everywhere.
    server.admin().propagation(4.0);
    let found = adopt(&place, &[]);
    for (address, (action, _)) in causes(&found["plan"]) {
        assert!(["create", "update", "no-op"].contains(&action.as_str()), "{address}: {action}");
    }
    apply(&place, &found);
    std::thread::sleep(Duration::from_secs(2));
    let sent = clients.end(&place);
    place.run(&["local", "tick", "16min"]).exits(0);
    place.run(&["run", "--local", "mover"]).exits(0);

    let all = users(&server);
    let there: Vec<_> = all.values().flatten().cloned().collect();
    let once: BTreeSet<_> = there.iter().cloned().collect();
    assert_eq!(once, sent.into_iter().collect(), "{:?}", all.keys());
    assert_eq!(there.len(), once.len(), "events are there twice");
    assert!(all["partitioned_analytics_raw"].len() > 10, "{all:?}");

    let output: Value = serde_json::from_str(&place.run(&["output", "--local", "--json"]).exits(0).stdout).unwrap();
    assert!(output.to_string().contains(&url), "another URL: {output}");
    let key = place.run(&["output", "--local", "--api-key", "ClientAPIKey"]).exits(0).stdout;
    assert_eq!(key.trim(), endpoint["key"].as_str().unwrap());
    found
}

#[test]
fn what_the_article_makes_is_found_and_taken_over_while_events_come() {
    let found = taken_over("article");
    let makers = makers(&found);
    let addresses: BTreeSet<_> = makers.keys().map(|address| address.replace("ClientAPIKey", "client")).collect();
    assert_eq!(addresses, TAKEN.iter().map(|address| (*address).to_owned()).collect());
    assert_eq!(makers["s3.notification.mover"], "serverless-plugin-existing-s3");
    assert!(makers["glue.job.etl"].starts_with("by hand"), "{makers:?}");
    for stays in [
        "role firehose_delivery_role",
        "function serverless-analytics-dev-track",
        "function serverless-analytics-dev-mover",
        "objects below s3://acme-analytics-data/analytics_rawYYYY/",
        "role AWSGlueServiceRole-analytics",
    ] {
        assert!(left(&found).contains(stays), "{stays}: {found:#}");
    }
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_serverless_has_in_a_stack_is_told_and_taken_over_when_asked() {
    let found = taken_over("serverless");
    let makers = makers(&found);
    let stack = "Serverless Framework, stack serverless-analytics-dev";
    assert_eq!(makers["apigateway.rest_api.ingest"], stack);
    assert_eq!(makers["apigateway.usage_plan.ingest"], stack);
    assert!(makers["firehose.stream.delivery"].starts_with("by hand"), "{makers:?}");
    assert!(left(&found).contains(stack), "the old functions are the stack's");
    assert!(found["notes"].to_string().contains("DeletionPolicy: Retain"), "{found:#}");
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_terraform_tells_a_bucket_to_do_stays_and_is_told() {
    let found = taken_over("terraform");
    assert_eq!(makers(&found)["s3.notification.mover"], "Terraform");
    assert!(found["notes"].to_string().contains("aws_s3_bucket_notification"), "{found:#}");
    let extras = found["plan"].to_string();
    assert!(extras.contains("TopicConfiguration"), "the topic is kept: {extras}");
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_is_half_made_is_completed() {
    let (place, server, _) = followed("half");
    boto3(&server, "client('s3').put_object(Bucket='acme-analytics-data', Key='analytics_data/kept', Body=b'x')");
    let found = adopt(&place, &[]);
    valid(&[("adopt".to_owned(), found.to_string())]);
    assert_eq!(makers(&found).keys().collect::<Vec<_>>(), ["firehose.stream.delivery", "s3.bucket.data"]);
    assert!(found["notes"].to_string().contains("complete `schema`"), "{found:#}");
    // It is never written over.
    place.run(&["adopt", "--local"]).exits(4).says("is there already");
    apply(&place, &found);
    place.run(&["send", "--local", "--events", "3"]).exits(0);
    let kept =
        "print(client('s3').get_object(Bucket='acme-analytics-data', Key='analytics_data/kept')['ContentLength'])";
    assert_eq!(boto3(&server, kept).trim(), "1");
    place
        .run(&["adopt", "--local", "--bucket", "none-there", "-o", "-"])
        .exits(1)
        .says("there is no bucket `none-there`");
    boto3(&server, "client('s3').create_bucket(Bucket='a-bucket-alone')");
    place
        .run(&["adopt", "--local", "--bucket", "a-bucket-alone", "-o", "-"])
        .exits(0)
        .says("bucket:\n  name: a-bucket-alone\n");
    // What is pipectl's already is nothing to be found.
    place.run(&["adopt", "--local", "-o", "-"]).exits(1).says("nothing in us-east-1 delivers to a bucket");
}

#[test]
fn what_would_end_something_of_others_is_left_and_named() {
    let (place, server, endpoint) = followed("article");
    let api = endpoint["api"].as_str().unwrap();
    boto3(
        &server,
        &format!(
            "api = client('apigateway')\n\
             root = next(one['id'] for one in api.get_resources(restApiId='{api}')['items'] if one['path'] == '/')\n\
             at = api.create_resource(restApiId='{api}', parentId=root, pathPart='health')['id']\n\
             api.put_method(restApiId='{api}', resourceId=at, httpMethod='GET', authorizationType='NONE')\n\
             api.put_integration(restApiId='{api}', resourceId=at, httpMethod='GET', type='MOCK')\n\
             client('glue').create_trigger(Name='theirs', Type='ON_DEMAND', Actions=[{{'CrawlerName': 'raw_discovery'}}])\n\
             client('firehose').create_delivery_stream(DeliveryStreamName='other', ExtendedS3DestinationConfiguration=dict(\
             RoleARN='arn:aws:iam::000000000000:role/firehose_delivery_role', BucketARN='arn:aws:s3:::acme-analytics-data'))"
        ),
    );
    let found = adopt(&place, &[]);
    let (makers, left) = (makers(&found), left(&found));
    assert!(!makers.keys().any(|address| address.starts_with("apigateway.")), "{makers:?}");
    assert!(left.contains("API dev-serverless-analytics") && left.contains("GET /health"), "{left}");
    assert!(left.contains("trigger theirs"), "{left}");
    // Of two streams the one that a function is told of is meant, unless the user says otherwise.
    let other = adopt(&place, &["--stream", "other", "-o", "other.yaml"]);
    assert!(other["taken"].to_string().contains("other") && !other["taken"].to_string().contains("acme-events"));
}

/// A key that is taken for another would let its clients in, and lock others out.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn what_cannot_be_told_apart_is_left_and_named() {
    for (another, why) in [
        ("create_api_key(name='ClientAPIKey-dev')", "several API keys are called `ClientAPIKey-dev`"),
        ("create_rest_api(name='dev-serverless-analytics')", "another API has the same name"),
        ("create_usage_plan(name='serverless-analytics-dev')", "another usage plan is called"),
    ] {
        let (place, server, _) = followed("article");
        boto3(&server, &format!("client('apigateway').{another}"));
        let found = adopt(&place, &[]);
        assert!(!makers(&found).keys().any(|address| address.starts_with("apigateway.")), "{found:#}");
        assert!(left(&found).contains(why), "{why}: {}", left(&found));
        assert!(left(&found).contains("the API that stays calls it"), "{}", left(&found));
    }
}
