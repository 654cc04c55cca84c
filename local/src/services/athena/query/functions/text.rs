//! Text: https://trino.io/docs/current/functions/string.html

use super::call::{Answer as _, Call, Given, Row, bad, fails};
use super::items::Entries;
use super::kinds::{TEXT, name};
use super::library::Entry;
use datafusion::arrow::array::{ArrayRef, AsArray as _, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization as _;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("length", "varchar -> bigint", |call| call.each(|row| Ok(Some(row.text(0).chars().count() as i64)))),
    ("chr", "bigint -> varchar", |call| call.each(chr)),
    // What `listagg` gathers, and how that was written.
    ("listagg_text", "E, varchar -> E", |call| {
        let kind = call.arguments[0].data_type();
        if !matches!(kind, DataType::Utf8 | DataType::Null) {
            let written = call.arguments[1].as_string::<i32>().iter().flatten().next().unwrap_or_default();
            let words = format!("Expected expression of varchar, but '{written}' has {} type", name(kind));
            return Err(fails("TYPE_MISMATCH", words));
        }
        Ok(Arc::clone(&call.arguments[0]))
    }),
    ("normalize", "varchar -> varchar", |call| call.each(|row| normalize(row.text(0), "NFC").map(Some))),
    ("normalize", "varchar, varchar -> varchar", |call| call.each(|row| normalize(row.text(0), row.text(1)).map(Some))),
    ("codepoint", "varchar -> integer", |call| call.each(codepoint)),
    ("concat", "varchar, varchar... -> varchar", |call| {
        call.each(|row| Ok(Some((0..row.count()).map(|index| row.text(index)).collect::<String>())))
    }),
    ("concat_ws", "varchar, varchar... -> varchar", |call| call.all(concat_ws)),
    ("concat_ws", "varchar, array(varchar) -> varchar", |call| {
        call.each(|row| Ok(Some(texts(&row.list(1)).into_iter().flatten().collect::<Vec<_>>().join(row.text(0)))))
    }),
    ("lpad", "varchar, bigint, varchar -> varchar", |call| call.each(|row| pad(row, true))),
    ("rpad", "varchar, bigint, varchar -> varchar", |call| call.each(|row| pad(row, false))),
    ("replace", "varchar, varchar -> varchar", |call| call.each(|row| Ok(Some(row.text(0).replace(row.text(1), ""))))),
    ("replace", "varchar, varchar, varchar -> varchar", |call| {
        call.each(|row| Ok(Some(row.text(0).replace(row.text(1), row.text(2)))))
    }),
    ("reverse", "varchar -> varchar", |call| call.each(|row| Ok(Some(row.text(0).chars().rev().collect::<String>())))),
    ("split", "varchar, varchar -> array(varchar)", |call| call.each(|row| split(row, usize::MAX))),
    ("split", "varchar, varchar, bigint -> array(varchar)", |call| {
        call.each(|row| match usize::try_from(row.long(2)) {
            Ok(limit) if limit > 0 => split(row, limit),
            _ => Err(bad("Limit must be positive")),
        })
    }),
    ("split_part", "varchar, varchar, bigint -> varchar", |call| call.each(split_part)),
    ("split_to_map", "varchar, varchar, varchar -> map(varchar, varchar)", |call| split_to_map(call, false)),
    ("split_to_multimap", "varchar, varchar, varchar -> map(varchar, array(varchar))", |call| split_to_map(call, true)),
    ("strpos", "varchar, varchar -> bigint", |call| call.each(|row| position(row, 1))),
    ("strpos", "varchar, varchar, bigint -> bigint", |call| call.each(|row| position(row, row.long(2)))),
    ("starts_with", "varchar, varchar -> boolean", |call| {
        call.each(|row| Ok(Some(row.text(0).starts_with(row.text(1)))))
    }),
    ("ends_with", "varchar, varchar -> boolean", |call| call.each(|row| Ok(Some(row.text(0).ends_with(row.text(1)))))),
    ("substr", "varchar, bigint -> varchar", |call| call.each(|row| Ok(Some(substr(row, i64::MAX))))),
    ("substr", "varchar, bigint, bigint -> varchar", |call| call.each(|row| Ok(Some(substr(row, row.long(2)))))),
    ("substring", "varchar, bigint -> varchar", |call| call.each(|row| Ok(Some(substr(row, i64::MAX))))),
    ("substring", "varchar, bigint, bigint -> varchar", |call| call.each(|row| Ok(Some(substr(row, row.long(2)))))),
    ("translate", "varchar, varchar, varchar -> varchar", |call| call.each(translate)),
    ("levenshtein_distance", "varchar, varchar -> bigint", |call| {
        call.each(|row| Ok(Some(strsim::levenshtein(row.text(0), row.text(1)) as i64)))
    }),
    ("hamming_distance", "varchar, varchar -> bigint", |call| {
        call.each(|row| match strsim::hamming(row.text(0), row.text(1)) {
            Ok(distance) => Ok(Some(distance as i64)),
            Err(_) => Err(bad("The input strings to hamming_distance function must have the same length")),
        })
    }),
    ("soundex", "varchar -> varchar", |call| call.each(|row| Ok(Some(soundex(row.text(0)))))),
    ("luhn_check", "varchar -> boolean", |call| call.each(luhn)),
];

