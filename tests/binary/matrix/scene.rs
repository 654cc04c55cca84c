//! What a pipeline is like before a command, and what the command then asks AWS.

use crate::life::EDITS;
use crate::support::{Place, Ran};

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
    let check = &["plan", "--detailed-exitcode"][..];
    vec![
        Scene::of("apply", &["apply", "--yes"], check, false, false),
        Scene::of("update", &["apply", "--yes"], check, true, true),
        Scene::of("destroy", &["destroy", "--yes"], &["plan", "--destroy", "--detailed-exitcode"], true, false),
        Scene::of("plan", check, check, true, false),
    ]
}

impl Scene {
    fn of(
        name: &'static str,
        command: &'static [&'static str],
        check: &'static [&'static str],
        made: bool,
        edited: bool,
    ) -> Self {
        let place = Place::example("clickstream");
        if made {
            place.run(&["apply", "--yes", "--local"]).exits(0);
        }
        if edited {
            place.edit(EDITS);
        }
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
