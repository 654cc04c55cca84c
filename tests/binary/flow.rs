//! Events from the endpoint to SQL, through every part, also when the server is killed on the way.

use crate::admin::Admin;
use crate::support::{Place, Ran};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that keeps its port over a `kill -9`.
struct Server<'a> {
    place: &'a Place,
    port: u16,
    child: Child,
}

impl<'a> Server<'a> {
    fn start(place: &'a Place) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { place, port, child: serve(place, port) }
    }

    /// At the next request for an operation but `after` of them: it is done, and nobody is told.
    fn kill_and_start_again_at(&mut self, operation: &str, after: u32, meanwhile: &mut Command) -> Child {
        let admin = Admin::of(&format!("http://127.0.0.1:{}", self.port), self.place.path());
        let held = json!({"operation": operation, "after": after, "times": 1000, "hold": true, "done": true});
        let meanwhile = admin.hold(&held, meanwhile);
        self.kill_and_start_again();
        meanwhile
    }

    /// `Child::kill` sends SIGKILL: the process can tidy nothing up.
    fn kill_and_start_again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = serve(self.place, self.port);
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(place: &Place, port: u16) -> Child {
    let mut command = place.command();
    command.args(["local", "--port", &port.to_string()]).stderr(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("serves"), "{line}");
    child
}

fn pipeline() -> Place {
    let place = Place::example("clickstream");
    let now = jiff::Timestamp::now();
    let month = format!("year = '{}' AND month = '{}'", now.strftime("%Y"), now.strftime("%m"));
    place.edit(&[
        ("datetime: timestamp", "datetime: timestamp\n  seq: bigint"),
        ("year = '2018' AND month = '01'", &month),
    ]);
    place
}

fn event(seq: u64) -> Value {
    let names = ["login", "view", "purchase"];
    json!({
        "event": names[(seq * 7 % 11 % 3) as usize],
        "userid": format!("user-{}", seq * 31 % 977),
        "datetime": format!("2018-01-{:02} 14:02:{:02}", seq % 28 + 1, seq % 60),
        "seq": seq,
    })
}

fn write_events(place: &Place, name: &str, seqs: impl Iterator<Item = u64>) {
    let lines: Vec<_> = seqs.map(|seq| event(seq).to_string()).collect();
    std::fs::write(place.path().join(name), lines.join("\n")).unwrap();
}

fn rows(place: &Place, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let ran = place.run(&[&["query", "--local", "--output", "json"], arguments].concat()).exits(0);
    let rows: Vec<BTreeMap<String, Option<String>>> = serde_json::from_str(&ran.stdout).unwrap();
    let set = |row: BTreeMap<_, Option<String>>| row.into_iter().map(|(name, value)| (name, value.unwrap_or_default()));
    rows.into_iter().map(|row| set(row).collect()).collect()
}

fn number(place: &Place, sql: &str) -> u64 {
    rows(place, &[sql])[0].values().next().unwrap().parse().unwrap()
}

/// Every event's number, as the raw table has it.
fn arrived(place: &Place) -> Vec<u64> {
    let all = rows(place, &["SELECT seq FROM ${raw_table}"]);
    all.iter().map(|row| row["seq"].parse().unwrap()).collect()
}

#[test]
fn ten_thousand_events_come_back_from_sql_although_the_server_is_killed() {
    let place = pipeline();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let mut server = Server::start(&place);
    write_events(&place, "first.ndjson", 0..5000);
    let sent = place.run(&["send", "--local", "--input", "first.ndjson", "--json"]).exits(0);
    let sent: Value = serde_json::from_str(&sent.stdout).unwrap();
    assert_eq!((&sent["acknowledged"], &sent["unknown"]), (&json!(5000), &json!(0)));
    server.kill_and_start_again();

    // While events come in.
    write_events(&place, "second.ndjson", 5000..10_000);
    let mut sender = place.command();
    sender.args(["send", "--local", "--input", "second.ndjson", "--once", "--json", "--rate", "2500/s"]);
    sender.stdout(Stdio::piped()).stderr(Stdio::piped());
    let sender = server.kill_and_start_again_at("firehose:PutRecordBatch", 20, &mut sender);
    let sent = Ran::new(&sender.wait_with_output().unwrap());
    let sent: Value = serde_json::from_str(&sent.stdout).unwrap_or_else(|_| panic!("{}", sent.stderr));
    let (acknowledged, unknown) = (sent["acknowledged"].as_u64().unwrap(), sent["unknown"].as_u64().unwrap());
    assert_eq!(acknowledged + unknown, 5000, "{sent}");

    // While buffers are delivered, files moved and tables made.
    let mut tick = place.command();
    tick.args(["local", "tick", "1h"]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut tick = server.kill_and_start_again_at("s3:CopyObject", 0, &mut tick);
    tick.wait().unwrap();
    // In the last quarter of an hour the buffers miss the next full hour, and the tables are made over two more.
    place.run(&["local", "tick", "3h"]).exits(0);

    let there = arrived(&place);
    let distinct: BTreeSet<_> = there.iter().copied().collect();
    assert_eq!(there.len(), distinct.len(), "some events are there twice");
    let missing: Vec<_> = (0..10_000).filter(|seq| !distinct.contains(seq)).collect();
    assert!(missing.iter().all(|seq| *seq >= 5000), "acknowledged events are lost: {missing:?}");
    assert!(missing.len() as u64 <= unknown, "{} are missing, {unknown} may be", missing.len());
    if !missing.is_empty() {
        write_events(&place, "rest.ndjson", missing.into_iter());
        place.run(&["send", "--local", "--input", "rest.ndjson"]).exits(0);
        place.run(&["local", "tick", "3h"]).exits(0);
    }
    the_tables_have_all_events(&place);
}

/// Against what follows from the events themselves.
fn the_tables_have_all_events(place: &Place) {
    for table in ["${raw_table}", "${parquet_table}"] {
        assert_eq!(number(place, &format!("SELECT count(*) FROM {table}")), 10_000, "{table}");
        assert_eq!(number(place, &format!("SELECT count(DISTINCT seq) FROM {table}")), 10_000, "{table}");
    }
    let all: Vec<_> = (0..10_000).map(event).collect();
    let users: BTreeSet<_> = all.iter().map(|event| event["userid"].as_str().unwrap()).collect();
    let mut names: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &all {
        *names.entry(event["event"].as_str().unwrap()).or_default() += 1;
    }
    let found = rows(place, &["--named", "distinct_users_in_month"]);
    assert_eq!(found[0]["users"], users.len().to_string());
    let found = rows(place, &["--named", "distinct_users_by_month"]);
    assert_eq!((found.len(), &found[0]["users"]), (1, &users.len().to_string()));
    let found = rows(place, &["--named", "events_by_name"]);
    let found: BTreeMap<_, u64> =
        found.iter().map(|row| (row["event"].as_str(), row["events"].parse().unwrap())).collect();
    assert_eq!(found, names);
    // Times are times, and not text.
    let late = number(place, "SELECT count(*) FROM ${parquet_table} WHERE datetime >= timestamp '2018-01-28 00:00:00'");
    assert_eq!(late, all.iter().filter(|event| event["datetime"].as_str().unwrap() >= "2018-01-28").count() as u64);
}

#[test]
fn a_request_is_answered_as_api_gateway_answers() {
    let place = Place::example("clickstream");
    place.edit(&[("rate: 1000/s, burst: 2000", "rate: 1/s, burst: 3")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let _server = Server::start(&place);
    let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
    let output: Value = serde_json::from_str(&output).unwrap();
    let url = output["endpoint"].as_str().unwrap();
    let key = output["api_keys"][0]["value"].as_str().unwrap();
    let script = format!(
        r#"
import json, urllib.request, urllib.error
def ask(method, body=None, key=None, path=""):
    headers = {{"content-type": "application/json", "origin": "https://a.example"}}
    if key: headers["x-api-key"] = key
    try:
        answer = urllib.request.urlopen(urllib.request.Request("{url}" + path, body, headers, method=method))
    except urllib.error.HTTPError as error:
        answer = error
    return [answer.status, answer.headers.get("access-control-allow-origin"), answer.headers.get("x-amzn-errortype"), answer.read().decode()]
event = b'{{"event":"a"}}'
print(json.dumps([ask("POST", event), ask("POST", event, "wrong"), ask("OPTIONS"), ask("POST", event, "{key}"),
    ask("POST", b"nonsense", "{key}"), ask("POST", b"x" * (11 << 20), "{key}"), ask("GET", None, "{key}"),
    ask("POST", event, "{key}", "/more"), ask("POST", event, "{key}"),
    # However slow this machine is, more than one a second.
    next((last for last in (ask("POST", event, "{key}") for _ in range(200)) if last[0] != 204), None)]))
"#
    );
    let ran = std::process::Command::new("python3").args(["-c", &script]).output().unwrap();
    let ran = Ran::new(&ran).exits(0);
    let answers: Vec<(u16, Option<String>, Option<String>, String)> = serde_json::from_str(&ran.stdout).unwrap();
    let is = |index: usize, status: u16, error: Option<&str>, body: &str| {
        let (got, cors, kind, text) = &answers[index];
        assert_eq!((*got, kind.as_deref(), text.as_str()), (status, error, body), "answer {index}");
        // Also what API Gateway answers by itself has the header, so that a page can read it.
        assert_eq!(cors.as_deref(), Some("*"), "answer {index}");
    };
    is(0, 403, Some("ForbiddenException"), r#"{"message":"Forbidden"}"#);
    is(1, 403, Some("ForbiddenException"), r#"{"message":"Forbidden"}"#);
    is(2, 204, None, "");
    is(3, 204, None, "");
    is(4, 400, None, r#"{"message":"the body is not JSON: line 1, column 2"}"#);
    is(5, 413, Some("RequestTooLargeException"), r#"{"message":"Request Too Long"}"#);
    is(6, 403, Some("MissingAuthenticationTokenException"), r#"{"message":"Missing Authentication Token"}"#);
    is(7, 403, Some("MissingAuthenticationTokenException"), r#"{"message":"Missing Authentication Token"}"#);
    is(8, 204, None, "");
    is(9, 429, Some("TooManyRequestsException"), r#"{"message":"Too Many Requests"}"#);
}

#[test]
fn every_part_shows_its_log() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    for part in ["track", "mover", "delivery", "crawler", "etl"] {
        assert_eq!(place.run(&["logs", part, "--local"]).exits(0).stdout, "");
    }
    let server = place.serve();
    let mut follow = place.command();
    follow.args(["logs", "track", "--local", "--follow", "--filter", "REPORT RequestId:"]).stdout(Stdio::piped());
    let mut follow = follow.spawn().unwrap();
    place.run(&["send", "--local", "--events", "10"]).exits(0);
    let mut line = String::new();
    BufReader::new(follow.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("Billed Duration"), "{line}");
    follow.kill().unwrap();
    follow.wait().unwrap();
    place.run(&["local", "tick", "3h"]).exits(0);
    place.run(&["logs", "mover", "--local"]).exits(0).says("REPORT RequestId:");
    place.run(&["logs", "crawler", "--local"]).exits(0).says("Crawler has finished running");
    place.run(&["logs", "etl", "--local"]).exits(0).says("10 rows written");
    // Only what is wanted, in the order of time.
    let lines = place.run(&["logs", "track", "--local", "--filter", "START"]).exits(0).stdout;
    assert!(lines.lines().all(|line| line.contains("START RequestId:")) && !lines.is_empty(), "{lines}");
    assert_eq!(place.run(&["logs", "track", "--local", "--filter", "no such text"]).exits(0).stdout, "");
    drop(server);
}

#[test]
fn the_server_says_what_happens_in_it() {
    let place = Place::example("minimal").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let mut server = place.command();
    let mut server = server.args(["local", "--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains("serves"));
    // It watches from its first look on.
    std::thread::sleep(Duration::from_secs(5));
    place.run(&["send", "--local", "--events", "10", "--batch", "5"]).exits(0);
    lines.find(|line| line.contains("requests 2 answered, 0 refused; buffered 2 records")).unwrap();
    place.run(&["local", "tick", "3h"]).exits(0);
    let last = lines.find(|line| line.contains("analytics_data 10 rows")).unwrap();
    assert!(last.contains("partitioned_analytics_raw/ 1") && last.contains("analytics_data/ 1"), "{last}");
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn what_a_query_cannot_do_is_said_in_athenas_words() {
    let place = pipeline();
    place.run(&["query", "--local", "SELECT 1"]).exits(1).says("there is no workgroup");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place
        .run(&["query", "--local", "SELECT * FROM ${raw_table}"])
        .exits(1)
        .says("TABLE_NOT_FOUND: line 1:15")
        .says("hint:");
    place.run(&["query", "--local", "--named", "nope"]).exits(3).says("there are: distinct_users_by_month");
    place
        .run(&["query", "--local", "SELECT 1 AS one, null AS nothing"])
        .exits(0)
        .says("one,nothing\n1,\n")
        .says("$0.000000");
}

#[test]
fn send_counts_what_was_refused_and_says_why() {
    let place = pipeline();
    place.run(&["send", "--local"]).exits(1).says("there is no pipeline");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    std::fs::write(place.path().join("broken.ndjson"), "{\"event\":\"a\"}\n{\"a\":1,\"A\":2}\n").unwrap();
    let ran = place.run(&["send", "--local", "--input", "broken.ndjson", "--batch", "1"]).exits(1);
    ran.says("1 events acknowledged").says("1 events were not acknowledged; the first answer was 400");
    std::fs::write(place.path().join("template.json"), "{\"event\": \"{{choose a}}\"}").unwrap();
    place.run(&["send", "--local", "--template", "template.json"]).exits(3).says("is none of uuid");
    let first = ["send", "--local", "--events", "50", "--seed", "3", "--out", "one.ndjson"];
    place.run(&first).exits(0).says("50 events acknowledged");
    place.run(&["send", "--local", "--events", "50", "--seed", "3", "--out", "two.ndjson"]).exits(0);
    let read = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
    assert_eq!(read("one.ndjson").lines().count(), 50);
    // Columns that are times depend on now; the rest is the seed's.
    let events = |name: &str| -> Vec<Value> {
        read(name).lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone()).collect()
    };
    assert_eq!(events("one.ndjson"), events("two.ndjson"));
}
