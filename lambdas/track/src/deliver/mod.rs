//! Getting records accepted before the function's time is over.

use crate::pack::{Record, batches};
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

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

/// What a delivery waits by: the runtime's clock, or one that jumps.
pub(crate) trait Clock: Sync {
    fn now(&self) -> Instant;
    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send;
}

/// The clock of the runtime.
pub(crate) struct Runtime;

impl Clock for Runtime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, pause: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(pause)
    }
}

/// Not every record was accepted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undelivered {
    pub(crate) accepted: usize,
    pub(crate) failed: usize,
    pub(crate) last: Failure,
}

/// Puts records, and those that fail again, until all are accepted, or a failure is final, or the time is used up.
pub(crate) async fn deliver<S: Stream, C: Clock>(
    stream: &S,
    clock: &C,
    records: Vec<Record>,
    deadline: Instant,
) -> Result<(), Undelivered> {
    let total = records.len();
    let end = deadline.checked_sub(RESERVE).unwrap_or(deadline);
    let mut pending = records;
    let mut last = Failure::Unavailable("NoTimeLeft".to_owned());
    for round in 0..ROUNDS {
        if round > 0 {
            let pause = pause(round);
            if clock.now() + pause >= end {
                break;
            }
            clock.sleep(pause).await;
        }
        let Some(failure) = put_all(stream, clock, &mut pending, end).await else { return Ok(()) };
        last = failure;
        if matches!(last, Failure::Refused(_)) {
            break;
        }
    }
    Err(Undelivered { accepted: total - pending.len(), failed: pending.len(), last })
}

/// Puts every pending record once. What was not accepted stays pending; gives the last failure.
async fn put_all<S: Stream, C: Clock>(
    stream: &S,
    clock: &C,
    pending: &mut Vec<Record>,
    end: Instant,
) -> Option<Failure> {
    let mut last = None;
    for batch in batches(std::mem::take(pending)) {
        let results = match put_in_time(stream, clock, &batch, end).await {
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
async fn put_in_time<S: Stream, C: Clock>(
    stream: &S,
    clock: &C,
    batch: &[Record],
    end: Instant,
) -> Result<Vec<Option<Failure>>, Failure> {
    let left = end.saturating_duration_since(clock.now());
    tokio::select! {
        biased;
        results = stream.put(batch) => results,
        () = clock.sleep(left / 2) => Err(Failure::Unavailable("Timeout".to_owned())),
    }
}

/// Exponential, with jitter between half and one and a half: throttled functions that pause alike would come back all at once.
fn pause(round: u32) -> Duration {
    let mean = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(round - 1)).min(MAX_PAUSE);
    mean.mul_f64(0.5 + fastrand::f64())
}

#[cfg(test)]
mod tests;
