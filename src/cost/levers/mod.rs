//! What would make this pipeline cheaper, found by estimating it again with something changed.

mod keys;
mod parts;

use super::batch::{best_batch, with_batch};
use super::{Amount, Difference, Estimate, Inputs, Total};
use crate::config::{Pipeline, may_be};

/// One key with another value, or several that go together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lever {
    /// In pipeline.yaml.
    pub(crate) key: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    /// What has to be known before.
    pub(crate) note: &'static str,
    /// Cents less a month, with nothing else changed. What has no price and of which there would be less is missing.
    pub(crate) saves: Total,
}

/// One of which nobody can say what it saves: a price is missing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unpriced {
    pub(crate) key: &'static str,
    pub(crate) before: String,
    pub(crate) after: String,
    /// Items without a price.
    pub(crate) missing: Vec<&'static str>,
}

/// What would save money.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Levers {
    /// The most first.
    pub(crate) found: Vec<Lever>,
    pub(crate) not_estimated: Vec<Unpriced>,
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

/// What saves a cent or more, and what may do so.
///
/// Each amount is the difference of two estimates. They do not add up: a second lever pulls less when the first is
/// pulled. What a file could not say is none. Where anything that has no price would grow, or be paid for in place of
/// something else, nobody knows what is saved.
pub(crate) fn levers(
    pipeline: &Pipeline,
    inputs: &Inputs,
    estimate: &dyn Fn(&Pipeline, &Inputs) -> Estimate,
) -> Levers {
    let now = estimate(pipeline, inputs);
    let batches = batches(pipeline, inputs, &|inputs| estimate(pipeline, inputs));
    let ideas = batches.into_iter().chain(changes(pipeline, inputs));
    let mut all = Levers::default();
    for idea in ideas {
        let change = Difference::between(&now, &estimate(&idea.pipeline, &idea.inputs)).change();
        let Idea { key, before, after, note, .. } = idea;
        let saves = change.saved();
        match saves.as_ref().map(Total::amount) {
            Some(Amount::Whole(cents) | Amount::AtLeast(cents)) if cents > 0 => {
                all.found.extend(saves.map(|saves| Lever { key, before, after, note, saves }));
            }
            Some(Amount::Whole(_)) => {}
            Some(Amount::AtLeast(_) | Amount::Unknown) | None => {
                let (_, missing) = change.compared();
                all.not_estimated.push(Unpriced { key, before, after, missing });
            }
        }
    }
    all.found.sort_by_key(|lever| std::cmp::Reverse(lever.saves.certain()));
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
