//! Time zones by their names.

use jiff::tz::{Offset, TimeZone};

/// `Europe/Zurich`, `+01:00`, `UTC`.
pub(super) fn find(name: &str) -> Option<TimeZone> {
    match name {
        "UTC" => Some(TimeZone::UTC),
        name if name.starts_with(['+', '-']) => offset(name).map(TimeZone::fixed),
        name => TimeZone::get(name).ok(),
    }
}

/// `+01:00`, `+0100`, `+01`, `Z`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|letter| *letter != ':').collect();
    let part = |from: usize| match digits.get(from..from + 2) {
        Some(part) => part.parse::<i32>().ok(),
        None => (from >= digits.len()).then_some(0),
    };
    (digits.len() >= 2 && digits.len().is_multiple_of(2)).then_some(())?;
    let (hours, minutes) = (part(0)?, part(2)?);
    (hours <= 14 && minutes < 60).then_some(())?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}
