//! Event streams: an answer that goes on, as messages of a few headers and a JSON document each
//! (`application/vnd.amazon.eventstream`).

use super::json::without_nulls;
use crate::api_error::{ApiError, Result};
use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

/// Of an answer that is an event stream.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";
const JSON: &str = "application/json";

/// What comes before the first event where the operation is in a header and not in the path: the members of the answer
/// beside the stream. Clients wait for it also where there are none.
pub(crate) fn initial() -> Result<Bytes> {
    event("initial-response", &json!({}))
}

/// One event, named as the stream's model has it.
pub(crate) fn event(name: &str, payload: &Value) -> Result<Bytes> {
    message(&[(":message-type", "event"), (":event-type", name), (":content-type", JSON)], payload)
}

/// An error that ends a stream which has begun.
pub(crate) fn exception(name: &str, message: &str) -> Result<Bytes> {
    let headers = [(":message-type", "exception"), (":exception-type", name), (":content-type", JSON)];
    self::message(&headers, &json!({"message": message}))
}

fn message(headers: &[(&'static str, &str)], payload: &Value) -> Result<Bytes> {
    let header =
        |(name, value): &(&'static str, &str)| Header::new(*name, HeaderValue::String(value.to_string().into()));
    let payload = without_nulls(payload).to_string();
    let mut written = BytesMut::new();
    let message = Message::new_from_parts(headers.iter().map(header).collect(), payload);
    write_message_to(&message, &mut written).map_err(ApiError::internal)?;
    Ok(written.freeze())
}
