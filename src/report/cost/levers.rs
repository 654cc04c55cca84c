//! What would save money.

use super::amounts::{amount, at_least, marked};
use super::chart::escape;
use crate::cost::{Lever, Levers, Money, Unpriced};
use crate::report::markdown::code;
use serde_json::{Value, json};
use std::fmt::Write as _;

const HEADING: &str = "what would save money a month, each by itself:";

/// Why a lever has no amount, or not all of it; nothing where it has.
fn without(missing: &[&str]) -> Option<String> {
    (!missing.is_empty()).then(|| format!("no price: {}", missing.join(", ")))
}

fn notes(lever: &Lever) -> impl Iterator<Item = String> {
    let more = without(lever.saves.missing()).map(|why| format!("may save more: {why}"));
    [lever.note.to_owned()].into_iter().chain(more).chain(marked(lever.saves.marks()))
}

/// What would have been a lever with every price known.
fn left_out(levers: &Levers) -> impl Iterator<Item = String> {
    levers.not_estimated.iter().map(|Unpriced { key, before, after, missing }| {
        format!("{key}: {before} -> {after} ({})", without(missing).unwrap_or_default())
    })
}

pub(crate) fn levers_to_text(levers: &Levers, money: Money) -> String {
    let mut text = String::new();
    if !levers.found.is_empty() {
        let _ = writeln!(text, "\n{HEADING}");
    }
    let width = levers.found.iter().map(|lever| amount(money, &lever.saves).len()).fold(14, usize::max);
    for lever in &levers.found {
        let Lever { key, before, after, saves, .. } = lever;
        let _ = writeln!(text, "{:>width$}  {key}: {before} -> {after}", amount(money, saves));
        for note in notes(lever) {
            let _ = writeln!(text, "{:width$}  {note}", "");
        }
    }
    if !levers.not_estimated.is_empty() {
        let _ = writeln!(text, "\nnot estimated:");
        for words in left_out(levers) {
            let _ = writeln!(text, "  {words}");
        }
    }
    text
}

pub(crate) fn levers_to_markdown(levers: &Levers, money: Money) -> String {
    let mut text = String::new();
    if !levers.found.is_empty() {
        let _ = writeln!(
            text,
            "\n<details><summary>{HEADING}</summary>\n\n| Saves | Key | From | To | |\n|---:|---|---|---|---|"
        );
        for lever in &levers.found {
            let [saves, before, after] = [amount(money, &lever.saves), code(&lever.before), code(&lever.after)];
            let note = notes(lever).collect::<Vec<_>>().join("; ");
            let _ = writeln!(text, "| {saves} | `{}` | {before} | {after} | {note} |", lever.key);
        }
        text.push_str("\n</details>\n");
    }
    if !levers.not_estimated.is_empty() {
        text.push_str("\nNot estimated:\n\n");
        for Unpriced { key, before, after, missing } in &levers.not_estimated {
            let why = without(missing).unwrap_or_default();
            let _ = writeln!(text, "- `{key}`: {} to {} ({why})", code(before), code(after));
        }
    }
    text
}

/// With `code` as such.
fn marked_up(text: &str) -> String {
    let pieces = escape(text);
    let pieces = pieces.split('`').enumerate();
    pieces
        .map(|(index, piece)| if index % 2 == 1 { format!("<code>{piece}</code>") } else { piece.to_owned() })
        .collect()
}

pub(super) fn levers_to_html(levers: &Levers, money: Money) -> String {
    let mut text = String::new();
    if !levers.found.is_empty() {
        let _ = writeln!(text, "<h2>Levers</h2>\n<p>{HEADING}</p>\n<table>");
        for lever in &levers.found {
            let [before, after] = [lever.before.as_str(), &lever.after].map(escape);
            let note = marked_up(&notes(lever).collect::<Vec<_>>().join("; "));
            let (saves, key) = (amount(money, &lever.saves), lever.key);
            let _ = writeln!(
                text,
                "<tr><td class=\"n\">{saves}</td><td><code>{key}</code>: {before} &rarr; {after}<br><small>{note}</small></td></tr>"
            );
        }
        text.push_str("</table>\n");
    }
    if !levers.not_estimated.is_empty() {
        text.push_str("<h2>Levers that are not estimated</h2>\n<ul>\n");
        for words in left_out(levers) {
            let _ = writeln!(text, "<li>{}</li>", escape(&words));
        }
        text.push_str("</ul>\n");
    }
    text
}

/// `levers` and `levers_not_estimated` of a document.
pub(crate) fn levers_to_json(levers: &Levers) -> [(&'static str, Value); 2] {
    let one = |lever: &Lever| {
        let Lever { key, before, after, note, saves } = lever;
        json!({
            "key": key,
            "before": before,
            "after": after,
            "note": note,
            "saves_cents": saves.whole(),
            "saves_at_least_cents": at_least(saves),
            "missing": saves.missing(),
            "assumed": saves.marks().assumed,
            "incomplete_tiers": saves.marks().beyond,
        })
    };
    let unpriced = |lever: &Unpriced| {
        let Unpriced { key, before, after, missing } = lever;
        json!({"key": key, "before": before, "after": after, "missing": missing})
    };
    let found = levers.found.iter().map(one).collect();
    [("levers", found), ("levers_not_estimated", levers.not_estimated.iter().map(unpriced).collect())]
}
