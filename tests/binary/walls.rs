//! The first wall that `check` tells is the one that Local AWS has, with the clock standing still: what fits into a second passes, and
//! one request more meets the wall's own answer.

use crate::support::{Place, Server};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

struct Drill {
    place: Place,
    _server: Server,
    endpoint: String,
    key: String,
}

impl Drill {
    /// Made while time passes; then it does so by ticks only, and the account is held to its limits.
    fn new(yaml: &str) -> Self {
        let place = Place::new(yaml);
        place.run(&["apply", "--local", "--yes"]).exits(0);
        let server = place.serve_with(&["--time-scale", "0", "--limits"]);
        let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
        let output: Value = serde_json::from_str(&output).unwrap();
        let endpoint = output["endpoint"].as_str().unwrap().to_owned();
        let key = output["api_keys"][0]["value"].as_str().unwrap_or_default().to_owned();
        Self { place, _server: server, endpoint, key }
    }

    /// What `check` says is the first, and how many whole requests fit into a second before it.
    fn first_wall(&self) -> (String, usize) {
        let found = self.place.run(&["check", "--json", "--peak", "1"]).exits(0).stdout;
        let found: Value = serde_json::from_str(&found).unwrap();
        let wall = &found["walls"][0];
        // What fits exactly is a little below a whole number where it was halved on the way.
        let fits = wall["requests_per_second"].as_f64().unwrap() + 1e-6;
        (wall["id"].as_str().unwrap().to_owned(), fits as usize)
    }

    /// The status of an answer, and its body.
    fn post(&self, event_bytes: usize) -> (u16, String) {
        let address = self.endpoint.trim_start_matches("http://");
        let (host, path) = address.split_once('/').unwrap();
        let empty = r#"{"event":""}"#.len();
        let body = format!(r#"{{"event":"{}"}}"#, "x".repeat(event_bytes - empty));
        let head = format!("POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n");
        let head =
            format!("{head}x-api-key: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", self.key, body.len());
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Two seconds of as many as fit, and one more.
    #[track_caller]
    fn drill(&self, wall: &str, event_bytes: usize) -> (u16, String) {
        let (first, fits) = self.first_wall();
        assert_eq!(first, wall);
        assert!((1..100).contains(&fits), "{fits} in a second");
        let mut last = (0, String::new());
        for second in 0..2 {
            for request in 0..fits {
                assert_eq!(self.post(event_bytes).0, 204, "{request} of second {second}");
            }
            last = self.post(event_bytes);
            self.place.run(&["local", "tick", "1s"]).exits(0);
        }
        last
    }
}

const SCHEMA: &str = "name: walls\nschema: { event: string }\nusage: { events_per_month: 1M, event_size: 100 B }\n";

#[test]
fn a_usage_plan_is_the_first_wall() {
    let drill = Drill::new(&format!("{SCHEMA}ingest: {{ api_keys: [web], throttle: {{ rate: 4/s, burst: 4 }} }}\n"));
    let (status, body) = drill.drill("ingest.throttle", 100);
    assert_eq!((status, body.contains("Too Many Requests")), (429, true), "{body}");
}

#[test]
fn the_executions_of_a_function_are_the_first_wall() {
    let reserved = "function: { reserved_concurrency: 1 }";
    let api = Drill::new(&format!("{SCHEMA}ingest: {{ api_keys: [], {reserved} }}\n"));
    let (status, body) = api.drill("track.rate", 100);
    assert_eq!((status, body.contains("Internal server error")), (500, true), "{body}");
    let url = Drill::new(&format!("{SCHEMA}shape: lean\ningest: {{ api_keys: [], {reserved} }}\n"));
    let (status, body) = url.drill("track.rate", 100);
    assert_eq!((status, body.contains("Rate Exceeded")), (429, true), "{body}");
}

/// A stream takes 1 MiB a second in most regions: two such events, and not three. No table is to be the first wall. The function has
/// time for all of its rounds however slow this machine is: one that is cut off is a 503, as its event may have been taken.
#[test]
fn a_stream_is_the_first_wall() {
    let yaml = SCHEMA.replace("100 B", "400000 B, parquet_ratio: 0");
    let drill = Drill::new(&format!(
        "{yaml}region: eu-central-1\nshape: lean\ningest: {{ api_keys: [], function: {{ timeout: 25 s }} }}\n"
    ));
    let (status, body) = drill.drill("firehose.bytes", 400_000);
    assert_eq!((status, body.contains("too many events at the moment")), (429, true), "{body}");
    drill.place.run(&["logs", "--local", "track"]).exits(0).says("ServiceUnavailableException");
}
