//! Bytes and their digests: https://trino.io/docs/current/functions/binary.html

use super::call::{Call, bad};
use super::library::Entry;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
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

const PRIMES: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

/// XXH64 of seed 0.
pub(super) fn xxhash64(bytes: &[u8]) -> u64 {
    let word = |chunk: &[u8]| chunk.iter().rev().fold(0_u64, |all, byte| (all << 8) | u64::from(*byte));
    let (blocks, rest) = bytes.split_at(bytes.len() / 32 * 32);
    let mut hash = match blocks.is_empty() {
        true => PRIMES[4],
        false => lanes(blocks, word),
    };
    hash = hash.wrapping_add(bytes.len() as u64);
    let (words, rest) = rest.split_at(rest.len() / 8 * 8);
    for chunk in words.chunks(8) {
        hash = (hash ^ round(0, word(chunk))).rotate_left(27).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]);
    }
    let (half, rest) = rest.split_at(rest.len() / 4 * 4);
    for chunk in half.chunks(4) {
        hash = (hash ^ word(chunk).wrapping_mul(PRIMES[0])).rotate_left(23).wrapping_mul(PRIMES[1]);
        hash = hash.wrapping_add(PRIMES[2]);
    }
    for byte in rest {
        hash = (hash ^ u64::from(*byte).wrapping_mul(PRIMES[4])).rotate_left(11).wrapping_mul(PRIMES[0]);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(PRIMES[1]);
    hash = (hash ^ (hash >> 29)).wrapping_mul(PRIMES[2]);
    hash ^ (hash >> 32)
}

fn lanes(blocks: &[u8], word: impl Fn(&[u8]) -> u64) -> u64 {
    let mut lanes = [PRIMES[0].wrapping_add(PRIMES[1]), PRIMES[1], 0, 0_u64.wrapping_sub(PRIMES[0])];
    for block in blocks.chunks(32) {
        for (lane, chunk) in lanes.iter_mut().zip(block.chunks(8)) {
            *lane = round(*lane, word(chunk));
        }
    }
    let turned = lanes.iter().zip([1, 7, 12, 18]).map(|(lane, bits)| lane.rotate_left(bits));
    let merged = turned.fold(0_u64, u64::wrapping_add);
    lanes.iter().fold(merged, |hash, lane| (hash ^ round(0, *lane)).wrapping_mul(PRIMES[0]).wrapping_add(PRIMES[3]))
}

#[cfg(test)]
mod tests {
    use super::xxhash64;

    #[test]
    fn xxhash_gives_what_its_authors_give() {
        assert_eq!(xxhash64(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxhash64(b"a"), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxhash64(b"Nobody inspects the spammish repetition"), 0xFBCE_A83C_8A37_8BF1);
    }
}
