//! `pipectl events replay`: what did not get through is sent again, once each.

use crate::support::{Place, Server, boto3};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
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

/// Events that Firehose gave up, as both commands count them that look: those that nobody has sent again, and the others.
#[track_caller]
fn given_up(place: &Place) -> (u64, u64) {
    let counted = ["status", "events"].map(|command| {
        let ran = place.run(&[command, "--local", "--json"]);
        let told: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        let number = |name: &str| told["given_up"][name].as_u64().unwrap_or_else(|| panic!("{command}: {told:#}"));
        (number("events"), number("sent_again"))
    });
    assert_eq!(counted[0], counted[1]);
    counted[0]
}

/// How many files of what was given up are told of, before and after there is one in the folder of another year, which is
/// not looked at.
fn files_with_one_of_another_year(place: &Place, server: &Server) -> [Value; 2] {
    let files = || {
        let told: Value = serde_json::from_str(&place.run(&["status", "--local", "--json"]).stdout).unwrap();
        told["given_up"]["files"].clone()
    };
    let before = files();
    let old = "s3 = client('s3')\nbucket = s3.list_buckets()['Buckets'][0]['Name']\n\
               key = 'analytics_errors/format-conversion-failed/2019/01/01/old'\n\
               s3.put_object(Bucket=bucket, Key=key, Body=b'')";
    boto3(server, old);
    let after = files();
    boto3(server, &old.replace("put_object", "delete_object").replace(", Body=b''", ""));
    [before, after]
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
    let (place, server) = mended(60);
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
    let why = "60 events of the last 7 days, the newest ";
    for command in ["status", "events"] {
        let ran = place.run(&[command, "--local"]);
        ran.says(why).says("ago: DataFormatConversion.MalformedData; `pipectl events replay --from errors`");
    }
    assert_eq!(given_up(&place), (60, 0));
    assert_eq!(files_with_one_of_another_year(&place, &server), [json!(1), json!(1)]);
    replay(&place, "errors", &[]).exits(4).says("there is no terminal to ask on");
    replay(&place, "errors", &["--yes", "--where", "event_id=o7"]).exits(0).says("1 events acknowledged, 1 requests");
    replay(&place, "errors", &["--yes", "--batch", "25"])
        .exits(0)
        .says("59 events acknowledged, 3 requests, 0 repeated");
    replay(&place, "errors", &["--yes"])
        .exits(0)
        .says("0 events to send again")
        .says("60 events were sent again before");
    assert_eq!(given_up(&place), (0, 60));
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
#[ignore = "long: `.ci/long` says when it runs"]
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

fn kill(place: &Place, server: &Server, held: &Value) -> bool {
    kill_of(place, server, "errors", held)
}

/// `false`: nothing was held, and it ended.
fn kill_of(place: &Place, server: &Server, from: &str, held: &Value) -> bool {
    server.admin().fault(held);
    let (mut run, began) = (command(place, from).spawn().unwrap(), Instant::now());
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

/// Three events at a time.
fn command(place: &Place, from: &str) -> Command {
    let [first, last] = always();
    let mut command = place.command();
    command.args(["events", "replay", "--local", "--from", from, "--between", first, last, "--yes", "--batch", "3"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Events that S3 did not let the mover move, until it gave them up.
fn stranded(count: usize) -> (Place, Server) {
    let place = Place::new("name: replays\nevents: { id: event_id }\nschema:\n  event: string\n  n: string\n").hourly();
    let server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let fault = json!({"operation": "s3:CopyObject", "status": 403, "code": "AccessDenied", "message": "no",
        "times": 1_000_000});
    server.admin().fault(&fault);
    place.send(&odd(count));
    place.run(&["local", "tick", "70min"]).exits(0);
    server.admin().forget_faults();
    (place, server)
}

#[test]
fn what_the_mover_left_is_taken_out_of_its_way_and_sent() {
    let (place, _server) = stranded(40);
    place.run(&["output", "--local"]).exits(0).says("the mover has not moved");
    let ran = replay(&place, "raw", &["--yes", "--batch", "15"]).exits(0);
    let ran = ran.says("40 events acknowledged, 3 requests, 0 repeated");
    assert!(!ran.stdout.contains("twice"), "{}", ran.stdout);
    assert!(!place.run(&["output", "--local"]).exits(0).stderr.contains("the mover has not moved"));
    place.run(&["local", "tick", "4h"]).exits(0);
    for table in ["raw_table", "parquet_table"] {
        assert_eq!(rows(&place, table), (40, 40), "{table}");
    }
    let again = replay(&place, "raw", &["--yes"]).exits(0);
    again.says("0 events to send again").says("40 events were sent again before");
}

/// Killed at each write, with the mover sweeping in between.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_file_that_was_taken_is_not_moved_as_well() {
    let (place, server) = stranded(10);
    drop(server);
    let mut killed = 0;
    for operation in ["s3:CopyObject", "s3:DeleteObject", "firehose:PutRecordBatch"] {
        for done in [false, true] {
            let place = place.copy();
            let server = place.serve();
            let held = json!({"operation": operation, "times": 1000, "hold": true, "done": done});
            killed += usize::from(kill_of(&place, &server, "raw", &held));
            server.admin().forget_faults();
            place.run(&["local", "tick", "61min"]).exits(0);
            replay(&place, "raw", &["--yes"]).exits(0);
            place.run(&["local", "tick", "4h"]).exits(0);
            let expected = if (operation, done) == ("firehose:PutRecordBatch", true) { 13 } else { 10 };
            let (rows, ids) = rows(&place, "parquet_table");
            assert_eq!((rows, ids), (expected, 10), "{operation} {done}");
            replay(&place, "raw", &["--dry-run"]).exits(0).says("0 events to send again");
        }
    }
    assert_eq!(killed, 6);
}

#[test]
fn what_is_in_the_tables_already_is_sent_with_consent_alone() {
    for (shape, rows_of_parquet) in [("article", (5, 5)), ("lean", (5, 5))] {
        let yaml = "events: { id: event_id }\nschema:\n  event: string\n  n: string\n";
        let place = Place::new(&format!("name: replays\nshape: {shape}\n{yaml}"));
        let place = if shape == "article" { place.hourly() } else { place };
        let _server = place.serve();
        place.run(&["apply", "--local", "--yes"]).exits(0);
        place.send(&odd(5));
        place.run(&["local", "tick", "4h"]).exits(0);
        assert_eq!(rows(&place, "parquet_table"), rows_of_parquet, "{shape}");
        let hint = if shape == "article" { "`pipectl run etl --from DATE`" } else { "`--allow-repeats`" };
        replay(&place, "json", &["--yes"]).exits(4).says("5 events are rows already").says(hint);
        let told = replay(&place, "json", &["--yes", "--allow-repeats", "--where", "event=odd"]).exits(0);
        told.says("5 events acknowledged, 1 requests").says("the table `partitioned_analytics_raw` has them already");
        place.run(&["local", "tick", "4h"]).exits(0);
        for table in ["raw_table", "parquet_table"] {
            assert_eq!(rows(&place, table), (10, 5), "{shape} {table}");
        }
        let once = place.run(&["query", "--local", "--named", "events_once", "--output", "csv"]).exits(0).stdout;
        assert!(once.ends_with(",5,5\n"), "{once}");
    }
}

/// Two at once: the second is told who is at work, and sends nothing.
#[test]
fn one_replay_is_at_work_at_a_time() {
    let (place, server) = mended(4);
    let held = json!({"operation": "firehose:PutRecordBatch", "times": 1, "hold": true});
    let mut first = server.admin().hold(&held, &mut command(&place, "errors"));
    replay(&place, "errors", &["--yes"]).exits(4).says("somebody else is at work: `events replay` of ");
    server.admin().forget_faults();
    assert!(first.wait().unwrap().success());
    replay(&place, "errors", &["--yes"]).exits(0).says("0 events to send again");
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (4, 4));
}

/// What Firehose refuses for a moment is tried again; for good, and the journal knows what it took.
#[test]
fn what_is_refused_is_tried_again_and_then_told() {
    let (place, server) = mended(6);
    let fault = |code: &str, status: u16, times: u64, after: u64| {
        let operation = "firehose:PutRecordBatch";
        let fault = json!({"operation": operation, "status": status, "code": code, "message": "Slow down.",
            "times": times, "after": after});
        server.admin().fault(&fault);
    };
    fault("AccessDeniedException", 400, 1, 1);
    let denied = replay(&place, "errors", &["--yes", "--batch", "2"]).exits(1);
    denied.says("2 events acknowledged").says("AccessDenied").says("firehose:PutRecordBatch on the stream");
    server.admin().forget_faults();
    fault("ServiceUnavailableException", 503, 2, 0);
    let ran = replay(&place, "errors", &["--yes", "--batch", "2"]).exits(0);
    ran.says("4 events to send again").says("2 events were sent again before").says("4 requests, 2 repeated");
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (6, 6));
}

/// What was acknowledged is written down, also where it is not Firehose that fails.
#[test]
fn a_file_that_cannot_be_read_makes_nothing_come_twice() {
    let (place, server) = mended(3);
    place.edit(&[("n: string", "n: int")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.send(&odd(6)[odd(3).len()..]);
    place.run(&["local", "tick", "20min"]).exits(0);
    place.edit(&[("n: int", "n: string")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    // Both files are counted, the lock is read, and then the files again.
    let fault =
        json!({"operation": "s3:GetObject", "status": 403, "code": "AccessDenied", "message": "no", "after": 4});
    server.admin().fault(&fault);
    replay(&place, "errors", &["--yes", "--batch", "1"]).exits(1).says("2 events acknowledged").says("AccessDenied");
    server.admin().forget_faults();
    let ran = replay(&place, "errors", &["--yes"]).exits(0);
    let ran = ran.says("2 events were sent again before").says("4 events acknowledged");
    assert!(!ran.stdout.contains("may be there twice"), "{}", ran.stdout);
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (6, 6));
}

#[test]
fn what_is_on_its_way_is_answered_before_an_interrupted_replay_ends() {
    let (place, server) = mended(7);
    let held = json!({"operation": "firehose:PutRecordBatch", "times": 1, "hold": true});
    let mut run = command(&place, "errors");
    run.stderr(Stdio::piped());
    let run = server.admin().hold(&held, &mut run);
    let interrupted = Command::new("kill").args(["-s", "INT", &run.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    // As long as a signal takes, on a machine with much to do.
    std::thread::sleep(Duration::from_secs(3));
    server.admin().forget_faults();
    let ran = crate::support::Ran::new(&run.wait_with_output().unwrap()).exits(130);
    ran.says("interrupted: the same command goes on where it was");
    let ran = replay(&place, "errors", &["--yes"]).exits(0);
    let ran = ran.says("3 events were sent again before").says("4 events acknowledged");
    assert!(!ran.stdout.contains("may be there twice"), "{}", ran.stdout);
    place.run(&["local", "tick", "20min"]).exits(0);
    assert_eq!(rows(&place, "parquet_table"), (7, 7));
}
