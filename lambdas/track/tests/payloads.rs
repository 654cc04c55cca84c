//! The same request through both payload formats.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod stored;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use std::io::Write as _;
use stored::{WEB, call};

/// Pieces of bodies, good and bad.
const PIECES: [&str; 16] = [
    "{\"event\":\"a\"}",
    "{\"n\":1.0}",
    "{\"s\":\"é\\ud83d\"}",
    "[{\"a\":1},{\"b\":2}]",
    "{\n \"k\": [1,\r\n2]\n}",
    "{}",
    "\n",
    " ",
    "\u{feff}",
    "[",
    "42",
    "{\"year\":1}",
    "{\"a\":1,\"A\":2}",
    "event=LOGIN",
    "x",
    "\u{0}",
];

fn packed(random: &mut fastrand::Rng, body: Vec<u8>) -> Vec<u8> {
    let mut packed = match random.u8(..8) {
        0 => {
            let mut gzip = GzEncoder::new(vec![], Compression::fast());
            gzip.write_all(&body).unwrap();
            gzip.finish().unwrap()
        }
        1 => {
            let mut zlib = ZlibEncoder::new(vec![], Compression::fast());
            zlib.write_all(&body).unwrap();
            zlib.finish().unwrap()
        }
        _ => body,
    };
    match random.u8(..16) {
        0 => packed.truncate(random.usize(..=packed.len())),
        1 => packed.push(0xff),
        _ => {}
    }
    packed
}

fn body(random: &mut fastrand::Rng) -> Vec<u8> {
    let pieces = random.usize(..5);
    // Half of them of good pieces only.
    let choice = if random.bool() { 6 } else { PIECES.len() };
    let text: String = (0..pieces).map(|_| PIECES[random.usize(..choice)]).collect();
    packed(random, text.into_bytes())
}

fn in_an_event(random: &mut fastrand::Rng, body: &[u8]) -> (Value, bool) {
    match str::from_utf8(body) {
        Ok(text) if random.bool() => (json!(text), false),
        _ => (json!(STANDARD.encode(body)), true),
    }
}

#[tokio::test]
async fn the_same_request_gives_the_same_records_and_the_same_status() {
    let seed = std::env::var("SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    let random = &mut fastrand::Rng::with_seed(seed);
    let variables = [("CORS_ORIGINS", "*"), ("KEY_DIGESTS", WEB.1), ("EVENTS_PATH", "/track")];
    let mut statuses = std::collections::BTreeSet::new();
    for round in 0..2_000 {
        let method = *random.choice(&["POST", "POST", "POST", "POST", "OPTIONS", "GET"]).unwrap();
        let body = body(random);
        let header = random.choice(&["X-Api-Key", "x-api-key", "X-API-KEY"]).unwrap().to_string();
        let headers = json!({ header: WEB.0, "Origin": "https://shop.example" });
        let (rest, encoded) = in_an_event(random, &body);
        let rest = json!({"httpMethod": method, "headers": headers, "body": rest, "isBase64Encoded": encoded});
        let (url, encoded) = in_an_event(random, &body);
        let http = json!({"method": method, "path": "/track"});
        let url = json!({"version": "2.0", "rawPath": "/track", "rawQueryString": "", "headers": headers,
            "requestContext": {"http": http}, "body": url, "isBase64Encoded": encoded});
        let (rest, url) = (call(rest, &variables).await, call(url, &variables).await);
        let told = format!("SEED={seed}, round {round}: {method} {:?}", String::from_utf8_lossy(&body));
        assert_eq!(rest.answer.status_code, url.answer.status_code, "{told}");
        assert_eq!(rest.answer.body, url.answer.body, "{told}");
        assert_eq!((rest.stored, rest.line), (url.stored, url.line), "{told}");
        statuses.insert(rest.answer.status_code);
    }
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), [204, 400, 405], "SEED={seed}");
}

#[tokio::test]
async fn what_is_too_large_is_too_large_either_way() {
    let mut gzip = GzEncoder::new(vec![], Compression::fast());
    gzip.write_all(&vec![b' '; 11 << 20]).unwrap();
    let event = format!("{{\"a\":\"{}\"}}", "x".repeat(1_024_000));
    for body in [gzip.finish().unwrap(), event.into_bytes()] {
        let body = STANDARD.encode(body);
        let rest = json!({"httpMethod": "POST", "body": body, "isBase64Encoded": true});
        let http = json!({"http": {"method": "POST"}});
        let url = json!({"version": "2.0", "requestContext": http, "body": body, "isBase64Encoded": true});
        for event in [rest, url] {
            let ended = call(event, &[]).await;
            assert_eq!((ended.answer.status_code, ended.stored.as_str()), (413, ""), "{}", ended.answer.body);
        }
    }
}
