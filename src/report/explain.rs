//! A resource, explained.

use super::foreign::one_line;
use super::picture::{amount, month};
use super::plan::brief;
use crate::cost::Total;
use crate::engine::resource::Address;
use crate::engine::value::Value;
use crate::resources::Explanation;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-explain/1";

/// An account that nobody has asked for, in names and ARNs.
const NOBODYS: &str = "000000000000";

/// An attribute, what the file makes of it, and what it is for.
pub(crate) struct Attribute {
    pub(crate) explanation: Explanation,
    pub(crate) value: Value,
}

/// All that is to be said of one resource.
pub(crate) struct Explained {
    pub(crate) address: Address,
    /// What its kind is for.
    pub(crate) about: &'static str,
    pub(crate) part: &'static str,
    pub(crate) id: String,
    /// What it takes outputs from.
    pub(crate) takes_from: Vec<String>,
    /// What takes outputs from it.
    pub(crate) taken_by: Vec<String>,
    /// A month of it, where AWS bills anything for it by itself.
    pub(crate) month: Option<Total>,
    pub(crate) attributes: Vec<Attribute>,
}

pub(crate) fn explained_to_text(explained: &Explained, full: bool) -> String {
    let Explained { address, about, part, id, takes_from, taken_by, month: of_month, attributes } = explained;
    let mut text = format!("{address}\n{about}\n\n");
    let list = |all: &[String]| if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
    let cost = of_month.as_ref().map_or_else(|| "nothing by itself".to_owned(), month);
    for (what, said) in [
        ("part", (*part).to_owned()),
        ("id", id.replace(NOBODYS, "ACCOUNT")),
        ("takes from", list(takes_from)),
        ("taken by", list(taken_by)),
        ("costs", cost),
    ] {
        line(&mut text, &format!("{what:<12}{said}"));
    }
    let mut is_whole = true;
    for Attribute { explanation, value } in attributes {
        let (shown, all) = if full { (value.to_string(), true) } else { brief(value) };
        is_whole &= all;
        let shown = match value {
            Value::Unset => "(not set)".to_owned(),
            _ if all => shown,
            _ => format!("({shown})"),
        };
        line(&mut text, "");
        line(&mut text, &format!("{}: {}", explanation.attribute, shown.replace(NOBODYS, "ACCOUNT")));
        let note = explanation.on_change.words().1.map_or_else(String::new, |note| format!(" ({note})"));
        line(&mut text, &format!("    {}{note}", explanation.why));
    }
    if !is_whole {
        line(&mut text, "\n# policies and other long documents: `--full` shows all of them");
    }
    text
}

fn line(text: &mut String, words: &str) {
    let words: Vec<_> = words.split('\n').map(one_line).collect();
    writeln!(text, "{}", words.join("\n")).expect("a String takes everything");
}

pub(crate) fn explained_to_json(explained: &Explained) -> Json {
    let Explained { address, about, part, id, takes_from, taken_by, month, attributes } = explained;
    let attributes = attributes.iter().map(|Attribute { explanation, value }| {
        json!({
            "attribute": explanation.attribute,
            "value": value.to_json(),
            "why": explanation.why,
            "on_change": explanation.on_change.words().0,
        })
    });
    json!({
        "schema": SCHEMA,
        "address": address.to_string(),
        "about": about,
        "part": part,
        "id": (!id.contains(NOBODYS)).then_some(id),
        "takes_from": takes_from,
        "taken_by": taken_by,
        "month": month.as_ref().map(amount),
        "attributes": attributes.collect::<Vec<_>>(),
    })
}
