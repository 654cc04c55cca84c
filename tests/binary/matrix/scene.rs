//! What a pipeline is like before a command, and what the command then asks AWS.

use crate::life::EDITS;
use crate::support::Place;
use std::path::Path;

/// A command on a pipeline that is in some state.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) command: &'static [&'static str],
    /// What shows that the command has done all of its work: it exits with 0.
    pub(super) check: &'static [&'static str],
    yaml: String,
    /// Where Local AWS is as it was before; `None`: it is empty.
    before: Option<Place>,
    /// What the command sends where nothing goes wrong, each once.
    pub(super) operations: Vec<String>,
}

const STATE: &str = ".pipectl/local";

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
        let before = made.then_some(place);
        let yaml = before.as_ref().map_or_else(|| Place::example("clickstream").yaml(), Place::yaml);
        let mut scene = Self { name, command, check, yaml, before, operations: vec![] };
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

    /// A place of its own, as it is before the command.
    pub(super) fn place(&self) -> Place {
        let place = Place::new(&self.yaml);
        if let Some(before) = &self.before {
            copy(&before.path().join(STATE), &place.path().join(STATE));
        }
        place
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
