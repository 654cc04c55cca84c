//! The same events through both shapes of a pipeline: mover, crawlers and job; Firehose's conversion and declared tables.

use crate::support::{Place, judge, root};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SCHEMA: &str = "\
schema:
  seq: bigint
  event: string
  flag: boolean
  tiny: tinyint
  small: smallint
  n: int
  big: bigint
  ratio: float
  price: double
  amount: decimal(10,2)
  code: varchar(9)
  short: char(5)
  bytes: binary
  born: date
  at: timestamp
  tags: array<string>
  counts: map<string,bigint>
  place: struct<city:string,zip:int,seen:timestamp,list:array<struct<n:int,ok:boolean>>>
  items: array<struct<sku:string,prices:array<decimal(8,2)>>>
";

const ARTICLE: &str = "name: one\nshape: article\n";
const LEAN: &str = "name: two\nshape: lean\n";

/// What a row is compared by: all columns, and the day's partition is there.
const ROW: &str = "seq, event, flag, tiny, small, n, big, ratio, price, amount, code, short, bytes, born, at, tags, counts, place, items, \
                   length(year || month || day)";

/// Every column with values as they come, and without, in names of any case.
fn event(seq: u64) -> Value {
    let signed = i64::try_from(seq).unwrap();
    let day = format!("2018-{:02}-{:02}", seq % 12 + 1, seq % 28 + 1);
    let at = match seq % 4 {
        0 => json!(format!("{day}T14:02:40Z")),
        1 => json!(format!("{day} 14:02:40.125")),
        2 => json!(1_517_320_960 + seq),
        _ => json!(1_517_320_960_123 + seq),
    };
    let text = ["plain", "ümlaut \"quoted\", \\ and \u{1f600}", "", "12"][seq as usize % 4];
    let mut event = json!({
        "seq": seq, "event": text, "flag": seq.is_multiple_of(2), "tiny": signed % 128 - 64, "small": signed * 6 - 15_000,
        "n": signed * 400_000 - 1_000_000_000, "big": signed * 9_007_199_254_740, "ratio": signed as f64 / 8.0,
        "price": signed as f64 * 1.1, "amount": format!("{}.{:02}", seq * 7, seq % 100), "code": format!("c-{}", seq % 1000),
        "short": format!("s{:04}", seq % 1000), "bytes": text,
        "born": day, "at": at, "tags": (0..seq % 4).map(|tag| format!("t{tag}")).collect::<Vec<_>>(),
        "counts": {"a": seq, "b": signed - 7},
        "place": {"city": text, "zip": seq, "seen": at, "list": [{"n": seq, "ok": true}, {"n": signed - 9, "ok": false}, {}]},
        "items": [{"sku": "s", "prices": [1.25, 19]}, {"sku": text, "prices": []}],
        "unknown": {"a": [1]},
    });
    let fields = event.as_object_mut().unwrap();
    // Each column is missing somewhere, and null somewhere else.
    let names: Vec<_> = fields.keys().filter(|name| *name != "seq").cloned().collect();
    let name = &names[seq as usize % names.len()];
    match seq % 3 {
        0 => drop(fields.remove(name)),
        1 => drop(fields.insert(name.clone(), Value::Null)),
        _ => {
            let value = fields.remove(name).unwrap();
            fields.insert(name.to_uppercase(), value);
        }
    }
    event
}

/// Sends events and lets the time pass until they are delivered.
fn arrive(place: &Place, events: &[Value], batch: &str) {
    let lines: Vec<_> = events.iter().map(Value::to_string).collect();
    std::fs::write(place.path().join("events.ndjson"), lines.join("\n")).unwrap();
    place.run(&["send", "--local", "--input", "events.ndjson", "--batch", batch]).exits(0);
    place.run(&["local", "tick", "16 min"]).exits(0);
}

/// A pipeline with these events in it, until they are in its table of Parquet.
fn fed(yaml: &str, schema: &str, events: &[Value], batch: &str) -> Place {
    let place = Place::new(&format!("{yaml}{schema}"));
    place.run(&["apply", "--local", "--yes"]).exits(0);
    arrive(&place, events, batch);
    place
}

fn compare(table: &str, row: &str, (article, lean): (&Place, &Place)) -> Value {
    let (one, two) = (article.serve(), lean.serve());
    let told = judge("same_rows.py", &[table, row, &one.url, "one_dev", &two.url, "two_dev"]);
    serde_json::from_str(&told).unwrap()
}

fn both(schema: &str, events: &[Value], batch: &str) -> (Place, Place) {
    let article = fed(ARTICLE, schema, events, batch);
    article.run(&["run", "all", "--local", "--wait"]).exits(0);
    (article, fed(LEAN, schema, events, batch))
}

#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn the_same_events_make_equal_tables_in_both_shapes() {
    const EVENTS: u64 = 5_000;
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    let (article, lean) = both(SCHEMA, &events, "50");
    let compared = compare("analytics_data", ROW, (&article, &lean));
    assert_eq!(compared["rows"], json!([EVENTS, EVENTS]));
    assert_eq!(compared["only"], json!([[], []]));
    let raw = compare("partitioned_analytics_raw", "seq, event, n, length(year || month || day)", (&article, &lean));
    assert_eq!(raw["rows"], json!([EVENTS, EVENTS]));
    assert_eq!(raw["only"], json!([[], []]));
}

