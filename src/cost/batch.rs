//! How many events a client sends at once.

use super::{Estimate, FIREHOSE_STEP, Inputs, LARGEST_RECORD};

/// What a client may well hold back before it sends, as the article's own sender does: more wait for the next request, and
/// are lost with a closed page.
const MOST: f64 = 100.0;

/// How many events in a request cost the least, by what a month costs with each: they divide what is paid for requests,
/// and fill the steps in which Firehose counts a record.
///
/// By list prices: what is paid of them changes nothing. [`MOST`] at most, and no more than a record of Firehose's holds, which is less than any front takes.
pub(super) fn best_batch(inputs: &Inputs, estimate: &dyn Fn(&Inputs) -> Estimate) -> f64 {
    let bytes = inputs.get("event_bytes") + 1.0;
    let most = MOST.min((LARGEST_RECORD / bytes).floor()).max(1.0);
    // What fills its steps best is the most that fits into some number of them.
    let steps = (most * bytes / FIREHOSE_STEP).ceil() as u32;
    let fills = |steps: u32| (f64::from(steps) * FIREHOSE_STEP / bytes).floor().clamp(1.0, most);
    let mut batches: Vec<f64> = (1..=steps).map(fills).chain([most]).collect();
    batches.dedup();
    let cost = |batch: f64| with_batch(inputs, batch).map(|inputs| estimate(&inputs).list.certain());
    let priced = batches.into_iter().filter_map(|batch| cost(batch).map(|cost| (cost, batch)));
    priced.min_by(|(one, _), (other, _)| one.cmp(other)).map_or(1.0, |(_, batch)| batch)
}

/// The same usage with so many events in a request.
pub(super) fn with_batch(inputs: &Inputs, batch: f64) -> Option<Inputs> {
    let mut changed = inputs.clone();
    changed.set(&format!("events_per_request={batch}")).ok()?;
    Some(changed)
}
