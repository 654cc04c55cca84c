//! What would make this pipeline cheaper, found by estimating it again with something changed.

mod keys;
mod parts;

use super::batch::{best_batch, with_batch};
use super::{Estimate, Inputs};
use crate::config::{Pipeline, may_be};
use std::collections::BTreeSet;

/// One key with another value, or several that go together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lever {
    /// In pipeline.yaml.
    pub(crate) key: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    /// What has to be known before.
    pub(crate) note: &'static str,
    /// Cents less a month, with nothing else changed.
    pub(crate) saves: i64,
}

/// A change that may help.
struct Idea {
    key: &'static str,
    before: String,
    after: String,
    note: &'static str,
    pipeline: Pipeline,
    inputs: Inputs,
}

/// One key of the file with its value and the one to try, and how it is set.
struct Key {
    name: &'static str,
    note: &'static str,
    before: String,
    after: String,
    set: fn(&mut Pipeline),
}

/// What saves a cent or more, the most first.
///
/// Each amount is the difference of two estimates. They do not add up: a second lever pulls less when the first is
/// pulled. What a file could not say is none, and neither is what has no price: it would seem to cost nothing.
pub(crate) fn levers(
    pipeline: &Pipeline,
    inputs: &Inputs,
    estimate: &dyn Fn(&Pipeline, &Inputs) -> Estimate,
) -> Vec<Lever> {
    let now = estimate(pipeline, inputs);
    let unknown: BTreeSet<_> = now.missing().map(|line| line.item).collect();
    let batches = batches(pipeline, inputs, &|inputs| estimate(pipeline, inputs));
    let ideas = batches.into_iter().chain(changes(pipeline, inputs));
    let mut all: Vec<_> = ideas
        .filter_map(|idea| {
            let changed = estimate(&idea.pipeline, &idea.inputs);
            let known = changed.missing().all(|line| unknown.contains(line.item));
            let saves = now.total_cents() - changed.total_cents();
            let lever = Lever { key: idea.key, before: idea.before, after: idea.after, note: idea.note, saves };
            (known && saves > 0).then_some(lever)
        })
        .collect();
    all.sort_by_key(|lever| std::cmp::Reverse(lever.saves));
    all
}

/// Larger batches from the client.
fn batches(pipeline: &Pipeline, inputs: &Inputs, estimate: &dyn Fn(&Inputs) -> Estimate) -> Option<Idea> {
    let (now, most) = (inputs.get("events_per_request"), best_batch(inputs, estimate));
    let inputs = with_batch(inputs, most).filter(|_| most > now)?;
    Some(Idea {
        key: "usage.events_per_request",
        before: now.to_string(),
        after: most.to_string(),
        note: "the client sends its events in batches; a record of Firehose is counted in steps of 5 KB",
        pipeline: pipeline.clone(),
        inputs,
    })
}

fn changes<'a>(pipeline: &'a Pipeline, inputs: &'a Inputs) -> impl Iterator<Item = Idea> + 'a {
    let keys = parts::all(pipeline).into_iter().chain(keys::all(pipeline));
    let ideas = keys.filter(|key| key.before != key.after).map(|key| {
        let mut changed = pipeline.clone();
        (key.set)(&mut changed);
        let Key { name, note, before, after, .. } = key;
        Idea { key: name, before, after, note, pipeline: changed, inputs: inputs.clone() }
    });
    ideas.filter(|idea| may_be(&idea.pipeline))
}
