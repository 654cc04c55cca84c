//! Plans for a pull-request comment.

use super::delta::deltas;
use super::{forces, refusal_words, releases, says_something, schema, stays, summary};
use crate::engine::diff::Change;
use crate::engine::plan::Action;
use crate::engine::value::Value;
use crate::names::Names;
use crate::report::foreign::one_line;
use crate::report::markdown::{block, code, words};
use crate::resources::{Plan, Step};
use std::fmt::Write as _;

/// A hidden line by which a bot finds the comment it has to replace.
const MARKER: &str = "<!-- pipectl plan -->";

/// GitHub takes 65,536 characters of a comment, and what it makes of the costs comes behind.
const MOST: usize = 58_000;

/// What a comment begins with.
pub(crate) fn plan_heading(names: &Names, place: &str) -> String {
    format!("{MARKER}\n### pipectl plan: {}/{}\n\n{}\n\n", names.pipeline, names.stage, words(place))
}

pub(crate) fn plan_to_markdown(plan: &Plan, names: &Names, place: &str) -> String {
    let mut text = plan_heading(names, place);
    let quiet = plan.is_empty() && plan.refused().next().is_none();
    if quiet {
        let but = if plan.stays.is_empty() { "" } else { ", but for what stays" };
        let _ = writeln!(text, "No changes. AWS is what the file says{but}.");
    }
    for stay in &plan.stays {
        let all: Vec<_> = stay.addresses.iter().map(|address| code(&address.to_string())).collect();
        let _ = writeln!(text, "\n{} {}: {}", all.join(", "), stays(stay), words(&stay.why));
    }
    for told in releases::lines(&plan.releases, code) {
        let _ = writeln!(text, "{told}\n");
    }
    if plan.steps.iter().all(|step| !says_something(&step)) {
        return text;
    }
    let summary = summary(plan);
    let _ = writeln!(
        text,
        "{}**{summary}**\n\n| | Resource | Why | What |\n|---|---|---|---|",
        if quiet { "\n" } else { "" }
    );
    let rows: Vec<_> = plan.steps.iter().filter(says_something).map(row).collect();
    let shown = fitting(&rows, MOST.saturating_sub(text.len()));
    text.extend(rows[..shown].iter().map(String::as_str));
    if shown < rows.len() {
        let _ = writeln!(text, "\n{} more are left out: `pipectl plan` shows them all.", rows.len() - shown);
    }
    text.push_str(&created(plan, MOST.saturating_sub(text.len())));
    text
}

/// How many rows have room.
fn fitting(rows: &[String], room: usize) -> usize {
    let mut taken = 0;
    rows.iter()
        .take_while(|row| {
            taken += row.len();
            taken <= room
        })
        .count()
}

/// What new resources will be, folded away.
fn created(plan: &Plan, room: usize) -> String {
    let mut inside = String::new();
    for step in plan.steps.iter().filter(|step| step.action() == Action::Create) {
        let _ = writeln!(inside, "{}", one_line(&step.address.to_string()));
        for (name, value) in step.attributes.iter().filter(|(_, value)| **value != Value::Unset) {
            let _ = writeln!(inside, "  {}", one_line(&format!("{name}: {value}")));
        }
    }
    let text = format!("\n<details><summary>What is created</summary>\n\n{}\n</details>\n", block(&inside));
    match inside.is_empty() {
        true => String::new(),
        false if text.len() <= room => text,
        false => "\nWhat is created has no room here: `pipectl plan` shows it.\n".to_owned(),
    }
}

fn row(step: &Step) -> String {
    let mut what: Vec<_> = step.changes.iter().flat_map(|change| changed(step, change)).collect();
    what.extend(step.extras.iter().map(|extra| {
        let value = code(&extra.value.to_string());
        format!("also has: {} = {value} ({})", code(&extra.name), extra.meaning)
    }));
    what.extend(
        step.recorded
            .iter()
            .map(|one| format!("changed by {}: {}, {}", code(&one.who), code(&one.what), code(&one.when))),
    );
    if let Some(found) = &step.refusal {
        let (why, _) = refusal_words(&code(&step.address.to_string()), found, code);
        what.push(format!("**refused**: {why}"));
    }
    let cause = step.cause.map_or("", crate::engine::plan::Cause::name);
    let address = code(&step.address.to_string());
    format!("| {} | {address} | {cause} | {} |\n", step.action().name(), what.join("<br>"))
}

fn changed(step: &Step, change: &Change) -> Vec<String> {
    if let Some(columns) = schema::lines(change) {
        return columns.iter().map(|column| format!("{} ({})", code(&column.what), column.note)).collect();
    }
    let note = if change.forces_replacement { format!(" ({})", forces(step)) } else { String::new() };
    let side = |value: Option<&Value>| code(&value.map_or_else(|| "(none)".to_owned(), ToString::to_string));
    let deltas = deltas(&change.attribute, &change.before, &change.after).into_iter();
    deltas.map(|delta| format!("{} {} -> {}{note}", code(&delta.path), side(delta.before), side(delta.after))).collect()
}
