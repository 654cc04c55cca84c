//! Why a request is refused as a whole.

use crate::pack::MAX_RECORD_BYTES;
use crate::readable::Unreadable;

/// Bytes of a body, when it is unpacked: what API Gateway takes at most. A function with 128 MB has room for it and its events.
pub(crate) const LARGEST: u64 = 10 << 20;

/// Why a request cannot be accepted. Positions only: a message never quotes an event, it may end up in a log.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    #[error("the body has no events")]
    Empty,
    #[error("the body is not valid base64")]
    NotBase64,
    /// API Gateway or Lambda made text of it, so that it cannot be unpacked any more.
    #[error(
        "the body is compressed: say so with the header `Content-Encoding: gzip`, \
         or to a function URL with the type `application/octet-stream`"
    )]
    Compressed,
    #[error("the body begins as gzip or zlib, and is none")]
    NotUnpacked,
    #[error("the body has more than {} MB when it is unpacked", LARGEST >> 20)]
    TooLargeInflated,
    #[error("the body is not UTF-8")]
    NotUtf8,
    #[error("the body is not JSON: line {line}, column {column}")]
    NotJson { line: usize, column: usize },
    #[error("event {index} is not a JSON object")]
    NotAnObject { index: usize },
    #[error("event {index} has {bytes} bytes, more than the {MAX_RECORD_BYTES} that a Firehose record can hold")]
    TooLarge { index: usize, bytes: usize },
    #[error("event {index} {why}: line {line}, column {column}")]
    Unreadable { index: usize, why: Unreadable, line: usize, column: usize },
}
