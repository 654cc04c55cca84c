//! Bytes and their digests: https://trino.io/docs/current/functions/binary.html

use super::call::{Call, Given, bad};
use super::hashes::{murmur3, xxhash64};
use super::library::Entry;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use data_encoding::{BASE32, BASE32_NOPAD};
use datafusion::arrow::array::ArrayRef;
use datafusion::common::Result;
use sha2::Digest as _;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("md5", "varbinary -> varbinary", |call| digest(call, md5)),
    ("sha1", "varbinary -> varbinary", |call| digest(call, sha1)),
    ("sha256", "varbinary -> varbinary", |call| digest(call, sha256)),
    ("sha512", "varbinary -> varbinary", |call| digest(call, sha512)),
    ("hmac_md5", "varbinary, varbinary -> varbinary", |call| keyed(call, 64, md5)),
    ("hmac_sha1", "varbinary, varbinary -> varbinary", |call| keyed(call, 64, sha1)),
    ("hmac_sha256", "varbinary, varbinary -> varbinary", |call| keyed(call, 64, sha256)),
    ("hmac_sha512", "varbinary, varbinary -> varbinary", |call| keyed(call, 128, sha512)),
    ("xxhash64", "varbinary -> varbinary", |call| digest(call, |bytes| xxhash64(bytes).to_be_bytes().to_vec())),
    ("murmur3", "varbinary -> varbinary", |call| digest(call, |bytes| murmur3(bytes).to_vec())),
    ("crc32", "varbinary -> bigint", |call| {
        call.each(|row| {
            let mut crc = flate2::Crc::new();
            crc.update(row.bytes(0));
            Ok(Some(i64::from(crc.sum())))
        })
    }),
    ("to_hex", "varbinary -> varchar", |call| call.each(|row| Ok(Some(hex::encode_upper(row.bytes(0)))))),
    ("from_hex", "varchar -> varbinary", |call| {
        call.each(|row| hex::decode(row.text(0)).map(Some).map_err(|error| bad(format!("Invalid hex: {error}"))))
    }),
    ("to_base64", "varbinary -> varchar", |call| call.each(|row| Ok(Some(STANDARD.encode(row.bytes(0)))))),
    ("from_base64", "varchar -> varbinary", |call| {
        call.each(|row| STANDARD.decode(row.text(0)).map(Some).map_err(|error| bad(format!("Invalid base64: {error}"))))
    }),
    ("to_base64url", "varbinary -> varchar", |call| call.each(|row| Ok(Some(URL_SAFE.encode(row.bytes(0)))))),
    ("from_base64url", "varchar -> varbinary", |call| {
        call.each(|row| URL_SAFE.decode(row.text(0)).map(Some).map_err(|error| bad(format!("Invalid base64: {error}"))))
    }),
    ("to_base32", "varbinary -> varchar", |call| call.each(|row| Ok(Some(BASE32.encode(row.bytes(0)))))),
    ("from_base32", "varchar -> varbinary", |call| call.each(|row| from_base32(row.text(0).as_bytes()))),
    ("from_base32", "varbinary -> varbinary", |call| call.each(|row| from_base32(row.bytes(0)))),
    ("to_utf8", "varchar -> varbinary", |call| call.each(|row| Ok(Some(row.text(0).as_bytes().to_vec())))),
    ("from_utf8", "varbinary -> varchar", |call| {
        call.each(|row| Ok(Some(String::from_utf8_lossy(row.bytes(0)).into_owned())))
    }),
    ("from_utf8", "varbinary, varchar -> varchar", |call| {
        call.each(|row| {
            let parts = row.bytes(0).utf8_chunks();
            let with = |chunk: std::str::Utf8Chunk<'_>| match chunk.invalid().is_empty() {
                true => chunk.valid().to_owned(),
                false => format!("{}{}", chunk.valid(), row.text(1)),
            };
            Ok(Some(parts.map(with).collect::<String>()))
        })
    }),
    ("to_big_endian_64", "bigint -> varbinary", |call| call.each(|row| Ok(Some(row.long(0).to_be_bytes().to_vec())))),
    ("from_big_endian_64", "varbinary -> bigint", |call| {
        call.each(|row| Ok(Some(i64::from_be_bytes(exactly(row.bytes(0))?))))
    }),
    ("to_big_endian_32", "bigint -> varbinary", |call| {
        call.each(|row| match i32::try_from(row.long(0)) {
            Ok(number) => Ok(Some(number.to_be_bytes().to_vec())),
            Err(_) => Err(bad(format!("Out of range for integer: {}", row.long(0)))),
        })
    }),
    ("from_big_endian_32", "varbinary -> integer", |call| {
        call.each(|row| Ok(Some(i64::from(i32::from_be_bytes(exactly(row.bytes(0))?)))))
    }),
    ("to_ieee754_64", "double -> varbinary", |call| call.each(|row| Ok(Some(row.double(0).to_be_bytes().to_vec())))),
    ("from_ieee754_64", "varbinary -> double", |call| {
        call.each(|row| Ok(Some(f64::from_be_bytes(exactly(row.bytes(0))?))))
    }),
    ("to_ieee754_32", "real -> varbinary", |call| call.each(|row| Ok(Some(row.real(0).to_be_bytes().to_vec())))),
    ("from_ieee754_32", "varbinary -> real", |call| {
        call.each(|row| Ok(Some(f64::from(f32::from_be_bytes(exactly(row.bytes(0))?)))))
    }),
    ("length", "varbinary -> bigint", |call| call.each(|row| Ok(Some(row.bytes(0).len() as i64)))),
    ("reverse", "varbinary -> varbinary", |call| {
        call.each(|row| Ok(Some(row.bytes(0).iter().rev().copied().collect::<Vec<_>>())))
    }),
    ("concat", "varbinary, varbinary... -> varbinary", |call| {
        call.each(|row| Ok(Some((0..row.count()).flat_map(|index| row.bytes(index).to_vec()).collect::<Vec<_>>())))
    }),
];

fn digest(call: &Call, work: impl Fn(&[u8]) -> Vec<u8>) -> Result<ArrayRef> {
    call.each(|row| Ok(Some(work(row.bytes(0)))))
}

fn from_base32(text: &[u8]) -> Given<Vec<u8>> {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    BASE32_NOPAD
        .decode(&text[..text.len() - padding])
        .map(Some)
        .map_err(|error| bad(format!("Invalid base32: {error}")))
}

fn md5(bytes: &[u8]) -> Vec<u8> {
    md5::Md5::digest(bytes).to_vec()
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    <sha1::Sha1 as sha1::Digest>::digest(bytes).to_vec()
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(bytes).to_vec()
}

fn sha512(bytes: &[u8]) -> Vec<u8> {
    sha2::Sha512::digest(bytes).to_vec()
}

/// HMAC of RFC 2104, over a digest that works in blocks of so many bytes. (The digests here are of two versions of
/// `digest`, and the crate `hmac` is of one.)
fn keyed(call: &Call, block: usize, digest: fn(&[u8]) -> Vec<u8>) -> Result<ArrayRef> {
    call.each(|row| {
        let mut key = if row.bytes(1).len() > block { digest(row.bytes(1)) } else { row.bytes(1).to_vec() };
        key.resize(block, 0);
        let padded =
            |pad: u8, rest: &[u8]| digest(&[&key.iter().map(|byte| byte ^ pad).collect::<Vec<_>>(), rest].concat());
        Ok(Some(padded(0x5c, &padded(0x36, row.bytes(0)))))
    })
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| bad(format!("expected {N}-byte input, but got instead: {}", bytes.len())))
}
