//! Bodies that the client has compressed.

use crate::body::{LARGEST, Rejection};
use flate2::read::MultiGzDecoder;
use std::borrow::Cow;
use std::io::Read as _;

/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The body as it was before it was compressed. What it begins with tells, and not the header `Content-Encoding`: API Gateway
/// inflates a body by itself, and leaves the header as it is; a function URL does neither.
pub(crate) fn inflated(body: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, Rejection> {
    if !body.starts_with(&GZIP) {
        return Ok(body);
    }
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(&*body).take(LARGEST + 1).read_to_end(&mut text);
    match read {
        Err(_) => Err(Rejection::NotGzip),
        Ok(bytes) if bytes as u64 > LARGEST => Err(Rejection::TooLargeInflated),
        Ok(_) => Ok(Cow::Owned(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    fn inflate(body: &[u8]) -> Result<Vec<u8>, Rejection> {
        inflated(Cow::Borrowed(body)).map(Cow::into_owned)
    }

    #[test]
    fn a_body_is_inflated_by_what_it_begins_with() {
        assert_eq!(inflate(b"{\"a\":1}"), Ok(b"{\"a\":1}".to_vec()));
        assert_eq!(inflate(&gzip(b"{\"a\":1}")), Ok(b"{\"a\":1}".to_vec()));
        assert_eq!(inflate(&[gzip(b"{}"), gzip(b"{}")].concat()), Ok(b"{}{}".to_vec()));
    }

    #[test]
    fn a_body_that_is_cut_is_refused_whole() {
        let whole = gzip(b"{\"a\":1}\n{\"a\":2}\n");
        for end in 2..whole.len() {
            assert_eq!(inflate(&whole[..end]), Err(Rejection::NotGzip), "{end} bytes");
        }
    }

    #[test]
    fn a_body_that_unpacks_to_more_than_fits_is_refused() {
        let most = usize::try_from(LARGEST).unwrap();
        assert_eq!(inflate(&gzip(&vec![b' '; most])).map(|body| body.len()), Ok(most));
        assert_eq!(inflate(&gzip(&vec![b' '; most + 1])), Err(Rejection::TooLargeInflated));
    }
}
