//! Somebody who may do what a policy says, and nothing else, at a Local AWS that holds them to it.

use crate::support::{Place, Ran, Server};
use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use tokio::runtime::Runtime;

pub(crate) const ACCOUNT: &str = "000000000000";

/// A pipeline's Local AWS, served, with a role in it.
pub(crate) struct Caller {
    pub(crate) place: Place,
    pub(crate) server: Arc<Server>,
    /// The name of the role that the caller works under.
    role: &'static str,
    iam: aws_sdk_iam::Client,
    runtime: Runtime,
    keys: (String, String, String),
}

macro_rules! config {
    ($sdk:ident, $url:expr) => {
        $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url($url)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("admin", "admin", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    };
}

impl Caller {
    pub(crate) fn at(place: Place) -> Self {
        let server = Arc::new(place.serve());
        Self::under("caller", place, server)
    }

    /// In a place of its own, as a job has a checkout of its own.
    pub(crate) fn under(role: &'static str, place: Place, server: Arc<Server>) -> Self {
        let runtime = Runtime::new().unwrap();
        let iam = aws_sdk_iam::Client::from_conf(config!(aws_sdk_iam, &server.url));
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")},
                "Action": "sts:AssumeRole"}],
        });
        // Another copy of a place has it already.
        let made = iam.create_role().role_name(role).assume_role_policy_document(trust.to_string()).send();
        let _ = runtime.block_on(made);
        let mut caller = Self { place, server, role, iam, runtime, keys: Default::default() };
        caller.begins_a_session();
        caller
    }

    /// Sessions last an hour, by Local AWS's clock.
    pub(super) fn begins_a_session(&mut self) {
        let sts = aws_sdk_sts::Client::from_conf(config!(aws_sdk_sts, &self.server.url));
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{}", self.role);
        let assumed = sts.assume_role().role_arn(arn).role_session_name("test").send();
        let keys = self.runtime.block_on(assumed).unwrap().credentials.unwrap();
        self.keys = (keys.access_key_id, keys.secret_access_key, keys.session_token);
    }

    /// Lets the caller do what these documents say, as managed policies: IAM takes none that is too long.
    pub(crate) fn may(&self, documents: &[Value]) {
        self.runtime.block_on(async {
            for (index, document) in documents.iter().enumerate() {
                let made = self.iam.create_policy().policy_name(format!("{}-{index}", self.role));
                let made = made.policy_document(document.to_string()).send().await.unwrap().policy.unwrap();
                let attached = self.iam.attach_role_policy().role_name(self.role).policy_arn(made.arn.unwrap());
                attached.send().await.unwrap();
            }
        });
    }

    /// Lets the caller do what these documents say in place of what others said.
    pub(super) fn may_only(&self, documents: &[Value]) {
        let statements: Vec<_> =
            documents.iter().flat_map(|document| document["Statement"].as_array().unwrap().clone()).collect();
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let put = self.iam.put_role_policy().role_name(self.role).policy_name("only").policy_document(document);
        self.runtime.block_on(put.send()).unwrap();
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command();
        command.args(arguments).args(["--lambda-dir", ".", "--longest-wait", "1 s"]);
        command.envs(self.environment());
        command
    }

    /// What makes of a program's user the caller.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 5] {
        let (key, secret, token) = &self.keys;
        [
            ("AWS_ENDPOINT_URL", &self.server.url),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_SESSION_TOKEN", token),
        ]
    }

    /// Runs pipectl as the caller.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(&self.command(arguments).output().unwrap())
    }

    /// What the caller has asked for: action, resource, whether it was allowed.
    pub(crate) fn asked(&self) -> Vec<(String, String, bool)> {
        self.server.admin().decisions(self.role)
    }

    /// By somebody who may do everything.
    #[track_caller]
    fn admin(&self, arguments: &[&str]) -> Ran {
        self.place.run(&[arguments, &["--local"]].concat()).exits(0)
    }

    /// Events come, are delivered and queried.
    pub(super) fn is_used(&self) {
        self.admin(&["send", "--events", "20"]);
        self.admin(&["local", "tick", "20min"]);
        self.admin(&["run", "all"]);
        self.admin(&["query", "SELECT count(*) AS events FROM ${raw_table}"]);
        self.script("upload");
        self.server.admin().forget_decisions();
    }

    /// What of another pipeline is let in, a line each, and how much was tried.
    pub(super) fn tries_another(&self, pipeline: &str, stage: &str) -> String {
        let (key, secret, token) = &self.keys;
        crate::support::judge("touch_another.py", &[&self.server.url, key, secret, token, pipeline, stage])
    }

    /// The same, two days before, with its tags known to billing.
    pub(super) fn is_billed(&self) {
        self.admin(&["bill", "--activate-tags"]);
        self.is_used();
        self.admin(&["local", "tick", "48h"]);
    }

    /// Somebody has taken it down: a key is on its way out for a month.
    pub(super) fn takes_it_down(&self) {
        self.admin(&["destroy", "--yes", "--allow-data-loss", "s3.bucket.data", "--lambda-dir", "."]);
    }

    /// Somebody changes what only a look finds out.
    pub(super) fn changes_by_hand(&self) {
        self.script("change");
    }

    /// Files lie where Firehose has put them, days ago.
    pub(super) fn strands(&self) {
        self.script("strand");
        self.admin(&["local", "tick", "1h"]);
    }

    /// Who gets the alarms has said yes, and the file names somebody else by now.
    pub(super) fn gets_another_reader(&self) {
        crate::alarms::confirm(&self.server, "team@example.com");
        self.place.edit(&[("team@example.com", "others@example.com")]);
    }

    /// Somebody has changed a data source, and tagged all of the dashboard.
    pub(super) fn gets_another_dashboard(&self) {
        for deed in ["workgroup", "tagged"] {
            crate::support::judge("dashboards.py", &[&self.server.url, deed]);
        }
    }

    /// Somebody has deleted the dashboard's draft, which could be restored.
    pub(super) fn loses_the_draft(&self) {
        crate::support::judge("dashboards.py", &[&self.server.url, "no_analysis"]);
    }

    /// The job fails, however often it is tried.
    pub(super) fn loses_the_script(&self) {
        self.script("fail");
    }

    /// Somebody has emptied and deleted the bucket.
    pub(super) fn loses_the_bucket(&self) {
        self.script("lose");
    }

    #[track_caller]
    fn script(&self, what: &str) {
        crate::support::judge("by_another_hand.py", &[&self.server.url, what]);
    }
}
