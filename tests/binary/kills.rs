//! The process is gone before or after any of its writes: the next run goes on by itself, and nothing is doubled.
//!
//! A run is killed at its first write, the next one at its first, and so on: each write of an apply, an update and a
//! destroy is the last one of some run, as it was sent and as it was done.

use crate::support::{Place, Server, judge};
use serde_json::json;
use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// No pipeline takes as many writes.
const MOST: usize = 400;
const PATIENCE: Duration = Duration::from_secs(60);

/// What the second version of the file has in another way.
const EDITS: &[(&str, &str)] = &[
    ("partitioned: 90 days", "partitioned: 91 days"),
    ("path: /track", "path: /events"),
    ("memory: 128 MB", "memory: 256 MB"),
    ("log_retention: 14 days", "log_retention: 30 days"),
    ("prefix: analytics_raw/", "prefix: fresh/"),
    ("  userid: string\n", "  userid: string\n  country: string\n"),
    ("raw: { schedule: hourly }", "raw: { schedule: daily }"),
    ("count: 10", "count: 5"),
    ("api_keys: [web, mobile]", "api_keys: [web]"),
    ("scan_limit: 1 TB", "scan_limit: 2 TB"),
    ("ORDER BY events DESC", "ORDER BY event"),
];

struct Killer<'a> {
    place: &'a Place,
    server: &'a Server,
    /// Every operation that changes something, as a whole life has shown.
    writes: BTreeSet<String>,
    parallelism: &'a str,
}

/// A whole life, to learn what it asks.
fn writes(place: &Place, server: &Server, versions: &[String; 2]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut run = |command: &str| {
        place.run(&[command, "--local", "--yes"]).exits(0);
        all.extend(server.admin().requests());
    };
    for version in versions {
        place.write(version);
        run("apply");
    }
    run("destroy");
    let reads = ["Get", "List", "Describe", "Head", "BatchGet", "Search"];
    let is_read = |operation: &String| {
        operation.split(':').nth(1).is_none_or(|name| reads.iter().any(|verb| name.starts_with(verb)))
    };
    all.retain(|operation| !is_read(operation));
    assert!(all.len() > 30 && all.contains("s3:DeleteBucket"), "{all:?}");
    all
}

impl Killer<'_> {
    fn start(&self, command: &str) -> Child {
        let mut pipectl = self.place.command();
        pipectl.args([command, "--local", "--yes", "--parallelism", self.parallelism]);
        pipectl.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Kills a run at its first write beside the lock, or at its first beside tags: each run marks by these what it
    /// begins, so that it would never come further than its first mark. `false`: it had none, and ended.
    fn kill(&self, command: &str, done: bool, tags: bool) -> bool {
        for operation in self.writes.iter().filter(|operation| tags || !operation.contains("Tag")) {
            // The first is the lock, which every run with anything to do takes.
            let after = u32::from(operation == "s3:PutObject");
            let held = json!({"operation": operation, "after": after, "times": 1000, "hold": true, "done": done});
            self.server.admin().fault(&held);
        }
        let (mut run, began) = (self.start(command), Instant::now());
        let killed = loop {
            if self.server.admin().struck().iter().any(|(_, count)| *count > 0) {
                run.kill().unwrap();
                break true;
            }
            if let Some(status) = run.try_wait().unwrap() {
                assert!(status.success(), "{command}: {status}\n{}", self.place.run(&["plan", "--local"]).stdout);
                break false;
            }
            assert!(began.elapsed() < PATIENCE, "{command} neither writes nor ends");
            std::thread::sleep(Duration::from_millis(5));
        };
        run.wait().unwrap();
        self.server.admin().forget_faults();
        killed
    }

    /// Kills runs until one of them has nothing left to do, or none. Gives how many were killed.
    fn kill_all(&self, command: &str, any: bool) -> usize {
        if !any {
            self.place.run(&[command, "--local", "--yes"]).exits(0);
            return 0;
        }
        for killed in 0..MOST {
            // Before the write, and once more as it is done.
            let tags = killed % 4 < 2;
            if !self.kill(command, killed % 2 == 1, tags) && !tags {
                return killed;
            }
        }
        panic!("{command} does not converge");
    }

    fn count(&self, kind: &str) -> usize {
        let there = judge("leftovers.py", &[&self.server.url]);
        let named = |line: &&str| {
            line.strip_prefix(kind).is_some_and(|name| name.starts_with(' ') && !name.starts_with(" key "))
        };
        there.lines().filter(named).count()
    }
}

/// Kills of an apply, an update and a destroy, or of some of them.
fn matrix(example: &str, edits: &[(&str, &str)], keys: [usize; 2], parallelism: &str, of: [bool; 3]) -> [usize; 3] {
    let place = Place::example(example);
    let first = place.yaml();
    place.edit(edits);
    let versions = [first, place.yaml()];
    let server = place.serve();
    let killer = Killer { writes: writes(&place, &server, &versions), place: &place, server: &server, parallelism };
    let mut kills = [0; 3];
    for (round, version) in versions.iter().enumerate() {
        place.write(version);
        kills[round] = killer.kill_all("apply", of[round]);
        assert!(place.planned(&["--local"]).is_empty(), "version {round}");
        let counts = ["api", "usage plan", "bucket", "api key"].map(|kind| killer.count(kind));
        assert_eq!(counts, [1, 1, 1, keys[round]], "nothing is doubled");
    }
    kills[2] = killer.kill_all("destroy", of[2]);
    assert_eq!(judge("leftovers.py", &[&server.url]), "");
    kills
}

/// A sample of what stands below: an edit of the columns, which moves the job to another script.
#[test]
fn an_edit_survives_a_kill_at_every_write() {
    let [_, kills, _] = matrix("minimal", &[("  userid: string\n", "")], [1, 1], "24", [false, true, false]);
    assert!(kills > 4, "{kills}");
}

/// Twice: one write after the other, and as many at once as there are.
#[test]
#[ignore = "minutes"]
fn a_whole_pipeline_survives_a_kill_at_every_write() {
    for parallelism in ["1", "24"] {
        let kills = matrix("clickstream", EDITS, [2, 1], parallelism, [true; 3]);
        assert!(kills.iter().all(|kills| *kills > 20), "{kills:?}");
    }
}
