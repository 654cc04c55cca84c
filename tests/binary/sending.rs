//! `send --input`: what people have in files, and what cannot be sent.

use crate::support::{Place, python, root};
use serde_json::Value;
use std::process::{Command, Stdio};

fn acknowledged(place: &Place, name: &str, bytes: &[u8], more: &[&str]) -> (i32, u64) {
    std::fs::write(place.path().join(name), bytes).unwrap();
    let ran = place.run(&[&["send", "--local", "--json", "--input", name], more].concat());
    let sent: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
    (ran.exit, sent["acknowledged"].as_u64().unwrap())
}

#[test]
fn files_in_every_form_are_counted_exactly() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let pretty = "{\n  \"event\": \"pretty\",\n  \"n\": 1\n}\n";
    let array = format!("[\n{0},\n{0}\n]\n", pretty.trim());
    for (name, text) in [("two.ndjson", "{\"event\":\"a\"}\r\n{\"event\":\"b\"}\r\n"), ("array.json", &array)] {
        assert_eq!(acknowledged(&place, name, text.as_bytes(), &[]), (0, 2), "{name}");
        assert_eq!(acknowledged(&place, name, text.as_bytes(), &["--batch", "1"]), (0, 2), "{name}");
    }
    assert_eq!(acknowledged(&place, "pretty.json", pretty.repeat(3).as_bytes(), &[]), (0, 3));
    // What is before the line that is no event is sent, and counted.
    let broken = b"{\"event\":\"a\"}\n{\"event\":NaN}\n{\"event\":\"b\"}\n";
    assert_eq!(acknowledged(&place, "broken.ndjson", broken, &[]), (3, 1));
    place.run(&["send", "--local", "--input", "broken.ndjson"]).exits(3).says("broken.ndjson:2:10: this is not JSON");
    assert_eq!(acknowledged(&place, "broken.ndjson", broken, &["--rejects", "rejects.txt"]), (0, 2));
    assert_eq!(std::fs::read_to_string(place.path().join("rejects.txt")).unwrap(), "{\"event\":NaN}\n");
}

/// Lambda takes 6 MB, API Gateway 10: whoever reads 500 of what is between would send it again for ever.
#[test]
fn what_is_too_large_for_lambda_is_refused_at_once() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let line = format!("{{\"event\":\"big\",\"pad\":\"{}\"}}\n", "x".repeat(950));
    std::fs::write(place.path().join("big.ndjson"), line.repeat(7000)).unwrap();
    let ran = place.run(&["send", "--local", "--input", "big.ndjson", "--batch", "7000"]).exits(1);
    ran.says("413").says("7000 events were not acknowledged");
}

#[test]
fn a_compression_that_no_reader_knows_is_refused() {
    for compression in ["snappy", "zip"] {
        let place =
            Place::new(&format!("name: c\ndelivery: {{ compression: {compression} }}\nschema: {{ event: string }}\n"))
                .hourly();
        place.run(&["validate"]).exits(3).says("gzip");
    }
}

/// The rows of docs/data.md, sent by another client.
#[test]
fn compressed_bodies_are_taken_as_documented() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = place.serve();
    let document = std::fs::read_to_string(root().join("docs/data.md")).unwrap();
    let table = document.split("| `Content-Encoding` | Body | Answer |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches(['|', ' ']).split(" | ").map(|cell| cell.replace('`', "")).collect();
    let expected: Vec<Vec<String>> = rows.map(cells).collect();
    assert_eq!(expected.len(), 9);
    let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
    let output: Value = serde_json::from_str(&output).unwrap();
    let asked: Vec<_> = expected.iter().map(|row| &row[..2]).collect();
    let mut judge = Command::new(python());
    judge.arg(root().join("tests/judges/compressed.py"));
    judge.args([output["endpoint"].as_str().unwrap(), output["api_keys"][0]["value"].as_str().unwrap_or_default()]);
    let mut judge = judge.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(judge.stdin.take().unwrap(), &asked).unwrap();
    let answers: Vec<(String, String, u16)> =
        serde_json::from_slice(&judge.wait_with_output().unwrap().stdout).unwrap();
    let answers: Vec<_> =
        answers.into_iter().map(|(coding, body, status)| vec![coding, body, status.to_string()]).collect();
    assert_eq!(answers, expected);
    place.run(&["local", "tick", "3h"]).exits(0);
    let rows =
        place.run(&["query", "--local", "--output", "csv", "SELECT count(*) AS n FROM ${parquet_table}"]).exits(0);
    assert_eq!(rows.stdout, "n\n400\n");
}
