//! What a pipeline is like before a command, and the command that somebody with a policy for it then runs.

use super::caller::Caller;
use super::documents;
use crate::kills::{DASHBOARD_EDITS, LEAN_EDITS};
use crate::life::EDITS;
use crate::matrix::TO_LEAN;
use crate::support::Place;
use serde_json::Value;

/// Of an example, by a policy for one purpose.
pub(super) struct Scene {
    pub(super) purpose: &'static str,
    pub(super) example: &'static str,
    before: Before,
    pub(super) command: &'static [&'static str],
    /// How it ends where all is allowed.
    pub(super) exit: i32,
}

type Edits = &'static [(&'static str, &'static str)];

#[derive(Clone, Copy)]
enum Before {
    Nothing,
    Made,
    /// Made, and the file says something else by now.
    Edited(Edits),
    /// Made of another file than the lean example's, which the policy is for as well.
    Changed(Edits),
    /// Made, and the file says something else; the policy is for what it said, too.
    Moved(Edits),
    /// Made, and something has happened to it.
    Met(fn(&Caller)),
    /// Made with functions that work; events have come, and a file is half uploaded.
    Used,
    /// The same, days ago.
    Billed,
}

const APPLY: &[&str] = &["apply", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes", "--allow-data-loss", "s3.bucket.data"];
const PLAN: &[&str] = &["plan", "--detailed-exitcode"];
const QUERY: &[&str] = &["query", "SELECT count(*) AS events FROM ${raw_table}"];
const BILL: &[&str] = &["bill", "--yes"];
/// What a change to another shape holds back, until somebody says that it may go.
const CHANGE: &[&str] = &[
    "apply",
    "--yes",
    "--allow-data-loss",
    "glue.trigger.etl",
    "--allow-data-loss",
    "glue.job.etl",
    "--allow-data-loss",
    "lambda.function.mover",
    "--allow-data-loss",
    "s3.notification.mover",
    "--allow-data-loss",
    "lambda.permission.mover",
    "--allow-data-loss",
    "lambda.permission.sweep",
    "--allow-data-loss",
    "events.rule.sweep",
    "--allow-data-loss",
    "logs.log_group.mover",
    "--allow-data-loss",
    "iam.role.mover",
    "--allow-data-loss",
    "iam.role.etl",
];
const CHANGE_FRONT: &[&str] = &["apply", "--yes", "--allow-data-loss", "lambda.function_url.track"];
const CHANGE_API: &[&str] = &["apply", "--yes", "--allow-data-loss", "apigateway.rest_api.ingest"];
const TO_URL: Edits = &[
    ("front: rest_api ", "front: function_url "),
    ("  throttle: { rate: 1000/s, burst: 2000 }\n", ""),
    ("  quota: { requests: 200M, per: month }   # of each key\n", ""),
];
const TO_REST_API: Edits =
    &[("shape: lean ", "tags: { team: growth }\nshape: lean "), ("front: function_url", "front: rest_api")];
const CHECK: &[&str] = &["check", "--account", "--quotas"];
const STATUS: &[&str] = &["status"];
const EVENTS: &[&str] = &["events"];
const LOGS: &[&str] = &["logs", "track"];
const LOGS_OF_CRAWLERS: &[&str] = &["logs", "crawler"];
const LOGS_OF_JOB: &[&str] = &["logs", "etl"];
const LIST: &[&str] = &["list"];
const RUN: &[&str] = &["run", "all"];
const RUN_JOB: &[&str] = &["run", "etl", "--wait"];
const RUN_AGAIN: &[&str] = &["run", "etl", "--wait", "--from", "2026-01-01"];
const REPLAY: &[&str] =
    &["events", "replay", "--from", "json", "--between", "2000-01-01", "2100-01-01", "--allow-repeats", "--yes"];
const REPLAY_RAW: &[&str] = &["events", "replay", "--from", "raw", "--between", "2000-01-01", "2100-01-01", "--yes"];
const UNLOCK: &[&str] = &["unlock", "--yes"];
const SEND: &[&str] = &["send", "--events", "3"];

/// What the examples' edits of elsewhere leave as it is.
const MORE_EDITS: Edits = &[
    ("tags: { team: growth }", "tags: {}"),
    ("versioning: false", "versioning: true"),
    ("api_keys: [web, mobile]", "api_keys: [web]"),
    ("    reserved_concurrency: 100 ", "    # reserved_concurrency: 100 "),
    ("    distinct_users_by_month:\n", "    # by month\n"),
    ("      chart: { type: line", "    # chart: { type: line"),
    ("      sql: SELECT year, month", "    # sql: SELECT year, month"),
    ("architecture: arm64", "architecture: x86_64"),
    ("origins: [\"*\"]", "origins: [\"https://example.com\"]"),
];

/// The lean example carries no tags of the user's.
const LEAN_TAGGED: Edits = &[("shape: lean ", "tags: { team: growth }\nshape: lean ")];
const LEAN_MORE_EDITS: Edits = &[
    ("tags: { team: growth }\n", ""),
    ("front: function_url", "cors: { origins: [\"https://example.com\"] }\n  front: function_url"),
    ("bucket:\n", "bucket:\n  versioning: true\n"),
    ("query:\n", "query:\n  scan_limit: 2 TB\n"),
    ("ingest:\n", "ingest:\n"),
    ("function: { reserved_concurrency: 100, ", "function: { architecture: x86_64, "),
];

const fn scene(
    purpose: &'static str,
    example: &'static str,
    before: Before,
    command: &'static [&'static str],
    exit: i32,
) -> Scene {
    Scene { purpose, example, before, command, exit }
}

