//! What no client of ours writes: lines that are not one plain object, damaged files, files where none should be. One of them stops
//! nothing, and what is left out is told.

use crate::support::{Place, judge};

const SCHEMA: &str = "\
name: odd
schema:
  event: string
  n: bigint
";

fn query(place: &Place, sql: &str) -> Vec<String> {
    let ran = place.run(&["query", "--local", "--output", "csv", sql]).exits(0);
    ran.stdout.lines().skip(1).map(str::to_owned).collect()
}

fn foreign() -> (Place, crate::support::Server) {
    let place = Place::new(SCHEMA);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    judge("foreign_lines.py", &[&server.url, "odd-dev", "odd-dev-000000000000-us-east-1"]);
    place.run(&["local", "tick", "3h"]).exits(0);
    (place, server)
}

#[test]
fn foreign_lines_are_read_as_spark_reads_them_and_damaged_files_stop_nothing() {
    let (place, _server) = foreign();
    let rows = query(&place, "SELECT event, n FROM ${parquet_table} WHERE event <> 'file' ORDER BY n, event");
    let expected = [
        "joined,0",
        "below,7",
        "latin1 \u{fffd},10",
        "bom inside,11",
        "array,12",
        "cr,13",
        "cr,14",
        "quotes,15",
        "half \u{fffd},16",
        "deep,17",
        "large,",
        "nan,",
    ];
    assert_eq!(rows, expected);
    let counted = query(&place, "SELECT count(*), max(n) FROM ${parquet_table} WHERE event = 'file'");
    // All 400 lines of the whole file, and those of the other one that are before the cut.
    let count: u64 = counted[0].split(',').next().unwrap().parse().unwrap();
    assert!((401..800).contains(&count), "{counted:?}");
    let log = place.run(&["logs", "etl", "--local"]).exits(0).stdout;
    for told in [
        "left out: 2 lines of s3://odd-dev-000000000000-us-east-1/partitioned_analytics_raw/year=",
        "cut.gz: incomplete deflate stream",
        "noise.gz: ",
        "left out: 2 lines of s3://odd-dev-000000000000-us-east-1/partitioned_analytics_raw/year=2026/month=11/day=25/table.csv",
        "null, because they do not fit: values of column n: 2",
        "not in the schema: values of field other: 1",
        "not in the schema: values of field plan: 1",
    ] {
        assert!(log.contains(told), "`{told}` is not in:\n{log}");
    }
}

#[test]
fn stray_files_change_no_table_and_are_named() {
    let (place, server) = foreign();
    let keys = query(&place, "DESCRIBE ${raw_table}");
    assert!(keys.iter().any(|line| line.contains("year")), "{keys:?}");
    let log = place.run(&["logs", "crawler", "--local"]);
    let log = format!("{}{}", log.stdout, log.stderr);
    for stray in ["aaa.json", "zzz.json", "hour=07/deep.json", "table.csv"] {
        assert!(log.contains(&format!("{stray} is no part of the table")), "{stray} is not in:\n{log}");
    }
    // A query that reads a damaged file names it, as Athena does.
    let failed = place.run(&["query", "--local", "SELECT count(event) FROM ${raw_table}"]).exits(1);
    assert!(failed.stderr.contains("HIVE_CURSOR_ERROR") && failed.stderr.contains(".gz"), "{}", failed.stderr);
    drop(server);
}
