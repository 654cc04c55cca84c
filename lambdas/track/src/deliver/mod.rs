//! Getting records accepted before the function's time is over.

use crate::pack::{Record, batches};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// What is kept of the function's time to write the answer and the log line.
const RESERVE: Duration = Duration::from_millis(250);
/// How often a record is sent before the request is given back to the client, who then waits at no cost of ours.
const ROUNDS: u32 = 6;
/// The mean of the first pause; each further one doubles, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Why a record was not accepted. The text is AWS's error code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The stream takes no more at the moment.
    Throttled(String),
    /// Firehose, or the way there, failed; the record may have been accepted nevertheless.
    Unavailable(String),
    /// Sending the same again cannot succeed: the stream is gone, or access is denied.
    Refused(String),
}

/// What takes records: Firehose.
pub trait Stream: Sync {
    /// Puts a batch. One result per record, in order, or the failure of the whole request.
    fn put(&self, batch: &[Record]) -> impl Future<Output = Result<Vec<Option<Failure>>, Failure>> + Send;
}

/// Not every record was accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undelivered {
    pub(crate) accepted: usize,
    pub(crate) failed: usize,
    pub(crate) last: Failure,
}

/// Puts records, and those that fail again, until all are accepted, or a failure is final, or the time is used up.
pub(crate) async fn deliver<S: Stream>(stream: &S, records: Vec<Record>, deadline: Instant) -> Result<(), Undelivered> {
    let total = records.len();
    let end = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let mut pending = records;
    let mut last = Failure::Unavailable("NoTimeLeft".to_owned());
    for round in 0..ROUNDS {
        if round > 0 {
            let pause = pause(round);
            if Instant::now() + pause >= end {
                break;
            }
            sleep(pause).await;
        }
        let Some(failure) = put_all(stream, &mut pending, end).await else { return Ok(()) };
        last = failure;
        if matches!(last, Failure::Refused(_)) {
            break;
        }
    }
    Err(Undelivered { accepted: total - pending.len(), failed: pending.len(), last })
}

/// Puts every pending record once. What was not accepted stays pending; gives the last failure.
async fn put_all<S: Stream>(stream: &S, pending: &mut Vec<Record>, end: Instant) -> Option<Failure> {
    let mut last = None;
    for batch in batches(std::mem::take(pending)) {
        let results = match put_in_time(stream, &batch, end).await {
            Ok(results) => results,
            Err(failure) => vec![Some(failure); batch.len()],
        };
        let mut results = results.into_iter();
        for record in batch {
            // A result that is missing is not an acceptance.
            let result = results.next().unwrap_or_else(|| Some(Failure::Unavailable("MissingResult".to_owned())));
            if let Some(failure) = result {
                pending.push(record);
                last = Some(failure);
            }
        }
    }
    last
}

/// An attempt gets half of the time that is left, so that one that hangs leaves room for the next.
async fn put_in_time<S: Stream>(stream: &S, batch: &[Record], end: Instant) -> Result<Vec<Option<Failure>>, Failure> {
    let left = end.saturating_duration_since(Instant::now());
    let late = || Failure::Unavailable("Timeout".to_owned());
    timeout(left / 2, stream.put(batch)).await.map_err(|_| late())?
}

/// Exponential, with jitter between half and one and a half: throttled functions that pause alike would come back all at once.
fn pause(round: u32) -> Duration {
    let mean = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(round - 1)).min(MAX_PAUSE);
    mean.mul_f64(0.5 + fastrand::f64())
}

#[cfg(test)]
mod tests;