pub(super) const SCENES: &[Scene] = &[
    scene("plan", "clickstream", Before::Nothing, PLAN, 2),
    scene("plan", "clickstream", Before::Made, PLAN, 0),
    scene("plan", "clickstream", Before::Met(Caller::changes_by_hand), PLAN, 2),
    scene("plan", "lean", Before::Nothing, PLAN, 2),
    scene("plan", "lean", Before::Made, PLAN, 0),
    scene("plan", "strict", Before::Nothing, PLAN, 2),
    scene("plan", "strict", Before::Made, PLAN, 0),
    scene("plan", "strict", Before::Edited(EDITS), PLAN, 2),
    scene("plan", "dashboard", Before::Nothing, PLAN, 2),
    scene("plan", "dashboard", Before::Made, PLAN, 0),
    scene("apply", "clickstream", Before::Nothing, APPLY, 0),
    scene("apply", "clickstream", Before::Made, APPLY, 0),
    scene("apply", "clickstream", Before::Edited(EDITS), APPLY, 0),
    scene("apply", "clickstream", Before::Edited(MORE_EDITS), APPLY, 0),
    scene("apply", "clickstream", Before::Met(Caller::changes_by_hand), APPLY, 0),
    scene("apply", "clickstream", Before::Changed(TO_LEAN), CHANGE, 0),
    scene("apply", "clickstream", Before::Moved(TO_URL), CHANGE_API, 0),
    scene("apply", "lean", Before::Nothing, APPLY, 0),
    scene("apply", "lean", Before::Made, APPLY, 0),
    scene("apply", "lean", Before::Edited(LEAN_EDITS), APPLY, 0),
    scene("apply", "lean", Before::Edited(LEAN_MORE_EDITS), APPLY, 0),
    scene("apply", "lean", Before::Met(Caller::changes_by_hand), APPLY, 0),
    scene("apply", "lean", Before::Changed(TO_REST_API), CHANGE_FRONT, 0),
    scene("apply", "strict", Before::Nothing, APPLY, 0),
    scene("apply", "strict", Before::Made, APPLY, 0),
    scene("apply", "strict", Before::Edited(EDITS), APPLY, 0),
    scene("apply", "strict", Before::Edited(MORE_EDITS), APPLY, 0),
    scene("apply", "strict", Before::Met(Caller::takes_it_down), APPLY, 0),
    scene("apply", "strict", Before::Moved(WITHOUT_ALARMS), APPLY, 0),
    scene("apply", "strict", Before::Met(Caller::gets_another_reader), APPLY, 0),
    scene("apply", "dashboard", Before::Nothing, APPLY, 0),
    scene("apply", "dashboard", Before::Edited(DASHBOARD_EDITS), APPLY, 0),
    scene("apply", "dashboard", Before::Edited(DASHBOARD_TAGGED), APPLY, 0),
    scene("apply", "dashboard", Before::Edited(DASHBOARD_DIRECT), APPLY, 0),
    scene("apply", "dashboard", Before::Moved(NO_DASHBOARD), APPLY, 0),
    scene("apply", "dashboard", Before::Met(Caller::gets_another_dashboard), APPLY, 0),
    scene("apply", "dashboard", Before::Met(Caller::loses_the_draft), APPLY, 0),
    scene("destroy", "dashboard", Before::Made, DESTROY, 0),
    scene("destroy", "strict", Before::Made, DESTROY, 0),
    scene("destroy", "clickstream", Before::Used, DESTROY, 0),
    scene("destroy", "clickstream", Before::Met(Caller::loses_the_bucket), DESTROY, 0),
    scene("destroy", "lean", Before::Used, DESTROY, 0),
    scene("destroy", "lean", Before::Met(Caller::loses_the_bucket), DESTROY, 0),
    scene("query", "clickstream", Before::Used, QUERY, 0),
    scene("query", "lean", Before::Used, QUERY, 0),
    scene("query", "strict", Before::Used, QUERY, 0),
    scene("send", "clickstream", Before::Used, SEND, 0),
    scene("send", "lean", Before::Used, SEND, 0),
    scene("cost", "clickstream", Before::Billed, BILL, 0),
    // There is no bill yet.
    scene("cost", "clickstream", Before::Made, BILL, 1),
    scene("cost", "lean", Before::Billed, BILL, 0),
    scene("check", "clickstream", Before::Made, CHECK, 0),
    scene("status", "clickstream", Before::Used, STATUS, 0),
    scene("status", "clickstream", Before::Used, EVENTS, 0),
    scene("status", "clickstream", Before::Used, LOGS_OF_JOB, 0),
    scene("status", "clickstream", Before::Used, LOGS_OF_CRAWLERS, 0),
    scene("status", "clickstream", Before::Used, LIST, 0),
    scene("status", "lean", Before::Used, STATUS, 0),
    scene("status", "lean", Before::Used, EVENTS, 0),
    scene("status", "lean", Before::Used, LOGS, 0),
    scene("status", "strict", Before::Used, STATUS, 0),
    scene("status", "strict", Before::Used, LOGS, 0),
    scene("status", "strict", Before::Used, EVENTS, 0),
    scene("operate", "clickstream", Before::Used, RUN, 0),
    scene("operate", "clickstream", Before::Used, RUN_AGAIN, 0),
    scene("operate", "clickstream", Before::Met(Caller::loses_the_script), RUN_JOB, 1),
    scene("operate", "clickstream", Before::Used, REPLAY, 0),
    scene("operate", "clickstream", Before::Met(Caller::strands), REPLAY_RAW, 0),
    scene("operate", "clickstream", Before::Used, UNLOCK, 0),
    scene("operate", "lean", Before::Used, RUN, 0),
    scene("operate", "lean", Before::Used, UNLOCK, 0),
    scene("operate", "strict", Before::Used, RUN, 0),
    scene("operate", "strict", Before::Used, REPLAY, 0),
];

