//! How a schema changes, a line to a column.

use crate::engine::diff::Change;
use crate::resources::{Difference, SCHEMA, What, columns_of};
use serde_json::{Value, json};

/// One column that differs, in the words of a plan.
pub(super) struct Line {
    /// `+ plan string`, `- referrer string`, `~ n int -> string`.
    pub(super) what: String,
    /// What that means for the files of before.
    pub(super) note: String,
}

/// `None` where a change is not about the schema.
pub(super) fn lines(change: &Change) -> Option<Vec<Line>> {
    Some(
        columns_of(change)?
            .iter()
            .map(|one| Line { what: what(one), note: note(one, change.attribute == SCHEMA) })
            .collect(),
    )
}

fn what(one: &Difference) -> String {
    let path = &one.path;
    match &one.what {
        What::Added(kind) => format!("+ {path} {kind}"),
        What::Removed(kind) => format!("- {path} {kind}"),
        What::Retyped { before, after } => format!("~ {path} {before} -> {after}"),
    }
}

/// `again`: there is a job that converts files again.
fn note(one: &Difference, again: bool) -> String {
    match &one.what {
        What::Added(_) => {
            let renamed = one.renamed_from.as_ref();
            let renamed = renamed.map_or_else(String::new, |old| format!("perhaps {old} under a new name; "));
            let until = if again { ", until `pipectl run etl --from DATE` converts them again" } else { "" };
            format!("{renamed}null in files of before{until}")
        }
        What::Removed(_) => "files of before keep it, and all rows stay".to_owned(),
        What::Retyped { .. } if one.breaks_files() => {
            "Athena does not read files of before as that: HIVE_BAD_DATA".to_owned()
        }
        What::Retyped { .. } => "Athena reads files of before as that, too".to_owned(),
    }
}

/// `null` where a change is not about the schema.
pub(super) fn to_json(change: &Change) -> Value {
    let Some(all) = columns_of(change) else { return Value::Null };
    let one = |one: &Difference| {
        let (name, before, after) = match &one.what {
            What::Added(kind) => ("added", None, Some(kind)),
            What::Removed(kind) => ("removed", Some(kind), None),
            What::Retyped { before, after } => ("retyped", Some(before), Some(after)),
        };
        json!({
            "path": one.path,
            "change": name,
            "before": before.map(ToString::to_string),
            "after": after.map(ToString::to_string),
            "readable": !one.breaks_files(),
            "renamed_from": one.renamed_from,
        })
    };
    all.iter().map(one).collect()
}