/// The rows of docs/data.md: a column with its type, a value, and what it is in the article's shape and in the lean one.
fn documented() -> Vec<[String; 4]> {
    let document = std::fs::read_to_string(root().join("docs/data.md")).unwrap();
    let table = document.split("| Column | Value | Article | Lean |\n|---|---|---|---|\n").nth(1).unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells: Vec<_> =
            row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
        cells.try_into().unwrap()
    };
    rows.map(cells).collect()
}

/// What a row has in a column, `null`, or `no row`.
fn cells(place: &Place, table: &str, name: &str, seqs: usize) -> Vec<String> {
    let sql = format!("SELECT seq, {name} AS value FROM {table}");
    let told = place.run(&["query", "--local", "--output", "json", &sql]).exits(0);
    let rows: Vec<Value> = serde_json::from_str(&told.stdout).unwrap();
    let cell = |seq: usize| {
        let row = rows.iter().find(|row| row["seq"].as_str() == Some(&seq.to_string()));
        row.map_or("no row".to_owned(), |row| row["value"].as_str().unwrap_or("null").to_owned())
    };
    (0..seqs).map(cell).collect()
}

#[test]
fn what_does_not_fit_a_column_is_what_the_documentation_says() {
    let rows = documented();
    let columns: BTreeSet<_> = rows.iter().map(|row| row[0].as_str()).collect();
    let schema: String = columns.iter().map(|column| format!("  {column}\n")).collect();
    let name = |column: &str| column.split(':').next().unwrap_or_default().to_owned();
    let events = rows.iter().enumerate().map(|(seq, [column, value, ..])| {
        let value: Value = serde_json::from_str(value).unwrap();
        json!({"seq": seq, (name(column)): value})
    });
    let events: Vec<_> = events.collect();
    let (article, lean) = both(&format!("schema:\n  seq: bigint\n{schema}"), &events, "1");
    for column in columns {
        let told = [&article, &lean].map(|place| cells(place, "analytics_data", &name(column), rows.len()));
        for (seq, [_, value, in_article, in_lean]) in rows.iter().enumerate().filter(|(_, row)| row[0] == column) {
            assert_eq!([&told[0][seq], &told[1][seq]], [in_article, in_lean], "{column} {value}");
        }
    }
    // What has no row in Parquet is in the raw table.
    assert_eq!(cells(&lean, "partitioned_analytics_raw", "seq", rows.len()).concat().matches("no row").count(), 0);
}

/// Of its request, the other event has its row.
#[test]
fn one_value_that_does_not_fit_costs_one_row_in_parquet_alone() {
    let events = [json!({"seq": 0, "n": 1}), json!({"seq": 1, "n": "many"})];
    let lean = fed(LEAN, "schema:\n  seq: bigint\n  n: int\n", &events, "2");
    assert_eq!(cells(&lean, "analytics_data", "n", 2), ["1", "no row"]);
    assert_eq!(cells(&lean, "partitioned_analytics_raw", "seq", 2), ["0", "1"]);
}

/// How many rows the two tables have.
fn seen(place: &Place) -> String {
    let count = |table: &str| cells(place, &format!("(SELECT 0 AS seq, count(*) AS n FROM {table})"), "n", 1).concat();
    format!("{} {}", count("partitioned_analytics_raw"), count("analytics_data"))
}

/// The job reads a declared table's files, too: Spark takes no notice of projection, and the script registers partitions.
#[test]
fn tables_go_from_the_crawlers_to_the_file_and_back_and_are_never_empty() {
    const CRAWLED: &str = "name: one\nshape: article\ncatalog: { tables: crawled }\n";
    let schema = "schema:\n  seq: bigint\n  n: int\n";
    let events = |from: u64| (from..from + 3).map(|seq| json!({"seq": seq, "n": seq})).collect::<Vec<_>>();
    let place = fed(CRAWLED, schema, &events(0), "50");
    place.run(&["run", "all", "--local", "--wait"]).exits(0);
    assert_eq!(seen(&place), "3 3");
    place.edit(&[("tables: crawled", "tables: declared")]);
    let planned = place.planned(&["--local"]);
    let tables: Vec<_> = planned.iter().filter(|(address, _)| address.starts_with("glue.table.")).collect();
    assert!(tables.len() == 2 && tables.iter().all(|(_, action)| action == "update"), "{planned:?}");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(seen(&place), "3 3");
    place.run(&["plan", "--local"]).exits(0).says("No changes");
    arrive(&place, &events(3), "50");
    place.run(&["run", "etl", "--local", "--wait"]).exits(0);
    assert_eq!(seen(&place), "6 6");
    place.edit(&[("tables: declared", "tables: crawled")]);
    place.run(&["apply", "--local", "--yes"]).exits(0);
    assert_eq!(seen(&place), "6 6");
    place.run(&["run", "all", "--local", "--wait"]).exits(0);
    assert_eq!(seen(&place), "6 6");
    place.run(&["plan", "--local"]).exits(0).says("No changes");
}
