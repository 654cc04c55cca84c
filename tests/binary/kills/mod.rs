//! The process is gone before or after any of its writes: the next run goes on by itself, and nothing is doubled.
//!
//! A run is killed at a write before it is done, the next one at the same write as it was done, the one after that at the
//! next write, and so on until one has nothing left to do. What runs write again and again, such as their lock and their
//! marks, is left alone once it was struck. A write that only an undisturbed run sends, such as the third request of a
//! creation, is struck in another round that begins where the first one began.

mod killer;
mod points;

use crate::support::{Place, judge, sampled};
use killer::{Killer, rehearse};
use points::Points;

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

/// The same of the lean shape's.
pub(crate) const LEAN_EDITS: &[(&str, &str)] = &[
    ("partitioned: 30 days", "partitioned: 31 days"),
    ("api_keys: [web, mobile]", "api_keys: [web]"),
    ("log_level: warn", "log_level: info"),
    ("reserved_concurrency: 100", "reserved_concurrency: 90"),
    ("interval: 15 min", "interval: 10 min"),
    ("  userid: string\n", "  userid: string\n  country: string\n"),
    ("since: 2026", "since: 2025"),
    ("ORDER BY events DESC", "ORDER BY event"),
];

/// The same of the dashboard's.
pub(crate) const DASHBOARD_EDITS: &[(&str, &str)] = &[
    ("type: line", "type: bar"),
    ("refresh: \"06:00\"", "refresh: \"07:00\""),
    ("sum(amount) AS revenue", "sum(amount) / 2 AS revenue"),
    ("queries: [revenue_by_day, buyers]", "queries: [revenue_by_day]"),
];

/// All parts in the article's place, but for the front, which clients may post to still.
const TO_ARTICLE: &[(&str, &str)] = &[
    ("shape: lean", "shape: article"),
    ("front: function_url", "front: [function_url, rest_api]"),
    ("partition: firehose", "partition: mover"),
    ("format: parquet", "format: json"),
    ("  keep_json: true", "  # as it was"),
    ("tables: declared", "tables: crawled"),
    ("  since: 2025", "  # as it was"),
    ("etl: none", "etl: {}"),
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
        let there: Vec<_> = there.lines().collect();
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

/// What the file has in another way from now on, the command, and how many there are then of what could be doubled.
type Turn = (&'static [(&'static str, &'static str)], &'static str, [usize; 4]);

const LIFE: &[Turn] = &[(&[], "apply", [1, 1, 1, 2]), (EDITS, "apply", [1, 1, 1, 1]), (&[], "destroy", [0; 4])];

const LEAN_LIFE: &[Turn] = &[
    (&[], "apply", [0, 0, 1, 2]),
    (LEAN_EDITS, "apply", [0, 0, 1, 1]),
    (TO_ARTICLE, "apply", [1, 1, 1, 1]),
    (&[], "destroy", [0; 4]),
];

/// What is left of the group is a comment.
const NO_DASHBOARD: &[(&str, &str)] = &[
    ("dashboard:  ", "#"),
    ("  owners: [user/local]", "#"),
    ("  readers: []", "#"),
    ("  data: spice", "#"),
    ("  refresh: \"07:00\"", "#"),
    ("  queries: [revenue_by_day]", "#"),
];

/// With a dashboard, which the file has no longer in the end. What SPICE has asked lies in the bucket, which no destroy
/// takes unasked.
const DASHBOARD_LIFE: &[Turn] =
    &[(&[], "apply", [0, 0, 1, 1]), (DASHBOARD_EDITS, "apply", [0, 0, 1, 1]), (NO_DASHBOARD, "apply", [0, 0, 1, 1])];

/// With alarms and a budget, which the file has no longer in the end.
const ALARMS_LIFE: &[Turn] = &[
    (&[], "apply", [0, 0, 1, 1]),
    (&[("errors: 1 %", "errors: 2 %"), ("budget: 20 USD", "budget: 30 USD")], "apply", [0, 0, 1, 1]),
    (NO_ALARMS, "apply", [0, 0, 1, 1]),
    (&[], "destroy", [0; 4]),
];
const NO_ALARMS: &[(&str, &str)] =
    &[("alarms:  ", "#"), ("  email:", "#"), ("  freshness:", "#"), ("  errors:", "#"), ("  budget:", "#")];

/// One turn after the other; prints where runs were killed.
fn live(example: &str, turns: &[Turn], parallelism: &str) {
    let mut before = Place::example(example);
    for &(edits, command, counts) in turns {
        before.edit(edits);
        let (table, after) = Act { command, parallelism, before, counts }.play();
        println!("{example}: {table}");
        before = after;
    }
}

/// A sample of what stands below: an edit of the columns, which moves the job to another script.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn an_edit_survives_a_kill_at_every_write() {
    let place = Place::example("minimal");
    place.run(&["apply", "--local", "--yes"]).exits(0);
    place.edit(&[("  userid: string\n", "")]);
    let act = Act { command: "apply", parallelism: "24", before: place, counts: [1; 4] };
    let (table, _) = act.play();
    assert!(table.contains("s3:DeleteObject"), "{table}");
}

/// The same of alarms, their topic and the budget: put on what is there, and taken off again.
#[test]
#[ignore = "long: `.ci/long` says when it runs"]
fn alarms_and_a_budget_survive_a_kill_at_every_write() {
    let none =
        "name: rings\nshape: lean\nschema: { event: string }\n# alarms: { email: a@example.org, budget: 9 USD }\n";
    let mut before = Place::new(none);
    before.run(&["apply", "--local", "--yes"]).exits(0);
    for (edit, writes) in
        [(("# alarms:", "alarms:"), "budgets:CreateBudget"), (("alarms:", "# alarms:"), "budgets:DeleteBudget")]
    {
        before.edit(&[edit]);
        let (table, after) = Act { command: "apply", parallelism: "24", before, counts: [0, 0, 1, 1] }.play();
        assert!(table.contains(writes), "{table}");
        before = after;
    }
}

/// One write after the other, and as many at once as there are; in either shape, and from one to the other. Each of the
/// eight on its day.
#[test]
#[ignore = "minutes"]
fn whole_pipelines_survive_a_kill_at_every_write() {
    let shapes = [("clickstream", LIFE), ("lean", LEAN_LIFE), ("dashboard", DASHBOARD_LIFE), ("web", ALARMS_LIFE)];
    let lives = shapes.into_iter().flat_map(|(example, turns)| ["1", "24"].map(|at_once| (example, turns, at_once)));
    std::thread::scope(|scope| {
        for (example, turns, parallelism) in sampled(lives, 8) {
            scope.spawn(move || live(example, turns, parallelism));
        }
    });
}
