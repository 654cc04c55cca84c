//! Bodies that the client has compressed.

use crate::rejection::{LARGEST, Rejection};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::{self, Read};

/// How a gzip file begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// How zlib begins, which HTTP calls `deflate`: the letter `x`, with which no JSON begins, and a check of it.
const ZLIB: u8 = 0x78;

/// The body as it was before it was compressed. What it begins with tells, and not the header `Content-Encoding`: API Gateway
/// inflates a body by itself, and leaves the header as it is; a function URL does neither.
pub(crate) fn inflated(body: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, Rejection> {
    let text = match *body {
        [first, second, ..] if [first, second] == GZIP => unpacked(MultiGzDecoder::new(&*body)).map(|(text, _)| text),
        [ZLIB, check, ..] if u16::from_be_bytes([ZLIB, check]).is_multiple_of(31) => zlib(&body),
        _ => return Ok(body),
    };
    match text {
        Err(_) => Err(Rejection::NotUnpacked),
        Ok(text) if text.len() as u64 > LARGEST => Err(Rejection::TooLargeInflated),
        Ok(text) => Ok(Cow::Owned(text)),
    }
}

/// What follows the end would be lost.
fn zlib(body: &[u8]) -> io::Result<Vec<u8>> {
    let (text, decoder) = unpacked(ZlibDecoder::new(body))?;
    let whole = decoder.total_in() == body.len() as u64 || text.len() as u64 > LARGEST;
    if whole { Ok(text) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// What comes out of it, at most one byte more than what fits.
fn unpacked<R: Read>(decoder: R) -> io::Result<(Vec<u8>, R)> {
    let (mut text, mut limited) = (Vec::new(), decoder.take(LARGEST + 1));
    limited.read_to_end(&mut text)?;
    Ok((text, limited.into_inner()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write as _;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(vec![], Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    }

    fn deflate(text: &[u8], level: u32) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(vec![], Compression::new(level));
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
        for level in 0..=9 {
            assert_eq!(inflate(&deflate(b"{\"a\":1}", level)), Ok(b"{\"a\":1}".to_vec()), "level {level}");
        }
        for text in ["", "x", "xyz"] {
            assert_eq!(inflate(text.as_bytes()), Ok(text.as_bytes().to_vec()));
        }
    }

    #[test]
    fn a_body_that_is_cut_is_refused_whole() {
        let text = b"{\"a\":1}\n{\"a\":2}\n";
        for whole in [gzip(text), deflate(text, 6)] {
            for end in 2..whole.len() {
                assert_eq!(inflate(&whole[..end]), Err(Rejection::NotUnpacked), "{end} bytes");
            }
        }
    }

    #[test]
    fn what_follows_a_compressed_body_is_not_lost() {
        for more in [gzip(b"{}"), deflate(b"{}", 6), b"{}".to_vec()] {
            assert_eq!(inflate(&[deflate(b"{}", 6), more].concat()), Err(Rejection::NotUnpacked));
        }
    }

    #[test]
    fn a_body_that_unpacks_to_more_than_fits_is_refused() {
        let most = usize::try_from(LARGEST).unwrap();
        for pack in [gzip, |text: &[u8]| deflate(text, 1)] {
            assert_eq!(inflate(&pack(&vec![b' '; most])).map(|body| body.len()), Ok(most));
            assert_eq!(inflate(&pack(&vec![b' '; most + 1])), Err(Rejection::TooLargeInflated));
        }
    }
}
