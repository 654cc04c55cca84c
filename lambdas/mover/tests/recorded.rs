//! Events as S3 sends them, through the handler and the real AWS SDK, into an S3 on a socket.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod s3_stub;

use pipectl_mover::{
    AT_ONCE, Event, Level, Line, Mover, NotMoved, PARTITIONED_PREFIX, RAW_PREFIX, S3, Settings, s3_client,
};
use s3_stub::{BUCKET, Fault, Stub};
use std::time::Duration;

const A: &str = "clickstream-prod-1-2026-11-23-19-56-30-6d1ec34f-4f2b-4e55-a9d2-2f3b6c7d8e9f.gz";
const B: &str = "clickstream-prod-1-2026-11-23-19-56-31-0b7a55e2-93c1-4d0e-8a57-5e6f7a8b9c0d.gz";
const C: &str = "clickstream-prod-1-2026-11-23-19-56-32-c2f4d6a8-1b3c-4e5f-9071-8293a4b5c6d7.gz";

fn raw(name: &str) -> String {
    format!("analytics_raw/2026/11/23/19/{name}")
}

fn partitioned(name: &str) -> String {
    format!("partitioned_analytics_raw/year=2026/month=11/day=23/{name}")
}

/// As it stands in the URL of a request.
fn in_url(key: &str) -> String {
    key.replace('=', "%3D")
}

/// What the function is to send for one file: the copy, then the deletion.
fn move_of(name: &str) -> [String; 2] {
    let copy = format!("PUT {} <- {BUCKET}/{}", in_url(&partitioned(name)), raw(name));
    [copy, format!("DELETE {}", raw(name))]
}

/// The environment as Lambda sets it.
fn environment(url: &str, name: &str) -> Option<String> {
    let value = match name {
        RAW_PREFIX => "analytics_raw/",
        PARTITIONED_PREFIX => "partitioned_analytics_raw/",
        "AWS_REGION" => "eu-west-1",
        "AWS_ACCESS_KEY_ID" => "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY" => "secret",
        "AWS_SESSION_TOKEN" => "session",
        "AWS_ENDPOINT_URL" => url,
        _ => return None,
    };
    Some(value.to_owned())
}

async fn send(stub: &Stub, event: &Event) -> (Vec<Line>, Result<(), NotMoved>) {
    let env = |name: &str| environment(&stub.url, name);
    Mover::new(Settings::read(env).unwrap(), S3::new(s3_client(env).unwrap())).handle(event).await
}

