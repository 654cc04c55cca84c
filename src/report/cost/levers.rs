//! What would save money.

use super::chart::escape;
use super::dollars;
use crate::cost::Lever;
use crate::report::markdown::code;
use serde_json::{Value, json};
use std::fmt::Write as _;

const HEADING: &str = "what would save money a month, each by itself:";

pub(crate) fn levers_to_text(levers: &[Lever]) -> String {
    if levers.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{HEADING}\n");
    for Lever { key, before, after, note, saves } in levers {
        let _ = writeln!(text, "{:>14}  {key}: {before} -> {after}\n{:>16}{note}", dollars(*saves), "");
    }
    text
}

pub(crate) fn levers_to_markdown(levers: &[Lever]) -> String {
    if levers.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n<details><summary>{HEADING}</summary>\n\n| Saves | Key | From | To | |\n|---:|---|---|---|---|\n");
    for Lever { key, before, after, note, saves } in levers {
        let [saves, before, after] = [dollars(*saves), code(before), code(after)];
        let _ = writeln!(text, "| {saves} | `{key}` | {before} | {after} | {note} |");
    }
    text.push_str("\n</details>\n");
    text
}

pub(super) fn levers_to_html(levers: &[Lever]) -> String {
    if levers.is_empty() {
        return String::new();
    }
    let mut text = format!("<h2>Levers</h2>\n<p>{HEADING}</p>\n<div class=\"scroll\"><table>\n");
    for Lever { key, before, after, note, saves } in levers {
        let [before, after, note] = [before.as_str(), after.as_str(), note].map(escape);
        let _ = writeln!(
            text,
            "<tr><td class=\"n\">{}</td><td><code>{key}</code>: {before} &rarr; {after}<br>{note}</td></tr>",
            dollars(*saves)
        );
    }
    text.push_str("</table></div>\n");
    text
}

pub(crate) fn levers_to_json(levers: &[Lever]) -> Value {
    let one = |lever: &Lever| {
        let Lever { key, before, after, note, saves } = lever;
        json!({"key": key, "before": before, "after": after, "note": note, "saves_cents": saves})
    };
    levers.iter().map(one).collect()
}
