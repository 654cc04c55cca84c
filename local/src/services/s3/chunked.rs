//! `aws-chunked`: a body in chunks that may be signed each, with checksums behind it.
//!
//! See "Signature calculations for the authorization header: transferring payload in multiple chunks".

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};

pub(super) fn is(headers: &HeaderMap) -> bool {
    let hash = headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    hash.is_some_and(|hash| hash.starts_with("STREAMING-"))
}

/// The body itself. What stands behind it becomes a header, as if it had come before.
pub(super) fn decode(headers: &mut HeaderMap, body: &[u8]) -> Result<Bytes, String> {
    let (mut rest, mut all) = (body, BytesMut::new());
    loop {
        let (line, after) = take_line(rest)?;
        let size = line.split(';').next().unwrap_or_default();
        let size =
            usize::from_str_radix(size.trim(), 16).map_err(|_| format!("`{line}` is not the size of a chunk"))?;
        rest = after;
        if size == 0 {
            break;
        }
        let chunk = rest.get(..size).ok_or("a chunk is cut off")?;
        all.extend_from_slice(chunk);
        rest = rest[size..].strip_prefix(b"\r\n").ok_or("a chunk is longer than it says")?;
    }
    while let Ok((line, after)) = take_line(rest) {
        if let Some((name, value)) = line.split_once(':')
            && let (Ok(name), Ok(value)) = (name.trim().parse::<HeaderName>(), value.trim().parse::<HeaderValue>())
            && name.as_str().starts_with("x-amz-checksum-")
        {
            headers.insert(name, value);
        }
        rest = after;
    }
    strip(headers);
    Ok(all.freeze())
}

fn take_line(bytes: &[u8]) -> Result<(&str, &[u8]), String> {
    let end = bytes.windows(2).position(|pair| pair == b"\r\n").ok_or("the body is cut off")?;
    let line = std::str::from_utf8(&bytes[..end]).map_err(|error| error.to_string())?;
    Ok((line, &bytes[end + 2..]))
}

/// Takes away what told of the chunks; another encoding of the content stays.
fn strip(headers: &mut HeaderMap) {
    headers.remove("x-amz-decoded-content-length");
    headers.remove("x-amz-trailer");
    headers.remove(header::TRANSFER_ENCODING);
    let encoding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kept: Vec<_> =
        encoding.split(',').map(str::trim).filter(|one| !one.is_empty() && *one != "aws-chunked").collect();
    match HeaderValue::try_from(kept.join(",")) {
        Ok(value) if !value.is_empty() => drop(headers.insert(header::CONTENT_ENCODING, value)),
        _ => drop(headers.remove(header::CONTENT_ENCODING)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_and_the_checksum_behind_them_becomes_a_header() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-content-sha256", HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER"));
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip,aws-chunked"));
        assert!(is(&headers));
        let body = b"5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n";
        assert_eq!(decode(&mut headers, body).unwrap(), "hello!");
        assert_eq!(headers["x-amz-checksum-crc32"], "AAAAAA==");
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
        assert!(decode(&mut headers, b"5\r\nhel").is_err());
    }
}
