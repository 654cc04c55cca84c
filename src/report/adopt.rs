//! What was found that somebody else has made, and what becomes of it.

use super::foreign::one_line;
use crate::adopt::{Draft, Left, Taken};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-adopt/1";

/// What is above the plan.
pub(crate) fn adopt_to_text(draft: &Draft) -> String {
    let Draft { name, stage, taken, left, notes, .. } = draft;
    let mut text = format!("Found what the article makes, as {name}/{stage}:\n\nTaken over as it stands:\n");
    let width = |cell: fn(&Taken) -> &str| taken.iter().map(|one| cell(one).chars().count()).max().unwrap_or_default();
    let (addresses, names) = (width(|one| &one.address), width(|one| &one.name));
    for Taken { address, name, maker, .. } in taken {
        let (name, maker) = (one_line(name), one_line(maker));
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {address:<addresses$}  {name:<names$}  {maker}");
    }
    if !left.is_empty() {
        text.push_str("\nStays as it is, and is yours to end:\n");
    }
    for Left { what, maker, reason } in left {
        let _ = writeln!(text, "  {} ({})\n    {}", one_line(what), one_line(maker), one_line(reason));
    }
    if !notes.is_empty() {
        text.push_str("\nBefore an apply:\n");
    }
    for note in notes {
        let _ = writeln!(text, "  ! {}", one_line(note));
    }
    text
}

/// `consent`: the addresses that an apply has to be told.
pub(crate) fn adopt_to_json(draft: &Draft, file: &str, consent: &[String], plan: &Value) -> Value {
    let taken = |one: &Taken| {
        let Taken { address, name, maker, stack } = one;
        json!({"address": address, "name": name, "maker": maker, "stack": stack})
    };
    let left = |one: &Left| {
        let Left { what, maker, reason } = one;
        json!({"what": what, "maker": maker, "reason": reason})
    };
    json!({
        "schema": SCHEMA,
        "pipeline": draft.name,
        "stage": draft.stage,
        "file": file,
        "taken": draft.taken.iter().map(taken).collect::<Vec<_>>(),
        "left": draft.left.iter().map(left).collect::<Vec<_>>(),
        "notes": draft.notes,
        "adopt": consent,
        "plan": plan,
    })
}
