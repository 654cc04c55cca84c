//! An S3 that speaks HTTP, for the real SDK to talk to: a bucket that is a map, copies and deletes as S3 does, and fails as told.

use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

pub(crate) const BUCKET: &str = "acme-clickstream";

/// How a request fails.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Error(u16, &'static str),
    /// S3 begins its answer to a long copy with 200 before it knows the end, and writes the error into the body.
    ErrorIn200(&'static str),
    /// The copy is made, but the connection is closed before the answer.
    Hangup,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, String>,
    /// By the request that they hit: `PUT <key>` or `DELETE <key>`, the key as in the URL.
    faults: BTreeMap<String, VecDeque<Fault>>,
    /// `PUT <key> <- <copy source>` and `DELETE <key>`, in order of arrival, encoded as they came.
    requests: Vec<String>,
    in_flight: usize,
    most_in_flight: usize,
}

#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    /// How long each request takes.
    pause: Duration,
}

impl Stub {
    pub(crate) async fn start(keys: &[String]) -> Self {
        Self::slow(keys, Duration::ZERO).await
    }

    /// The content of each object is the key that it began with.
    pub(crate) async fn slow(keys: &[String], pause: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let objects = keys.iter().map(|key| (key.clone(), key.clone())).collect();
        let stub = Self { url, state: Arc::new(Mutex::new(State { objects, ..State::default() })), pause };
        let server = stub.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let stub = server.clone();
                tokio::spawn(async move { stub.serve(socket).await });
            }
        });
        stub
    }

    /// Makes the next requests of this kind fail: `PUT analytics_raw/x`.
    pub(crate) fn fail(&self, request: &str, faults: &[Fault]) {
        let faults = faults.iter().copied().collect();
        self.state.lock().unwrap().faults.insert(request.to_owned(), faults);
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    pub(crate) fn objects(&self) -> BTreeMap<String, String> {
        self.state.lock().unwrap().objects.clone()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.objects().into_keys().collect()
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.state.lock().unwrap().most_in_flight
    }

    async fn serve(&self, socket: TcpStream) {
        let mut socket = BufReader::new(socket);
        while let Some(request) = Request::read(&mut socket).await {
            self.enter();
            sleep(self.pause).await;
            let answer = self.answer(&request);
            self.state.lock().unwrap().in_flight -= 1;
            let Some((status, body)) = answer else { return };
            let head = format!("HTTP/1.1 {status} -\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all((head + &body).as_bytes()).await.unwrap();
        }
    }

    fn enter(&self) {
        let mut state = self.state.lock().unwrap();
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
    }

    fn answer(&self, request: &Request) -> Option<(u16, String)> {
        assert!(request.header("authorization").contains("/eu-west-1/s3/aws4_request"));
        assert_eq!(request.header("x-amz-security-token"), "session");
        let url = request.url.split('?').next().unwrap();
        let key = url.strip_prefix(&format!("/{BUCKET}/")).expect("the bucket is in the path");
        let mut state = self.state.lock().unwrap();
        let line = format!("{} {key}", request.method);
        let fault = state.faults.get_mut(&line).and_then(VecDeque::pop_front);
        let (from, to) = (request.header("x-amz-copy-source"), decoded(key));
        let done = |state: &mut State| match request.method.as_str() {
            "PUT" => copy(state, &from, to.clone()),
            "DELETE" => {
                state.objects.remove(&to);
                (204, String::new())
            }
            other => panic!("{other} is not what the function does"),
        };
        let source = if from.is_empty() { String::new() } else { format!(" <- {from}") };
        state.requests.push(line + &source);
        match fault {
            None => Some(done(&mut state)),
            Some(Fault::Error(status, code)) => Some((status, error(code))),
            Some(Fault::ErrorIn200(code)) => Some((200, error(code))),
            Some(Fault::Hangup) => {
                done(&mut state);
                None
            }
        }
    }
}

fn copy(state: &mut State, source: &str, to: String) -> (u16, String) {
    let from = decoded(source);
    let from = from.strip_prefix(&format!("{BUCKET}/")).expect("the source is bucket/key");
    let Some(content) = state.objects.get(from).cloned() else { return (404, error("NoSuchKey")) };
    state.objects.insert(to, content);
    (200, "<CopyObjectResult><ETag>\"d41d8cd9\"</ETag></CopyObjectResult>".to_owned())
}

fn error(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>stubbed</Message><RequestId>R</RequestId></Error>")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().unwrap().into_owned()
}

struct Request {
    method: String,
    url: String,
    /// By name in lower case.
    headers: BTreeMap<String, String>,
}

impl Request {
    /// `None` at the end of the connection.
    async fn read(socket: &mut BufReader<TcpStream>) -> Option<Self> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if socket.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let mut lines = head.lines();
        let mut first = lines.next()?.split(' ').map(str::to_owned);
        let (method, url) = (first.next()?, first.next()?);
        let header = |(name, value): (&str, &str)| (name.to_lowercase(), value.to_owned());
        let request =
            Self { method, url, headers: lines.filter_map(|line| line.split_once(": ")).map(header).collect() };
        let length = request.header("content-length").parse().unwrap_or(0);
        socket.read_exact(&mut vec![0; length]).await.ok()?;
        Some(request)
    }

    fn header(&self, name: &str) -> String {
        self.headers.get(name).cloned().unwrap_or_default()
    }
}
