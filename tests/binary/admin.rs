//! The pages that Local AWS has and AWS has not: faults, and the log of requests.

use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How long a request may take to come to where a fault holds it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whether an operation changes nothing, by its name.
pub(crate) fn is_read(operation: &str) -> bool {
    let verbs = ["Get", "List", "Describe", "Head", "BatchGet", "Search", "Filter", "Lookup"];
    operation.split(':').nth(1).is_none_or(|name| verbs.iter().any(|verb| name.starts_with(verb)))
}

/// The admin pages of one server.
pub(crate) struct Admin {
    address: String,
    /// Where the token lies.
    directory: PathBuf,
}

impl Admin {
    /// Of a server at `http://127.0.0.1:4566`, and of the place that it serves.
    pub(crate) fn of(url: &str, place: &Path) -> Self {
        let address = url.trim_start_matches("http://").to_owned();
        Self { address, directory: place.join(".pipectl/local") }
    }

    /// Status and JSON of an answer. The body is whole when the server closes the connection.
    fn ask(&self, method: &str, page: &str, body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        let token = std::fs::read_to_string(self.directory.join("token")).unwrap();
        let head = format!("{method} /_local/{page} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n");
        let head = format!("{head}authorization: Bearer {token}\r\n");
        stream.write_all(format!("{head}connection: close\r\n\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}")))
    }

    #[track_caller]
    fn done(&self, method: &str, page: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(method, page, &body.to_string());
        assert_eq!(status, 200, "{method} {page}: {answer}");
        answer
    }

    #[track_caller]
    pub(crate) fn fault(&self, fault: &Value) {
        self.done("POST", "faults", fault);
    }

    /// Leaves a stream in a state that comes by no request.
    #[track_caller]
    pub(crate) fn stuck(&self, stream: &str, status: &str) {
        let reason = json!({"Type": "RETIRE_KMS_GRANT_FAILED", "Details": "the grant could not be retired"});
        self.done("POST", "stream", &json!({"name": stream, "status": status, "reason": reason}));
    }

    /// What sessions of a role have asked for since it was forgotten: action, resource, and whether it was allowed.
    pub(crate) fn decisions(&self, role: &str) -> Vec<(String, String, bool)> {
        let all = self.done("GET", "decisions", &json!({}));
        let of_role = all.as_array().unwrap().iter().filter(|one| one["role"] == role);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        of_role.map(|one| (text(&one["action"]), text(&one["resource"]), one["allowed"] == true)).collect()
    }

    pub(crate) fn forget_decisions(&self) {
        self.done("DELETE", "decisions", &json!({}));
    }

    /// Why Local AWS does not take a fault.
    #[track_caller]
    pub(crate) fn refuses(&self, fault: &Value) -> String {
        let (status, answer) = self.ask("POST", "faults", &fault.to_string());
        assert_eq!(status, 400, "{answer}");
        answer["message"].as_str().unwrap().to_owned()
    }

    /// How often each fault struck, in the order in which they were asked for.
    pub(crate) fn struck(&self) -> Vec<(String, u64)> {
        let faults = self.done("GET", "faults", &json!({}));
        let struck = |fault: &Value| (fault["operation"].as_str().unwrap().into(), fault["struck"].as_u64().unwrap());
        faults.as_array().unwrap().iter().map(struck).collect()
    }

    /// What met a fault: operations, what they were about, and whether they had done their work.
    pub(crate) fn met(&self) -> Vec<(String, String, bool)> {
        let faults = self.done("GET", "faults", &json!({}));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let met = |fault: &Value| {
            let (operation, done) = (text(&fault["operation"]), fault["done"].as_bool().unwrap());
            let abouts = fault["met"].as_array().unwrap().iter().map(text);
            abouts.map(|about| (operation.clone(), about, done)).collect::<Vec<_>>()
        };
        faults.as_array().unwrap().iter().flat_map(met).collect()
    }

    /// Every fault struck this many times. One that did not has proved nothing.
    #[track_caller]
    pub(crate) fn all_struck(&self, times: u64) {
        let struck = self.struck();
        assert!(!struck.is_empty() && struck.iter().all(|(_, count)| *count == times), "not {times}: {struck:?}");
    }

    /// Asks for a fault that holds requests, and lets `meanwhile` run until it does: what was let through is answered.
    #[track_caller]
    pub(crate) fn hold(&self, fault: &Value, meanwhile: &mut Command) -> Child {
        self.fault(fault);
        let child = meanwhile.spawn().unwrap();
        let let_through = fault["after"].as_u64().unwrap_or(0) as usize;
        let began = Instant::now();
        while self.struck().iter().all(|(_, count)| *count == 0) || self.requests().len() < let_through {
            assert!(began.elapsed() < PATIENCE, "nothing met {:?}", self.struck());
            std::thread::sleep(Duration::from_millis(5));
        }
        child
    }

    /// Forgets the faults; whom one of them holds is answered.
    pub(crate) fn forget_faults(&self) {
        self.done("DELETE", "faults", &json!({}));
    }

    pub(crate) fn propagation(&self, seconds: f64) {
        self.done("POST", "propagation", &json!({"seconds": seconds}));
    }

    /// As if another account had made a bucket.
    pub(crate) fn give_away(&self, bucket: &str, owner: &str) {
        self.done("POST", "bucket", &json!({"name": bucket, "owner": owner}));
    }

    /// What CloudFormation puts on what it makes, and nobody else can.
    pub(crate) fn system_tag(&self, arn: &str) {
        self.done("POST", "tags", &json!({"arn": arn, "tags": {"aws:cloudformation:stack-name": "s"}}));
    }

    /// The operations that were answered, each with the region that it was signed for.
    pub(crate) fn requests_by_region(&self) -> Vec<(String, String)> {
        let log = self.done("GET", "requests", &json!({}));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        log.as_array().unwrap().iter().map(|line| (text(&line["operation"]), text(&line["region"]))).collect()
    }

    /// The operations that were answered since this was asked last, and what they were about.
    pub(crate) fn new_requests(&self) -> Vec<(String, String)> {
        let log = self.done("GET", "requests", &json!({}));
        self.done("DELETE", "requests", &json!({}));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        log.as_array().unwrap().iter().map(|line| (text(&line["operation"]), text(&line["about"]))).collect()
    }

    /// What SNS would have sent, the earliest first.
    pub(crate) fn messages(&self) -> Vec<Value> {
        self.done("GET", "messages", &json!({})).as_array().unwrap().clone()
    }

    /// The operations that were answered, in their order.
    pub(crate) fn requests(&self) -> Vec<String> {
        let log = self.done("GET", "requests", &json!({}));
        log.as_array().unwrap().iter().map(|line| line["operation"].as_str().unwrap().to_owned()).collect()
    }
}
