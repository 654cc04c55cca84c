//! A plan for people, for programs and for pull requests.

mod brief;
mod delta;
mod json;
mod markdown;
mod releases;
mod schema;

pub(crate) use json::{PLAN_SCHEMA, plan_to_json};
pub(crate) use markdown::{plan_heading, plan_to_markdown};

use super::foreign::one_line;
use super::paint::Paint;
use crate::engine::diff::Change;
use crate::engine::extra::{Extra, Removal};
use crate::engine::plan::{Action, Order, Refusal, Stay};
use crate::engine::record::Recorded;
use crate::engine::resource::Resource as _;
use crate::engine::value::Value;
use crate::error::{Code, RefusedStep};
use crate::resources::{FunctionUrl, Plan, Step, Table};
pub(super) use brief::brief;
use delta::deltas;
use std::fmt::Write as _;

/// What whoever reviews a plan should know before the first event comes.
const URL_LACKS: &str = "no quota, no throttle but reserved concurrency, no WAF, 6 MB a request; what is refused is billed (docs/shapes.md)";

/// How much of what is new a plan shows. What changes is always shown in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Long documents in a few words.
    Brief,
    Full,
}

/// The plan, step by step, and its summary.
pub(crate) fn plan_to_text(plan: &Plan, detail: Detail, paint: Paint) -> String {
    let mut text = String::new();
    let mut is_whole = true;
    for step in plan.steps.iter().filter(says_something) {
        is_whole &= show_step(&mut text, step, detail, paint);
    }
    if !is_whole {
        line(
            &mut text,
            format_args!("{}", paint.faint("# policies and other long documents: `--full` shows all of them")),
        );
    }
    for stay in &plan.stays {
        line(&mut text, format_args!("= {} {}: {}", addresses(stay), stays(stay), stay.why));
    }
    if plan.is_empty() && plan.refused().next().is_none() {
        let but = if plan.stays.is_empty() { "" } else { ", but for what stays" };
        writeln!(text, "No changes. AWS is what the file says{but}.").expect("a String takes everything");
        return text;
    }
    text.push('\n');
    text.push_str(&paint.strong(&summary(plan)));
    text.push('\n');
    for told in releases::lines(&plan.releases, |foreign| one_line(foreign).into_owned()) {
        line(&mut text, format_args!("{told}"));
    }
    text
}

/// `a, b and c`
pub(super) fn addresses(stay: &Stay) -> String {
    let all: Vec<_> = stay.addresses.iter().map(ToString::to_string).collect();
    match &all[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => all.concat(),
    }
}

pub(super) fn stays(stay: &Stay) -> &'static str {
    if stay.addresses.len() == 1 { "stays" } else { "stay" }
}

/// Whether there is something to say of a step: also what is live beside the attributes, and stays.
pub(super) fn says_something(step: &&Step) -> bool {
    step.action() != Action::NoOp || step.refusal.is_some() || !step.extras.is_empty()
}

/// `Plan: 3 to create, 1 to update, 0 to replace, 0 to delete.`
pub(super) fn summary(plan: &Plan) -> String {
    let counts = Action::ALL.map(|action| format!("{} to {}", plan.count(action), action.name()));
    format!("Plan: {}.", counts.join(", "))
}

/// Whether it is shown whole.
fn show_step(text: &mut String, step: &Step, detail: Detail, paint: Paint) -> bool {
    let symbol = match step.action() {
        Action::Create => paint.good(step.symbol()),
        Action::Update | Action::NoOp => paint.careful(step.symbol()),
        Action::Replace | Action::Delete => paint.bad(step.symbol()),
    };
    let cause = step.cause.map_or_else(String::new, |cause| paint.faint(&format!("  ({})", cause.name())));
    line(text, format_args!("{symbol} {}{cause}", paint.strong(&step.address.to_string())));
    let is_whole = step.action() != Action::Create || show_new(text, step, detail, paint);
    step.changes.iter().for_each(|change| show_change(text, step, change, paint));
    for Recorded { who, what, when } in &step.recorded {
        line(text, format_args!("    {}", paint.faint(&format!("# changed by {who}: {what}, {when}"))));
    }
    step.extras.iter().for_each(|extra| show_extra(text, extra, paint));
    if let Some(found) = &step.refusal {
        let (why, way) = refusal(step, found);
        line(text, format_args!("    {} {why}", paint.bad("refused:")));
        line(text, format_args!("    {way}"));
    }
    is_whole
}

