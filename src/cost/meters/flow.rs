//! How much of a month's events passes through each resource on their way.

use super::{DAYS, GB};
use crate::cost::{Billed, FIREHOSE_STEP, Inputs, LARGEST_RECORD};
use crate::resources::{Function, Preflights, Stream};

/// A month's events on their way. It begins at the API or the function URL and ends where something is missing or
/// stopped.
pub(super) struct Flow {
    /// What clients send that is taken.
    pub(super) requests: f64,
    /// What is sent beside that and refused by `track`: API Gateway would have refused it before.
    pub(super) refused: f64,
    /// What browsers ask before they post.
    pub(super) preflights: f64,
    /// Calls of `track`: requests, and the preflights that it answers.
    pub(super) calls: f64,
    /// What `track` makes of each request that it takes: one, unless the events are more than a record can hold.
    pub(super) records: f64,
    /// What Firehose counts: each record in steps of 5 KB.
    pub(super) billed_gb: f64,
    /// JSON that is delivered, each event with its newline.
    pub(super) json_gb: f64,
    /// What Firehose writes: JSON, or the Parquet that it makes of it.
    pub(super) files: f64,
    /// What it writes beside that as it was sent.
    pub(super) backup: f64,
    /// Files that `mover` takes on, each in a call of its own.
    pub(super) moved: f64,
    /// Files of JSON in the folders of their days, where the job reads them.
    pub(super) partitioned: f64,
}

impl Flow {
    /// `None` where the way to the bucket is not there: nobody sends events to what is half made.
    pub(super) fn of(billed: &Billed, inputs: &Inputs) -> Option<Self> {
        let (Some(track), Some(stream)) = (&billed.track, &billed.stream) else { return None };
        if billed.api.is_none() && billed.url.is_none() {
            return None;
        }
        let events = inputs.get("events_per_month");
        let requests = events / inputs.get("events_per_request");
        // Where there are both, all come through API Gateway: what they cost while clients move is no less.
        let refused = if billed.api.is_none() { requests * inputs.get("refused_per_request") } else { 0.0 };
        let taken = if runs(track) { 1.0 } else { 0.0 };
        let (preflights, preflights_of_track) = preflights(billed, requests * inputs.get("preflights_per_request"));
        let of_one = Records::of(inputs);
        let records = requests * taken * of_one.count;
        let billed_gb = requests * taken * of_one.billed / GB;
        let bytes = events * (inputs.get("event_bytes") + 1.0) * taken;
        let files = |mb: i32, seconds: i32| files(bytes, records, (mb, seconds));
        let written = files(stream.buffer_mb, stream.buffer_seconds);
        let backup = stream.backup.as_ref().map_or(0.0, |backup| files(backup.buffer_mb, backup.buffer_seconds));
        // What Firehose has put there itself needs no mover, though there may still be one.
        let moves = billed.mover.as_ref().is_some_and(runs) && !json_by_day(stream);
        let moved = if moves { written } else { 0.0 };
        let partitioned = match (&stream.conversion, json_by_day(stream)) {
            (_, false) => moved,
            (None, true) => written,
            (Some(_), true) => backup,
        };
        let calls = (requests + refused + preflights_of_track) * taken;
        let json_gb = bytes / GB;
        let files = written;
        Some(Self {
            requests,
            refused,
            preflights,
            calls,
            records,
            billed_gb,
            json_gb,
            files,
            backup,
            moved,
            partitioned,
        })
    }

    /// Objects that are written in all, but for those of the job.
    pub(super) fn written(&self) -> f64 {
        self.files + self.backup + self.moved
    }
}

/// What becomes of the events of one request.
pub(super) struct Records {
    pub(super) count: f64,
    pub(super) bytes: f64,
    /// Bytes that Firehose counts.
    pub(super) billed: f64,
}

impl Records {
    /// `track` packs them into records as full as they may be.
    pub(super) fn of(inputs: &Inputs) -> Self {
        let (events, event) = (inputs.get("events_per_request"), inputs.get("event_bytes") + 1.0);
        let most = (LARGEST_RECORD / event).floor().max(1.0);
        let full = (events / most).floor();
        let rest = (events - full * most) * event;
        let billed = |bytes: f64| (bytes / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
        let count = if rest > 0.0 { full + 1.0 } else { full };
        Self { count, bytes: events * event, billed: full * billed(most * event) + billed(rest) }
    }
}

/// All of a month, and those that `track` answers: API Gateway can name one origin or `*`, and of several only code knows
/// which asks. Without CORS no page may post, and none asks twice.
fn preflights(billed: &Billed, all: f64) -> (f64, f64) {
    match (&billed.api, &billed.url) {
        (Some(api), _) => match api.routes.preflights() {
            Preflights::Nobody => (0.0, 0.0),
            Preflights::Gateway => (all, 0.0),
            Preflights::Function => (all, all),
        },
        // Lambda answers those of a function URL by itself, and bills no call.
        (None, Some(url)) => (if url.cors.is_some() { all } else { 0.0 }, 0.0),
        (None, None) => (0.0, 0.0),
    }
}

/// What Firehose calls MB.
const MIB: f64 = (1_u64 << 20) as f64;

/// A file is written when it is large enough or the time has come, and needs at least one record.
fn files(bytes: f64, records: f64, (mb, seconds): (i32, i32)) -> f64 {
    let by_size = bytes / (f64::from(mb.max(1)) * MIB);
    let by_time = DAYS * 86_400.0 / f64::from(seconds.max(1));
    by_time.max(by_size).min(records.max(by_size))
}

/// No concurrency at all is how a function is stopped: its calls are refused, which costs nothing.
pub(super) fn runs(function: &Function) -> bool {
    function.reserved_concurrency != Some(0)
}

/// Whether the stream itself writes its JSON into the folders of the days.
pub(super) fn json_by_day(stream: &Stream) -> bool {
    let prefix = match (&stream.conversion, &stream.backup) {
        (None, _) => Some(&stream.prefix),
        (Some(_), backup) => backup.as_ref().map(|backup| &backup.prefix),
    };
    prefix.is_some_and(|prefix| prefix.contains("!{timestamp:"))
}
