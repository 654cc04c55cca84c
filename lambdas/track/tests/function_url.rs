//! Events as a function URL sends them.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod stored;

use pipectl_track::{Level, Line};
use serde_json::{Value, json};
use stored::{Ended, MOBILE, WEB, call};

fn recorded(name: &str) -> Value {
    let path = format!("{}/tests/events/function_url/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// With two keys, one path, and pages that a REST API would answer with headers of CORS.
async fn send(event: Value) -> Ended {
    let keys = format!("{},{}", WEB.1, MOBILE.1);
    call(event, &[("KEY_DIGESTS", &keys), ("EVENTS_PATH", "/track"), ("CORS_ORIGINS", "https://shop.example")]).await
}

fn event(n: u8) -> String {
    format!("{{\"event\":\"LOGIN\",\"userId\":\"joe{n}\",\"dateTime\":\"2026-11-23 11:32:{n:02}\"}}\n")
}

#[tokio::test]
async fn events_come_in_however_lambda_hands_them_on() {
    let two = event(1) + &event(2);
    for (name, stored) in [
        ("json", &event(7)),
        ("beacon", &two),
        ("form", &event(7)),
        ("gzip", &two),
        ("slash", &event(7)),
        ("several_keys", &event(7)),
    ] {
        let ended = send(recorded(name)).await;
        assert_eq!((ended.answer.status_code, ended.line), (204, None), "{name}");
        assert_eq!(&ended.stored, stored, "{name}");
    }
}

#[tokio::test]
async fn what_is_not_let_in_is_told_why_and_stored_nowhere() {
    let forbidden = r#"{"message":"Forbidden"}"#;
    let no_events = r#"{"message":"the body has no events"}"#;
    for (name, status, body) in [
        ("missing_key", 403, forbidden),
        ("wrong_key", 403, forbidden),
        ("wrong_key_in_query", 403, forbidden),
        ("other_path", 404, r#"{"message":"Not Found"}"#),
        ("no_body", 400, no_events),
        ("broken_base64", 400, r#"{"message":"the body is not valid base64"}"#),
        ("get", 405, r#"{"message":"only POST is allowed"}"#),
        ("options", 204, ""),
    ] {
        let ended = send(recorded(name)).await;
        assert_eq!((ended.answer.status_code, ended.answer.body.as_str()), (status, body), "{name}");
        assert_eq!(ended.stored, "", "{name}");
        for secret in ["0123456789", "LOGIN", WEB.1] {
            assert!(!format!("{:?}", ended.line).contains(secret), "{name}: {:?}", ended.line);
        }
    }
}

#[tokio::test]
async fn the_log_tells_a_missing_key_from_a_wrong_one() {
    for (name, line) in [
        ("missing_key", "rejected with 403: the request has no API key"),
        ("wrong_key", "rejected with 403: the API key is none of those that are enabled"),
    ] {
        let line = Line { level: Level::Info, message: line.to_owned() };
        assert_eq!(send(recorded(name)).await.line, Some(line));
    }
}

#[tokio::test]
async fn without_digests_no_key_is_asked_for_and_without_a_path_every_one_will_do() {
    assert_eq!(call(recorded("missing_key"), &[]).await.answer.status_code, 204);
    let mut elsewhere = recorded("json");
    elsewhere["rawPath"] = json!("/else/where");
    assert_eq!(call(elsewhere, &[("KEY_DIGESTS", WEB.1)]).await.stored, event(7));
    assert_eq!(call(recorded("json"), &[("KEY_DIGESTS", MOBILE.1)]).await.answer.status_code, 403);
}

#[tokio::test]
async fn lambda_adds_the_headers_of_cors_so_that_the_function_sends_none() {
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/events/function_url")).unwrap() {
        let name = file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        let answer = send(recorded(&name)).await.answer;
        let cors = |header: &&str| header.starts_with("Access-Control-") || *header == "Vary";
        assert_eq!(answer.headers.keys().copied().find(cors), None, "{name}");
    }
}

#[tokio::test]
async fn the_answer_has_the_shape_that_lambda_wants() {
    let answer = send(recorded("missing_key")).await.answer;
    let expected = json!({
        "statusCode": 403,
        "headers": { "Content-Type": "application/json" },
        "body": "{\"message\":\"Forbidden\"}",
        "isBase64Encoded": false,
    });
    assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
}

#[tokio::test]
async fn little_of_an_event_is_needed() {
    for (event, status) in [
        (json!({"version": "2.0", "requestContext": {"http": {"method": "POST"}}, "body": "{}"}), 204),
        (json!({"requestContext": {"http": {"method": "POST", "path": "/track"}}, "body": "{}", "headers": null}), 204),
        (json!({"version": "2.0", "rawPath": "/track", "body": "{}"}), 405),
    ] {
        assert_eq!(call(event.clone(), &[]).await.answer.status_code, status, "{event}");
    }
}
