//! `format`, which is Java's: https://trino.io/docs/current/functions/conversion.html

use super::super::print;
use super::call::{Call, bad};
use super::library::Entry;
use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;

pub(super) const FUNCTIONS: &[Entry] = &[
    ("format", "varchar, any... -> varchar", |call| {
        call.all(|row| match row.is_null(0) {
            true => Ok(None),
            false => format(call, row.text(0), row.at()).map(Some),
        })
    }),
    ("typeof", "any -> varchar", super::text::type_of),
    ("human_readable_seconds", "double -> varchar", |call| call.each(|row| Ok(Some(seconds(row.double(0)))))),
    ("format_number", "bigint -> varchar", |call| call.each(|row| Ok(Some(short(row.long(0) as f64))))),
    ("format_number", "double -> varchar", |call| call.each(|row| Ok(Some(short(row.double(0)))))),
];

/// `%[index$][flags][width][.precision]letter`
#[derive(Default)]
struct Directive {
    index: Option<usize>,
    flags: String,
    width: usize,
    precision: Option<usize>,
    letter: char,
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
    let after = &rest[made.letter.len_utf8()..];
    Some((made, after))
}

fn format(call: &Call, format: &str, at: usize) -> Result<String> {
    let (mut text, mut rest, mut next) = (String::new(), format, 1);
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let (directive, after) = directive(after).ok_or_else(|| bad(format!("Invalid format string: {format}")))?;
        rest = after;
        match directive.letter {
            '%' => text.push('%'),
            'n' => text.push('\n'),
            _ => {
                let index = directive.index.unwrap_or(next);
                next += usize::from(directive.index.is_none());
                let value = call.arguments.get(index).filter(|_| index > 0);
                let missing = || bad(format!("Invalid format string: {format} (MissingFormatArgument)"));
                let made = one(&directive, value.ok_or_else(missing)?, at, format)?;
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
    let Some(text) = print::value(column, at)? else { return Ok("null".to_owned()) };
    let kind = column.data_type();
    let wrong =
        || bad(format!("Invalid format string: {format} ({} for %{})", super::kinds::name(kind), directive.letter));
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
        'b' => {
            if kind == &DataType::Boolean {
                text
            } else {
                "true".to_owned()
            }
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
