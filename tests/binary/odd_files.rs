//! What no client of ours writes: lines that are not one plain object, damaged files, files where none should be. One of them stops
//! nothing, and what is left out is told.

use crate::support::{Place, Ran, Server, python, root};
use std::fs::File;
use std::process::Command;

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

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The lines of docs/data.md, and the rows that they are.
fn documented() -> (Vec<String>, Vec<String>) {
    let document = std::fs::read_to_string(root().join("docs/data.md")).unwrap();
    let table = document.split("| Line | Rows: event, n |").nth(1).unwrap().lines().skip(2);
    let rows: Vec<_> =
        table.take_while(|line| line.starts_with('|')).filter_map(|row| row.split_once("` | ")).collect();
    assert!(rows.len() > 10, "{rows:?}");
    let line = |cell: &str| serde_json::from_str(&format!("\"{}\"", cell.trim_start_matches("| `"))).unwrap();
    rows.iter().map(|(cell, rows)| (line(cell), quoted(rows))).fold(
        (vec![], vec![]),
        |(mut lines, mut all), (line, rows)| {
            lines.push(line);
            all.extend(rows);
            (lines, all)
        },
    )
}

fn foreign(lines: &[String]) -> (Place, Server) {
    let place = Place::new(SCHEMA).hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let given = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(given.as_file(), lines).unwrap();
    let put = root().join("tests/judges/foreign_lines.py");
    let mut put = {
        let mut command = Command::new(python());
        command.arg(put).args([&server.url, "odd-dev", "odd-dev-000000000000-us-east-1"]);
        command.stdin(File::open(given.path()).unwrap());
        command
    };
    Ran::new(&put.output().unwrap()).exits(0);
    place.run(&["local", "tick", "3h"]).exits(0);
    (place, server)
}

#[test]
fn foreign_lines_are_read_as_documented_and_damaged_files_stop_nothing() {
    let (lines, mut expected) = documented();
    let (place, _server) = foreign(&lines);
    let mut rows = query(&place, "SELECT event, n FROM ${parquet_table} WHERE event <> 'file'");
    expected.extend(["latin1 \u{fffd},20", "half \u{fffd},21", "deep,22", "below,500"].map(str::to_owned));
    rows.sort();
    expected.sort();
    assert_eq!(rows, expected);
    let counted = query(&place, "SELECT count(*), max(n) FROM ${parquet_table} WHERE event = 'file'");
    // All 400 lines of the whole file, and those of the other one that are before the cut.
    let count: u64 = counted[0].split(',').next().unwrap().parse().unwrap();
    assert!((401..800).contains(&count), "{counted:?}");
    let log = place.run(&["logs", "etl", "--local"]).exits(0).stdout;
    for told in [
        "left out: 3 lines of s3://odd-dev-000000000000-us-east-1/partitioned_analytics_raw/year=",
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
    let (place, _server) = foreign(&[]);
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
}
