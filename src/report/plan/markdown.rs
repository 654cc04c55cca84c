//! Plans for a pull-request comment.

use super::delta::deltas;
use super::{forces, refusal_words, summary};
use crate::engine::plan::Action;
use crate::names::Names;
use crate::report::markdown::{code, words};
use crate::resources::Plan;
use std::fmt::Write as _;

/// A hidden line by which a bot finds the comment it has to replace.
const MARKER: &str = "<!-- pipectl plan -->";

pub(crate) fn plan_to_markdown(plan: &Plan, names: &Names, place: &str) -> String {
    let mut text = format!("{MARKER}\n### pipectl plan: {}/{}\n\n{}\n\n", names.pipeline, names.stage, words(place));
    if plan.is_empty() {
        text.push_str("No changes. AWS is what the file says.\n");
        return text;
    }
    let _ = writeln!(text, "**{}**\n\n| | Resource | Why | What |\n|---|---|---|---|", summary(plan));
    for step in plan.steps.iter().filter(|step| step.action() != Action::NoOp || step.refusal.is_some()) {
        let mut what: Vec<_> = step
            .changes
            .iter()
            .flat_map(|change| {
                let note = if change.forces_replacement { format!(" ({})", forces(step)) } else { String::new() };
                deltas(change.attribute, &change.before, &change.after).into_iter().map(move |delta| {
                    let side = |value: Option<&crate::engine::value::Value>| {
                        value.map_or_else(|| "(none)".to_owned(), ToString::to_string)
                    };
                    format!("{} {} -> {}{note}", code(&delta.path), code(&side(delta.before)), code(&side(delta.after)))
                })
            })
            .collect();
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
