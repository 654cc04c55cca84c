//! A pipeline goes from every way of making its tables to every other one, with events in its buffers: no event is lost,
//! none is there twice, and the next plan is empty.

use crate::support::{Place, Ran};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What makes the tables, in words and as the file says it.
struct Way {
    name: &'static str,
    yaml: &'static str,
    /// Whether JSON is kept, in a table of its own.
    keeps_json: bool,
}

const WAYS: [Way; 6] = [
    Way { name: "the article's", yaml: "delivery: { buffer: BUFFER }\n", keeps_json: true },
    Way {
        name: "the mover and the job, declared",
        yaml: "delivery: { buffer: BUFFER }\ncatalog: { tables: declared }\n",
        keeps_json: true,
    },
    Way {
        name: "Firehose's days and the job, crawled",
        yaml: "delivery: { buffer: BUFFER, partition: firehose }\n",
        keeps_json: true,
    },
    Way {
        name: "Firehose's days and the job, declared",
        yaml: "delivery: { buffer: BUFFER, partition: firehose }\ncatalog: { tables: declared }\n",
        keeps_json: true,
    },
    Way { name: "Firehose's Parquet", yaml: "shape: lean\ndelivery: { buffer: BUFFER }\n", keeps_json: true },
    Way {
        name: "Firehose's Parquet alone",
        yaml: "shape: lean\ndelivery: { buffer: BUFFER, keep_json: false }\n",
        keeps_json: false,
    },
];

struct Walk {
    place: Place,
    /// How many events were sent, and which of them while their JSON was kept.
    sent: usize,
    kept: BTreeSet<String>,
    at: usize,
}

impl Walk {
    fn from(at: usize) -> Self {
        let place = Place::new("");
        let walk = Self { place, sent: 0, kept: BTreeSet::new(), at };
        walk.write(at);
        walk.apply();
        walk
    }

    fn write(&self, way: usize) {
        let yaml = WAYS[way].yaml.replace("BUFFER", "{ size: 64 MB, interval: 15 min }");
        self.place
            .write(&format!("name: walk\nschema: {{ id: string, n: int }}\ningest: {{ front: rest_api }}\n{yaml}"));
    }

    fn apply(&self) {
        self.place.run(&["apply", "--local", "--yes"]).exits(0);
    }

    fn send(&mut self) {
        let ids: Vec<_> = (self.sent..self.sent + 20).map(|number| format!("e{number}")).collect();
        self.sent += ids.len();
        let events = ids.iter().fold(String::new(), |mut all, id| {
            let _ = writeln!(all, r#"{{"id":"{id}","n":1}}"#);
            all
        });
        std::fs::write(self.place.path().join("events.ndjson"), events).unwrap();
        self.place.run(&["send", "--local", "--input", "events.ndjson", "--batch", "5"]).exits(0);
        if WAYS[self.at].keeps_json {
            self.kept.extend(ids);
        }
    }

    /// Events before the change, which are in the buffer when it comes, and after it.
    fn go(&mut self, to: usize) {
        let told = format!("from {} to {}", WAYS[self.at].name, WAYS[to].name);
        self.send();
        self.write(to);
        self.apply();
        self.at = to;
        self.send();
        self.place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
        self.place.run(&["local", "tick", "30min"]).exits(0);
        self.place.run(&["run", "all", "--local"]).exits(0);
        let all = (0..self.sent).map(|number| format!("e{number}")).collect();
        self.holds("parquet_table", &all, &told);
        if WAYS[to].keeps_json {
            self.holds("raw_table", &self.kept, &told);
        }
        // What stayed may go by now.
        self.apply();
        self.place.run(&["plan", "--local", "--detailed-exitcode"]).exits(0);
    }

    fn holds(&self, table: &str, ids: &BTreeSet<String>, told: &str) {
        let sql = format!("SELECT id, count(*) AS n FROM ${{{table}}} GROUP BY id");
        let Ran { stdout, .. } = self.place.run(&["query", "--local", "--output", "csv", &sql]).exits(0);
        let rows: BTreeMap<_, _> = stdout.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
        let missing: Vec<_> = ids.iter().filter(|id| !rows.contains_key(id.as_str())).collect();
        let doubled: Vec<_> = rows.iter().filter(|(_, count)| **count != "1").collect();
        assert!(missing.is_empty() && doubled.is_empty(), "{told}: {table} misses {missing:?}, doubles {doubled:?}");
    }
}

fn walk(ways: &[usize]) {
    let mut walk = Walk::from(ways[0]);
    for &way in &ways[1..] {
        walk.go(way);
        println!("{}: {} events", WAYS[way].name, walk.sent);
    }
}

/// A sample of what stands below.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn a_pipeline_changes_how_it_makes_its_tables() {
    walk(&[0, 4, 1, 5, 2, 4]);
}

/// Each pair, there and back.
#[test]
#[ignore = "minutes"]
fn a_pipeline_changes_from_every_way_of_making_tables_to_every_other() {
    std::thread::scope(|scope| {
        for from in 0..WAYS.len() - 1 {
            let ways: Vec<_> = (from + 1..WAYS.len()).flat_map(|to| [from, to]).chain([from]).collect();
            scope.spawn(move || walk(&ways));
        }
    });
}
