//! The real stream.

use crate::client::Client;
use crate::connection::Broken;
use crate::deliver::{Failure, Stream};
use crate::pack::Record;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use hyper::body::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

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

    /// Connects ahead of the first batch; see [`Client::connect`].
    pub async fn connect(&self) {
        self.client.connect().await;
    }

    /// The JSON of a `PutRecordBatch` request.
    fn request(&self, batch: &[Record]) -> Vec<u8> {
        let mut json = String::with_capacity(256 + batch.iter().map(Record::sent_bytes).sum::<usize>());
        json.push_str("{\"DeliveryStreamName\":");
        json.push_str(&serde_json::Value::from(self.stream.as_str()).to_string());
        json.push_str(",\"Records\":[");
        for (index, record) in batch.iter().enumerate() {
            json.push_str(if index == 0 { "{\"Data\":\"" } else { ",{\"Data\":\"" });
            STANDARD.encode_string(&record.0, &mut json);
            json.push_str("\"}");
        }
        json.push_str("]}");
        json.into_bytes()
    }
}

impl Stream for Firehose {
    async fn put(&self, batch: &[Record]) -> Result<Vec<Option<Failure>>, Failure> {
        match self.client.put_record_batch(self.request(batch)).await {
            Ok(response) if response.status().is_success() => results(response.body()),
            Ok(response) => Err(request_failure(&response)),
            Err(Broken::Connect(_) | Broken::Http(_)) => Err(Failure::Unavailable("ConnectionFailure".to_owned())),
        }
    }
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(rename = "RequestResponses", borrow)]
    results: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "RecordId")]
    record_id: Option<IgnoredAny>,
    #[serde(rename = "ErrorCode", borrow)]
    error_code: Option<Cow<'a, str>>,
}

/// `PutRecordBatch` succeeds when no record is accepted: the results tell, in the order of the request.
fn results(json: &[u8]) -> Result<Vec<Option<Failure>>, Failure> {
    let output: Output<'_> =
        serde_json::from_slice(json).map_err(|_| Failure::Unavailable("UnreadableAnswer".to_owned()))?;
    let failure = |result: Entry<'_>| match (result.error_code, result.record_id) {
        (Some(code), _) => Some(record_failure(&code)),
        (None, Some(IgnoredAny)) => None,
        (None, None) => Some(Failure::Unavailable("NoRecordId".to_owned())),
    };
    Ok(output.results.into_iter().map(failure).collect())
}

/// The codes of a single record are `ServiceUnavailableException` (over the stream's throughput) and `InternalFailure`.
fn record_failure(code: &str) -> Failure {
    if is_throttling(code) { Failure::Throttled(code.to_owned()) } else { Failure::Unavailable(code.to_owned()) }
}

fn request_failure(response: &Response<Bytes>) -> Failure {
    let code = error_code(response);
    match response.status().as_u16() {
        429 => Failure::Throttled(code),
        _ if is_throttling(&code) => Failure::Throttled(code),
        400..=499 => Failure::Refused(code),
        _ => Failure::Unavailable(code),
    }
}

/// Services of the JSON protocol name an error in `__type` and in a header, with or without a namespace before it and a URL after it:
/// `aws.protocoltests.json10#FooError:http://...`. What is between may be from a proxy, so it is read with caution.
fn error_code(response: &Response<Bytes>) -> String {
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(rename = "__type", borrow)]
        code: Cow<'a, str>,
    }
    let header = response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let named =
        header.map(Cow::Borrowed).or_else(|| Some(serde_json::from_slice::<Named<'_>>(response.body()).ok()?.code));
    let named = named.unwrap_or_default();
    let code = named.split(':').next().unwrap_or_default().rsplit('#').next().unwrap_or_default().trim();
    let plain = !code.is_empty() && code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { code.to_owned() } else { "UnknownError".to_owned() }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, header: Option<&str>, body: &'static str) -> Failure {
        let mut response = Response::builder().status(status);
        if let Some(value) = header {
            response = response.header("x-amzn-ErrorType", value);
        }
        request_failure(&response.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn an_error_is_named_by_header_or_body_and_sorted_by_what_helps() {
        let refused = |code: &str| Failure::Refused(code.to_owned());
        assert_eq!(answered(400, None, r#"{"__type":"a.b#AccessDeniedException"}"#), refused("AccessDeniedException"));
        assert_eq!(
            answered(400, Some("InvalidKMSResourceException:http://x"), ""),
            refused("InvalidKMSResourceException")
        );
        assert_eq!(
            answered(400, None, r#"{"__type":"ThrottlingException"}"#),
            Failure::Throttled("ThrottlingException".to_owned())
        );
        assert_eq!(answered(429, None, "<html>"), Failure::Throttled("UnknownError".to_owned()));
        assert_eq!(
            answered(500, None, r#"{"__type":"InternalFailure"}"#),
            Failure::Unavailable("InternalFailure".to_owned())
        );
        assert_eq!(answered(502, Some("quoting \"an event\""), ""), Failure::Unavailable("UnknownError".to_owned()));
    }

    #[test]
    fn a_success_that_cannot_be_read_is_no_acceptance() {
        assert!(results(b"{}").is_err());
        assert!(results(b"<html>").is_err());
        let results =
            results(br#"{"RequestResponses":[{"RecordId":"1"},{"RecordId":null},{"ErrorCode":"InternalFailure"}]}"#);
        let failed = |code: &str| Some(Failure::Unavailable(code.to_owned()));
        assert_eq!(results.unwrap(), [None, failed("NoRecordId"), failed("InternalFailure")]);
    }
}