/// Every purpose with every example that there are scenes of.
pub(super) fn policies() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<_> = SCENES.iter().map(|scene| (scene.purpose, scene.example)).collect();
    all.dedup();
    all
}

/// What came of a scene under its policy.
pub(super) struct Played {
    pub(super) policy: Vec<Value>,
    /// Actions and resources.
    pub(super) asked: Vec<(String, String)>,
    /// What shows that the policy has too little.
    pub(super) wrong: Option<String>,
}

const DASHBOARD_TAGGED: Edits = &[
    ("name: shop\n", "tags: { team: growth }\nname: shop\n"),
    ("readers: []", "readers: [user/local]"),
    ("owners: [user/local]", "owners: []"),
];
const DASHBOARD_DIRECT: Edits = &[("data: spice", "data: direct"), ("  refresh:", "  # refresh:")];
const NO_DASHBOARD: Edits = &[
    ("dashboard:  ", "#"),
    ("  owners:", "#"),
    ("  readers:", "#"),
    ("  data:", "#"),
    ("  refresh:", "#"),
    ("  queries: [revenue_by_day, buyers]", "#"),
];
const WITHOUT_ALARMS: Edits = &[("alarms:", "# alarms:")];
const ALARMS: &str = "alarms: { email: team@example.com, freshness: 6 hours, errors: 1%, budget: 50 USD }\n";

