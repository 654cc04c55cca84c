//! The lean shape: events through the function's URL, Parquet by Firehose.

use crate::support::Place;

/// Of types that events can miss, which Firehose reads by its own rules.
const SCHEMA: &str = "
  n: int
  small: tinyint
  big: bigint
  ratio: float
  price: double
  flag: boolean
  amount: decimal(6,2)
  born: date
  tags: array<string>
  counts: map<string,int>
  place: struct<lat:double,seen:timestamp>
  code: varchar(4)
";

/// Fits every column, each in one of the spellings that surely do.
fn fitting(number: usize) -> String {
    let one = |spellings: &[&'static str]| spellings[number % spellings.len()];
    let time = one(&[
        r#""2026-11-26T10:00:00Z""#,
        r#""2026-11-26 23:59:59.5""#,
        r#""1700-01-01T00:00:00.123456789Z""#,
        r#""2261-12-31 00:00:00""#,
        "1518033528",
        "9999999999999",
        "0",
        "null",
    ]);
    format!(
        r#"{{"Event":{},"userId":"u{number}","dateTime":{time},"n":{},"SMALL":{},"big":{},"ratio":{},"price":{},"flag":{},"amount":{},"born":{},"tags":{},"counts":{},"place":{{"Lat":{},"seen":{time},"x":[{{}}]}},"code":{},"other":{{"n":"x"}}}}"#,
        one(&[r#""a""#, "12.50", "true", "null", r#""\u00e9\"""#]),
        one(&["2147483647", "-2147483648", "0"]),
        one(&["127", "-128"]),
        one(&["9223372036854775807", "-9223372036854775808", "-1"]),
        one(&["3.4028234663852886e38", "-1", "1e-300", "0.5"]),
        one(&["1e308", "100000000000000000000", "-0.0", "5e-324", "-0"]),
        one(&["true", "false"]),
        one(&["9999.99", "-9999.99", "0.5", "-0", "12", "0.00"]),
        one(&[r#""2024-02-29""#, r#""0001-01-01""#, r#""9999-12-31""#]),
        one(&[r#"["a",1,null,false]"#, r#"[""]"#]),
        one(&[r#"{"a":1,"b":null}"#, r#"{"ü":-5}"#]),
        one(&["1", "-1e5", "null"]),
        one(&[r#""abcd""#, r#""äöü""#, r#""""#]),
    )
}

#[test]
fn ten_events_that_do_not_fit_cost_ten_rows() {
    let place = Place::example("lean");
    place.edit(&[("  event: string\n  userid: string\n", &format!("  event: string\n  userid: string{SCHEMA}"))]);
    let _server = place.serve();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let misfits = [r#"{"n":"x"}"#, r#"{"n":3000000000}"#, r#"{"born":"2026-11"}"#, r#"{"flag":1}"#, r#"{"N":1.5}"#];
    let event = |at: usize| match at % 100 {
        50 => misfits[at / 100 % misfits.len()].to_owned(),
        _ => fitting(at),
    };
    let lines: String = (0..1000).map(|at| event(at) + "\n").collect();
    std::fs::write(place.path().join("events.ndjson"), lines).unwrap();
    place.run(&["send", "--local", "--input", "events.ndjson", "--batch", "25"]).exits(0);
    place.run(&["local", "tick", "20min"]).exits(0);
    for (table, rows) in [("parquet_table", 990), ("raw_table", 1000)] {
        let count = format!("SELECT count(*) AS rows FROM ${{{table}}}");
        assert_eq!(place.run(&["query", "--local", &count]).exits(0).stdout, format!("rows\n{rows}\n"), "{table}");
    }
}
