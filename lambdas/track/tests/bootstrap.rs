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
    invoke_with(url, roots, EVENT, &[]).await.0
}

/// The answer, which the Runtime API finds too large, and both parts of the log.
async fn invoke_with(url: &str, roots: &str, event: &str, variables: &[(&str, &str)]) -> (String, String, String) {
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
    let mut function =
        command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut socket, _) = listener.accept().await.unwrap();
    assert!(read_until(&mut socket, "\r\n\r\n").await.starts_with("GET /2018-06-01/runtime/invocation/next "));
    let soon = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() + 2000;
    let head = format!(
        "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: {soon}\r\n\
         lambda-runtime-invoked-function-arn: arn\r\nlambda-runtime-trace-id: 1\r\ncontent-length: {}\r\n\r\n",
        event.len()
    );
    socket.write_all((head + event).as_bytes()).await.unwrap();
    let answer = read_until(&mut socket, "}").await;
    socket.write_all(b"HTTP/1.1 413 -\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    read_until(&mut socket, "\r\n\r\n").await;
    function.kill().await.unwrap();
    let (mut log, mut errors) = (String::new(), String::new());
    function.stdout.unwrap().read_to_string(&mut log).await.unwrap();
    function.stderr.unwrap().read_to_string(&mut errors).await.unwrap();
    (answer, log, errors)
}

#[tokio::test]
async fn an_environment_without_a_variable_is_told_in_words() {
    let output = bootstrap().output().await.expect("it starts");
    assert!(!output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "the environment variable `DELIVERY_STREAM_NAME` is not set\n");
}

/// What Lambda wants of a line to take it by its level.
fn line(text: &str) -> (String, String, Option<String>) {
    let line: serde_json::Value = serde_json::from_str(text).unwrap();
    let time = line["timestamp"].as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok(), "{time}");
    let words = |name: &str| line[name].as_str().map(str::to_owned);
    (words("level").unwrap(), words("message").unwrap(), words("requestId"))
}

#[tokio::test]
async fn lines_have_the_form_that_is_configured() {
    let stub = Stub::start(vec![]).await;
    let event = r#"{"httpMethod":"POST","body":"42"}"#;
    let rejected = "rejected with 400: event 1 is not a JSON object";
    for text in [&[][..], &[("AWS_LAMBDA_LOG_FORMAT", "Text")]] {
        assert_eq!(invoke_with(&stub.url, "", event, text).await.1, format!("1 {rejected}\n"));
    }
    let json = [("AWS_LAMBDA_LOG_FORMAT", "JSON")];
    let (_, log, _) = invoke_with(&stub.url, "", event, &json).await;
    assert_eq!(line(&log), ("INFO".to_owned(), rejected.to_owned(), Some("1".to_owned())));
}

#[tokio::test]
async fn what_ends_the_function_is_an_error_in_json() {
    let output = bootstrap().env("AWS_LAMBDA_LOG_FORMAT", "JSON").output().await.expect("it starts");
    assert!(!output.status.success());
    let told = line(&String::from_utf8(output.stderr).unwrap());
    let message = "the environment variable `DELIVERY_STREAM_NAME` is not set".to_owned();
    assert_eq!(told, ("ERROR".to_owned(), message, None));
    // lambda_runtime panics without the variables that Lambda always sets.
    let mut unset = bootstrap();
    unset.env("AWS_LAMBDA_LOG_FORMAT", "JSON").env("DELIVERY_STREAM_NAME", "s").env("AWS_REGION", "eu-west-1");
    unset.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "s").env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let output = unset.output().await.expect("it starts");
    let (level, message, _) = line(&String::from_utf8(output.stderr).unwrap());
    assert_eq!(level, "ERROR");
    assert!(message.starts_with("panicked at ") && message.contains("AWS_LAMBDA_FUNCTION_NAME"), "{message}");
}

#[tokio::test]
async fn what_the_runtime_has_to_tell_has_a_level_too() {
    let stub = Stub::start(vec![]).await;
    let (_, _, text) = invoke_with(&stub.url, "", EVENT, &[]).await;
    assert_eq!(text, "Lambda Runtime API returned non-200 response: status=413 Payload Too Large\n");
    let (_, _, json) = invoke_with(&stub.url, "", EVENT, &[("AWS_LAMBDA_LOG_FORMAT", "JSON")]).await;
    let (level, message, request_id) = line(&json);
    assert_eq!((level.as_str(), request_id.as_deref()), ("ERROR", Some("1")));
    assert!(message.starts_with("lambda_runtime") && message.contains("413"), "{message}");
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
