//! How much of a month's events passes through each resource on their way.

use super::{DAYS, GB};
use crate::cost::{Billed, Inputs};
use crate::resources::Function;

/// A month's events on their way. It begins at the API and ends where something is missing or stopped.
pub(super) struct Flow {
    /// What the API takes.
    pub(super) requests: f64,
    /// Calls of `track`, which makes a record of each.
    pub(super) records: f64,
    /// JSON that is delivered, each event with its newline.
    pub(super) json_gb: f64,
    /// What Firehose writes.
    pub(super) files: f64,
    /// Files that `mover` takes on, each in a call of its own.
    pub(super) moved: f64,
}

impl Flow {
    /// `None` where the way to the bucket is not there: nobody sends events to what is half made.
    pub(super) fn of(billed: &Billed, inputs: &Inputs) -> Option<Self> {
        let (Some(_), Some(track), Some(stream)) = (&billed.api, &billed.track, &billed.stream) else { return None };
        let events = inputs.get("events_per_month");
        let requests = events / inputs.get("events_per_request");
        let taken = if runs(track) { 1.0 } else { 0.0 };
        let records = requests * taken;
        let bytes = events * (inputs.get("event_bytes") + 1.0) * taken;
        let by_size = bytes / (f64::from(stream.buffer_mb) * MIB);
        let by_time = DAYS * 86_400.0 / f64::from(stream.buffer_seconds.max(1));
        // A file needs at least one record.
        let files = by_time.max(by_size).min(records.max(by_size));
        let moved = if billed.mover.as_ref().is_some_and(runs) { files } else { 0.0 };
        Some(Self { requests, records, json_gb: bytes / GB, files, moved })
    }
}

/// What Firehose calls MB.
const MIB: f64 = (1_u64 << 20) as f64;

/// No concurrency at all is how a function is stopped: its calls are refused, which costs nothing.
pub(super) fn runs(function: &Function) -> bool {
    function.reserved_concurrency != Some(0)
}
