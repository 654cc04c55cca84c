//! Events as API Gateway sends them, through the handler and its client, into a Firehose on a socket.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod firehose_stub;

use firehose_stub::{Reply, Stub};
use pipectl_track::{
    Answer, CORS_ORIGINS, DELIVERY_STREAM_NAME, EVENTS_PATH, Firehose, KEY_DIGESTS, Level, Line, ProxyRequest,
    Settings, Track, firehose_client,
};
use std::time::Duration;
use tokio::time::Instant;

/// The environment as Lambda sets it.
fn environment(url: &str, name: &str) -> Option<String> {
    let value = match name {
        DELIVERY_STREAM_NAME => "clickstream-prod",
        CORS_ORIGINS => "https://shop.example,https://www.shop.example",
        // API Gateway has looked at path and key.
        KEY_DIGESTS => "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        EVENTS_PATH => "/elsewhere",
        "AWS_REGION" => "eu-west-1",
        "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY" => "secret",
        "AWS_SESSION_TOKEN" => "session",
        "AWS_ENDPOINT_URL" => url,
        _ => return None,
    };
    Some(value.to_owned())
}

fn recorded(name: &str) -> ProxyRequest {
    let path = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn track(stub: &Stub) -> Track<Firehose> {
    let env = |name: &str| environment(&stub.url, name);
    let settings = Settings::read(env).unwrap();
    Track::new(settings.door, settings.columns, Firehose::new(firehose_client(env).unwrap(), settings.stream))
}

async fn send(stub: &Stub, request: &ProxyRequest) -> (Answer, Option<Line>) {
    track(stub).handle(request, in_five_seconds()).await
}

fn in_five_seconds() -> Instant {
    Instant::now() + Duration::from_secs(5)
}

fn event(n: u8) -> String {
    format!("{{\"event\":\"LOGIN\",\"userId\":\"joe{n}\",\"dateTime\":\"2026-11-23 11:32:{n:02}\"}}\n")
}

fn with_body(body: &str) -> ProxyRequest {
    serde_json::from_value(serde_json::json!({ "httpMethod": "POST", "headers": null, "body": body })).unwrap()
}

/// The body of a request that fills several records.
fn large_body(records: usize) -> String {
    (0..records).map(|n| format!("{{\"n\":{n},\"pad\":\"{}\"}}\n", "x".repeat(1_000_000))).collect()
}

#[tokio::test]
async fn every_way_to_write_events_delivers_them_one_per_line() {
    let expected = [
        ("article_ndjson", event(0) + &event(1) + &event(2)),
        ("one_object", event(7)),
        ("array", event(0) + &event(1)),
        ("pretty_object", event(1)),
        ("base64", event(1) + &event(2)),
        ("console_test_without_headers", "{}\n".to_owned()),
    ];
    for (name, delivered) in expected {
        let stub = Stub::start(vec![]).await;
        let (answer, line) = send(&stub, &recorded(name)).await;
        assert_eq!((answer.status_code, line), (204, None), "{name}");
        assert_eq!(stub.delivered(), delivered, "{name}");
        assert_eq!(stub.requests().len(), 1, "{name}: one request, one record");
        assert_eq!(stub.requests()[0].len(), 1, "{name}: one request, one record");
    }
}

#[tokio::test]
async fn what_is_no_event_is_rejected_and_nothing_is_sent() {
    for name in ["no_body", "form", "scalar", "broken_base64"] {
        let stub = Stub::start(vec![]).await;
        let (answer, line) = send(&stub, &recorded(name)).await;
        assert_eq!((answer.status_code, line.clone().unwrap().level), (400, Level::Info), "{name}");
        assert!(answer.body.starts_with("{\"message\":\""), "{name}: {}", answer.body);
        assert!(stub.requests().is_empty(), "{name}");
        for quoted in ["LOGIN", "joe", "no base64!"] {
            assert!(!line.clone().unwrap().message.contains(quoted), "{name}: {line:?} quotes the body");
        }
    }
}

#[tokio::test]
async fn an_event_larger_than_a_record_is_too_large() {
    let stub = Stub::start(vec![]).await;
    let body = format!("{}{{\"a\":\"{}\"}}", event(1), "x".repeat(1_024_000));
    let (answer, _) = send(&stub, &with_body(&body)).await;
    assert_eq!(answer.status_code, 413);
    assert!(stub.requests().is_empty(), "all of a request, or nothing");
}

#[tokio::test]
async fn a_request_of_six_megabytes_arrives_whole_in_requests_that_firehose_takes() {
    let stub = Stub::start(vec![]).await;
    let body = large_body(6);
    let (answer, _) = send(&stub, &with_body(&body)).await;
    assert_eq!(answer.status_code, 204);
    assert_eq!(stub.delivered(), body);
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn every_answer_carries_the_cors_headers_of_a_listed_origin_only() {
    for (name, status, allowed) in [
        ("one_object", 204, Some("https://shop.example")),
        ("form", 400, Some("https://shop.example")),
        ("options", 204, Some("https://shop.example")),
        ("get", 405, None),
        ("article_ndjson", 204, None),
    ] {
        let stub = Stub::start(vec![]).await;
        let (answer, _) = send(&stub, &recorded(name)).await;
        assert_eq!(answer.status_code, status, "{name}");
        assert_eq!(answer.headers.get("Access-Control-Allow-Origin").map(String::as_str), allowed, "{name}");
        assert_eq!(answer.headers["Vary"], "Origin", "{name}");
    }
}

#[tokio::test]
async fn the_failed_records_of_a_batch_are_sent_again_until_they_are_accepted() {
    let failing = Some("ServiceUnavailableException");
    let replies = vec![Reply::Records(vec![None, failing, Some("InternalFailure")]), Reply::Records(vec![failing])];
    let stub = Stub::start(replies).await;
    let (answer, line) = send(&stub, &with_body(&large_body(3))).await;
    assert_eq!((answer.status_code, line), (204, None));
    assert_eq!(stub.requests().iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 1]);
    let mut lines: Vec<_> = stub.delivered().lines().map(|line| line[..6].to_owned()).collect();
    lines.sort();
    assert_eq!(lines, ["{\"n\":0", "{\"n\":1", "{\"n\":2"], "each event exactly once");
}

#[tokio::test]
async fn a_dropped_connection_and_a_server_error_are_survived() {
    let stub = Stub::start(vec![Reply::Hangup, Reply::Error(500, "InternalFailure")]).await;
    let (answer, _) = send(&stub, &recorded("one_object")).await;
    assert_eq!(answer.status_code, 204);
    assert_eq!(stub.requests().len(), 3);
    assert_eq!(stub.delivered(), event(7));
}

#[tokio::test]
async fn one_connection_serves_all_requests_until_firehose_closes_it() {
    let stub = Stub::start(vec![Reply::Records(vec![]), Reply::Error(500, "InternalFailure"), Reply::Goodbye]).await;
    let track = track(&stub);
    for expected in [1, 1, 2, 2] {
        assert_eq!(track.handle(&recorded("one_object"), in_five_seconds()).await.0.status_code, 204);
        assert_eq!(stub.connections(), expected);
        // As between two invocations: time for the end of the connection to arrive.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(stub.delivered(), event(7).repeat(4), "what met a closed connection was sent once");
}

#[tokio::test]
async fn throttling_that_lasts_is_answered_with_429_and_when_to_come_back() {
    let replies = (0..20).map(|_| Reply::Error(503, "ServiceUnavailableException")).collect();
    let stub = Stub::start(replies).await;
    let (answer, line) = send(&stub, &recorded("one_object")).await;
    assert_eq!(answer.status_code, 429);
    assert_eq!(answer.headers["Retry-After"], "1");
    assert_eq!(answer.headers["Access-Control-Expose-Headers"], "Retry-After");
    assert_eq!(answer.headers["Access-Control-Allow-Origin"], "https://shop.example");
    let message = "answered 429: 0 records accepted, 1 failed, last with ServiceUnavailableException".to_owned();
    assert_eq!(line, Some(Line { level: Level::Warn, message }));
}

#[tokio::test]
async fn a_part_that_stays_behind_is_answered_with_503() {
    let failing = || Reply::Records(vec![Some("ServiceUnavailableException")]);
    let mut replies = vec![Reply::Records(vec![None, Some("ServiceUnavailableException")])];
    replies.extend((0..20).map(|_| failing()));
    let stub = Stub::start(replies).await;
    let (answer, line) = send(&stub, &with_body(&large_body(2))).await;
    assert_eq!((answer.status_code, line.unwrap().level), (503, Level::Warn));
    assert_eq!(answer.headers["Retry-After"], "1");
}

#[tokio::test]
async fn a_stream_that_is_gone_is_a_failure_of_ours_and_not_tried_again() {
    let stub = Stub::start(vec![Reply::Error(400, "ResourceNotFoundException")]).await;
    let (answer, line) = send(&stub, &recorded("one_object")).await;
    assert_eq!(answer.status_code, 500);
    assert!(!answer.headers.contains_key("Retry-After"));
    let line = line.unwrap();
    assert!(line.message.ends_with("last with ResourceNotFoundException"));
    assert_eq!(line.level, Level::Error, "every request will fail so");
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn the_answer_has_the_shape_that_api_gateway_wants() {
    let stub = Stub::start(vec![]).await;
    let (answer, _) = send(&stub, &recorded("one_object")).await;
    let expected = serde_json::json!({
        "statusCode": 204,
        "headers": {
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Origin": "https://shop.example",
            "Vary": "Origin",
        },
        "body": "",
        "isBase64Encoded": false,
    });
    assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
}