/// What is made; whether that is all of it.
fn show_new(text: &mut String, step: &Step, detail: Detail, paint: Paint) -> bool {
    let mut is_whole = true;
    for (name, value) in step.attributes.iter().filter(|(_, value)| **value != Value::Unset) {
        let (shown, all) = match detail {
            Detail::Brief => brief(value),
            Detail::Full => (value.to_string(), true),
        };
        let shown = if all { shown } else { paint.faint(&format!("({shown})")) };
        line(text, format_args!("    {name}: {shown}"));
        is_whole &= all;
    }
    if step.address.kind == FunctionUrl::KIND {
        line(text, format_args!("    {}", paint.faint(&format!("# {URL_LACKS}"))));
    }
    is_whole
}

/// What differs, in full.
fn show_change(text: &mut String, step: &Step, change: &Change, paint: Paint) {
    if let Some(columns) = schema::lines(change) {
        for column in columns {
            let note = paint.faint(&format!("  ({})", column.note));
            line(text, format_args!("    {}: {}{note}", change.attribute, column.what));
        }
        return;
    }
    let note = if change.forces_replacement { paint.bad(&format!("  # {}", forces(step))) } else { String::new() };
    for delta in deltas(&change.attribute, &change.before, &change.after) {
        let shown = match (delta.before, delta.after) {
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (Some(before), None) => format!("- {before}"),
            (None, Some(after)) => format!("+ {after}"),
            (None, None) => String::new(),
        };
        line(text, format_args!("    {}: {shown}{note}", delta.path));
    }
}

/// What a change of a fixed attribute means, and in which order.
pub(super) fn forces(step: &Step) -> &'static str {
    match step.order() {
        Some(Order::DeleteFirst) => "forces replacement: deleted first, AWS takes no second one of that name",
        _ => "forces replacement: the new one first, the old one is deleted last",
    }
}

fn show_extra(text: &mut String, extra: &Extra, paint: Paint) {
    let Extra { name, value, meaning, .. } = extra;
    let way = if extra.removal == Removal::OnRequest { "" } else { "; pipectl cannot take it away" };
    line(text, format_args!("    also has: {name} = {value}{}", paint.faint(&format!("  ({meaning}{way})"))));
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(text, "{}", one_line(&words.to_string())).expect("a String takes everything");
}

/// A step that is refused, as an error tells it.
pub(crate) fn refused_step(step: &Step, found: &Refusal) -> RefusedStep {
    let (message, hint) = refusal(step, found);
    let code = match found {
        Refusal::Unowned | Refusal::OwnedBy(_) => Code::Foreign,
        Refusal::LosesData(_) | Refusal::HidesData(_) => Code::DataLoss,
        Refusal::Fails { .. } => Code::WouldFail,
        Refusal::InService(_) | Refusal::InUse(_) => Code::InUse,
    };
    RefusedStep { address: step.address.to_string(), code, message, hint }
}

/// Why a step is refused, and the way out.
fn refusal(step: &Step, refusal: &Refusal) -> (String, String) {
    let address = one_line(&step.address.to_string()).into_owned();
    refusal_words(&format!("`{address}`"), refusal, |foreign| one_line(foreign).into_owned())
}

/// The same, where `quoted` is how text stands there that AWS has told.
fn refusal_words(address: &str, refusal: &Refusal, quoted: impl Fn(&str) -> String) -> (String, String) {
    let bare = address.trim_matches('`');
    match refusal {
        Refusal::Unowned => {
            (format!("{address} exists and was not made by pipectl"), format!("to take it over: --adopt {bare}"))
        }
        Refusal::OwnedBy(owner) => (
            format!("{address} belongs to the pipeline {}", quoted(owner)),
            "choose another name or stage in pipeline.yaml".to_owned(),
        ),
        Refusal::LosesData(data) => (
            format!("{address} holds {}, which would be lost", quoted(data)),
            format!("to lose them: --allow-data-loss {bare}"),
        ),
        Refusal::HidesData(data) => (
            format!("{address} would hide data: {}", quoted(data)),
            match bare.starts_with(Table::KIND) {
                true => format!("another name for the column keeps both; or --allow-data-loss {bare}"),
                false => format!(
                    "another name for the column keeps both; or --allow-data-loss {bare}, and then `pipectl run etl --from DATE` converts the old files again"
                ),
            },
        ),
        Refusal::Fails { why, way } => (format!("{address} would fail: {}", quoted(why)), way.clone()),
        Refusal::InService(requests) => (
            format!("{address} still takes requests: {}", quoted(requests)),
            format!(
                "keep it beside the other one while clients move: `ingest.front: [rest_api, function_url]`; \
                 to end it now: --allow-data-loss {bare}"
            ),
        ),
        Refusal::InUse(user) => (
            format!("{address} is a second one of the same name, and {} refers to it", quoted(&user.to_string())),
            format!("if nobody was told of it: --allow-data-loss {bare}"),
        ),
    }
}
