//! The executable as Lambda starts it.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod firehose_stub;

use firehose_stub::{CERTIFICATE, Stub};
use std::process::Stdio;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;

const EVENT: &str = include_str!("events/one_object.json");

fn bootstrap() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipectl-track"));
    command.env_clear().kill_on_drop(true);
    command
}

/// Reads what is sent until it contains `end`.
async fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.contains(end) {
        let mut buffer = [0; 4096];
        let read = socket.read(&mut buffer).await.unwrap();
        assert_ne!(read, 0, "the function closed its connection after {text:?}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    text
}

/// The answer to one event, from the executable under a Runtime API, with Firehose at `url`.
async fn invoke(url: &str, roots: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut command = bootstrap();
    command.envs([
        ("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string().as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "track"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/track"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "1"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "session"),
        ("AWS_ENDPOINT_URL_FIREHOSE", url),
        ("DELIVERY_STREAM_NAME", "clickstream-prod"),
        ("SSL_CERT_FILE", roots),
    ]);
    let _function = command.stdout(Stdio::null()).spawn().unwrap();
    let (mut socket, _) = listener.accept().await.unwrap();
    assert!(read_until(&mut socket, "\r\n\r\n").await.starts_with("GET /2018-06-01/runtime/invocation/next "));
    let soon = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() + 2000;
    let head = format!(
        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: {soon}\r\n\
         lambda-runtime-invoked-function-arn: arn\r\nlambda-runtime-trace-id: 1\r\ncontent-length: {}\r\n\r\n",
        EVENT.len()
    );
    socket.write_all((head + EVENT).as_bytes()).await.unwrap();
    read_until(&mut socket, "}").await
}

#[tokio::test]
async fn an_environment_without_a_variable_is_told_in_words() {
    let output = bootstrap().output().await.expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "the environment variable `DELIVERY_STREAM_NAME` is not set\n");
}

#[tokio::test]
async fn an_event_reaches_firehose_over_tls() {
    let stub = Stub::start_tls().await;
    let answer = invoke(&stub.url, CERTIFICATE).await;
    assert!(answer.starts_with("POST /2018-06-01/runtime/invocation/1/response "), "{answer}");
    assert!(answer.contains("\"statusCode\":204"), "{answer}");
    assert_eq!(stub.delivered().lines().count(), 1);
    assert_eq!(stub.connections(), 1, "the one that was opened before the event came");
}

#[tokio::test]
async fn a_firehose_that_nobody_vouches_for_gets_nothing() {
    let stub = Stub::start_tls().await;
    let answer = invoke(&stub.url, "/dev/null").await;
    assert!(answer.contains("\"statusCode\":503"), "{answer}");
    assert!(stub.requests().is_empty());
}
