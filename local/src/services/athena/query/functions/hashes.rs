//! Hashes that are no digests, as their authors publish them.

use super::call::fails;
use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;

const PRIMES: [u64; 5] =
    [0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63, 0x27D4_EB2F_1656_67C5];

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIMES[1])).rotate_left(31).wrapping_mul(PRIMES[0])
}

/// XXH64 of seed 0.
pub(super) fn xxhash64(bytes: &[u8]) -> u64 {
    let (blocks, rest) = bytes.split_at(bytes.len() / 32 * 32);
    let mut hash = match blocks.is_empty() {
        true => PRIMES[4],
        false => lanes(blocks),
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

fn lanes(blocks: &[u8]) -> u64 {
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

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |all, byte| (all << 8) | u64::from(*byte))
}

/// MurmurHash3 of 128 bits for 64-bit machines, of seed 0 (Austin Appleby, public domain): both halves as their bytes
/// stand in memory there.
pub(super) fn murmur3(bytes: &[u8]) -> [u8; 16] {
    const ONE: u64 = 0x87C3_7B91_1142_53D5;
    const TWO: u64 = 0x4CF5_AD43_2745_937F;
    let first = |word: u64| word.wrapping_mul(ONE).rotate_left(31).wrapping_mul(TWO);
    let second = |word: u64| word.wrapping_mul(TWO).rotate_left(33).wrapping_mul(ONE);
    let (blocks, rest) = bytes.split_at(bytes.len() / 16 * 16);
    let (mut low, mut high) = (0_u64, 0_u64);
    for block in blocks.chunks(16) {
        low = (low ^ first(word(&block[..8]))).rotate_left(27).wrapping_add(high);
        low = low.wrapping_mul(5).wrapping_add(0x52DC_E729);
        high = (high ^ second(word(&block[8..]))).rotate_left(31).wrapping_add(low);
        high = high.wrapping_mul(5).wrapping_add(0x3849_5AB5);
    }
    let (one, two) = rest.split_at(rest.len().min(8));
    high ^= second(word(two)) ^ bytes.len() as u64;
    low ^= first(word(one)) ^ bytes.len() as u64;
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    let mix = |mut word: u64| {
        word = (word ^ (word >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        word = (word ^ (word >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
        word ^ (word >> 33)
    };
    (low, high) = (mix(low), mix(high));
    low = low.wrapping_add(high);
    high = high.wrapping_add(low);
    let mut all = [0; 16];
    all[..8].copy_from_slice(&low.to_le_bytes());
    all[8..].copy_from_slice(&high.to_le_bytes());
    all
}

/// The sum of the hashes of all values, whatever their order; of NULLs too. `None` of no rows.
///
/// # Errors
/// Of types that Trino hashes in parts: another sum than Athena's would be none.
pub(super) fn checksum(column: &ArrayRef) -> Result<Option<Vec<u8>>> {
    let hashes = hashes(column)?;
    let each = |hash: &Option<u64>| hash.map_or(PRIMES[0], |hash| hash.wrapping_mul(PRIMES[0]));
    let sum = hashes.iter().map(each).fold(0, u64::wrapping_add);
    Ok((!hashes.is_empty()).then(|| sum.to_le_bytes().to_vec()))
}

fn hashes(column: &ArrayRef) -> Result<Vec<Option<u64>>> {
    let numbers = |kind: DataType| -> Result<Vec<Option<u64>>> {
        let numbers = cast(column, &kind)?;
        Ok(numbers.as_primitive::<Int64Type>().iter().map(|one| Some(xxhash64(&one?.to_le_bytes()))).collect())
    };
    let bytes = |text: &[u8]| Some(xxhash64(text));
    Ok(match column.data_type() {
        DataType::Null => vec![None; column.len()],
        DataType::Utf8 => column.as_string::<i32>().iter().map(|text| bytes(text?.as_bytes())).collect(),
        DataType::Binary => column.as_binary::<i32>().iter().map(|text| bytes(text?)).collect(),
        DataType::Float64 => {
            // There is one zero, and one that is no number.
            let plain = |number: f64| if number.is_nan() { f64::NAN } else { number + 0.0 };
            let floats = column.as_primitive::<Float64Type>().iter();
            floats.map(|one| Some(xxhash64(&plain(one?).to_bits().to_le_bytes()))).collect()
        }
        kind if kind.is_signed_integer() || matches!(kind, DataType::Boolean | DataType::Date32) => {
            numbers(DataType::Int64)?
        }
        DataType::Timestamp(_, None) => numbers(DataType::Int64)?,
        other => {
            let name = super::kinds::name(other);
            return Err(fails("NOT_SUPPORTED", format!("Local AWS has no checksum of type {name}")));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{murmur3, xxhash64};

    #[test]
    fn murmur_gives_what_trino_tests() {
        assert_eq!(murmur3(b""), [0; 16]);
        assert_eq!(hex::encode_upper(murmur3(b"hashme")), "93192FE805BE23041C8318F67EC4F2BC");
        // Of Guava's tests of the same hash: a block and a rest.
        let text = b"The quick brown fox jumps over the lazy dog";
        assert_eq!(hex::encode(murmur3(text)), "6c1b07bc7bbc4be347939ac4a93c437a");
    }

    #[test]
    fn xxhash_gives_what_its_authors_give() {
        assert_eq!(xxhash64(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxhash64(b"a"), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxhash64(b"Nobody inspects the spammish repetition"), 0xFBCE_A83C_8A37_8BF1);
    }
}
