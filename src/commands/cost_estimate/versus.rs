//! What an estimate is compared with: the pipeline of another file, or what other products take.

use super::Question;
use crate::cost::{Compared, Estimate, MOST, Product, products, turns};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Of `--compare`.
#[derive(Clone, Debug)]
pub(super) enum Versus {
    File(PathBuf),
    Products(Vec<&'static Product>),
}

/// Names of products, `all`, or a file. One that has the name of a product can be written `./posthog`.
///
/// # Errors
/// It is neither; with the names that there are.
pub(super) fn parse(text: &str) -> Result<Versus, String> {
    if text == "all" {
        return Ok(Versus::Products(products().iter().collect()));
    }
    let named = |name: &str| products().iter().find(|product| product.name == name).ok_or_else(|| name.to_owned());
    let unknown = match text.split(',').map(str::trim).map(named).collect::<Result<Vec<_>, _>>() {
        Ok(named) => return Ok(Versus::Products(named)),
        Err(unknown) => unknown,
    };
    // A name has neither a dot nor a slash, and what is there is a file.
    if Path::new(text).exists() || text.contains(['.', '/']) {
        return Ok(Versus::File(text.into()));
    }
    let names: Vec<_> = products().iter().map(|product| product.name.as_str()).collect();
    Err(format!("`{unknown}` is no file, and no product that is known here: those are {}, and `all`", names.join(", ")))
}

/// Each product beside a month, and from how many events on which of the two is cheaper: found by estimating again.
pub(super) fn compared(question: &Question<'_>, month: &Estimate) -> Vec<Compared> {
    let Some(Versus::Products(products)) = &question.args.compare else { return vec![] };
    let known = RefCell::new(BTreeMap::new());
    let ours = |events: f64| -> Option<i64> {
        if let Some(cents) = known.borrow().get(&events.to_bits()) {
            return *cents;
        }
        let estimate = question.estimate(Some(format!("events_per_month={events}"))).ok();
        let cents = estimate.and_then(|estimate| estimate.total().whole());
        known.borrow_mut().insert(events.to_bits(), cents);
        cents
    };
    let events = month.inputs.get("events_per_month");
    let compared = |product: &&'static Product| {
        let theirs = |events| product.cents(&month.inputs, events, month.money);
        let less = |events| Some(ours(events)? < theirs(events).ok()?);
        let turns = turns(product.events_up_to.unwrap_or(MOST), &less);
        Compared { product, theirs: theirs(events), turns }
    };
    products.iter().map(compared).collect()
}
