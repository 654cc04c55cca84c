//! Plans for a pull-request comment.

use super::delta::deltas;
use super::{forces, refusal_words, says_something, schema, stays, summary};
use crate::names::Names;
use crate::report::markdown::{code, words};
use crate::resources::Plan;
use std::fmt::Write as _;

/// A hidden line by which a bot finds the comment it has to replace.
const MARKER: &str = "<!-- pipectl plan -->";

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
    if plan.steps.iter().all(|step| !says_something(&step)) {
        return text;
    }
    let _ = writeln!(
        text,
        "{}**{}**\n\n| | Resource | Why | What |\n|---|---|---|---|",
        if quiet { "\n" } else { "" },
        summary(plan)
    );
    for step in plan.steps.iter().filter(says_something) {
        let mut what: Vec<_> = step
            .changes
            .iter()
            .flat_map(|change| {
                if let Some(columns) = schema::lines(change) {
                    return columns.iter().map(|column| format!("{} ({})", code(&column.what), column.note)).collect();
                }
                let note = if change.forces_replacement { format!(" ({})", forces(step)) } else { String::new() };
                deltas(&change.attribute, &change.before, &change.after)
                    .into_iter()
                    .map(move |delta| {
                        let side = |value: Option<&crate::engine::value::Value>| {
                            value.map_or_else(|| "(none)".to_owned(), ToString::to_string)
                        };
                        format!(
                            "{} {} -> {}{note}",
                            code(&delta.path),
                            code(&side(delta.before)),
                            code(&side(delta.after))
                        )
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        what.extend(step.extras.iter().map(|extra| {
            let value = code(&extra.value.to_string());
            format!("also has: {} = {value} ({})", code(&extra.name), extra.meaning)
        }));
        if let Some(found) = &step.refusal {
            let (why, _) = refusal_words(&code(&step.address.to_string()), found, code);
            what.push(format!("**refused**: {why}"));
        }
        let cause = step.cause.map_or("", crate::engine::plan::Cause::name);
        let _ = writeln!(
            text,
            "| {} | {} | {cause} | {} |",
            step.action().name(),
            code(&step.address.to_string()),
            what.join("<br>")
        );
    }
    text
}
