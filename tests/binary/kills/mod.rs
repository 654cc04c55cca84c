//! The process is gone before or after any of its writes: the next run goes on by itself, and nothing is doubled.
//!
//! A run is killed at a write before it is done, the next one at the same write as it was done, the one after that at the
//! next write, and so on until one has nothing left to do. What runs write again and again, such as their lock and their
//! marks, is left alone once it was struck. A write that only an undisturbed run sends, such as the third request of a
//! creation, is struck in another round that begins where the first one began.

mod killer;
mod points;

use crate::support::{Place, judge};
use killer::{Killer, rehearse};
use points::Points;
use std::fmt::Write as _;

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

/// No command needs more: each round strikes something that none before has.
const ROUNDS: usize = 30;

/// A command on a pipeline in some state.
struct Act<'a> {
    command: &'a str,
    parallelism: &'a str,
    /// What is there when it begins.
    before: Place,
    /// How many there are of what could be doubled, when it has ended.
    counts: [usize; 4],
}

impl Act<'_> {
    /// Kills runs until one was killed before and after every write that there is. Gives where that was, and the place
    /// as it is then.
    fn play(&self) -> (String, Place) {
        let rehearsed = rehearse(&self.before.copy(), self.command);
        let mut points = Points::default();
        let mut last = None;
        for round in 0..ROUNDS {
            let missed = points.missed(&rehearsed);
            if missed.is_empty() {
                let table = points.table(&rehearsed);
                return (format!("{}, {} at once: {table}", self.command, self.parallelism), last.unwrap());
            }
            let place = self.before.copy();
            let server = place.serve();
            let killer = Killer { place: &place, server: &server, parallelism: self.parallelism };
            // What a run writes after a kill may be what no other does, such as the end of something half made.
            let of = if round == 0 { rehearsed.operations() } else { missed };
            let struck = points.count();
            killer.kill_all(self.command, of, round == 0, &mut points);
            assert!(points.count() > struck, "no run comes to {:?}", points.missed(&rehearsed));
            self.check(&place, &server.url);
            drop(server);
            last = Some(place);
        }
        panic!("{}: not in {ROUNDS} rounds: {:?}", self.command, points.missed(&rehearsed))
    }

    /// It is all there, or gone, and nothing twice.
    fn check(&self, place: &Place, url: &str) {
        place.run(&[self.command, "--local", "--yes"]).exits(0).says("No changes");
        let there = judge("leftovers.py", &[url]);
        // Glue makes these for the whole account, should an hour end meanwhile.
        let ours = |line: &&str| !line.starts_with("log group /aws-glue/");
        let there: Vec<_> = there.lines().filter(ours).collect();
        if self.command == "destroy" {
            assert!(there.is_empty(), "{there:?}");
            return;
        }
        assert!(place.planned(&["--local"]).is_empty());
        let count = |kind: &str| there.iter().filter(|line| is_kind(line, kind)).count();
        assert_eq!(["api", "usage plan", "bucket", "api key"].map(count), self.counts, "nothing is doubled");
    }
}

fn is_kind(line: &str, kind: &str) -> bool {
    line.strip_prefix(kind).is_some_and(|name| name.starts_with(' ') && !name.starts_with(" key "))
}

/// An apply, an update and a destroy.
fn life(parallelism: &str) -> String {
    let place = Place::example("clickstream");
    let mut tables = String::new();
    let made = Act { command: "apply", parallelism, before: place, counts: [1, 1, 1, 2] }.play();
    made.1.edit(EDITS);
    let edited = Act { command: "apply", parallelism, before: made.1, counts: [1, 1, 1, 1] }.play();
    let gone = Act { command: "destroy", parallelism, before: edited.1, counts: [0; 4] }.play();
    for table in [made.0, edited.0, gone.0] {
        let _ = writeln!(tables, "{table}");
    }
    tables
}

/// A sample of what stands below: an edit of the columns, which moves the job to another script.
#[test]
fn an_edit_survives_a_kill_at_every_write() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("  userid: string\n", "")]);
    let act = Act { command: "apply", parallelism: "24", before: place, counts: [1; 4] };
    let (table, _) = act.play();
    assert!(table.contains("s3:DeleteObject"), "{table}");
}

/// Twice: one write after the other, and as many at once as there are.
#[test]
#[ignore = "minutes"]
fn a_whole_pipeline_survives_a_kill_at_every_write() {
    let lives = std::thread::scope(|scope| {
        ["1", "24"].map(|parallelism| scope.spawn(move || life(parallelism))).map(|life| life.join().unwrap())
    });
    println!("{}", lives.join("\n"));
}