async fn send_recorded(stub: &Stub, name: &str) -> (Vec<Line>, Result<(), NotMoved>) {
    let path = format!("{}/tests/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    send(stub, &serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()).await
}

/// The requests that are about this file.
fn about(stub: &Stub, name: &str) -> Vec<String> {
    stub.requests().into_iter().filter(|request| request.contains(name)).collect()
}

#[tokio::test]
async fn a_file_is_copied_into_its_partition_and_then_deleted() {
    for event in ["one", "versioned"] {
        let stub = Stub::start(&[raw(A)]).await;
        assert_eq!(send_recorded(&stub, event).await, (vec![], Ok(())), "{event}");
        assert_eq!(stub.requests(), move_of(A), "{event}");
        assert_eq!(stub.objects()[&partitioned(A)], raw(A), "{event}: the content came along");
        assert_eq!(stub.keys().len(), 1, "{event}");
    }
}

#[tokio::test]
async fn every_file_of_an_event_is_moved_and_one_that_is_told_twice_once() {
    let stub = Stub::start(&[raw(A), raw(B), raw(C)]).await;
    assert_eq!(send_recorded(&stub, "several").await, (vec![], Ok(())));
    assert_eq!(stub.keys(), [A, B, C].map(partitioned));
    for name in [A, B, C] {
        assert_eq!(about(&stub, name), move_of(name));
    }
}

#[tokio::test]
async fn the_key_is_decoded_from_the_event_and_encoded_for_the_copy() {
    let name = "clicks +% café-1-2026-11-23-19-56-30-6d1ec34f-4f2b-4e55-a9d2-2f3b6c7d8e9f.gz";
    let stub = Stub::start(&[raw(name)]).await;
    assert_eq!(send_recorded(&stub, "encoded").await, (vec![], Ok(())));
    assert_eq!(stub.keys(), [partitioned(name)]);
    let source = raw(name).replace('%', "%25").replace(' ', "%20").replace('+', "%2B").replace('é', "%C3%A9");
    assert!(stub.requests()[0].ends_with(&format!(" <- {BUCKET}/{source}")), "{:?}", stub.requests());
}

#[tokio::test]
async fn the_same_event_again_does_no_harm() {
    let stub = Stub::start(&[raw(A)]).await;
    assert_eq!(send_recorded(&stub, "one").await, (vec![], Ok(())));
    let moved = stub.objects();
    let line = format!("`{}` is gone: it was moved before", raw(A));
    assert_eq!(send_recorded(&stub, "one").await, (vec![Line { level: Level::Info, message: line }], Ok(())));
    assert_eq!(stub.objects(), moved);
    assert_eq!(stub.requests().len(), 3, "what is gone is not deleted again: {:?}", stub.requests());
}

#[tokio::test]
async fn a_file_that_somebody_deleted_is_no_failure() {
    let stub = Stub::start(&[]).await;
    let (lines, result) = send_recorded(&stub, "one").await;
    assert_eq!((lines.len(), lines[0].level, result), (1, Level::Info, Ok(())));
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn one_failure_is_loud_and_does_not_keep_the_others_and_the_next_invocation_ends_it() {
    let stub = Stub::start(&[raw(A), raw(B), raw(C)]).await;
    let copy_of_b = format!("PUT {}", in_url(&partitioned(B)));
    stub.fail(&copy_of_b, &[Fault::Error(403, "AccessDenied")]);
    let (lines, result) = send_recorded(&stub, "several").await;
    let first = format!("`{}`: CopyObject failed: AccessDenied: stubbed", raw(B));
    assert_eq!(lines, [Line { level: Level::Error, message: format!("not moved: {first}") }]);
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), format!("1 of 3 files were not moved; the first: {first}"));
    assert_eq!(stub.keys(), [raw(B), partitioned(A), partitioned(C)]);
    assert_eq!(about(&stub, B), move_of(B)[..1], "what is not copied is not deleted");

    let (lines, result) = send_recorded(&stub, "several").await;
    assert_eq!((lines.len(), result), (2, Ok(())), "two are gone, one is moved now");
    assert_eq!(stub.keys(), [A, B, C].map(partitioned));
}

#[tokio::test]
async fn a_deletion_that_fails_is_loud_and_made_up_for() {
    let stub = Stub::start(&[raw(A)]).await;
    stub.fail(&format!("DELETE {}", raw(A)), &[Fault::Error(403, "AccessDenied")]);
    let (_, result) = send_recorded(&stub, "one").await;
    assert!(result.unwrap_err().first.ends_with("DeleteObject failed: AccessDenied: stubbed"));
    assert_eq!(stub.keys(), [raw(A), partitioned(A)]);
    assert_eq!(send_recorded(&stub, "one").await, (vec![], Ok(())));
    assert_eq!(stub.keys(), [partitioned(A)]);
}

