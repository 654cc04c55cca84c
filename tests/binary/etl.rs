//! The job's script under Spark, on the files that the pipeline made, against the job of Local AWS.
//!
//! Spark needs Java, which the README does not ask for: `.ci/run` has these tests run.

use crate::support::{Place, environment, judge, judge_with};
use serde_json::{Value, json};

const SCHEMA: &str = "\
name: typed
schema:
  seq: bigint
  event: string
  userid: string
  at: timestamp
  day_of: date
  small: int
  ratio: double
  half: float
  flag: boolean
  price: decimal(10,2)
  tags: array<string>
  counts: map<string,bigint>
  place: struct<city:string,zip:int>
";

/// Every column in every form that a client might send it in, also in forms that it cannot have.
fn events(from: u64, to: u64) -> String {
    let times = [
        json!("2018-01-30 14:02:40"),
        json!("2018-01-30T14:02:40Z"),
        json!("2018-01-30T14:02:40.123456+02:00"),
        json!(1_517_320_960),
        json!(1_517_320_960_123_u64),
        json!("1517320960"),
        json!("2018"),
        json!("soon"),
        json!(20_180_130),
        json!("20180130"),
        json!(20_181_330),
        json!(20_180_130_140_240_u64),
        json!(201_801_301_402_u64),
        json!(true),
        json!("10000-01-01"),
        json!(1e30),
        Value::Null,
    ];
    let numbers = [
        json!(7),
        json!(-3),
        json!("12"),
        json!(" 5 "),
        json!(2.9),
        json!("many"),
        json!(3_000_000_000_u64),
        json!(i64::MAX),
        json!(9_223_372_036_854_775_808_u64),
        Value::Null,
    ];
    let flags = [json!(true), json!(false), json!("true"), json!("no"), json!(1), json!(0), Value::Null];
    let texts = [
        json!("a"),
        json!("ümlaut \"quoted\""),
        json!(""),
        json!(12),
        json!(true),
        json!({"k": 1}),
        json!(["x", 1]),
        json!({"string": "abc", "int": 5}),
        json!({"string": "abc"}),
    ];
    let prices = [json!("19.99"), json!(5), json!(0.005), json!(123_456_789.125), json!("x"), json!(1e12)];
    let tags = [json!(["a", "b"]), json!([]), json!("alone"), json!([1, null]), json!("[\"text\"]"), Value::Null];
    let counts = [
        json!({"a": 1, "b": 2}),
        json!({}),
        json!("none"),
        json!({"a": "3"}),
        json!({"b": "x"}),
        json!("{\"a\":7}"),
        json!({"a": null}),
        json!({"int": 1, "long": 5_000_000_000_u64}),
    ];
    let places = [
        json!({"city": "Bern", "zip": 3000}),
        json!({"zip": "8000"}),
        json!({"City": 1, "more": 2}),
        json!([1]),
        json!("{\"zip\":1}"),
        Value::Null,
    ];
    let pick = |all: &[Value], seq: u64| all[(seq as usize) % all.len()].clone();
    let event = |seq: u64| {
        let mut event = json!({
            "seq": seq, "event": pick(&texts, seq), "at": pick(&times, seq), "day_of": pick(&times, seq / 2),
            "small": pick(&numbers, seq), "ratio": pick(&numbers, seq / 3), "half": pick(&numbers, seq / 5), "flag": pick(&flags, seq),
            "price": pick(&prices, seq), "tags": pick(&tags, seq), "counts": pick(&counts, seq), "place": pick(&places, seq),
            "unknown": pick(&places, seq),
        });
        // The catalog has names in lower case, events as the client writes them.
        event[if seq.is_multiple_of(3) { "UserId" } else { "userid" }] = format!("user-{seq}").into();
        event.to_string()
    };
    (from..to).map(event).collect::<Vec<_>>().join("\n")
}

/// Days are converted again by the real script, which is killed before each of its writes.
#[test]
#[ignore = "long: needs Java"]
fn the_script_under_spark_converts_days_again_and_survives_each_kill() {
    let place = Place::new("name: again\nschema: { event: string, n: int }\n").hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let python = environment("spark", "requirements-spark.txt");
    let work = tempfile::tempdir().unwrap();
    let work = work.path().to_str().unwrap();
    let arrives = |events: &str| {
        std::fs::write(place.path().join("events.ndjson"), events).unwrap();
        place.run(&["send", "--local", "--input", "events.ndjson"]).exits(0);
        place.run(&["local", "tick", "3h"]).exits(0);
    };
    let spark = |old: &[&str]| {
        let arguments = [&[server.url.as_str(), "again-dev-etl", work], old].concat();
        let told = judge_with(&python, "spark_again.py", &arguments);
        serde_json::from_str::<Value>(told.lines().last().unwrap()).unwrap()
    };
    arrives("{\"event\":\"a\",\"n\":1,\"plan\":\"pro\"}\n{\"event\":\"b\",\"n\":2}");
    assert_eq!(spark(&[])["rows"], json!([{"event": "a", "n": 1}, {"event": "b", "n": 2}]));
    place.edit(&[("n: int", "n: string, plan: string")]);
    place.run(&["apply", "--local", "--yes", "--allow-data-loss", "glue.job.etl"]).exits(0);
    // Nobody has read this one: an ordinary run does.
    arrives(r#"{"event":"c","n":"A-17"}"#);
    let told = spark(&["a", "b"]);
    let row = |event: &str, n: &str, plan: Option<&str>| json!({"event": event, "n": n, "plan": plan});
    assert_eq!(told["rows"], json!([row("a", "1", Some("pro")), row("b", "2", None), row("c", "A-17", None)]));
    assert!(told["kills"].as_array().unwrap().len() >= 4, "{told}");
}

#[test]
#[ignore = "long: needs Java"]
fn the_script_under_spark_makes_the_rows_that_local_aws_makes() {
    both_make_the_same(&Place::new(SCHEMA).hourly());
}

/// Spark takes no notice of projection: what is in no partition of the catalog it does not read.
#[test]
#[ignore = "long: needs Java"]
fn the_script_under_spark_reads_a_declared_table_as_local_aws_does() {
    let hourly = "etl: { schedule: hourly }";
    both_make_the_same(&Place::new(&format!("{SCHEMA}catalog: {{ tables: declared }}\n{hourly}\n")));
}

fn both_make_the_same(place: &Place) {
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let python = environment("spark", "requirements-spark.txt");
    let work = tempfile::tempdir().unwrap();
    let work = work.path().to_str().unwrap();
    // Twice: the second run of either reads new files only.
    for (from, to) in [(0, 700), (700, 1000)] {
        std::fs::write(place.path().join("events.ndjson"), events(from, to)).unwrap();
        place.run(&["send", "--local", "--input", "events.ndjson", "--batch", "50"]).exits(0);
        place.run(&["local", "tick", "3h"]).exits(0);
        let compared = judge_with(&python, "spark_etl.py", &[&server.url, "typed-dev-etl", work]);
        let compared: Value = serde_json::from_str(compared.lines().last().unwrap()).unwrap();
        assert_eq!(compared["rows"], to);
        assert_eq!(compared["columns"].as_array().unwrap().len(), 13 + 3);
        // As if Firehose had made Parquet of these, and kept their JSON: neither job makes it again.
        judge("keep_json.py", &[&server.url, "typed-dev-etl"]);
    }
}
