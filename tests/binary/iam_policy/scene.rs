//! What a pipeline is like before a command, and the command that somebody with a policy for it then runs.

use super::caller::Caller;
use super::documents;
use crate::kills::LEAN_EDITS;
use crate::life::EDITS;
use crate::support::Place;
use serde_json::Value;

/// Of an example, by a policy for one purpose.
pub(super) struct Scene {
    pub(super) purpose: &'static str,
    example: &'static str,
    before: Before,
    pub(super) command: &'static [&'static str],
    /// How it ends where all is allowed.
    exit: i32,
}

enum Before {
    Nothing,
    Made,
    /// Made, and the file says something else by now.
    Edited(&'static [(&'static str, &'static str)]),
}

const APPLY: &[&str] = &["apply", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes"];
const PLAN: &[&str] = &["plan", "--detailed-exitcode"];

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
    scene("plan", "lean", Before::Nothing, PLAN, 2),
    scene("plan", "lean", Before::Made, PLAN, 0),
    scene("apply", "clickstream", Before::Nothing, APPLY, 0),
    scene("apply", "clickstream", Before::Made, APPLY, 0),
    scene("apply", "clickstream", Before::Edited(EDITS), APPLY, 0),
    scene("apply", "lean", Before::Nothing, APPLY, 0),
    scene("apply", "lean", Before::Made, APPLY, 0),
    scene("apply", "lean", Before::Edited(LEAN_EDITS), APPLY, 0),
    scene("destroy", "clickstream", Before::Made, DESTROY, 0),
    scene("destroy", "lean", Before::Made, DESTROY, 0),
];

/// Every purpose with every example that there are scenes of.
pub(super) fn policies() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<_> = SCENES.iter().map(|scene| (scene.purpose, scene.example)).collect();
    all.dedup();
    all
}

impl Scene {
    pub(super) fn is_of(&self, purpose: &str, example: &str) -> bool {
        self.purpose == purpose && self.example == example
    }

    pub(super) fn place(&self) -> Place {
        let place = Place::example(self.example);
        place.write_zips();
        if !matches!(self.before, Before::Nothing) {
            place.run(&["apply", "--yes", "--local", "--lambda-dir", "."]).exits(0);
        }
        if let Before::Edited(edits) = self.before {
            place.edit(edits);
        }
        place
    }

    /// What was asked for under the policy, and the policy.
    #[track_caller]
    pub(super) fn play(&self) -> (Vec<(String, String)>, Vec<Value>, Option<String>) {
        let place = self.place();
        let policy = documents(&place, &["--for", self.purpose]);
        let caller = Caller::at(place);
        caller.may(&policy);
        let ran = caller.run(self.command);
        let asked = caller.asked();
        let denied: Vec<_> = asked.iter().filter(|(_, _, allowed)| !allowed).collect();
        let wrong = (!denied.is_empty() || ran.exit != self.exit).then(|| {
            let denied: Vec<_> = denied.iter().map(|(action, resource, _)| format!("{action} on {resource}")).collect();
            let (purpose, example, exit) = (self.purpose, self.example, ran.exit);
            format!(
                "{purpose} of {example} ended with {exit}, denied {}\n{}{}",
                denied.join("\n"),
                ran.stdout,
                ran.stderr
            )
        });
        (asked.into_iter().map(|(action, resource, _)| (action, resource)).collect(), policy, wrong)
    }
}