fn example(name: &str) -> Place {
    let place = match name {
        "strict" => {
            let place = Place::example("clickstream");
            place.edit(&[("security: standard", "security: strict"), ("versioning: false", "# versioning: false")]);
            place.write(&format!("{}{ALARMS}", place.yaml()));
            place
        }
        "lean" => {
            let place = Place::example("lean");
            place.edit(LEAN_TAGGED);
            place
        }
        _ => Place::example(name),
    };
    place.write_zips();
    place
}

impl Scene {
    pub(super) fn is_of(&self, purpose: &str, example: &str) -> bool {
        self.purpose == purpose && self.example == example
    }

    pub(super) fn is_of_nothing(&self) -> bool {
        matches!(self.before, Before::Nothing)
    }

    /// The place, as it is before the command, and the policy.
    pub(super) fn prepared(&self) -> (Caller, Vec<Value>) {
        let place = example(self.example);
        let apply = ["apply", "--yes", "--local"];
        match self.before {
            Before::Nothing => {}
            Before::Used | Before::Billed => drop(place.run(&apply).exits(0)),
            _ => drop(place.run(&[&apply[..], &["--lambda-dir", "."]].concat()).exits(0)),
        }
        let mut policy = vec![];
        match self.before {
            Before::Edited(edits) => place.edit(edits),
            Before::Moved(edits) => {
                policy = documents(&place, &["--for", self.purpose]);
                place.edit(edits);
            }
            Before::Changed(edits) => {
                policy = documents(&place, &["--for", self.purpose]);
                place.write(&Place::example("lean").yaml());
                place.edit(edits);
            }
            _ => {}
        }
        policy.extend(documents(&place, &["--for", self.purpose]));
        let mut caller = Caller::at(place);
        match self.before {
            Before::Met(what) => what(&caller),
            Before::Used => caller.is_used(),
            Before::Billed => caller.is_billed(),
            _ => {}
        }
        caller.begins_a_session();
        (caller, policy)
    }

    /// Whether it did its work.
    pub(super) fn is_done(&self, caller: &Caller) -> bool {
        caller.run(self.command).exit == self.exit
    }

    pub(super) fn play(&self) -> Played {
        let (caller, policy) = self.prepared();
        caller.may(&policy);
        let ran = caller.run(self.command);
        let asked = caller.asked();
        let denied: Vec<_> = asked.iter().filter(|(_, _, allowed)| !allowed).collect();
        let wrong = (!denied.is_empty() || ran.exit != self.exit).then(|| {
            let denied: Vec<_> = denied.iter().map(|(action, resource, _)| format!("{action} on {resource}")).collect();
            let (purpose, example, exit) = (self.purpose, self.example, ran.exit);
            let told = ran.stderr.lines().filter(|line| line.starts_with("failed") || line.starts_with("error"));
            let told = told.collect::<Vec<_>>().join("\n");
            format!("{purpose} of {example} ended with {exit}, denied:\n{}\n{told}", denied.join("\n"))
        });
        Played { policy, asked: asked.into_iter().map(|(action, resource, _)| (action, resource)).collect(), wrong }
    }
}
