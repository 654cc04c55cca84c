//! `format`, which is Java's: https://trino.io/docs/current/functions/conversion.html

mod checks;
mod moments;

use super::call::{Call, Given, Row, bad, fails};
use super::kinds::name;
use super::library::Entry;
use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, i256};
use datafusion::common::{Result, ScalarValue};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("format", "any, any... -> varchar", |call| {
        let kind = call.arguments[0].data_type();
        if !matches!(kind, DataType::Utf8 | DataType::Null) {
            let words = format!("Type of first argument to format() must be VARCHAR (actual: {})", name(kind));
            return Err(fails("TYPE_MISMATCH", words));
        }
        call.all(|row| match row.is_null(0) {
            true => Ok(None),
            false => format(call, row.text(0), row.at()).map(Some),
        })
    }),
    ("typeof", "any -> varchar", super::text::type_of),
    ("parse_data_size", "varchar -> decimal", |call| call.each(data_size)),
    ("parse_presto_data_size", "varchar -> decimal", |call| call.each(data_size)),
    ("human_readable_seconds", "double -> varchar", |call| call.each(|row| Ok(Some(seconds(row.double(0)))))),
    ("format_number", "bigint -> varchar", |call| call.each(|row| Ok(Some(short(row.long(0) as f64))))),
    ("format_number", "double -> varchar", |call| call.each(|row| Ok(Some(short(row.double(0)))))),
];

/// `%[index$][flags][width][.precision]letter`
#[derive(Default)]
pub(super) struct Directive {
    pub(super) index: Option<usize>,
    pub(super) flags: String,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    pub(super) letter: char,
    /// Of `%tY`, the `Y`.
    time: Option<char>,
    /// `%<s` is what came before it again.
    is_again: bool,
}

fn directive(text: &str) -> Option<(Directive, &str)> {
    let mut made = Directive::default();
    let number = |text: &str| {
        let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        (text[..end].parse::<usize>().ok(), end)
    };
    let mut rest = text;
    if let (Some(index), end) = number(rest)
        && let Some(after) = rest[end..].strip_prefix('$')
    {
        (made.index, rest) = (Some(index), after);
    }
    if let Some(after) = rest.strip_prefix('<') {
        (made.is_again, rest) = (true, after);
    }
    let flags = rest.find(|letter: char| !"-+ 0,(#".contains(letter))?;
    made.flags = rest[..flags].to_owned();
    rest = &rest[flags..];
    let (width, end) = number(rest);
    (made.width, rest) = (width.unwrap_or(0), &rest[end..]);
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, end) = number(after);
        (made.precision, rest) = (Some(precision?), &after[end..]);
    }
    made.letter = rest.chars().next()?;
    let mut after = &rest[made.letter.len_utf8()..];
    if matches!(made.letter, 't' | 'T') {
        let letter = after.chars().next()?;
        (made.time, after) = (Some(letter), &after[letter.len_utf8()..]);
    }
    Some((made, after))
}

fn format(call: &Call, format: &str, at: usize) -> Result<String> {
    let (mut text, mut rest, mut next, mut last) = (String::new(), format, 1, 0);
    let wrong = |why: String| bad(format!("Invalid format string: {format} ({why})"));
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let (directive, behind) = directive(after).ok_or_else(|| bad(format!("Invalid format string: {format}")))?;
        let own = format!("%{}", &after[..after.len() - behind.len()]);
        rest = behind;
        checks::check(&directive, &own).map_err(wrong)?;
        match directive.letter {
            '%' => text.push('%'),
            'n' => text.push('\n'),
            _ => {
                let index = if directive.is_again { last } else { directive.index.unwrap_or(next) };
                next += usize::from(directive.index.is_none() && !directive.is_again);
                last = index;
                let value = call.arguments.get(index).filter(|_| index > 0);
                let missing = || wrong(format!("MissingFormatArgument: Format specifier '{own}'"));
                let column = value.ok_or_else(missing)?;
                let made = one(&directive, column, at, format)?;
                text.push_str(&padded(&directive, made));
            }
        }
    }
    Ok(text + rest)
}

fn padded(directive: &Directive, made: String) -> String {
    let missing = directive.width.min(1 << 20).saturating_sub(made.chars().count());
    match directive.flags.as_str() {
        flags if flags.contains('-') => made + &" ".repeat(missing),
        flags if flags.contains('0') && directive.letter != 's' => {
            let sign = made.len() - made.trim_start_matches(['-', '+', ' ']).len();
            format!("{}{}{}", &made[..sign], "0".repeat(missing), &made[sign..])
        }
        _ => " ".repeat(missing) + &made,
    }
}

