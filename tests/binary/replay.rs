//! `pipectl events replay`: what did not get through is sent again, once each.

use crate::support::{Place, Server};
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// A day and the one after it, in which everything of a test comes.
fn always() -> [&'static str; 2] {
    ["2020-01-01", "2100-01-01"]
}

fn replay(place: &Place, from: &str, options: &[&str]) -> crate::support::Ran {
    let [first, last] = always();
    let fixed = ["events", "replay", "--local", "--from", from, "--between", first, last];
    place.run(&[&fixed[..], options].concat())
}

/// Rows, and different ids among them.
#[track_caller]
fn rows(place: &Place, table: &str) -> (u64, u64) {
    let sql = format!("SELECT count(*) AS n, count(DISTINCT event_id) AS ids FROM ${{{table}}}");
    let ran = place.run(&["query", "--local", "--output", "json", &sql]).exits(0);
    let rows: Value = serde_json::from_str(&ran.stdout).unwrap();
    let number = |name: &str| rows[0][name].as_str().unwrap().parse().unwrap();
    (number("n"), number("ids"))
}

/// Events that are a whole number behind a word, for a column that takes whole numbers.
fn odd(count: usize) -> String {
    (0..count).map(|n| format!("{{\"event\":\"odd\",\"event_id\":\"o{n}\",\"n\":\"no {n}\"}}\n")).collect()
}

/// Events that Firehose could not convert, since a column was of the wrong type, which is mended by now.
fn mended(count: usize) -> (Place, Server) {
    let lean = "name: replays\nshape: lean\nevents: { id: event_id }\nschema:\n  event: string\n  n: int\n";
    let place = Place::new(lean);
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.send(&odd(count));
    place.run(&["local", "tick", "20min"]).exits(0);
    place.edit(&[("n: int", "n: string")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    (place, server)
}

#[test]
fn what_firehose_could_not_convert_is_in_the_table_after_the_mend() {
    let (place, _server) = mended(60);
    place.send("{\"event\":\"good\",\"event_id\":\"g\",\"n\":\"1\"}\n");
    let told = replay(&place, "errors", &["--dry-run"]).exits(0).stdout;
    for words in [
        "60 events to send again, in 1 file of ",
        "  from 2020-01-01T00:00:00Z on, up to 2100-01-01T00:00:00Z and without it\n",
        "  DataFormatConversion.MalformedData: 60 events\n",
        "to the stream `replays-dev` itself, in 1 request of at most 500 events; 300.0 KB as Firehose bills them",
        ": less than $0.01 at list prices\n",
        "the table `partitioned_analytics_raw` has them already, and then twice: `events_once` counts each `event_id` once",
    ] {
        assert!(told.contains(words), "`{words}` is not in:\n{told}");
    }
    replay(&place, "errors", &[]).exits(4).says("there is no terminal to ask on");
    replay(&place, "errors", &["--yes", "--where", "event_id=o7"]).exits(0).says("1 events acknowledged, 1 requests");
    replay(&place, "errors", &["--yes", "--batch", "25"])
        .exits(0)
        .says("59 events acknowledged, 3 requests, 0 repeated");
    replay(&place, "errors", &["--yes"])
        .exits(0)
        .says("0 events to send again")
        .says("60 events were sent again before");
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (61, 61));
    assert_eq!(rows(&place, "raw_table"), (121, 61));
    replay(&place, "errors", &["--yes", "--again", "--where", "event_id=o7"]).exits(0).says("1 events acknowledged");
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (62, 61));
}

#[test]
fn what_is_asked_for_has_to_make_sense() {
    let (place, _server) = mended(2);
    let between = |from: &str, a: &str, b: &str, more: &[&str]| {
        let fixed = ["events", "replay", "--local", "--from", from, "--between", a, b, "--yes"];
        place.run(&[&fixed[..], more].concat())
    };
    between("errors", "2026-11-26", "2026-11-26", &[]).exits(3).says("there is no time from 2026-11-26T00:00:00Z");
    between("errors", "today", "2026-11-26", &[]).exits(3).says("write a date or a time");
    between("raw", "2020-01-01", "2100-01-01", &["--where", "event=a"]).exits(3).says("is sent whole");
    between("elsewhere", "2020-01-01", "2100-01-01", &[]).exits(3);
    between("errors", "2020-01-01", "2020-01-02T00:00+02:00", &[]).exits(0).says("0 events to send again");
}

/// Kills a replay at each of its writes, before and after it is done; the next run goes on.
#[test]
fn a_replay_that_is_killed_goes_on_and_repeats_one_request_at_most() {
    const EVENTS: u64 = 10;
    const BATCH: u64 = 3;
    let (place, server) = mended(EVENTS as usize);
    drop(server);
    let mut killed = 0;
    for operation in ["s3:PutObject", "firehose:PutRecordBatch"] {
        for done in [false, true] {
            for after in 0.. {
                let place = place.copy();
                let server = place.serve();
                let held = json!({"operation": operation, "times": 1000, "hold": true, "done": done, "after": after});
                if !kill(&place, &server, &held) {
                    break;
                }
                killed += 1;
                server.admin().forget_faults();
                let ran = replay(&place, "errors", &["--yes", "--batch", "3"]).exits(0);
                place.run(&["local", "tick", "20min"]).exits(0);
                let (rows, ids) = rows(&place, "parquet_table");
                let place = format!("{operation} {after} {done}:\n{}", ran.stdout);
                assert!(ids == EVENTS && rows <= EVENTS + BATCH, "{rows} rows of {ids}, {place}");
                let told = ran.stdout.contains("may be there twice: it was on its way when a replay was cut off");
                assert!(rows == EVENTS || told, "{rows} rows, and nothing is said: {place}");
            }
        }
    }
    // Lock, order, four requests with the progress before each of them, the end of it, and the lock again.
    assert_eq!(killed, 2 * (8 + 4));
}

/// `false`: nothing was held, and it ended.
fn kill(place: &Place, server: &Server, held: &Value) -> bool {
    server.admin().fault(held);
    let [first, last] = always();
    let mut command = place.command();
    command.args([
        "events",
        "replay",
        "--local",
        "--from",
        "errors",
        "--between",
        first,
        last,
        "--yes",
        "--batch",
        "3",
    ]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while server.admin().met().is_empty() {
        if run.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it neither writes nor ends");
        std::thread::sleep(Duration::from_millis(5));
    }
    run.kill().unwrap();
    run.wait().unwrap();
    true
}
