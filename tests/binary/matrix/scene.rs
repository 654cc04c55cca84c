//! What a pipeline is like before a command, and what the command then asks AWS.

use crate::kills::{DASHBOARD_EDITS, LEAN_EDITS};
use crate::life::EDITS;
use crate::support::{Place, Ran};

/// What the lean example says for a pipeline of the other one, whose clients go on posting to the front of before.
pub(crate) const TO_LEAN: &[(&str, &str)] =
    &[("stage: lean", "stage: prod"), ("front: function_url", "front: [function_url, rest_api]")];

/// Of the example with alarms.
const ALARM_EDITS: &[(&str, &str)] = &[
    ("errors: 1 %", "errors: 2 %"),
    ("budget: 20 USD", "budget: 30 USD"),
    ("name: shop", "tags: { team: growth }\nname: shop"),
];

/// A command on a pipeline that is in some state.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) command: &'static [&'static str],
    /// What shows that the command has done all of its work: it exits with 0.
    pub(super) check: &'static [&'static str],
    /// Where Local AWS is as it was before.
    before: Place,
    /// What the command sends where nothing goes wrong, each once.
    pub(super) operations: Vec<String>,
}

pub(super) fn all() -> Vec<Scene> {
    let (check, apply, destroy) = (&["plan", "--detailed-exitcode"][..], &["apply", "--yes"], &["destroy", "--yes"]);
    // What SPICE has asked lies in the bucket.
    let destroy_all = &["destroy", "--yes", "--allow-data-loss", "s3.bucket.data"];
    let check_destroy = &["plan", "--destroy", "--detailed-exitcode"];
    vec![
        Scene::of("apply", apply, check, State::nothing("clickstream")),
        Scene::of("update", apply, check, State::edited("clickstream", EDITS)),
        Scene::of("destroy", destroy, check_destroy, State::made("clickstream")),
        Scene::of("plan", check, check, State::made("clickstream")),
        Scene::of("apply, lean", apply, check, State::nothing("lean")),
        Scene::of("update, lean", apply, check, State::edited("lean", LEAN_EDITS)),
        Scene::of("destroy, lean", destroy, check_destroy, State::made("lean")),
        Scene::of("plan, lean", check, check, State::made("lean")),
        Scene::of("apply, alarms", apply, check, State::nothing("web")),
        Scene::of("update, alarms", apply, check, State::edited("web", ALARM_EDITS)),
        Scene::of("destroy, alarms", destroy, check_destroy, State::made("web")),
        Scene::of("apply, dashboard", apply, check, State::nothing("dashboard")),
        Scene::of("update, dashboard", apply, check, State::edited("dashboard", DASHBOARD_EDITS)),
        Scene::of("destroy, dashboard", destroy_all, check_destroy, State::made("dashboard")),
        Scene::of("change to lean", apply, check, State::changed_to_lean()),
    ]
}

/// What is there before a command.
struct State(Place);

impl State {
    fn nothing(example: &str) -> Self {
        Self(Place::example(example))
    }

    fn made(example: &str) -> Self {
        let state = Self::nothing(example);
        state.0.run(&["apply", "--yes", "--local"]).exits(0);
        state
    }

    /// The file says something else than what is made.
    fn edited(example: &str, edits: &[(&str, &str)]) -> Self {
        let state = Self::made(example);
        state.0.edit(edits);
        state
    }

    fn changed_to_lean() -> Self {
        let state = Self::made("clickstream");
        state.0.write(&Place::example("lean").yaml());
        state.0.edit(TO_LEAN);
        state
    }
}

impl Scene {
    fn of(
        name: &'static str,
        command: &'static [&'static str],
        check: &'static [&'static str],
        State(place): State,
    ) -> Self {
        let mut scene = Self { name, command, check, before: place, operations: vec![] };
        let rehearsed = scene.place();
        let server = rehearsed.serve();
        rehearsed.run(&[command, &["--local"]].concat()).exits(0);
        for operation in server.admin().requests() {
            if !scene.operations.contains(&operation) {
                scene.operations.push(operation);
            }
        }
        scene
    }

    /// The state is what the command makes of it.
    pub(super) fn is_done(&self, place: &Place, _: &Ran) -> Result<(), String> {
        let looked = place.run(&[self.check, &["--local"]].concat());
        if looked.exit == 0 { Ok(()) } else { Err(format!("{}{}", looked.stdout, looked.stderr)) }
    }

    /// A place of its own, as it is before the command.
    pub(super) fn place(&self) -> Place {
        self.before.copy()
    }
}
