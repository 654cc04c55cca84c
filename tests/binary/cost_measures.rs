//! `cost-estimate --measure`: sizes and ratios of real events in place of assumed ones.

use crate::support::{Place, Ran};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// How far the bytes pack is counted by Python's gzip, too; of Parquet only the order of magnitude is held.
#[test]
fn events_are_measured_by_packing_them() {
    let place = Place::example("lean");
    let line =
        |n: u32| format!(r#"{{"event":"view","userid":"u{}","datetime":"2026-01-01 00:00:{:02}"}}"#, n * n, n % 60);
    let lines: String = (0..20_000).map(|n| line(n) + "\n").collect();
    std::fs::write(place.path().join("events.jsonl"), &lines).unwrap();
    let ran =
        place.run(&["cost-estimate", "--json", "--measure", "events.jsonl"]).exits(0).says("measured 20000 events");
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let input = |name: &str| {
        let inputs = json["inputs"].as_array().unwrap();
        let input = inputs.iter().find(|input| input["name"] == name).unwrap();
        assert_eq!(input["source"], "measured: 20000 events of events.jsonl");
        input["value"].as_f64().unwrap()
    };
    assert_eq!(input("event_bytes"), (lines.len() as f64 / 20_000.0 - 1.0).round());
    let code =
        "import gzip, sys; data = open(sys.argv[1], 'rb').read(); print(len(gzip.compress(data, 6)) / len(data))";
    let told = Command::new("python3").args(["-c", code, "events.jsonl"]).current_dir(place.path()).output().unwrap();
    let gzip: f64 = Ran::new(&told).exits(0).stdout.trim().parse().unwrap();
    assert!((input("gzip_ratio") / gzip - 1.0).abs() < 0.1, "{} and {gzip}", input("gzip_ratio"));
    assert!(input("parquet_ratio") > 0.02 && input("parquet_ratio") < 0.5, "{}", input("parquet_ratio"));
    // A directory, packed; and what is said by hand goes first.
    std::fs::create_dir(place.path().join("all")).unwrap();
    std::fs::rename(place.path().join("events.jsonl"), place.path().join("all/events.jsonl")).unwrap();
    let ran = place.run(&["cost-estimate", "--explain", "--measure", "all", "--usage", "event_bytes=7"]).exits(0);
    ran.says("measured: 20000 events of all").says("event_bytes                          7  --usage");
    std::fs::write(place.path().join("all/events.jsonl"), "").unwrap();
    place.run(&["cost-estimate", "--measure", "all"]).exits(3).says("there are no events of all");
}

/// The command that the defaults name gives them.
#[test]
fn the_defaults_are_what_generated_events_measure() {
    let place = Place::example("lean");
    let inputs = |arguments: &[&str]| -> BTreeMap<String, f64> {
        let ran = place.run(&[&["cost-estimate", "--json"], arguments].concat()).exits(0);
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let inputs = json["inputs"].as_array().unwrap().iter();
        inputs.map(|one| (one["name"].as_str().unwrap().to_owned(), one["value"].as_f64().unwrap())).collect()
    };
    let (assumed, measured) = (inputs(&[]), inputs(&["--measure"]));
    for name in ["gzip_ratio", "parquet_ratio"] {
        assert!((assumed[name] - measured[name]).abs() < 0.01, "{name}: {} and {}", assumed[name], measured[name]);
    }
}
