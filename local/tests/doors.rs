//! What a page in a browser can send to Local AWS over HTTP, and that nothing comes of it.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use pipectl_local::{LocalAws, Options, admin_token};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const KEY: &str = "Credential=AKID/20261123/us-east-1";
const SIGNED_IAM: &str =
    "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";

struct Served {
    directory: tempfile::TempDir,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Served {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let aws = LocalAws::open(directory.path(), Options::default()).unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { aws.serve(listener).await });
        Self { directory, address, _runtime: runtime }
    }

    fn token(&self) -> String {
        admin_token(self.directory.path()).unwrap()
    }

    /// The status and all of an answer to `GET /path`.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let mut text = format!("{line} HTTP/1.1\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    /// As a program of this machine asks.
    fn program(&self, line: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let host = self.address.to_string();
        self.ask(line, &[&[("host", host.as_str())], headers].concat(), body)
    }

    /// An API whose one method answers everybody, as a pipeline's endpoint.
    fn endpoint(&self) -> String {
        let signed = format!("AWS4-HMAC-SHA256 {KEY}/apigateway/aws4_request, SignedHeaders=host, Signature=0");
        let done = |line: &str, body: serde_json::Value| -> serde_json::Value {
            let (status, answer) = self.program(line, &[("authorization", &signed)], &body.to_string());
            assert!(status < 300, "{line}: {answer}");
            serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_default()
        };
        let api = done("POST /restapis", json!({"name": "clicks"}));
        let (id, root) = (api["id"].as_str().unwrap(), api["rootResourceId"].as_str().unwrap());
        let method = format!("/restapis/{id}/resources/{root}/methods/GET");
        done(&format!("PUT {method}"), json!({"authorizationType": "NONE"}));
        let mock = json!({"type": "MOCK", "requestTemplates": {"application/json": "{\"statusCode\": 200}"}});
        done(&format!("PUT {method}/integration"), mock);
        done(&format!("PUT {method}/responses/200"), json!({}));
        done(&format!("PUT {method}/integration/responses/200"), json!({}));
        done(&format!("POST /restapis/{id}/deployments"), json!({"stageName": "prod"}));
        id.to_owned()
    }

    fn operations(&self) -> String {
        let token = format!("Bearer {}", self.token());
        self.program("GET /_local/requests", &[("authorization", &token)], "").1
    }
}

/// What a page can have its browser send without asking first: method and path, type, body.
const SENT: &[(&str, &str, &str)] = &[
    ("GET /", "", ""),
    ("GET /bucket/key", "", ""),
    ("POST /bucket?delete", "text/plain", "<Delete><Object><Key>a</Key></Object></Delete>"),
    ("POST /bucket", "multipart/form-data; boundary=b", "--b\r\n\r\n--b--"),
    ("POST /", "application/x-www-form-urlencoded", "Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument={}"),
    (
        "POST /?X-Amz-Credential=A%2F20261123%2Fus-east-1%2Fiam%2Faws4_request",
        "application/x-www-form-urlencoded",
        "Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument={}",
    ),
    (
        "GET /?Action=CreateRole&RoleName=evil&AssumeRolePolicyDocument={}&X-Amz-Credential=A%2F20261123%2Fus-east-1%2Fiam%2Faws4_request",
        "",
        "",
    ),
    (
        "POST /2015-03-31/functions?X-Amz-Credential=A%2F20261123%2Fus-east-1%2Flambda%2Faws4_request",
        "text/plain",
        "{\"FunctionName\":\"evil\"}",
    ),
    (
        "POST /2015-03-31/functions/evil/invocations?X-Amz-Credential=A%2F20261123%2Fus-east-1%2Flambda%2Faws4_request",
        "text/plain",
        "{}",
    ),
    (
        "POST /restapis?X-Amz-Credential=A%2F20261123%2Fus-east-1%2Fapigateway%2Faws4_request",
        "text/plain",
        "{\"name\":\"evil\"}",
    ),
    ("POST /_local/clock", "text/plain", "{\"step_seconds\":3600}"),
    ("POST /_local/faults", "text/plain", "{\"operation\":\"*\",\"times\":9}"),
    ("DELETE /_local/requests", "", ""),
    ("GET /_local/status", "", ""),
    ("OPTIONS /", "", ""),
];

