//! What the modules of a crate are held to. Each rule gives a line for everything that breaks it.

use crate::modules::{ModulePath, Modules, Use};
use std::collections::{BTreeMap, BTreeSet};

/// The children of a module, each standing on those before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floors<'a> {
    pub(crate) of: &'a [&'a str],
    /// From the ground up.
    pub(crate) order: &'a [&'a str],
}

/// A module may use those before it only, and each has its place in the order.
pub(crate) fn higher_floors(modules: &Modules, floors: Floors<'_>) -> Vec<String> {
    let height = |name: &str| floors.order.iter().position(|floor| *floor == name);
    let mut broken = vec![];
    let children =
        modules.0.keys().filter(|path| path.len() == floors.of.len() + 1 && path.starts_with(&owned(floors.of)));
    for path in children {
        if let Some(name) = path.last().filter(|name| height(name).is_none()) {
            broken.push(format!("{name} has no floor"));
        }
    }
    for (parent, by, of, used) in between(modules) {
        if parent == owned(floors.of) && height(&by).is_some() && height(&by) < height(&of) {
            broken.push(format!("{by} uses {of}, which is above it: {}", used.place));
        }
    }
    broken
}

/// The children of a module may not use each other in a circle, however far below them that happens.
pub(crate) fn circles(modules: &Modules) -> Vec<String> {
    let mut rooms: BTreeMap<ModulePath, BTreeMap<String, BTreeMap<String, Use>>> = BTreeMap::new();
    for (parent, by, of, used) in between(modules) {
        rooms.entry(parent).or_default().entry(by).or_default().entry(of).or_insert(used);
    }
    let mut broken = vec![];
    for (parent, uses) in rooms {
        for circle in circles_of(&uses) {
            let steps = circle.iter().zip(circle.iter().cycle().skip(1));
            let places = steps.map(|(by, of)| format!("\n    {by} uses {of}: {}", uses[by][of].place));
            broken.push(format!("circle in `{}`:{}", parent.join("::"), places.collect::<String>()));
        }
    }
    broken
}

/// What is written of a service's documents stands in its own folder only: the names of collections are
/// `service.thing`, each said once, by a constant.
pub(crate) fn foreign_collections(modules: &Modules, services: &[&str]) -> Vec<String> {
    let owner = |text: &str| {
        let (service, thing) = text.split_once('.')?;
        let is_name = !thing.is_empty() && thing.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        services
            .iter()
            .find(|name| **name == service && is_name)
            .map(|name| vec!["services".to_owned(), (*name).to_owned()])
    };
    let mut broken = vec![];
    let mut constants = BTreeMap::new();
    for (path, module) in &modules.0 {
        for (line, text, constant) in &module.texts {
            let Some(owner) = owner(text) else { continue };
            if !path.starts_with(&owner) {
                broken.push(format!("{}:{line}: \"{text}\" is not its own", module.file));
            } else if constant.is_none() {
                broken.push(format!("{}:{line}: \"{text}\" is a constant's to say", module.file));
            }
            if let Some(constant) = constant {
                constants.insert((path.clone(), constant.clone()), owner);
            }
        }
    }
    for used in modules.uses() {
        let Some(item) = used.item else { continue };
        let owner = constants.get(&(used.of, item));
        if owner.is_some_and(|owner| !used.by.starts_with(owner)) {
            broken.push(format!("{} is not its own", used.place));
        }
    }
    broken
}

/// Every use of a module by another that is neither above nor below it: the module that both are in, and its two
/// children that they belong to.
fn between(modules: &Modules) -> Vec<(ModulePath, String, String, Use)> {
    let uses = modules.uses().into_iter().filter_map(|used| {
        let shared = used.by.iter().zip(&used.of).take_while(|(a, b)| a == b).count();
        let (by, of) = (used.by.get(shared)?.clone(), used.of.get(shared)?.clone());
        Some((used.by[..shared].to_vec(), by, of, used))
    });
    uses.collect()
}

/// A shortest circle for each group of rooms that are in one.
fn circles_of(uses: &BTreeMap<String, BTreeMap<String, Use>>) -> Vec<Vec<String>> {
    let mut known = BTreeSet::new();
    let mut circles = vec![];
    for start in uses.keys() {
        if let Some(circle) = shortest(uses, start).filter(|_| !known.contains(start)) {
            known.extend(circle.iter().cloned());
            circles.push(circle);
        }
    }
    circles
}

fn shortest(uses: &BTreeMap<String, BTreeMap<String, Use>>, start: &String) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = vec![];
        for way in ways {
            for next in way.last().and_then(|last| uses.get(last)).into_iter().flat_map(BTreeMap::keys) {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push(way.iter().cloned().chain([next.clone()]).collect());
                }
            }
        }
        ways = longer;
    }
    None
}

