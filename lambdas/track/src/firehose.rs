//! The real stream.

use crate::deliver::{Failure, Stream};
use crate::pack::Record;
use aws_sdk_firehose::Client;
use aws_sdk_firehose::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_firehose::operation::put_record_batch::{PutRecordBatchError, PutRecordBatchOutput};
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types;

/// A Firehose stream by name.
#[derive(Debug)]
pub struct Firehose {
    client: Client,
    stream: String,
}

impl Firehose {
    pub fn new(client: Client, stream: String) -> Self {
        Self { client, stream }
    }
}

impl Stream for Firehose {
    async fn put(&self, batch: &[Record]) -> Result<Vec<Option<Failure>>, Failure> {
        let records = batch.iter().map(|record| {
            let data = Blob::new(record.0.clone());
            types::Record::builder().data(data).build().expect("its one required member is set")
        });
        let request =
            self.client.put_record_batch().delivery_stream_name(&self.stream).set_records(Some(records.collect()));
        request.send().await.map(|output| results(&output)).map_err(|error| request_failure(&error))
    }
}

/// `PutRecordBatch` succeeds when no record is accepted: the results tell, in the order of the request.
fn results(output: &PutRecordBatchOutput) -> Vec<Option<Failure>> {
    let failure = |result: &types::PutRecordBatchResponseEntry| match (result.error_code(), result.record_id()) {
        (Some(code), _) => Some(record_failure(code)),
        (None, Some(_)) => None,
        (None, None) => Some(Failure::Unavailable("NoRecordId".to_owned())),
    };
    output.request_responses().iter().map(failure).collect()
}

/// The codes of a single record are `ServiceUnavailableException` (over the stream's throughput) and `InternalFailure`.
fn record_failure(code: &str) -> Failure {
    if is_throttling(code) { Failure::Throttled(code.to_owned()) } else { Failure::Unavailable(code.to_owned()) }
}

fn request_failure(error: &SdkError<PutRecordBatchError>) -> Failure {
    let status = error.raw_response().map(|response| response.status().as_u16());
    let code = error.code().unwrap_or(match error {
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(_) => "ConnectionFailure",
        SdkError::ConstructionFailure(_) => "InvalidRequest",
        _ => "UnknownError",
    });
    match (error, status) {
        (_, Some(429)) => Failure::Throttled(code.to_owned()),
        _ if is_throttling(code) => Failure::Throttled(code.to_owned()),
        (SdkError::ConstructionFailure(_), _) | (SdkError::ServiceError(_), Some(400..=499)) => {
            Failure::Refused(code.to_owned())
        }
        _ => Failure::Unavailable(code.to_owned()),
    }
}

/// Firehose says `ServiceUnavailableException` (with status 503) when a stream is over its limits.
fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ServiceUnavailableException"
            | "LimitExceededException"
            | "ThrottlingException"
            | "Throttling"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
    )
}