/// Where such a request says that it comes from: what browsers send for each way there is.
const FROM: &[(&str, &[(&str, &str)])] = &[
    ("form", &[("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]),
    ("form of a sandboxed frame", &[("origin", "null"), ("sec-fetch-site", "cross-site")]),
    ("form of an old browser", &[("origin", "http://evil.example")]),
    ("image", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")]),
    ("link", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-user", "?1")]),
    ("another port", &[("origin", "http://localhost:3000"), ("sec-fetch-site", "same-site")]),
    ("a page that lies in a bucket", &[("sec-fetch-site", "same-origin")]),
    ("websocket", &[("origin", "http://evil.example"), ("upgrade", "websocket"), ("sec-websocket-version", "13")]),
];

#[test]
fn nothing_comes_of_what_a_page_can_send() {
    let served = Served::new();
    let own = served.address.to_string();
    for (line, kind, body) in SENT {
        for (way, headers) in FROM {
            let all = [&[("host", own.as_str()), ("content-type", kind)], *headers].concat();
            let (status, answer) = served.ask(line, &all, body);
            assert_eq!(status, 403, "{way}: {line}: {answer}");
            assert!(!answer.to_lowercase().contains("access-control-allow"), "{way}: {line}: {answer}");
        }
        // A page whose name has become 127.0.0.1 is of the origin that it asks: nothing but `Host` tells of it.
        for host in ["evil.example", "evil.example:4566", "localhost.evil.example"] {
            let (status, answer) = served.ask(line, &[("host", host), ("content-type", kind)], body);
            assert_eq!(status, 403, "rebound: {line}: {answer}");
        }
    }
    let log = served.operations();
    assert!(log.ends_with("[]"), "nothing was carried out: {log}");
}

#[test]
fn credentials_in_a_link_are_for_s3_only_and_admin_pages_for_the_token() {
    let served = Served::new();
    let form = "Action=ListRoles";
    let typed = [("sec-fetch-site", "none")];
    let link = |service: &str| format!("POST /?X-Amz-Credential=A%2F20261123%2Fus-east-1%2F{service}%2Faws4_request");
    assert_eq!(served.program(&link("iam"), &typed, form).0, 403);
    assert_eq!(served.program("POST /", &[("authorization", SIGNED_IAM)], form).0, 200);
    let presigned = "GET /?X-Amz-Credential=A%2F20261123%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0\
                     &X-Amz-Date=20991123T000000Z&X-Amz-Expires=60";
    assert_eq!(served.program(presigned, &typed, "").0, 200);
    for page in ["health", "status", "requests", "faults", "nothing"] {
        for key in [None, Some("Bearer wrong"), Some(SIGNED_IAM)] {
            let headers: Vec<_> = key.map(|key| ("authorization", key)).into_iter().collect();
            assert_eq!(served.program(&format!("GET /_local/{page}"), &headers, "").0, 401, "{page}");
        }
    }
    let token = format!("Bearer {}", served.token());
    assert_eq!(served.program("GET /_local/health", &[("authorization", &token)], "").0, 200);
}

#[test]
fn the_endpoint_of_a_pipeline_is_for_every_page_at_this_machines_names() {
    let served = Served::new();
    let api = served.endpoint();
    let port = served.address.port();
    for (_, headers) in FROM {
        let host = format!("localhost:{port}");
        let line = format!("GET /restapis/{api}/prod/_user_request_/");
        assert_eq!(served.ask(&line, &[&[("host", host.as_str())], *headers].concat(), "").0, 200, "{headers:?}");
        let host = format!("{api}.execute-api.localhost:{port}");
        assert_eq!(served.ask("GET /prod/", &[&[("host", host.as_str())], *headers].concat(), "").0, 200);
        let rebound = [&[("host", "evil.example")], *headers].concat();
        assert_eq!(served.ask(&line, &rebound, "").0, 403);
    }
}

#[test]
fn a_bucket_has_its_own_name_below_localhost() {
    let served = Served::new();
    let signed = format!("AWS4-HMAC-SHA256 {KEY}/s3/aws4_request, SignedHeaders=host, Signature=0");
    for host in ["clicks.localhost", "clicks.s3.localhost:4566"] {
        served.ask("PUT /", &[("host", host), ("authorization", &signed)], "");
        assert_eq!(served.ask("GET /?location", &[("host", host), ("authorization", &signed)], "").0, 200, "{host}");
    }
}

#[test]
fn every_file_of_the_state_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let served = Served::new();
    let signed = format!("AWS4-HMAC-SHA256 {KEY}/s3/aws4_request, SignedHeaders=host, Signature=0");
    served.program("PUT /clicks", &[("authorization", &signed)], "");
    served.program("PUT /clicks/key", &[("authorization", &signed)], "secret");
    let mut open = vec![served.directory.path().to_owned()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
        seen += 1;
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    assert!(seen >= 7, "{seen}");
    let ignored = std::fs::read_to_string(served.directory.path().join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
}

#[test]
fn many_requests_on_one_connection_and_a_body_in_pieces_are_served() {
    let served = Served::new();
    let mut stream = TcpStream::connect(served.address).unwrap();
    let began = Instant::now();
    for _ in 0..50 {
        stream.write_all(b"PUT /b/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\n\r\nab").unwrap();
        stream.write_all(b"cd").unwrap();
        let mut answer = [0; 1024];
        assert!(stream.read(&mut answer).unwrap() > 0);
    }
    assert!(began.elapsed() < Duration::from_secs(60));
}
