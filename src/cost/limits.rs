//! Loads that the pipeline cannot carry: their price is of what would not happen.

use super::{Billed, Inputs, LARGEST_RECORD};
use crate::resources::Function;

const MB: f64 = (1_u64 << 20) as f64;
/// Bodies that Lambda takes from a function URL, and API Gateway from clients.
const URL_BODY_MB: f64 = 6.0;
const API_BODY_MB: f64 = 10.0;
/// A month of thirty days.
const SECONDS: f64 = 30.0 * 86_400.0;

/// What stands in the way, in words; nothing where no event finds its way in any case.
pub(super) fn broken(billed: &Billed, inputs: &Inputs) -> Vec<String> {
    let (Some(track), Some(_)) = (&billed.track, &billed.stream) else { return vec![] };
    let sizes = record(inputs).into_iter().chain(body(billed, inputs));
    let times = [("track", Some(track), "track_ms"), ("mover", billed.mover.as_ref(), "mover_ms")];
    let times = times.into_iter().filter_map(|(name, function, figure)| {
        let (seconds, takes) = (function?.timeout_s, inputs.get(figure));
        let over = takes > f64::from(seconds) * 1000.0;
        over.then(|| format!("`{figure}` is {takes}, and `{name}` is stopped after {seconds} s"))
    });
    sizes.chain(times).chain(job(billed, inputs)).chain(rate(billed, track, inputs)).collect()
}

fn record(inputs: &Inputs) -> Option<String> {
    let event = inputs.get("event_bytes") + 1.0;
    let words = || {
        format!(
            "an event of {event:.0} B is more than a record of Firehose's can hold ({LARGEST_RECORD:.0} B): `track` refuses it"
        )
    };
    (event > LARGEST_RECORD).then(words)
}

fn body(billed: &Billed, inputs: &Inputs) -> Option<String> {
    let bytes = inputs.get("events_per_request") * (inputs.get("event_bytes") + 1.0);
    let (front, most) = match (&billed.url, &billed.api) {
        (Some(_), _) => ("a function URL", URL_BODY_MB),
        (None, Some(_)) => ("API Gateway", API_BODY_MB),
        (None, None) => return None,
    };
    let words = || format!("a request of {:.1} MB is more than {front} takes ({most} MB)", bytes / MB);
    (bytes > most * MB).then(words)
}

fn job(billed: &Billed, inputs: &Inputs) -> Option<String> {
    let (job, takes) = (billed.job.as_ref()?, inputs.get("etl_minutes"));
    let words = || format!("`etl_minutes` is {takes}, and the job is given up after {} minutes", job.timeout);
    (takes > f64::from(job.timeout)).then(words)
}

/// On average, which is less than at the busiest hour.
fn rate(billed: &Billed, track: &Function, inputs: &Inputs) -> Vec<String> {
    let requests = inputs.get("events_per_month") / inputs.get("events_per_request") / SECONDS;
    let at_once = requests * inputs.get("track_ms") / 1000.0;
    let reserved = track.reserved_concurrency.filter(|most| *most > 0 && at_once > f64::from(*most)).map(|most| {
        format!("{at_once:.0} calls of `track` at once on average, of which `reserved_concurrency` allows {most}")
    });
    let throttled = billed.api.as_ref().filter(|api| requests > api.rate).map(|api| {
        format!("{requests:.0} requests a second on average, of which `ingest.throttle` allows {}", api.rate)
    });
    reserved.into_iter().chain(throttled).collect()
}
