//! Payloads that the client has compressed: "API Gateway supports decompression of the method request payload" by default,
//! and does it before mapping templates and integrations see them.

use super::LARGEST_BODY;
use super::refusal::Refusal;
use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use std::io::Read;

/// `gzip`, `deflate` and `identity` are known; another coding, and a payload that is not in its own, is 415. The header stays.
pub(super) fn inflated(headers: &HeaderMap, body: &Bytes) -> Result<Bytes, Refusal> {
    let Some(coding) = headers.get(CONTENT_ENCODING) else { return Ok(body.clone()) };
    let coding = coding.to_str().map_err(|_| Refusal::UNSUPPORTED)?.trim().to_ascii_lowercase();
    match coding.as_str() {
        "identity" => Ok(body.clone()),
        // A request without a payload has none to inflate.
        "gzip" | "deflate" if body.is_empty() => Ok(body.clone()),
        "gzip" => read(MultiGzDecoder::new(&body[..])),
        "deflate" => read(ZlibDecoder::new(&body[..])),
        _ => Err(Refusal::UNSUPPORTED),
    }
}

/// No more than a payload may have.
fn read(packed: impl Read) -> Result<Bytes, Refusal> {
    let mut text = vec![];
    let read = packed.take(LARGEST_BODY as u64 + 1).read_to_end(&mut text);
    match read {
        Err(_) => Err(Refusal::UNSUPPORTED),
        Ok(bytes) if bytes > LARGEST_BODY => Err(Refusal::TOO_LARGE),
        Ok(_) => Ok(text.into()),
    }
}
