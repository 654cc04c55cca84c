//! Quantities as people write them: `128 MB`, `15 min`, `1000/s`, `10M`, `30 days`.
//!
//! Case and blanks do not matter. A number without its unit is refused, so that nobody has to guess. Each
//! quantity prints in a form that reads back as itself.

use std::fmt;
use std::time::Duration;

/// A share: `1 %`.
pub(super) struct Percent(pub(super) f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// A number of bytes.
///
/// `KB`, `MB`, `GB` and `TB` are powers of 1024, and `KiB` and so on are the same. That is what Lambda
/// ("128 MB" of memory) and Firehose ("128 MB" of buffer) mean by them, and how Athena's console turns a
/// limit into bytes, so that one rule holds for the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ByteSize(pub(crate) u64);

/// A number of days, the only unit that lifecycle rules and log retention know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Days(pub(crate) u32);

/// Requests in a second. API Gateway takes fractions: `30/min` is 0.5.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Rate(f64);

const BYTES: &[(&str, u64)] = &[
    ("b", 1),
    ("byte", 1),
    ("bytes", 1),
    ("kb", 1 << 10),
    ("kib", 1 << 10),
    ("mb", 1 << 20),
    ("mib", 1 << 20),
    ("gb", 1 << 30),
    ("gib", 1 << 30),
    ("tb", 1 << 40),
    ("tib", 1 << 40),
    ("pb", 1 << 50),
    ("pib", 1 << 50),
];
const SECONDS: &[(&str, u64)] = &[
    ("s", 1),
    ("sec", 1),
    ("secs", 1),
    ("second", 1),
    ("seconds", 1),
    ("min", 60),
    ("mins", 60),
    ("minute", 60),
    ("minutes", 60),
    ("h", 3600),
    ("hour", 3600),
    ("hours", 3600),
    ("d", 86_400),
    ("day", 86_400),
    ("days", 86_400),
];
const DAYS: &[(&str, u64)] =
    &[("d", 1), ("day", 1), ("days", 1), ("week", 7), ("weeks", 7), ("year", 365), ("years", 365)];
const COUNTS: &[(&str, u64)] = &[
    ("", 1),
    ("k", 1_000),
    ("m", 1_000_000),
    ("million", 1_000_000),
    ("b", 1_000_000_000),
    ("billion", 1_000_000_000),
];
const PER_SECOND: &[(&str, u64)] =
    &[("s", 1), ("sec", 1), ("second", 1), ("min", 60), ("minute", 60), ("h", 3600), ("hour", 3600)];

impl ByteSize {
    pub(crate) const fn mib(count: u64) -> Self {
        Self(count << 20)
    }

    /// Whole mebibytes, rounded down.
    pub(crate) const fn as_mib(self) -> u64 {
        self.0 >> 20
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str = "write a size with its unit, such as `128 MB`, `1 TB` or `200 B`";
        let (digits, unit) = split(text, HOW)?;
        match unit.as_str() {
            "" => Err(format!("`{}` is a number without a unit: {HOW}", text.trim())),
            "k" | "m" | "g" | "t" => Err(format!("`{unit}` could be bits or bytes: {HOW}")),
            _ => Ok(Self(scale(&digits, lookup(BYTES, &unit, HOW)?, text)?)),
        }
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1u64 << 40, "TB"), (1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
        match units.iter().find(|(size, _)| self.0 > 0 && self.0.is_multiple_of(*size)) {
            Some((size, unit)) => write!(f, "{} {unit}", self.0 / size),
            None => write!(f, "{} B", self.0),
        }
    }
}

impl Days {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str = "write a number of days, such as `30 days`";
        let (digits, unit) = split(text, HOW)?;
        match unit.as_str() {
            "" => return Err(format!("`{}` is a number without a unit: {HOW}", text.trim())),
            "month" | "months" => return Err(format!("months differ in length: {HOW}")),
            _ => {}
        }
        let days = scale(&digits, lookup(DAYS, &unit, HOW)?, text)?;
        u32::try_from(days).map(Self).map_err(|_| format!("`{}` is too large", text.trim()))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} day{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl Rate {
    pub(crate) const fn new(per_second: f64) -> Self {
        Self(per_second)
    }

    pub(crate) const fn per_second(self) -> f64 {
        self.0
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        const HOW: &str = "write a rate, such as `1000/s` or `30/min`";
        let (count, unit) = text
            .split_once('/')
            .or_else(|| text.split_once(" per "))
            .ok_or_else(|| format!("`{}` is not a rate: {HOW}", text.trim()))?;
        let seconds = lookup(PER_SECOND, &unit.trim().to_lowercase(), HOW)?;
        let (digits, suffix) = split(count, HOW)?;
        let digits: f64 = digits.parse().map_err(|_| format!("`{}` is not a rate: {HOW}", text.trim()))?;
        let rate = digits * lookup(COUNTS, &suffix, HOW)? as f64 / seconds as f64;
        if rate.is_finite() { Ok(Self(rate)) } else { Err(format!("`{}` is too large", text.trim())) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

/// A number such as `200`, `10k`, `10M`, `1.5 billion` or `1_000_000`.
pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    const HOW: &str = "write a whole number, such as `2000`, `10k` or `200M`";
    let (digits, suffix) = split(text, HOW)?;
    scale(&digits, lookup(COUNTS, &suffix, HOW)?, text)
}

/// Whole seconds, as in `900 s`, `15 min` or `1 h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    const HOW: &str = "write a time with its unit, such as `30 s`, `15 min` or `1 h`";
    let (digits, unit) = split(text, HOW)?;
    match unit.as_str() {
        "" => Err(format!("`{}` is a number without a unit: {HOW}", text.trim())),
        "m" => Err(format!("`m` could be minutes or months: {HOW}")),
        _ => Ok(Duration::from_secs(scale(&digits, lookup(SECONDS, &unit, HOW)?, text)?)),
    }
}

/// A time in the largest unit that leaves it whole.
pub(crate) fn show_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match [(3600, "h"), (60, "min")].iter().find(|(n, _)| seconds > 0 && seconds.is_multiple_of(*n)) {
        Some((size, unit)) => format!("{} {unit}", seconds / size),
        None => format!("{seconds} s"),
    }
}

/// The digits, without the `_` that group them, and the unit in lower case.
fn split(text: &str, how: &str) -> Result<(String, String), String> {
    let text = text.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '_')).unwrap_or(text.len());
    let digits = text[..end].replace('_', "");
    if text.starts_with('-') {
        return Err(format!("`{text}` is negative: {how}"));
    }
    if text[end..].starts_with(',') {
        return Err(format!("`{text}` has a comma, which could part decimals or thousands: {how}"));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{text}` does not begin with a number: {how}"));
    }
    Ok((digits, text[end..].trim().to_lowercase()))
}

fn lookup(units: &[(&str, u64)], unit: &str, how: &str) -> Result<u64, String> {
    let found = units.iter().find(|(name, _)| *name == unit);
    found.map(|(_, size)| *size).ok_or_else(|| format!("unknown unit `{unit}`: {how}"))
}

/// `digits` times `unit`, exactly: `1.5 KB` is 1536 bytes, `1.3 B` is refused.
fn scale(digits: &str, unit: u64, text: &str) -> Result<u64, String> {
    let text = text.trim();
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let bad = || format!("`{text}` is not a number with a unit");
    let too_large = || format!("`{text}` is too large");
    if fraction.contains('.') || (digits.contains('.') && fraction.is_empty()) {
        return Err(bad());
    }
    let whole: u128 = whole.parse().map_err(|_| too_large())?;
    let whole = whole.checked_mul(unit.into()).ok_or_else(too_large)?;
    let places = u32::try_from(fraction.len()).ok().and_then(|n| 10u128.checked_pow(n)).ok_or_else(bad)?;
    let part = if fraction.is_empty() { 0 } else { fraction.parse::<u128>().map_err(|_| bad())? };
    let part = part.checked_mul(unit.into()).ok_or_else(bad)?;
    if part % places != 0 {
        return Err(format!("`{text}` is not a whole number of the smallest unit"));
    }
    u64::try_from(whole + part / places).map_err(|_| too_large())
}
