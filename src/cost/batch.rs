//! How many events a client sends at once.

use super::{Estimate, FIREHOSE_STEP, Inputs};

/// What a client may well hold back before it sends: more wait for the next request, and are lost with a closed page.
const BATCH: f64 = 25.0;
/// Bytes of a body that either front takes: a function URL's limit is 6 MB.
const LARGEST_BODY: f64 = 5e6;

/// How many events in a request cost the least, by what a month costs with each: they divide what is paid for requests,
/// and fill the steps in which Firehose counts a record.
///
/// As many as fill the first step, or [`BATCH`], or as many of these as fill the steps that they reach.
pub(super) fn best_batch(inputs: &Inputs, estimate: &dyn Fn(&Inputs) -> Estimate) -> f64 {
    let bytes = inputs.get("event_bytes") + 1.0;
    let full = |batch: f64| ((batch * bytes / FIREHOSE_STEP).floor() * FIREHOSE_STEP / bytes).floor();
    let first = (FIREHOSE_STEP / bytes).floor();
    let all = if first >= BATCH { vec![first] } else { vec![first, full(BATCH), BATCH] };
    let cost = |batch: f64| with_batch(inputs, batch).map_or(i64::MAX, |inputs| estimate(&inputs).total_cents());
    let possible = all.into_iter().map(|batch| batch.min((LARGEST_BODY / bytes).floor()).max(1.0));
    let priced = possible.map(|batch| (cost(batch), batch));
    priced.min_by(|(one, _), (other, _)| one.cmp(other)).map_or(1.0, |(_, batch)| batch)
}

/// The same usage with so many events in a request.
pub(super) fn with_batch(inputs: &Inputs, batch: f64) -> Option<Inputs> {
    let mut changed = inputs.clone();
    changed.set(&format!("events_per_request={batch}")).ok()?;
    Some(changed)
}
