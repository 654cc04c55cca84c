//! Every operation that the commands send, and every way in which it can go wrong: nothing hangs, nothing says "done" that
//! is not, and the next run ends it.

mod scene;
mod table;
mod trial;

use crate::support::turn;
use scene::Scene;
pub(crate) use scene::TO_LEAN;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use trial::{Cell, Trial, Verdict};

/// Trials at a time: most of their time they wait.
const AT_ONCE: usize = 12;
/// Operations that meet a fault in one run, each once. Where one is not survived, each half has a run of its own.
const TOGETHER: usize = 8;

/// Ways in which an answer goes wrong: what the table calls each, and what Local AWS is told.
const FAULTS: &[(&str, &str)] = &[
    ("500", r#"{"status":500,"code":"InternalFailure","message":"on demand"}"#),
    ("503", r#"{"status":503,"code":"ServiceUnavailable","message":"on demand"}"#),
    ("429", r#"{"status":429,"code":"ThrottlingException","message":"Rate exceeded"}"#),
    ("dropped", "{}"),
    ("lost", r#"{"done":true}"#),
    ("truncated", r#"{"answer":"truncated"}"#),
    ("web page", r#"{"answer":"page"}"#),
    ("empty", r#"{"answer":"empty"}"#),
    ("silent", r#"{"hold":true}"#),
];

/// Every operation, in the first scene that sends it; by name, as what is asked at once comes in any order.
fn operations(scenes: &[Scene]) -> Vec<(&Scene, &str)> {
    let mut known = BTreeSet::new();
    let all = scenes.iter().flat_map(|scene| scene.operations.iter().map(move |operation| (scene, operation.as_str())));
    let mut all: Vec<_> = all.filter(|(_, operation)| known.insert(*operation)).collect();
    all.sort_unstable_by_key(|(_, operation)| *operation);
    all
}

/// Of one operation: each fault, once and for ever.
fn cells<'a>((scene, operation): (&'a Scene, &'a str)) -> Vec<Cell<'a>> {
    let both = |fault| [false, true].map(|ever| Cell { scene, operation, fault, ever });
    (0..FAULTS.len()).flat_map(both).collect()
}

/// Cells in as few runs as may be: what meets a fault once is met by others in the same run. Whatever is survived
/// together is survived alone; what ends a run for ever needs its own.
fn trials<'a>(cells: &[Cell<'a>]) -> Vec<Trial<'a>> {
    let mut trials: Vec<Trial<'a>> = vec![];
    for cell in cells {
        let joins = |trial: &&mut Trial<'a>| !cell.ever && trial.operations.len() < TOGETHER && trial.takes(cell);
        match trials.iter_mut().find(joins) {
            Some(trial) => trial.operations.push(cell.operation),
            None => trials.push(Trial::of(cell)),
        }
    }
    trials
}

/// Makes them all, some at a time; each cell with its verdict.
fn verdicts<'a>(trials: &[Trial<'a>]) -> Vec<(Cell<'a>, Verdict)> {
    let (next, verdicts) = (AtomicUsize::new(0), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(trial) = trials.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let made = trial.verdicts();
                    verdicts.lock().unwrap().extend(made);
                }
            });
        }
    });
    verdicts.into_inner().unwrap()
}

#[track_caller]
fn none_is_wrong(verdicts: &[(Cell<'_>, Verdict)]) {
    let wrong: Vec<_> = verdicts.iter().filter_map(|(cell, verdict)| verdict.wrong(cell)).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), verdicts.len(), wrong.join("\n"));
}

/// What the program has learnt to send since is tried, too.
#[track_caller]
fn the_table_has(operations: &[(&Scene, &str)]) {
    let sent: BTreeSet<_> = operations.iter().map(|(_, operation)| (*operation).to_owned()).collect();
    let missing: Vec<_> = sent.difference(&table::operations()).cloned().collect();
    assert!(missing.is_empty(), "run the whole matrix, which writes docs/reliability.md: it has no {missing:?}");
}

/// Every operation meets one fault, once or for ever, another one each day; so that all of them come about.
#[test]
#[ignore = "a minute"]
fn every_operation_survives_some_fault_or_tells() {
    let scenes = scene::all();
    let operations = operations(&scenes);
    the_table_has(&operations);
    let turn = turn();
    let of_each = operations.into_iter().enumerate();
    let cells: Vec<_> =
        of_each.map(|(index, operation)| cells(operation).swap_remove((index + turn) % (2 * FAULTS.len()))).collect();
    let met: BTreeSet<_> = cells.iter().map(|cell| (cell.fault, cell.ever)).collect();
    assert_eq!(met.len(), 2 * FAULTS.len());
    none_is_wrong(&verdicts(&trials(&cells)));
}

/// All of it. Tries what has no row yet in `target/reliability`, or what of that is in a part such as `SHARD=2/4`, and writes
/// `docs/reliability.md` when each operation has one.
#[test]
#[ignore = "half an hour"]
fn every_operation_survives_every_fault_or_tells() {
    let scenes = scene::all();
    let operations = operations(&scenes);
    let (shard, shards) = table::shard();
    let of_shard = operations.iter().copied().skip(shard - 1).step_by(shards);
    let left = of_shard.filter(|(_, operation)| table::kept(operation).is_none());
    let cells: Vec<_> = left.flat_map(cells).collect();
    let verdicts = verdicts(&trials(&cells));
    table::keep(&cells, &verdicts);
    none_is_wrong(&verdicts);
    table::write(operations.iter().map(|(_, operation)| *operation));
}
