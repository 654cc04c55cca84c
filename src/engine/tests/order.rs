//! In what order steps are carried out, and how many at a time.

use crate::fake::{Fake, Function, Key, Memory, Role, Trigger, Vault, consent};
use pipectl_engine::graph::Graph;
use pipectl_engine::plan::plan;
use pipectl_engine::resource::Address;

/// Two functions that take a role and a vault, and a trigger of the first.
pub(crate) fn family(graph: &mut Graph<'_, Memory>) {
    let role = graph.add("r", |_| Fake::<Role>::new("r"));
    let vault = graph.add("v", |_| Fake::<Vault>::new("v"));
    let first = graph.add("f", move |out| Fake::<Function>::new("f").linked(&out[role]).linked(&out[vault]));
    graph.add("g", move |out| Fake::<Function>::new("g").linked(&out[role]));
    graph.add("t", move |out| Fake::<Trigger>::new("t").linked(&out[first]));
}

pub(crate) fn drawn(draw: impl Fn(&mut Graph<'static, Memory>)) -> Graph<'static, Memory> {
    let mut graph = Graph::new(&());
    draw(&mut graph);
    graph
}

fn before(calls: &[String], first: &str, second: &str) -> bool {
    let at = |words: &str| calls.iter().position(|call| call == words).unwrap_or_else(|| panic!("no `{words}`"));
    at(first) < at(second)
}

#[tokio::test]
async fn each_step_begins_when_what_it_takes_from_is_done() {
    let world = Memory::default();
    let (told, outcome) = world.run(&drawn(family), 8).await;
    for (first, second) in [
        ("finished fake.role.r", "started fake.function.f"),
        ("finished fake.vault.v", "started fake.function.f"),
        ("finished fake.role.r", "started fake.function.g"),
        ("finished fake.function.f", "started fake.trigger.t"),
    ] {
        assert!(before(&told, first, second), "{first} before {second} in {told:#?}");
    }
    assert_eq!(outcome.done.len(), 5);
    assert_eq!(world.planned(&drawn(family)).await, [""; 0]);
}

/// A function that takes a key, which may be used before it is whole.
pub(crate) fn keyed(graph: &mut Graph<'_, Memory>) {
    let key = graph.add("k", |_| Fake::<Key>::new("k"));
    graph.add("f", move |out| Fake::<Function>::new("f").linked(&out[key]));
}

#[tokio::test]
async fn what_is_there_is_used_while_it_is_finished() {
    let world = Memory::default();
    let (told, outcome) = world.run(&drawn(keyed), 8).await;
    assert!(before(&told, "started fake.function.f", "finished fake.key.k"), "{told:#?}");
    let mut calls = world.said();
    assert_eq!(calls.remove(0), "create fake.key.k");
    calls.sort();
    assert_eq!(calls, ["create fake.function.f", "finish fake.key.k"]);
    assert_eq!(outcome.done.len(), 2);
    assert_eq!(world.planned(&drawn(keyed)).await, [""; 0]);
}

#[tokio::test]
async fn what_does_not_depend_on_each_other_runs_at_once_up_to_the_limit() {
    let roles = |graph: &mut Graph<'static, Memory>| {
        for name in ["a", "b", "c", "d", "e"] {
            graph.add(name, move |_| Fake::<Role>::new(name));
        }
    };
    for limit in [1, 2, 5] {
        let world = Memory::default();
        world.run(&drawn(roles), limit).await;
        assert_eq!(world.most_at_work(), limit);
    }
}

#[tokio::test]
async fn what_uses_goes_before_what_it_uses() {
    let world = Memory::default();
    world.run(&drawn(family), 8).await;
    world.said();
    world.run(&drawn(|_| ()), 8).await;
    let calls = world.said();
    for (first, second) in [
        ("delete fake.trigger.t", "delete fake.function.f"),
        ("delete fake.function.f", "delete fake.role.r"),
        ("delete fake.function.g", "delete fake.role.r"),
        ("delete fake.function.g", "delete fake.vault.v"),
    ] {
        assert!(before(&calls, first, second), "{first} before {second} in {calls:#?}");
    }
    assert_eq!(world.there(), [""; 0]);
}

/// Every choice of what stays for now: it stays, and keeps nothing else from going.
#[tokio::test]
async fn what_stays_keeps_nothing_else() {
    const ALL: [&str; 5] = ["fake.function.f", "fake.function.g", "fake.role.r", "fake.trigger.t", "fake.vault.v"];
    for chosen in 0..1 << ALL.len() {
        let world = Memory::default();
        world.run(&drawn(family), 8).await;
        let staying: Vec<_> = (0..ALL.len()).filter(|at| chosen >> at & 1 == 1).map(|at| ALL[at]).collect();
        let (graph, addresses) = (drawn(|_| ()), staying.iter().map(|address| address.parse().unwrap()));
        let live = world.observe(&graph).await;
        let mut plan = plan(&graph, &live, &consent());
        plan.hold(&addresses.collect::<Vec<Address>>(), "it works still");
        let (told, outcome) = world.carry_out(&plan, 8).await;
        assert_eq!(world.there(), staying, "{told:#?}");
        assert!(outcome.failed.is_empty() && outcome.skipped.is_empty(), "{staying:?}: {told:#?}");
    }
}

/// A role that is no longer asked for outlives the function that is moved to another one.
#[tokio::test]
async fn deletions_come_last() {
    let moved = |role: &'static str| {
        move |graph: &mut Graph<'static, Memory>| {
            let role = graph.add(role, move |_| Fake::<Role>::new(role));
            graph.add("f", move |out| Fake::<Function>::new("f").linked(&out[role]));
        }
    };
    let world = Memory::default();
    world.run(&drawn(moved("old")), 8).await;
    world.said();
    world.run(&drawn(moved("new")), 8).await;
    let expected = ["create fake.role.new", "update fake.function.f [links]", "delete fake.role.old"];
    assert_eq!(world.said(), expected);
}

#[tokio::test]
async fn what_is_replaced_goes_and_comes_and_those_that_take_from_it_follow() {
    let placed = |place: &'static str| {
        move |graph: &mut Graph<'static, Memory>| {
            let role = graph.add("r", move |_| Fake::<Role>::new("r").placed(place));
            graph.add("f", move |out| Fake::<Function>::new("f").linked(&out[role]));
        }
    };
    let world = Memory::default();
    world.run(&drawn(placed("here")), 8).await;
    world.said();
    world.run(&drawn(placed("there")), 8).await;
    assert_eq!(world.said(), ["delete fake.role.r", "create fake.role.r", "update fake.function.f [links]"]);
}

#[tokio::test]
async fn a_second_run_calls_nothing() {
    let world = Memory::default();
    world.run(&drawn(family), 8).await;
    world.said();
    let (told, outcome) = world.run(&drawn(family), 8).await;
    assert_eq!((world.said().len(), told.len(), outcome.done.len()), (0, 0, 5));
}
