//! A function over a stream that takes everything.

#![allow(dead_code, reason = "each test file uses a part of it")]

use pipectl_track::{Answer, Failure, Line, ProxyRequest, Record, Settings, Stream, Track};
use serde_json::Value;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// In a recording, and its digest as `sha256sum` tells it.
pub(crate) const WEB: (&str, &str) =
    ("web-0123456789abcdefghij", "94957ebf911b5af8c762f54b1b8fe019c7653312bc7738448c0a0188d86c58b9");
pub(crate) const MOBILE: (&str, &str) =
    ("mobile-0123456789abcdefg", "ce7c1f5bfa1e49ce9cad94a35c95b18ae8f3d212e5e6f05424c6b5a4e90111af");

struct Stored<'a>(&'a Mutex<String>);

impl Stream for Stored<'_> {
    async fn put(&self, batch: &[Record]) -> Result<Vec<Option<Failure>>, Failure> {
        let text = |record: &Record| String::from_utf8(record.0.clone()).unwrap();
        self.0.lock().unwrap().extend(batch.iter().map(text));
        Ok(vec![None; batch.len()])
    }
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) answer: Answer,
    pub(crate) line: Option<Line>,
    /// The events, one on a line.
    pub(crate) stored: String,
}

/// What comes of an event, with these variables beside those that every function has.
pub(crate) async fn call(event: Value, variables: &[(&str, &str)]) -> Ended {
    let request: ProxyRequest = serde_json::from_value(event).unwrap();
    let all = [&[("DELIVERY_STREAM_NAME", "clickstream-prod")], variables].concat();
    let variable = |name: &str| Some(all.iter().find(|(known, _)| *known == name)?.1.to_owned());
    let stored = Mutex::new(String::new());
    let settings = Settings::read(variable).unwrap();
    let track = Track::new(settings.door, settings.columns, Stored(&stored)).adding(settings.added);
    let track = track.holding(settings.contract).over(settings.tables);
    let (answer, line) = track.handle(&request, Instant::now() + Duration::from_secs(5)).await;
    Ended { answer, line, stored: stored.into_inner().unwrap() }
}
