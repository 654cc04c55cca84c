//! `204` is a promise for the tables: what was acknowledged is in the raw table and in Parquet, each event once, whatever odd form it
//! had, and whatever columns somebody asks for. What was refused is nowhere.

use crate::support::{Place, Server, environment, judge, judge_with, sampled};
use serde_json::Value;
use std::collections::BTreeSet;

const SCHEMA: &str = "\
name: odd
schema:
  id: bigint
  event: string
  userid: string
  at: timestamp
  day_of: date
  small: int
  ratio: double
  half: float
  flag: boolean
  price: decimal(38,2)
  tags: array<string>
  counts: map<string,bigint>
  place: struct<city:string,zip:int>
";

struct Sent {
    accepted: BTreeSet<u64>,
    refused: usize,
}

fn send(place: &Place, seed: &str, bodies: &str) -> Sent {
    let output = place.run(&["output", "--local", "--json", "--show-secrets"]).exits(0).stdout;
    let output: Value = serde_json::from_str(&output).unwrap();
    let endpoint = output["endpoint"].as_str().unwrap();
    let key = output["api_keys"][0]["value"].as_str().unwrap();
    let sent: Value = serde_json::from_str(&judge("odd_events.py", &[endpoint, key, seed, bodies])).unwrap();
    let accepted = sent["accepted"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
    Sent { accepted, refused: sent["refused"].as_array().unwrap().len() }
}

/// One row of CSV per event.
fn query(place: &Place, sql: &str) -> Vec<String> {
    let ran = place.run(&["query", "--local", "--output", "csv", sql]).exits(0);
    ran.stdout.lines().skip(1).map(str::to_owned).collect()
}

#[track_caller]
fn holds_exactly(place: &Place, table: &str, accepted: &BTreeSet<u64>) {
    let ids: Vec<u64> =
        query(place, &format!("SELECT id FROM ${{{table}}}")).iter().map(|id| id.parse().unwrap()).collect();
    let found: BTreeSet<u64> = ids.iter().copied().collect();
    let lost: Vec<_> = accepted.difference(&found).collect();
    let more: Vec<_> = found.difference(accepted).collect();
    assert!(lost.is_empty() && more.is_empty(), "{table} lacks {lost:?} and has {more:?}");
    assert_eq!(ids.len(), found.len(), "{table} has something twice");
}

pub(crate) fn odd_events(bodies: &str) -> (Place, Server, BTreeSet<u64>) {
    let seed = std::env::var("SEED").unwrap_or_else(|_| "1".to_owned());
    let place = Place::new(SCHEMA).hourly();
    place.run(&["apply", "--local", "--yes"]).exits(0);
    let server = place.serve();
    let sent = send(&place, &seed, bodies);
    let both = (sent.accepted.len(), sent.refused);
    assert!(both.0 > 50 && both.1 > 50, "seed {seed} finds no edge: {both:?}");
    place.run(&["local", "tick", "3h"]).exits(0);
    for table in ["raw_table", "parquet_table"] {
        holds_exactly(&place, table, &sent.accepted);
    }
    (place, server, sent.accepted)
}

#[test]
fn what_was_acknowledged_is_in_both_tables_once() {
    let (place, _server, accepted) = odd_events("600");
    // Whatever column is asked for, the same lines are rows.
    let described = query(&place, "DESCRIBE ${raw_table}");
    let names = described.iter().filter_map(|line| line.trim_matches('"').split('\t').next()).map(str::trim);
    let plain = names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    for column in sampled(plain.take(12), 3) {
        let counted = query(&place, &format!("SELECT count(*) FROM (SELECT \"{column}\" FROM ${{raw_table}})"));
        assert_eq!(counted, [accepted.len().to_string()], "{column}");
    }
}

#[test]
#[ignore = "long: needs Java"]
fn the_script_under_spark_reads_odd_events_as_local_aws_does() {
    let (_place, server, accepted) = odd_events("400");
    let python = environment("spark", "requirements-spark.txt");
    let work = tempfile::tempdir().unwrap();
    let work = work.path().to_str().unwrap();
    let compared = judge_with(&python, "spark_etl.py", &[&server.url, "odd-dev-etl", work]);
    let compared: Value = serde_json::from_str(compared.lines().last().unwrap()).unwrap();
    assert_eq!(compared["rows"], accepted.len());
}