#[tokio::test]
async fn an_error_in_an_answer_that_began_with_200_deletes_nothing() {
    let stub = Stub::start(&[raw(A)]).await;
    let copy = format!("PUT {}", in_url(&partitioned(A)));
    stub.fail(&copy, &[Fault::ErrorIn200("InternalError"); 10]);
    let (_, result) = send_recorded(&stub, "one").await;
    assert!(result.unwrap_err().first.ends_with("CopyObject failed: InternalError: stubbed"));
    assert_eq!(stub.keys(), [raw(A)]);
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let stub = Stub::start(&[raw(A)]).await;
    let copy = format!("PUT {}", in_url(&partitioned(A)));
    stub.fail(&copy, &[Fault::Error(503, "SlowDown"), Fault::ErrorIn200("InternalError")]);
    stub.fail(&format!("DELETE {}", raw(A)), &[Fault::Hangup]);
    assert_eq!(send_recorded(&stub, "one").await, (vec![], Ok(())));
    assert_eq!(stub.keys(), [partitioned(A)]);
    assert_eq!(stub.requests().len(), 5, "{:?}", stub.requests());
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_not_a_file_that_was_moved() {
    let stub = Stub::start(&[]).await;
    stub.fail(&format!("PUT {}", in_url(&partitioned(A))), &[Fault::Error(404, "NoSuchBucket")]);
    let (_, result) = send_recorded(&stub, "one").await;
    assert!(result.unwrap_err().first.contains("NoSuchBucket"));
}

#[tokio::test]
async fn what_is_not_raw_is_left_alone() {
    let stub = Stub::start(&[]).await;
    assert_eq!(send_recorded(&stub, "test_message").await, (vec![], Ok(())));
    let (lines, result) = send_recorded(&stub, "foreign").await;
    assert_eq!(result, Ok(()));
    assert_eq!(lines.len(), 3);
    let left = |line: &Line| line.message.ends_with("is left: it is not below `analytics_raw/`");
    assert!(lines.iter().all(|line| left(line) && line.level == Level::Warn), "{lines:?}");
    assert!(stub.requests().is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_be_moved_is_named_and_the_other_moved() {
    for (event, reason) in [
        ("too_large", "are more than the 5368709120 that S3 copies at once; Firehose writes no such file"),
        ("not_utf8", "`analytics_raw/2026/11/23/19/%C3.gz`: its key is not UTF-8"),
    ] {
        let stub = Stub::start(&[raw(A)]).await;
        let (_, result) = send_recorded(&stub, event).await;
        let error = result.unwrap_err();
        assert_eq!((error.failed, error.all), (1, 2), "{event}");
        assert!(error.first.ends_with(reason), "{event}: {error}");
        assert_eq!(stub.requests(), move_of(A), "{event}");
    }
}

#[tokio::test]
async fn files_that_somebody_put_there_do_not_overwrite_each_other() {
    let keys =
        ["2026/11/23/19/part.json", "2026/11/23/20/part.json", "part.json"].map(|k| format!("analytics_raw/{k}"));
    let stub = Stub::start(&keys).await;
    assert_eq!(send_recorded(&stub, "hand_made").await, (vec![], Ok(())));
    let content: Vec<_> = stub.objects().into_values().collect();
    assert_eq!(content, keys);
    assert_eq!(stub.keys()[2], "partitioned_analytics_raw/year=2026/month=11/day=24/part.json");
}

#[tokio::test]
async fn files_are_moved_at_the_same_time_but_not_all_at_once() {
    let names: Vec<_> = (10..60).map(|n| A.replace("-30-", &format!("-{n}-"))).collect();
    let keys: Vec<_> = names.iter().map(|name| raw(name)).collect();
    let stub = Stub::slow(&keys, Duration::from_millis(20)).await;
    let record = |key: &String| {
        serde_json::json!({ "eventTime": "2026-11-23T20:00:12.345Z",
            "s3": { "bucket": { "name": BUCKET }, "object": { "key": key, "size": 9 } } })
    };
    let event = serde_json::json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() });
    assert_eq!(send(&stub, &serde_json::from_value(event).unwrap()).await, (vec![], Ok(())));
    assert_eq!(stub.keys(), names.iter().map(|name| partitioned(name)).collect::<Vec<_>>());
    assert!((2..=AT_ONCE).contains(&stub.most_in_flight()), "{}", stub.most_in_flight());
}