/// Of an array, NULL for what is not there.
pub(super) fn texts(items: &ArrayRef) -> Vec<Option<&str>> {
    use datafusion::arrow::array::AsArray as _;
    items.as_string::<i32>().iter().collect()
}

pub(super) fn array<'a>(items: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(items.into_iter().map(Some).collect::<StringArray>())
}

fn chr(row: Row<'_>) -> Given<String> {
    let letter = u32::try_from(row.long(0)).ok().and_then(char::from_u32);
    let letter = letter.ok_or_else(|| bad(format!("Not a valid Unicode code point: {}", row.long(0))))?;
    Ok(Some(letter.to_string()))
}

/// The form of Unicode that is named.
fn normalize(text: &str, form: &str) -> Result<String> {
    Ok(match form.to_ascii_uppercase().as_str() {
        "NFC" => text.nfc().collect(),
        "NFD" => text.nfd().collect(),
        "NFKC" => text.nfkc().collect(),
        "NFKD" => text.nfkd().collect(),
        _ => return Err(bad(format!("Normalization form must be one of [NFD, NFC, NFKD, NFKC]: {form}"))),
    })
}

fn codepoint(row: Row<'_>) -> Given<i64> {
    let mut letters = row.text(0).chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(Some(i64::from(u32::from(letter)))),
        _ => Err(bad("Input string must be a single character string")),
    }
}

fn concat_ws(row: Row<'_>) -> Given<String> {
    if row.is_null(0) {
        return Ok(None);
    }
    let parts = (1..row.count()).filter(|index| !row.is_null(*index)).map(|index| row.text(index));
    Ok(Some(parts.collect::<Vec<_>>().join(row.text(0))))
}

fn pad(row: Row<'_>, is_left: bool) -> Given<String> {
    let (text, size, with) = (row.text(0), row.long(1), row.text(2));
    let most = i64::from(i32::MAX);
    let size = usize::try_from(size).ok().filter(|_| size <= most);
    let size = size.ok_or_else(|| bad(format!("Target length must be in the range [0..{most}]")))?;
    if with.is_empty() {
        return Err(bad("Padding string must not be empty"));
    }
    let length = text.chars().count();
    if size <= length {
        return Ok(Some(text.chars().take(size).collect()));
    }
    let padding: String = with.chars().cycle().take(size - length).collect();
    Ok(Some(if is_left { padding + text } else { text.to_owned() + &padding }))
}

fn split(row: Row<'_>, limit: usize) -> Given<ArrayRef> {
    match row.text(1) {
        "" => Err(bad("The delimiter may not be the empty string")),
        delimiter => Ok(Some(array(row.text(0).splitn(limit, delimiter)))),
    }
}

fn split_part(row: Row<'_>) -> Given<String> {
    let (text, delimiter, index) = (row.text(0), row.text(1), row.long(2));
    let index = usize::try_from(index).ok().filter(|index| *index > 0);
    let index = index.ok_or_else(|| bad("Index must be greater than zero"))?;
    Ok(match delimiter {
        // Every letter is a part.
        "" => text.chars().nth(index - 1).map(String::from),
        _ => text.split(delimiter).nth(index - 1).map(str::to_owned),
    })
}

