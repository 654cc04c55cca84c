//! One event on its way through a live pipeline, and what can be seen of that from outside.

use crate::support::{Place, Ran, Server};
use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tokio::runtime::Runtime;

const BUCKET: &str = "minimal-dev-000000000000-us-east-1";
const GROUPS: [&str; 6] = [
    "/aws/lambda/minimal-dev-track",
    "/aws/lambda/minimal-dev-mover",
    "/aws/kinesisfirehose/minimal-dev",
    "/aws-glue/crawlers",
    "/aws-glue/jobs/output",
    "/aws-glue/jobs/error",
];

/// A pipeline on a Local AWS that is served.
pub(super) struct World {
    place: Place,
    _server: Server,
    endpoint: String,
    api_key: String,
    pub(super) runtime: Runtime,
    pub(super) iam: aws_sdk_iam::Client,
    lambda: aws_sdk_lambda::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    s3: aws_sdk_s3::Client,
    pub(super) policies: RefCell<BTreeMap<String, Value>>,
}

/// What was new after an event had its time to come through.
#[derive(Debug)]
pub(super) struct Flow {
    /// The HTTP status that the event was answered with.
    pub(super) answer: u16,
    /// There is a new file in a partition.
    pub(super) moved: bool,
    /// There is a new file of Parquet.
    pub(super) written: bool,
    /// `mover` fails when it is told again of a file that it has moved.
    pub(super) repetition_fails: bool,
    /// Log lines by group.
    lines: BTreeMap<&'static str, Vec<String>>,
    exit: i32,
    told: String,
    /// Of a run that converts all days again.
    told_again: String,
}

impl Flow {
    pub(super) fn lines(&self, group: &str) -> &[String] {
        &self.lines[group]
    }

    pub(super) fn says(&self, group: &str, words: &str) -> bool {
        self.lines(group).iter().any(|line| line.contains(words))
    }

    /// `pipectl run all` fails, and tells of this.
    pub(super) fn run_fails(&self, words: &str) -> bool {
        self.exit == 1 && self.told.contains(words)
    }

    /// Days could not be converted again, and this is why.
    pub(super) fn again_fails(&self, words: &str) -> bool {
        self.exit == 0 && self.told_again.contains(words)
    }

    #[track_caller]
    pub(super) fn assert_well(&self) {
        let well = self.answer == 204
            && self.moved
            && self.written
            && !self.repetition_fails
            && self.exit == 0
            && self.told_again.contains(" rows, in place of ");
        assert!(well, "{self:#?}");
    }
}

macro_rules! client {
    ($sdk:ident, $url:expr) => {{
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url($url)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("admin", "admin", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        config
    }};
}

impl World {
    pub(super) fn new() -> Self {
        Self::of(Place::example("minimal"))
    }

    /// Where Firehose does what the mover and the job do elsewhere.
    pub(super) fn lean() -> Self {
        let place = Place::example("minimal");
        place.write(&format!("{}\nshape: lean\n", place.yaml()));
        Self::of(place)
    }

    /// With figures of each run of the job in CloudWatch.
    pub(super) fn measuring() -> Self {
        let place = Place::example("minimal");
        place.write(&format!("{}\netl: {{ metrics: true }}\n", place.yaml()));
        Self::of(place)
    }

    /// With a key of its own, that what is in the bucket is encrypted with.
    pub(super) fn strict() -> Self {
        let place = Place::example("minimal");
        place.write(&format!("{}\nsecurity: strict\n", place.yaml()));
        Self::of(place)
    }

    fn of(place: Place) -> Self {
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let server = place.serve();
        let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
        let output: Value = serde_json::from_str(&output).unwrap();
        let url = &server.url;
        Self {
            endpoint: output["endpoint"].as_str().unwrap().to_owned(),
            api_key: output["api_keys"][0]["value"].as_str().unwrap().to_owned(),
            runtime: Runtime::new().unwrap(),
            iam: aws_sdk_iam::Client::from_conf(client!(aws_sdk_iam, url).build()),
            lambda: aws_sdk_lambda::Client::from_conf(client!(aws_sdk_lambda, url).build()),
            logs: aws_sdk_cloudwatchlogs::Client::from_conf(client!(aws_sdk_cloudwatchlogs, url).build()),
            s3: aws_sdk_s3::Client::from_conf(client!(aws_sdk_s3, url).force_path_style(true).build()),
            policies: RefCell::default(),
            _server: server,
            place,
        }
    }

    /// Posts an event, lets the time pass that it needs, and runs crawlers and job.
    pub(super) fn flow(&self) -> Flow {
        let (moved, written) = (self.files("partitioned_analytics_raw/"), self.files("analytics_data/"));
        let lines = GROUPS.map(|group| self.lines(group).len());
        let answer = self.runtime.block_on(self.post());
        self.place.run(&["local", "--local", "tick", "20min"]).exits(0);
        let repetition_fails = self.runtime.block_on(self.repeat());
        let Ran { exit, stdout, stderr } = self.place.run(&["run", "all", "--local"]);
        let is_written = self.files("analytics_data/") > written;
        let again = self.place.run(&["run", "etl", "--local", "--wait", "--from", "2020-01-01"]);
        let new = |(group, before): (&'static str, usize)| (group, self.lines(group).split_off(before));
        Flow {
            answer,
            moved: self.files("partitioned_analytics_raw/") > moved,
            written: is_written,
            repetition_fails,
            lines: GROUPS.into_iter().zip(lines).map(new).collect(),
            exit,
            told: format!("{stdout}\n{stderr}"),
            told_again: format!("{}\n{}", again.stdout, again.stderr),
        }
    }

    async fn post(&self) -> u16 {
        let event = json!({"event": "play", "userid": "u1", "datetime": "2018-01-30T10:00:00Z"}).to_string();
        let request = http::Request::post(&self.endpoint).header("x-api-key", &self.api_key);
        let request = request.body(Full::new(Bytes::from(event))).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        client.request(request).await.unwrap().status().as_u16()
    }

    /// Tells `mover` of a file that is gone, as S3 does when it tells of one twice.
    async fn repeat(&self) -> bool {
        let key = "analytics_raw/2018/01/30/10/minimal-dev-1-2018-01-30-10-00-00-gone.gz";
        let record = json!({
            "eventTime": "2018-01-30T10:00:00.000Z", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}},
        });
        let event = json!({"Records": [record]}).to_string();
        let call = self.lambda.invoke().function_name("minimal-dev-mover").payload(event.into_bytes().into());
        call.send().await.map_or(true, |answer| answer.function_error.is_some())
    }

    fn files(&self, prefix: &str) -> usize {
        let listed = self.s3.list_objects_v2().bucket(BUCKET).prefix(prefix).send();
        self.runtime.block_on(listed).unwrap().contents().len()
    }

    /// All of a group's lines in the order of their times; none where there is no such group.
    fn lines(&self, group: &str) -> Vec<String> {
        let pages = self.logs.filter_log_events().log_group_name(group).into_paginator().send();
        let pages = match self.runtime.block_on(async { pages.collect::<Result<Vec<_>, _>>().await }) {
            Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => {
                vec![]
            }
            pages => pages.unwrap(),
        };
        let mut events: Vec<_> = pages.into_iter().flat_map(|page| page.events.unwrap_or_default()).collect();
        events.sort_by_key(|event| event.timestamp);
        events.into_iter().filter_map(|event| event.message).collect()
    }
}
