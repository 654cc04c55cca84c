//! `pipectl events`: which fields arrive, and which columns there are for them.

use crate::odd_events::odd_events;
use crate::support::Place;
use serde_json::Value;
use std::collections::BTreeMap;

fn arrived(place: &Place, options: &[&str]) -> Value {
    let ran = place.run(&[&["events", "--local", "--json"], options].concat()).exits(0);
    let arrived: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(arrived["schema"], "pipectl-events/1");
    arrived
}

/// What the job says of each field, over all of its runs.
fn told_by_the_job(place: &Place, words: &str) -> BTreeMap<String, u64> {
    let log = place.run(&["logs", "etl", "--local", "--since", "100d"]).exits(0).stdout;
    let mut all = BTreeMap::new();
    for line in log.lines().filter_map(|line| line.split_once(words)) {
        let (name, count) = line.1.trim().rsplit_once(": ").unwrap();
        *all.entry(name.to_lowercase()).or_default() += count.parse::<u64>().unwrap();
    }
    all
}

/// Of each field of the events themselves, the number under `key`, where there is one.
fn counted(arrived: &Value, key: &str, wanted: impl Fn(&Value) -> bool) -> BTreeMap<String, u64> {
    let fields = arrived["fields"].as_array().unwrap().iter().filter(|field| wanted(field));
    let counts = fields.map(|field| (field["field"].as_str().unwrap().to_owned(), field[key].as_u64().unwrap()));
    counts.filter(|(_, count)| *count > 0).collect()
}

/// `--check` says before the job runs what its log says afterwards, whatever is in the events.
#[test]
fn what_does_not_fit_is_what_the_job_leaves_out() {
    let (place, _server, accepted) = odd_events("600");
    let arrived = arrived(&place, &["--since", "3650d", "--events", "1000000"]);
    assert_eq!(arrived["events"], accepted.len());
    let columns =
        ["id", "event", "userid", "at", "day_of", "small", "ratio", "half", "flag", "price", "tags", "counts", "place"];
    let is_column = |field: &Value| columns.contains(&field["field"].as_str().unwrap());
    let misfits = counted(&arrived, "does_not_fit", is_column);
    assert!(misfits.len() > 5, "{misfits:?}");
    assert_eq!(misfits, told_by_the_job(&place, "null, because they do not fit: values of column "));
    let unknown = told_by_the_job(&place, "not in the schema: values of field ");
    assert!(unknown.len() > 10, "{unknown:?}");
    // A name may have a point in it, as what is within a column has.
    let within = |name: &str| ["place.", "counts[]", "tags[]"].iter().any(|inner| name.starts_with(inner));
    let mut extra = counted(&arrived, "values", |field| field["column"].is_null());
    extra.retain(|name, _| !within(name));
    assert_eq!(extra, unknown);
    place.run(&["events", "--local", "--check", "--since", "3650d"]).exits(2);
}

#[test]
fn the_proposed_lines_take_in_what_had_no_column() {
    let place = Place::new("name: newfield\nschema:\n  event: string\n  at: struct<city:string>\n").hourly();
    place.run(&["events", "--local"]).exits(1).says("NoSuchBucket").says("hint: `pipectl apply` makes it");
    place.run(&["events", "--local", "--events", "0"]).exits(3);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.run(&["events", "--local"]).exits(0).says("no events are in s3://newfield-dev-");
    place.run(&["events", "--local", "--check"]).exits(1).says("no events are in s3://");
    let send = |lines: &str| {
        std::fs::write(place.path().join("events.ndjson"), lines).unwrap();
        place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
        place.run(&["local", "tick", "3h"]).exits(0);
    };
    let lines = "{\"event\":\"a\",\"plan\":\"pro\",\"n\":1,\"at\":{\"city\":\"x\",\"zip\":8000}}\n{\"event\":\"b\",\"n\":2.5,\"on\":true}\n";
    send(lines);
    let shown = place.run(&["events", "--local", "--check"]).exits(2).stdout;
    for line in [
        "FIELD   VALUES  OF EVENTS  ARRIVES AS       COLUMN",
        "at.zip  1       50 %       int              none: not in Parquet",
        "n       2       100 %      int 1, double 1  none: not in Parquet",
        "To have them in Parquet from now on, add to `schema` (pipeline.yaml:2):\n  n: double\n  on: boolean\n  plan: string\n",
        "In place of pipeline.yaml:4:\n  at: struct<city:string,zip:bigint>\n",
    ] {
        assert!(shown.contains(line), "`{line}` is not in:\n{shown}");
    }
    // The job says the same, of what it has read, if it has not come to it by its schedule.
    place.begins_an_hour();
    place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    let told = "\n  2 rows written\n  not in the schema: values of field n: 2\n";
    place.run(&["run", "etl", "--local", "--wait"]).exits(0).says(told);
    let new = shown.split("pipeline.yaml:2):\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let wider = shown.split("pipeline.yaml:4:\n").nth(1).unwrap();
    place.edit(&[("  at: struct<city:string>\n", &format!("{}{new}\n", wider))]);
    place.run(&["events", "--local", "--check"]).exits(0);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    send(lines);
    let rows = place.run(&[
        "query",
        "--local",
        "SELECT DISTINCT plan, n, \"on\" FROM ${parquet_table} WHERE n IS NOT NULL ORDER BY n",
    ]);
    assert_eq!(rows.exits(0).stdout, "plan,n,on\npro,1.0,\n,2.5,true\n");
}

#[test]
fn what_is_read_is_bounded_and_told() {
    let place = Place::new("name: bounded\nschema: { event: string, n: int }\n").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    for file in 0..3 {
        let lines: String = (0..10).map(|n| format!("{{\"event\":\"e\",\"n\":\"{file}{n}x\"}}\n")).collect();
        std::fs::write(place.path().join("events.ndjson"), lines).unwrap();
        place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
        place.run(&["local", "tick", "20min"]).exits(0);
    }
    let shown = place.run(&["events", "fields", "--local", "--events", "15"]).exits(0).stdout;
    for line in [
        "15 events in 2 files of 20",
        ", the newest of 3\n",
        "n      15      100 %      string      int: 15 do not fit",
        "`n`: the first value that is no int is in line 1 of s3://bounded-dev-",
    ] {
        assert!(shown.contains(line), "`{line}` is not in:\n{shown}");
    }
    // No value is shown.
    assert!(!shown.contains("0x"), "{shown}");
}