fn owned(path: &[&str]) -> ModulePath {
    path.iter().map(|name| (*name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOORS: Floors<'static> = Floors { of: &[], order: &["store", "core", "services", "roof"] };

    fn floors(sources: &[(&str, &str)]) -> Vec<String> {
        higher_floors(&Modules::of_sources(sources.iter().copied()), FLOORS)
    }

    fn round(sources: &[(&str, &str)]) -> Vec<String> {
        circles(&Modules::of_sources(sources.iter().copied()))
    }

    #[test]
    fn what_is_below_may_be_used() {
        let sources = [
            ("lib.rs", "mod core; mod store; pub use core::Core;"),
            ("core.rs", "use crate::store::{self, Store}; // crate::roof"),
            ("roof.rs", "fn f() { crate::core::open(\"crate::none\"); }"),
            ("store.rs", "#[cfg(test)] mod tests { use super::*; use crate::roof::Roof; } use std::core::x;"),
        ];
        assert_eq!(floors(&sources), Vec::<String>::new());
    }

    #[test]
    fn what_is_above_may_not_however_it_is_written() {
        let breaking = [
            "use crate::roof::Roof;",
            "use crate::{core, roof as r};",
            "use super::super::roof;",
            "fn f() { crate::roof::serve() }",
            "fn f() { super::super::roof::serve() }",
            "mod inner { use crate::{core::Core, roof::{Roof, Door}}; }",
            "macro_rules! m { () => { $crate::roof::serve() } }",
            "use crate::Roof;",
            "#[cfg(test)] use std::x; use crate::roof::Roof;",
            "const C: char = '\"'; use crate::roof::Roof; const D: char = '\"';",
        ];
        for source in breaking {
            let lib = "mod services; mod roof; mod core; pub use roof::Roof;";
            let sources = [("lib.rs", lib), ("core.rs", ""), ("roof.rs", ""), ("services/iam/mod.rs", source)];
            let sources = [&sources[..], &[("services/mod.rs", "mod iam;")]].concat();
            let broken = floors(&sources);
            assert!(!broken.is_empty(), "{source}");
            assert!(
                broken[0].starts_with("services uses roof, which is above it: services/iam/mod.rs:1: "),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn a_module_without_a_floor_is_seen() {
        assert_eq!(
            floors(&[("store.rs", ""), ("cellar.rs", "use crate::roof;"), ("roof.rs", "")]),
            ["cellar has no floor"]
        );
    }

    #[test]
    fn parent_and_child_may_use_each_other() {
        let sources = [
            ("main.rs", "mod aws; use aws::Aws;"),
            ("aws/mod.rs", "mod wait; pub struct Aws; fn f() { wait::until() }"),
            ("aws/wait.rs", "use super::Aws; use crate::aws::Aws as Same; use crate::main;"),
        ];
        assert_eq!(round(&sources), Vec::<String>::new());
    }

    #[test]
    fn a_circle_is_seen_through_files_below_and_through_names_given_on() {
        let direct = [("a.rs", "use crate::b::B;"), ("b.rs", "use crate::a::A;")];
        assert_eq!(round(&direct).len(), 1);
        let below = [
            ("a/mod.rs", "mod deep;"),
            ("a/deep.rs", "use crate::b::B;"),
            ("b/mod.rs", "mod low;"),
            ("b/low.rs", "fn f() { crate::c::run() }"),
            ("c.rs", "use crate::a;"),
        ];
        assert_eq!(round(&below).len(), 1, "{:?}", round(&below));
        // Both are given the other's by their parent, which is no circle of the parent's.
        let given = [
            ("p/mod.rs", "mod x; mod y; pub use x::X; use y::Y;"),
            ("p/x.rs", "use super::Y;"),
            ("p/y.rs", "fn f(x: super::X) {}"),
        ];
        assert_eq!(round(&given).len(), 1);
        assert!(
            round(&given)[0].starts_with("circle in `p`:\n    x uses y: p/x.rs:1: super::Y"),
            "{:?}",
            round(&given)
        );
        let aliased = [
            ("a.rs", "use crate::b; fn f() { b::low::g() }"),
            ("b/mod.rs", "pub mod low;"),
            ("b/low.rs", "use crate::a;"),
        ];
        assert_eq!(round(&aliased).len(), 1);
    }

    #[test]
    fn a_chain_is_no_circle() {
        let sources = [("a.rs", "use crate::{b, c};"), ("b.rs", "use crate::c::C; use std::a;"), ("c.rs", "")];
        assert_eq!(round(&sources), Vec::<String>::new());
    }

    #[test]
    fn documents_are_their_services_own() {
        let own = (
            "services/lambda/mod.rs",
            "pub const FUNCTIONS: &str = \"lambda.function\"; const HOST: &str = \"lambda.amazonaws.com\";",
        );
        let inside = ("services/lambda/policy.rs", "use super::FUNCTIONS;");
        let foreign = |source| {
            let sources = [("services/mod.rs", "mod lambda; mod s3;"), own, inside, ("services/s3/mod.rs", source)];
            foreign_collections(&Modules::of_sources(sources), &["lambda", "s3"])
        };
        assert_eq!(
            foreign("const OWN: &str = \"s3.bucket\"; const HOST: &str = \"lambda.amazonaws.com\";"),
            Vec::<String>::new()
        );
        for source in [
            "fn f() { get(\"lambda.function\") }",
            "use crate::services::lambda::FUNCTIONS;",
            "fn f() { get(super::lambda::FUNCTIONS) }",
        ] {
            assert_eq!(foreign(source).len(), 1, "{source}");
        }
    }
}
