//! CBOR (RFC 8949) as JSON, as far as AWS's answers have it: what CloudWatch speaks with the SDK.

use serde_json::{Map, Number, Value as Json};

/// No answer is deeper.
const DEEPEST: usize = 32;
/// Of a length that is not told: the end is marked.
const OPEN: u8 = 31;
const BREAK: u8 = 0xff;

/// `None` for what is not CBOR, or has more in it than one value.
pub(super) fn read(bytes: &[u8]) -> Option<Json> {
    let mut rest = bytes;
    let value = value(&mut rest, DEEPEST)?;
    rest.is_empty().then_some(value)
}

/// Whether an answer begins as one does that has members.
pub(super) fn is_map(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first >> 5 == 5)
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

/// What stands behind the major type: a number, in the first byte or in those after it.
fn argument(rest: &mut &[u8], low: u8) -> Option<u64> {
    match low {
        0..24 => Some(u64::from(low)),
        24..28 => Some(take(rest, 1 << (low - 24))?.iter().fold(0, |all, byte| all << 8 | u64::from(*byte))),
        _ => None,
    }
}

fn value(rest: &mut &[u8], depth: usize) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    let first = *take(rest, 1)?.first()?;
    let (major, low) = (first >> 5, first & 0x1f);
    Some(match major {
        0 => argument(rest, low)?.into(),
        1 => (-1_i64).checked_sub(i64::try_from(argument(rest, low)?).ok()?)?.into(),
        2 | 3 if low == OPEN => {
            let parts = items(rest, None, |rest| value(rest, depth))?;
            parts.iter().map(|part| part.as_str().unwrap_or_default()).collect::<String>().into()
        }
        2 | 3 => {
            let length = usize::try_from(argument(rest, low)?).ok()?;
            String::from_utf8_lossy(take(rest, length)?).into_owned().into()
        }
        4 => {
            let count = counted(rest, low)?;
            Json::Array(items(rest, count, |rest| value(rest, depth))?)
        }
        5 => {
            let count = counted(rest, low)?;
            let pair = |rest: &mut &[u8]| Some((value(rest, depth)?.as_str()?.to_owned(), value(rest, depth)?));
            Json::Object(items(rest, count, pair)?.into_iter().collect::<Map<_, _>>())
        }
        // A tag says what the value behind it means: a time is a number of seconds.
        6 => {
            argument(rest, low)?;
            value(rest, depth)?
        }
        _ => simple(rest, low)?,
    })
}

/// How many there are; `Some(None)`: the end is marked.
fn counted(rest: &mut &[u8], low: u8) -> Option<Option<u64>> {
    if low == OPEN { Some(None) } else { argument(rest, low).map(Some) }
}

fn items<T>(rest: &mut &[u8], count: Option<u64>, mut one: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let mut all = vec![];
    loop {
        let ends = match count {
            Some(count) => all.len() as u64 == count,
            None => rest.first() == Some(&BREAK),
        };
        if ends {
            break;
        }
        all.push(one(rest)?);
    }
    if count.is_none() {
        take(rest, 1)?;
    }
    Some(all)
}

fn simple(rest: &mut &[u8], low: u8) -> Option<Json> {
    let float = |number: f64| Number::from_f64(number).map_or(Json::Null, Json::Number);
    Some(match low {
        20 => false.into(),
        21 => true.into(),
        22 | 23 => Json::Null,
        26 => float(f64::from(f32::from_be_bytes(take(rest, 4)?.try_into().ok()?))),
        27 => float(f64::from_be_bytes(take(rest, 8)?.try_into().ok()?)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(hex: &str) -> Option<Json> {
        read(&hex::decode(hex).unwrap())
    }

    /// From RFC 8949, appendix A.
    #[test]
    fn the_examples_of_the_standard_are_read() {
        for (hex, expected) in [
            ("00", json!(0)),
            ("1903e8", json!(1000)),
            ("1bffffffffffffffff", json!(u64::MAX)),
            ("3903e7", json!(-1000)),
            ("fb3ff199999999999a", json!(1.1)),
            ("fa47c35000", json!(100_000.0)),
            ("f4", json!(false)),
            ("f6", json!(null)),
            ("c11a514b67b0", json!(1_363_896_240)),
            ("6449455446", json!("IETF")),
            ("7f657374726561646d696e67ff", json!("streaming")),
            ("8301820203820405", json!([1, [2, 3], [4, 5]])),
            ("9f018202039f0405ffff", json!([1, [2, 3], [4, 5]])),
            ("a26161016162820203", json!({"a": 1, "b": [2, 3]})),
            ("bf61610161629f0203ffff", json!({"a": 1, "b": [2, 3]})),
        ] {
            assert_eq!(of(hex), Some(expected), "{hex}");
        }
    }

    #[test]
    fn what_is_cut_off_or_too_deep_is_nothing() {
        for hex in ["", "19", "64494554", "8301", "9f01", "a16161", "0000", "ff", "1c"] {
            assert_eq!(of(hex), None, "{hex}");
        }
        assert_eq!(read(&[0x81; 10_000]), None);
        assert_eq!(read(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
