//! Records into the stream, one request after the other, each with what the journal says of it before and after.

use super::journal::{Journal, Spot};
use super::selection::{Batch, Record};
use crate::aws::{Aws, Class, Patience, Pause, call};
use crate::error::{Code, Error, Result};
use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchOutput;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record as Sent;
use aws_smithy_types::retry::RetryConfig;
use std::time::Duration;

const MOST_ATTEMPTS: u64 = 9;
/// What a request is given up for at once is tried again here, where the journal hears of each try.
const PATIENCE: Patience =
    Patience { propagation: Duration::ZERO, busy: Duration::ZERO, throttle: Duration::ZERO, absent: Duration::ZERO };

/// What became of them.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Firehose has them.
    pub(super) events: u64,
    pub(super) requests: u64,
    pub(super) repeated: u64,
    /// Acknowledged after an answer was lost.
    pub(super) doubled: u64,
}

/// Sends a batch until all of it is acknowledged.
///
/// # Errors
/// Firehose refuses it for good or for too long, or the journal cannot be written.
pub(super) async fn send(
    (aws, stream): (&Aws, &str),
    batch: Batch,
    journal: &mut Journal<'_>,
    sending: &mut Sending,
) -> Result<()> {
    let last = batch.records.last().and_then(|record| record.spots.last().copied());
    let (mut left, mut lost) = (batch.records, false);
    let mut pause = Pause::growing(Duration::from_millis(100), Duration::from_secs(10));
    for attempt in 1..=MOST_ATTEMPTS {
        journal.progress.sending = left.iter().flat_map(|record| record.spots.clone()).collect();
        journal.write().await?;
        sending.requests += 1;
        sending.repeated += u64::from(attempt > 1);
        let why = match put(aws, stream, &left).await {
            Ok(answer) => {
                let (taken, refused) = apart(left, &answer);
                for record in taken {
                    journal.progress.events += record.events;
                    sending.events += record.events;
                    sending.doubled += if lost { record.events } else { 0 };
                    journal.progress.beyond.extend(record.spots);
                }
                left = refused;
                first(&answer)
            }
            Err(error) if error.class() == Class::Network => {
                lost = true;
                error.to_string()
            }
            Err(error) if matches!(error.class(), Class::Busy | Class::Throttled) => error.to_string(),
            Err(error) => {
                journal.progress.sending = vec![];
                journal.write().await?;
                return Err(explained(error));
            }
        };
        if left.is_empty() {
            arrived(journal, last);
            return Ok(());
        }
        if attempt == MOST_ATTEMPTS {
            return Err(given_up(journal, &left, lost, &why).await?);
        }
        pause.pass().await;
    }
    Ok(())
}

/// All of a batch is acknowledged; the next write says so.
fn arrived(journal: &mut Journal<'_>, last: Option<Spot>) {
    journal.progress.through = last.or(journal.progress.through);
    journal.progress.beyond.clear();
    journal.progress.sending.clear();
}

async fn given_up(journal: &mut Journal<'_>, left: &[Record], lost: bool, why: &str) -> Result<Error> {
    if !lost {
        journal.progress.sending.clear();
    }
    journal.write().await?;
    let events: u64 = left.iter().map(|record| record.events).sum();
    let message = format!("{events} events were not acknowledged; the last answer was {why}");
    Ok(Error::coded(
        Code::NotSent,
        message,
        "the same command sends them, and what is behind them, once the stream takes more",
    ))
}

async fn put(aws: &Aws, stream: &str, records: &[Record]) -> crate::aws::Result<PutRecordBatchOutput> {
    let sent: Option<Vec<_>> =
        records.iter().map(|record| Sent::builder().data(Blob::new(record.data.as_bytes())).build().ok()).collect();
    // A request whose answer was lost may have arrived: it is not repeated by itself.
    let once = aws_sdk_firehose::config::Builder::new().retry_config(RetryConfig::disabled());
    call("firehose:PutRecordBatch", PATIENCE, || {
        let request = aws.firehose.put_record_batch().delivery_stream_name(stream).set_records(sent.clone());
        request.customize().config_override(once.clone()).send()
    })
    .await
}

/// What Firehose took, and what it did not. Each record has an answer, in their order.
fn apart(records: Vec<Record>, answer: &PutRecordBatchOutput) -> (Vec<Record>, Vec<Record>) {
    let answers = answer.request_responses();
    let refused =
        |at: usize| answer.failed_put_count() > 0 && answers.get(at).is_none_or(|answer| answer.error_code().is_some());
    let (refused, taken): (Vec<_>, Vec<_>) = records.into_iter().enumerate().partition(|(at, _)| refused(*at));
    let plain = |records: Vec<(usize, Record)>| records.into_iter().map(|(_, record)| record).collect();
    (plain(taken), plain(refused))
}

/// The first refusal of an answer.
fn first(answer: &PutRecordBatchOutput) -> String {
    let refused = answer.request_responses().iter().find(|one| one.error_code().is_some());
    refused.map_or_else(String::new, |one| {
        format!("{}: {}", one.error_code().unwrap_or_default(), one.error_message().unwrap_or_default())
    })
}

fn explained(error: crate::aws::Error) -> Error {
    let hint = match error.class() {
        Class::Denied => "allow firehose:PutRecordBatch on the stream: a replay does not go through the endpoint",
        Class::Absent => "`pipectl apply` makes the stream",
        _ => return error.into(),
    };
    error.with_hint(hint).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_firehose::types::PutRecordBatchResponseEntry as Entry;

    #[test]
    fn only_what_was_refused_is_left() {
        let record = |number| Record { data: String::new(), spots: vec![(0, number)], events: 1 };
        let answer = PutRecordBatchOutput::builder()
            .failed_put_count(1)
            .request_responses(Entry::builder().record_id("a").build())
            .request_responses(Entry::builder().error_code("ServiceUnavailableException").error_message("slow").build())
            .build()
            .unwrap();
        let (taken, refused) = apart(vec![record(1), record(2)], &answer);
        assert_eq!((taken[0].spots[0].1, refused[0].spots[0].1), (1, 2));
        assert_eq!(first(&answer), "ServiceUnavailableException: slow");
    }
}
