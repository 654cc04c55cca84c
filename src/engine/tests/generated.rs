//! The same promises over generated graphs: any shape, any failure, any parallelism.

use crate::fake::{Fake, Fault, Function, Memory, Role, Trigger, Vault};
use pipectl_engine::graph::{Graph, Handle};
use pipectl_engine::value::Pending;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// What a generated node is: its kind, and which of the nodes before it it takes an output from.
#[derive(Clone, Debug)]
struct Drawn {
    kind: u8,
    needs: BTreeSet<usize>,
}

/// A handle of any kind.
#[derive(Clone, Copy)]
enum Any {
    Role(Handle<Fake<Role>>),
    Vault(Handle<Fake<Vault>>),
    Function(Handle<Fake<Function>>),
    Trigger(Handle<Fake<Trigger>>),
}

fn nodes() -> impl Strategy<Value = Vec<Drawn>> {
    proptest::collection::vec((0_u8..4, any::<u16>()), 1..12).prop_map(|all| {
        let mut kinds: Vec<u8> = all.iter().map(|(kind, _)| *kind).collect();
        // As the registry has it: kinds after those that they use.
        kinds.sort_unstable();
        let mut drawn: Vec<Drawn> = vec![];
        for (index, (_, bits)) in all.iter().enumerate() {
            let may = (0..index).filter(|other| allowed(kinds[*other], kinds[index]));
            let needs = may.filter(|other| bits & (1 << other) != 0).collect();
            drawn.push(Drawn { kind: kinds[index], needs });
        }
        drawn
    })
}

/// As `USES` says: functions use roles and vaults, triggers functions.
fn allowed(used: u8, user: u8) -> bool {
    matches!((used, user), (0 | 1, 2) | (2, 3))
}

fn draw(nodes: &[Drawn]) -> Graph<'static, Memory> {
    let mut graph = Graph::new(&());
    let mut made: Vec<Any> = vec![];
    for (index, node) in nodes.iter().enumerate() {
        let name = name(index);
        let taken: Vec<Any> = node.needs.iter().map(|need| made[*need]).collect();
        macro_rules! add {
            ($noun:ident) => {{
                let id = name.clone();
                Any::$noun(graph.add(&name, move |out| {
                    let output = |any: &Any| -> Pending<String> {
                        match *any {
                            Any::Role(handle) => out[handle].clone(),
                            Any::Vault(handle) => out[handle].clone(),
                            Any::Function(handle) => out[handle].clone(),
                            Any::Trigger(handle) => out[handle].clone(),
                        }
                    };
                    taken.iter().fold(Fake::<$noun>::new(&id), |fake, any| fake.linked(&output(any)))
                }))
            }};
        }
        made.push(match node.kind {
            0 => add!(Role),
            1 => add!(Vault),
            2 => add!(Function),
            _ => add!(Trigger),
        });
    }
    graph
}

fn name(index: usize) -> String {
    char::from(b'a' + u8::try_from(index).expect("there are few")).to_string()
}

fn address(nodes: &[Drawn], index: usize) -> String {
    let kind = ["role", "vault", "function", "trigger"][usize::from(nodes[index].kind)];
    format!("fake.{kind}.{}", name(index))
}

/// All that cannot be made without one of these.
fn followers(nodes: &[Drawn], broken: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for (index, node) in nodes.iter().enumerate() {
        if node.needs.iter().any(|need| broken.contains(need) || all.contains(need)) {
            all.insert(index);
        }
    }
    &all - broken
}

/// Without a runtime of its own threads: one at a time, in an order that the same input repeats.
fn block<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

proptest! {
    #[test]
    fn any_graph_is_made_in_order_and_taken_down_again(nodes in nodes(), parallelism in 1_usize..5) {
        let world = Memory::default();
        let (told, outcome) = block(world.run(&draw(&nodes), parallelism));
        prop_assert_eq!(outcome.done.len(), nodes.len());
        prop_assert!(world.most_at_work() <= parallelism);
        let at = |words: String| told.iter().position(|line| *line == words).unwrap();
        for (index, node) in nodes.iter().enumerate() {
            for need in &node.needs {
                let (done, begun) = (format!("finished {}", address(&nodes, *need)), format!("started {}", address(&nodes, index)));
                prop_assert!(at(done) < at(begun));
            }
        }
        prop_assert!(block(world.planned(&draw(&nodes))).is_empty());
        let (told, _) = block(world.run(&draw(&[]), parallelism));
        prop_assert!(world.there().is_empty());
        let at = |words: String| told.iter().position(|line| *line == words).unwrap();
        for (index, node) in nodes.iter().enumerate() {
            for need in &node.needs {
                let (gone, begun) = (format!("finished {}", address(&nodes, index)), format!("started {}", address(&nodes, *need)));
                prop_assert!(at(gone) < at(begun), "{:?}", told);
            }
        }
    }

    #[test]
    fn any_failures_leave_the_rest_done_and_the_next_run_converges(
        nodes in nodes(), bits: u16, lost: bool, parallelism in 1_usize..5,
    ) {
        let world = Memory::default();
        let broken: BTreeSet<usize> = (0..nodes.len()).filter(|index| bits & (1 << index) != 0).collect();
        for index in &broken {
            let fault = if lost { Fault::Lost } else { Fault::Refused };
            world.breaks(&format!("create {}", address(&nodes, *index)), fault);
        }
        let (_, outcome) = block(world.run(&draw(&nodes), parallelism));
        // One that fails is not tried where it cannot be: it is skipped with what it follows.
        let mut struck = BTreeSet::new();
        for index in &broken {
            if followers(&nodes, &struck).contains(index) || nodes[*index].needs.iter().any(|need| struck.contains(need)) {
                continue;
            }
            struck.insert(*index);
        }
        let skipped = followers(&nodes, &struck);
        prop_assert_eq!(outcome.failed.iter().map(|(index, _)| *index).collect::<BTreeSet<_>>(), struck.clone());
        prop_assert_eq!(&outcome.skipped, &skipped);
        prop_assert_eq!(outcome.done.len(), nodes.len() - struck.len() - skipped.len());
        for _ in 0..=nodes.len() {
            block(world.run(&draw(&nodes), parallelism));
        }
        prop_assert_eq!(world.waiting_faults(), 0, "each fault struck in the end");
        prop_assert!(block(world.planned(&draw(&nodes))).is_empty());
    }
}
