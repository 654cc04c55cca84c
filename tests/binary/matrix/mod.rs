//! Every operation that plan, apply and destroy send, and every way in which it can go wrong: nothing hangs, nothing says
//! "done" that is not, and the next run ends it.

mod cell;
mod scene;
mod table;

use cell::{Cell, Verdict};
use scene::Scene;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cells at a time: most of their time they wait.
const AT_ONCE: usize = 12;

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

/// Each operation in the first scene that sends it.
fn cells(scenes: &[Scene]) -> Vec<Cell<'_>> {
    let mut known: Vec<&str> = vec![];
    let mut all = vec![];
    for scene in scenes {
        for operation in &scene.operations {
            if known.contains(&operation.as_str()) {
                continue;
            }
            known.push(operation);
            for (index, _) in FAULTS.iter().enumerate() {
                all.extend([false, true].map(|ever| Cell { scene, operation, fault: index, ever }));
            }
        }
    }
    all
}

/// Tries them all, some at a time; the verdicts in the order of the cells.
fn verdicts(cells: &[Cell<'_>]) -> Vec<Verdict> {
    let (next, verdicts) = (AtomicUsize::new(0), Mutex::new(vec![]));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((index, cell)) = cells.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdict = cell.verdict();
                    verdicts.lock().unwrap().push((index, verdict));
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().unwrap();
    verdicts.sort_by_key(|(index, _)| *index);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

#[track_caller]
fn none_is_wrong(cells: &[Cell<'_>], verdicts: &[Verdict]) {
    let wrong: Vec<_> = cells.iter().zip(verdicts).filter_map(|(cell, verdict)| verdict.wrong(cell)).collect();
    assert!(wrong.is_empty(), "{} of {} are wrong:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
}

/// One cell of some operations, each with another fault.
#[test]
fn a_sample_of_operations_survives_or_tells() {
    let scenes = scene::all();
    let all = cells(&scenes);
    // A step that shares no factor with the 18 cells of an operation comes by all faults.
    let sample: Vec<_> = all.into_iter().step_by(89).collect();
    let verdicts = verdicts(&sample);
    none_is_wrong(&sample, &verdicts);
}

/// All of it. Writes `docs/reliability.md`: `cargo test --workspace --test binary -- --ignored matrix::`.
#[test]
#[ignore = "it takes half an hour"]
fn every_operation_survives_every_fault_or_tells() {
    let scenes = scene::all();
    let all = cells(&scenes);
    let verdicts = verdicts(&all);
    table::write(&all, &verdicts);
    none_is_wrong(&all, &verdicts);
}