fn split_to_map(call: &Call, is_multi: bool) -> Result<ArrayRef> {
    call.each(|row| {
        let (text, outer, inner) = (row.text(0), row.text(1), row.text(2));
        if outer.is_empty() || inner.is_empty() {
            let which = if outer.is_empty() { "entryDelimiter" } else { "keyValueDelimiter" };
            return Err(bad(format!("{which} is empty")));
        }
        if outer == inner {
            return Err(bad("entryDelimiter and keyValueDelimiter must not be the same"));
        }
        let mut pairs: Vec<(&str, Vec<&str>)> = vec![];
        for entry in text.split(outer).filter(|entry| !entry.is_empty()) {
            let wrong =
                || bad(format!("Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'"));
            let (key, value) = entry.split_once(inner).ok_or_else(wrong)?;
            if value.contains(inner) {
                return Err(wrong());
            }
            match pairs.iter_mut().find(|(known, _)| *known == key) {
                Some(_) if !is_multi => {
                    return Err(bad(format!(
                        "Duplicate keys ({key}) are not allowed. Specify a lambda to resolve conflicts."
                    )));
                }
                Some((_, values)) => values.push(value),
                None => pairs.push((key, vec![value])),
            }
        }
        let keys = array(pairs.iter().map(|(key, _)| *key));
        let values = match is_multi {
            false => array(pairs.iter().flat_map(|(_, values)| values.iter().copied())),
            true => {
                let lists = pairs.iter().map(|(_, values)| Some(array(values.iter().copied()))).collect();
                ArrayRef::column(lists, &super::kinds::list(TEXT))?
            }
        };
        Ok(Some(Entries(keys, values)))
    })
}

fn position(row: Row<'_>, instance: i64) -> Given<i64> {
    let (text, wanted) = (row.text(0), row.text(1));
    if instance == 0 {
        return Err(bad("'instance' must be a positive or negative number."));
    }
    if wanted.is_empty() {
        return Ok(Some(1));
    }
    let starts: Vec<_> =
        (0..text.len()).filter(|at| text.is_char_boundary(*at) && text[*at..].starts_with(wanted)).collect();
    let nth = usize::try_from(instance.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let found = if instance > 0 { starts.get(nth) } else { starts.iter().rev().nth(nth) };
    Ok(Some(found.map_or(0, |at| text[..*at].chars().count() as i64 + 1)))
}

/// From 1, or from the end where it is negative; nothing from 0 or from before the beginning.
fn substr(row: Row<'_>, length: i64) -> String {
    let (text, start) = (row.text(0), row.long(1));
    let count = text.chars().count() as i64;
    let from = if start < 0 { count + start } else { start - 1 };
    match start == 0 || from < 0 || from >= count || length <= 0 {
        true => String::new(),
        false => text.chars().skip(from as usize).take(usize::try_from(length).unwrap_or(usize::MAX)).collect(),
    }
}

fn translate(row: Row<'_>) -> Given<String> {
    let (from, to): (Vec<_>, Vec<_>) = (row.text(1).chars().collect(), row.text(2).chars().collect());
    let changed = row.text(0).chars().filter_map(|letter| match from.iter().position(|known| *known == letter) {
        Some(index) => to.get(index).copied(),
        None => Some(letter),
    });
    Ok(Some(changed.collect()))
}

fn soundex(text: &str) -> String {
    let code = |letter: char| match letter.to_ascii_uppercase() {
        'B' | 'F' | 'P' | 'V' => Some('1'),
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => Some('2'),
        'D' | 'T' => Some('3'),
        'L' => Some('4'),
        'M' | 'N' => Some('5'),
        'R' => Some('6'),
        _ => None,
    };
    let mut letters = text.chars().filter(char::is_ascii_alphabetic);
    let Some(first) = letters.next() else { return String::new() };
    let (mut made, mut last) = (first.to_ascii_uppercase().to_string(), code(first));
    for letter in letters {
        let this = code(letter);
        if this.is_some() && this != last {
            made.extend(this);
        }
        // H and W stand between equal letters as if they were not there.
        if !matches!(letter.to_ascii_uppercase(), 'H' | 'W') {
            last = this;
        }
    }
    made.chars().chain("000".chars()).take(4).collect()
}

fn luhn(row: Row<'_>) -> Given<bool> {
    let digits = row.text(0).chars().map(|letter| letter.to_digit(10)).collect::<Option<Vec<_>>>();
    let digits = digits.ok_or_else(|| bad("Input must contain only digits"))?;
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { double(*digit) } else { *digit }).sum();
    Ok(Some(!digits.is_empty() && sum.is_multiple_of(10)))
}

/// The name of a type, of a value that may be NULL.
pub(super) fn type_of(call: &Call) -> Result<ArrayRef> {
    let name = super::kinds::name(call.arguments[0].data_type());
    ScalarValue::Utf8(Some(name)).to_array_of_size(call.rows)
}