fn one(directive: &Directive, column: &ArrayRef, at: usize, format: &str) -> Result<String> {
    let kind = column.data_type();
    if kind.is_nested() {
        let name = super::kinds::name(kind);
        return Err(fails("NOT_SUPPORTED", format!("Type not supported for formatting: {name}")));
    }
    let Some(text) = moments::shown(column, at)? else {
        let text = if matches!(directive.letter, 'b' | 'B') { "false" } else { "null" };
        return Ok(if directive.letter.is_uppercase() { text.to_uppercase() } else { text.to_owned() });
    };
    let wrong = || {
        let letter = directive.time.unwrap_or(directive.letter);
        let class = checks::class(kind);
        bad(format!("Invalid format string: {format} (IllegalFormatConversion: {letter} != java.{class})"))
    };
    if let Some(letter) = directive.time {
        let made = moments::part(column, at, letter)?.ok_or_else(wrong)?;
        return Ok(if directive.letter == 'T' { made.to_uppercase() } else { made });
    }
    let long = || -> Result<i64> {
        if !kind.is_integer() {
            return Err(wrong());
        }
        Ok(cast(&column.slice(at, 1), &DataType::Int64)?.as_primitive::<Int64Type>().value(0))
    };
    let double = || -> Result<f64> {
        if !(kind.is_floating() || matches!(kind, DataType::Decimal128(..))) {
            return Err(wrong());
        }
        Ok(cast(&column.slice(at, 1), &DataType::Float64)?.as_primitive::<Float64Type>().value(0))
    };
    let precision = directive.precision.unwrap_or(6).min(1000);
    Ok(match directive.letter {
        's' | 'S' => {
            let text: String = text.chars().take(directive.precision.unwrap_or(usize::MAX)).collect();
            if directive.letter == 'S' { text.to_uppercase() } else { text }
        }
        'b' | 'B' => {
            let text = if kind == &DataType::Boolean { text } else { "true".to_owned() };
            if directive.letter == 'B' { text.to_uppercase() } else { text }
        }
        'c' => long().ok().and_then(|code| char::from_u32(code as u32)).map_or(text, String::from),
        'd' => signed(directive, long()?.to_string()),
        'x' => format!("{:x}", long()?),
        'X' => format!("{:X}", long()?),
        'o' => format!("{:o}", long()?),
        'f' => {
            let half_up = round_half_up(double()?, precision);
            signed(directive, half_up)
        }
        'e' | 'E' => {
            let made = exponent(double()?, precision);
            signed(directive, if directive.letter == 'E' { made.to_uppercase() } else { made })
        }
        'g' => signed(directive, round_half_up(double()?, precision)),
        _ => return Err(wrong()),
    })
}

/// Java rounds the decimal that the double is printed as, and a half up.
fn round_half_up(number: f64, precision: usize) -> String {
    let shortest = number.abs().to_string();
    let (whole, fraction) = shortest.split_once('.').unwrap_or((&shortest, ""));
    let is_half = fraction.as_bytes().get(precision).is_some_and(|digit| *digit >= b'5');
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(precision).collect();
    let mut digits: Vec<u8> = format!("{whole}{kept}").into_bytes();
    let mut carry = is_half;
    for digit in digits.iter_mut().rev().filter(|digit| digit.is_ascii_digit()) {
        if carry {
            (*digit, carry) = if *digit == b'9' { (b'0', true) } else { (*digit + 1, false) };
        }
    }
    let mut text = String::from_utf8_lossy(&digits).into_owned();
    if carry {
        text.insert(0, '1');
    }
    if precision > 0 && number.is_finite() {
        text.insert(text.len() - precision, '.');
    }
    if number < 0.0 { format!("-{text}") } else { text }
}

/// `1.234568e+03`
fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

fn signed(directive: &Directive, text: String) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let sign = match (sign, directive.flags.as_str()) {
        ("", flags) if flags.contains('+') => "+",
        ("", flags) if flags.contains(' ') => " ",
        (sign, _) => sign,
    };
    let digits = if directive.flags.contains(',') { grouped(digits) } else { digits.to_owned() };
    match sign == "-" && directive.flags.contains('(') {
        true => format!("({digits})"),
        false => format!("{sign}{digits}"),
    }
}

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |at| digits.split_at(at));
    let first = whole.len() % 3;
    let mut groups: Vec<&str> = (first..whole.len()).step_by(3).map(|at| &whole[at..at + 3]).collect();
    if first > 0 {
        groups.insert(0, &whole[..first]);
    }
    groups.join(",") + fraction
}

/// `3762` seconds are `1 hour, 2 minutes, 42 seconds`.
fn seconds(number: f64) -> String {
    let mut left = number.round().abs() as u64;
    let mut parts = vec![];
    for (name, size) in [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)] {
        let count = left / size;
        left %= size;
        if count > 0 || (size == 1 && parts.is_empty()) {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    parts.join(", ")
}

/// `123456` is `123K`.
fn short(number: f64) -> String {
    let (mut value, mut unit) = (number.abs(), "");
    for next in ["K", "M", "B", "T", "Q"] {
        if value < 1000.0 {
            break;
        }
        (value, unit) = (value / 1000.0, next);
    }
    let precision = if value < 10.0 {
        2
    } else if value < 100.0 {
        1
    } else {
        0
    };
    let text = round_half_up(value, precision);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{text}{unit}", if number < 0.0 { "-" } else { "" })
}

/// Bytes of `2.3MB`.
fn data_size(row: Row<'_>) -> Given<ScalarValue> {
    let text = row.text(0);
    let wrong = || bad(format!("Invalid data size: '{text}'"));
    let at = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(wrong)?;
    let (number, unit) = text.split_at(at);
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
    let power = units.iter().position(|known| *known == unit).ok_or_else(wrong)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().map_err(|_| wrong())?;
    // It may have more digits than any number of the engine.
    let bytes = i256::from_parts(digits, 0).checked_mul(i256::from_i128(1024).wrapping_pow(power as u32));
    let scale = i256::from_i128(10).wrapping_pow(fraction.len() as u32);
    let bytes = bytes.and_then(|bytes| bytes.checked_div(scale)).ok_or_else(wrong)?;
    match bytes.to_i128().filter(|bytes| *bytes < 10_i128.pow(38)) {
        Some(bytes) => Ok(Some(ScalarValue::Decimal128(Some(bytes), 38, 0))),
        None => Err(fails("NUMERIC_VALUE_OUT_OF_RANGE", format!("Value out of range: '{text}' ('{bytes}B')"))),
    }
}
