//! A Firehose on a socket: it reads what AWS reads and answers from a script.

#![allow(dead_code, reason = "each test file uses a part of it")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio_rustls::rustls::{ServerConfig, crypto};

/// Self-signed, for `localhost`, with its key beside it.
pub(crate) const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/firehose_stub/localhost.pem");

/// What the stub says to one request.
pub(crate) enum Reply {
    /// 200, with an error code for each record that is not accepted.
    Records(Vec<Option<&'static str>>),
    /// An error of the whole request.
    Error(u16, &'static str),
    /// The connection is closed without a word.
    Hangup,
    /// Everything is accepted, and the connection closed after the answer.
    Goodbye,
}

#[derive(Default)]
struct State {
    replies: VecDeque<Reply>,
    /// The records of each request, decoded.
    requests: Vec<Vec<String>>,
    accepted: String,
    connections: usize,
}

/// Accepts everything once its replies are used up.
#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Stub {
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Self::listen(listener, url, replies, None)
    }

    /// Over TLS, with the certificate in [`CERTIFICATE`].
    pub(crate) async fn start_tls() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let certificate = CertificateDer::from_pem_file(CERTIFICATE).unwrap();
        let key = PrivateKeyDer::from_pem_file(CERTIFICATE.replace(".pem", ".key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Self::listen(listener, url, vec![], Some(TlsAcceptor::from(Arc::new(config))))
    }

    fn listen(listener: TcpListener, url: String, replies: Vec<Reply>, tls: Option<TlsAcceptor>) -> Self {
        let state = Arc::new(Mutex::new(State { replies: replies.into(), ..State::default() }));
        let stub = Self { url, state };
        let server = stub.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (stub, tls) = (server.clone(), tls.clone());
                stub.state.lock().unwrap().connections += 1;
                tokio::spawn(async move { stub.welcome(socket, tls).await });
            }
        });
        stub
    }

    pub(crate) fn requests(&self) -> Vec<Vec<String>> {
        self.state.lock().unwrap().requests.clone()
    }

    /// The data of all accepted records, as it would be delivered.
    pub(crate) fn delivered(&self) -> String {
        self.state.lock().unwrap().accepted.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    async fn welcome(&self, socket: TcpStream, tls: Option<TlsAcceptor>) {
        match tls {
            None => self.serve(socket).await,
            Some(tls) => {
                // A client that does not trust the certificate goes away here.
                if let Ok(socket) = tls.accept(socket).await {
                    self.serve(socket).await;
                }
            }
        }
    }

    async fn serve(&self, socket: impl AsyncRead + AsyncWrite + Unpin) {
        let mut socket = BufReader::new(socket);
        while let Some((head, body)) = read_request(&mut socket).await {
            let Some((status, answer, stay)) = self.answer(&head, &body) else { return };
            let answer = answer.to_string();
            let length = answer.len();
            let head = format!(
                "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {length}\r\n\r\n"
            );
            socket.write_all((head + &answer).as_bytes()).await.unwrap();
            if !stay {
                return;
            }
        }
    }

    /// Status, body, and whether the connection stays open.
    fn answer(&self, head: &str, body: &[u8]) -> Option<(u16, Value, bool)> {
        assert!(head.contains("x-amz-target: firehose_20150804.putrecordbatch"), "{head}");
        assert!(head.contains("/eu-west-1/firehose/aws4_request"), "{head}");
        assert!(head.contains("x-amz-security-token: session"), "{head}");
        assert!(body.len() <= 4 * 1024 * 1024);
        let request: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(request["DeliveryStreamName"], "clickstream-prod");
        let data =
            |record: &Value| String::from_utf8(STANDARD.decode(record["Data"].as_str().unwrap()).unwrap()).unwrap();
        let records: Vec<String> = request["Records"].as_array().unwrap().iter().map(data).collect();
        let mut state = self.state.lock().unwrap();
        state.requests.push(records.clone());
        match state.replies.pop_front().unwrap_or(Reply::Records(Vec::new())) {
            Reply::Records(errors) => Some((200, accept(&mut state, &records, &errors), true)),
            Reply::Goodbye => Some((200, accept(&mut state, &records, &[]), false)),
            Reply::Error(status, code) => Some((status, json!({ "__type": code, "message": "stubbed" }), true)),
            Reply::Hangup => None,
        }
    }
}

fn accept(state: &mut State, records: &[String], errors: &[Option<&str>]) -> Value {
    let mut results = Vec::new();
    for (index, record) in records.iter().enumerate() {
        if let Some(code) = errors.get(index).copied().flatten() {
            results.push(json!({ "ErrorCode": code, "ErrorMessage": "stubbed" }));
        } else {
            state.accepted.push_str(record);
            results.push(json!({ "RecordId": format!("record-{index}") }));
        }
    }
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    json!({ "Encrypted": false, "FailedPutCount": failed, "RequestResponses": results })
}

/// The head in lower case and the body, or `None` at the end of the connection.
async fn read_request(socket: &mut BufReader<impl AsyncRead + Unpin>) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if socket.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1)?.lines().next()?.trim().parse().ok()?;
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    Some((head, body))
}
