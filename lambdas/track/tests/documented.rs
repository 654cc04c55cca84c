//! What docs/data.md says of the door, body by body.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

use pipectl_track::{Failure, Origins, ProxyRequest, Record, Stream, Track};
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// Takes everything.
struct Stored<'a>(&'a Mutex<Vec<String>>);

impl Stream for Stored<'_> {
    async fn put(&self, batch: &[Record]) -> Result<Vec<Option<Failure>>, Failure> {
        let lines = batch.iter().map(|record| String::from_utf8(record.0.clone()).unwrap());
        self.0.lock().unwrap().extend(lines.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()));
        Ok(vec![None; batch.len()])
    }
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[tokio::test]
async fn every_body_of_the_table_gets_its_answer() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/data.md")).unwrap();
    let table = document.split("| Body | Answer |").nth(1).unwrap();
    let rows: Vec<_> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let (body, answer) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        let body = quoted(body)[0];
        let stored = Mutex::new(vec![]);
        let track = Track::new(Origins::Any, Stored(&stored));
        let request = serde_json::json!({"httpMethod": "POST", "body": body});
        let request: ProxyRequest = serde_json::from_value(request).unwrap();
        let (got, _) = track.handle(&request, Instant::now() + Duration::from_secs(5)).await;
        assert!(answer.starts_with(&got.status_code.to_string()), "{row}: {}", got.body);
        let kept = stored.into_inner().unwrap();
        match (got.status_code, quoted(answer).as_slice()) {
            (204, []) => assert_eq!(kept, [body]),
            (204, forms) => assert_eq!(kept, forms, "{row}"),
            (_, words) => {
                assert!(got.body.contains(words[0]), "{row}: {}", got.body);
                assert!(kept.is_empty());
            }
        }
    }
}
