//! The values that one column of a projection has: "Supported types for partition projection".

use crate::services::firehose::java_time::{self, Part};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit};

#[derive(Clone, Debug)]
pub(super) enum Column {
    Enum(Vec<String>),
    Integer { least: i64, most: i64, interval: i64, digits: usize },
    Date { format: Vec<Part>, least: DateTime, most: DateTime, interval: i64, unit: Unit },
    Injected,
}

const UNITS: [(&str, Unit); 7] = [
    ("YEAR", Unit::Year),
    ("MONTH", Unit::Month),
    ("WEEK", Unit::Week),
    ("DAY", Unit::Day),
    ("HOUR", Unit::Hour),
    ("MINUTE", Unit::Minute),
    ("SECOND", Unit::Second),
];

fn unit(text: &str) -> Result<Unit, String> {
    let upper = text.trim().to_ascii_uppercase();
    let found = UNITS.iter().find(|(name, _)| *name == upper.strip_suffix('S').unwrap_or(&upper));
    found.map(|(_, unit)| *unit).ok_or_else(|| format!("{text} is no unit of time"))
}

fn span(count: i64, unit: Unit) -> Result<Span, String> {
    let spans = Span::new();
    let made = match unit {
        Unit::Year => spans.try_years(count),
        Unit::Month => spans.try_months(count),
        Unit::Week => spans.try_weeks(count),
        Unit::Day => spans.try_days(count),
        Unit::Hour => spans.try_hours(count),
        Unit::Minute => spans.try_minutes(count),
        _ => spans.try_seconds(count),
    };
    made.map_err(|error| error.to_string())
}

impl Column {
    /// `property` gives `projection.COLUMN.FIELD`.
    pub(super) fn of<'a>(property: &dyn Fn(&str) -> Option<&'a str>, now: Timestamp) -> Result<Self, String> {
        let needed = |field: &str| property(field).ok_or_else(|| format!("Missing required property: '{field}'"));
        match needed("type")?.to_ascii_lowercase().as_str() {
            "enum" => Ok(Self::Enum(needed("values")?.split(',').map(str::to_owned).collect())),
            "injected" => Ok(Self::Injected),
            "integer" => integer(needed("range")?, property("interval"), property("digits")),
            "date" => date((needed("format")?, needed("range")?), property("interval"), property("interval.unit"), now),
            other => Err(format!("Unknown projection type: '{other}'")),
        }
    }

    pub(super) fn is_injected(&self) -> bool {
        matches!(self, Self::Injected)
    }

    /// Reads a value off the beginning of a path, if it is one of those that there are. `stop` is what stands behind it.
    pub(super) fn take<'a>(&self, path: &'a str, stop: &str) -> Option<(String, &'a str)> {
        match self {
            Self::Enum(values) => {
                let fits =
                    |value: &&String| path.strip_prefix(value.as_str()).is_some_and(|rest| rest.starts_with(stop));
                let value = values.iter().find(fits)?;
                Some((value.clone(), &path[value.len()..]))
            }
            Self::Injected => {
                let at = path.find(stop).filter(|at| *at > 0)?;
                Some((path[..at].to_owned(), &path[at..]))
            }
            Self::Integer { least, most, interval, digits } => {
                let is_part = |c: char| c.is_ascii_digit() || c == '-';
                let text = &path[..path.find(|c: char| !is_part(c)).unwrap_or(path.len())];
                let value: i64 = text.parse().ok()?;
                let is_one = (*least..=*most).contains(&value) && (value - least) % interval == 0;
                (is_one && padded(value, *digits) == text).then(|| (text.to_owned(), &path[text.len()..]))
            }
            Self::Date { format, least, most, interval, unit } => {
                let (value, rest) = java_time::read(format, path)?;
                let text = &path[..path.len() - rest.len()];
                let whole = java_time::format(format, &value.to_zoned(TimeZone::UTC).ok()?);
                let is_one = (*least..=*most).contains(&value) && steps(*least, value, *unit)? % interval == 0;
                (is_one && whole == text).then_some((whole, rest))
            }
        }
    }
}

fn padded(value: i64, digits: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{:0digits$}", value.unsigned_abs())
}

fn positive(text: Option<&str>) -> Result<i64, String> {
    match text.map(str::trim).map(str::parse::<i64>) {
        None => Ok(1),
        Some(Ok(number)) if number > 0 => Ok(number),
        _ => Err(format!("Property: 'interval' value '{}' is not a valid number", text.unwrap_or_default())),
    }
}

fn bounds(range: &str) -> Result<(&str, &str), String> {
    let (least, most) = range.split_once(',').ok_or_else(|| {
        format!("Property: 'range' needs to be a list of 2 valid values specified as 'min,max', and is '{range}'")
    })?;
    Ok((least.trim(), most.trim()))
}

fn integer(range: &str, interval: Option<&str>, digits: Option<&str>) -> Result<Column, String> {
    let (least, most) = bounds(range)?;
    let number = |text: &str| text.parse::<i64>().map_err(|_| format!("'{text}' of 'range' is not a valid number"));
    let digits = digits.map_or(Ok(0), |text| text.trim().parse::<usize>());
    let digits = digits.ok().filter(|digits| *digits < 20).ok_or("Property: 'digits' is not a valid number")?;
    Ok(Column::Integer { least: number(least)?, most: number(most)?, interval: positive(interval)?, digits })
}

/// "If the precision of the format is neither a single day nor a single month, interval.unit is required", as interval is.
fn date(
    (pattern, range): (&str, &str),
    interval: Option<&str>,
    given: Option<&str>,
    now: Timestamp,
) -> Result<Column, String> {
    let format = java_time::parse(pattern).map_err(|why| format!("Property: 'format' is not valid. {why}"))?;
    let has = |letters: &str| format.iter().any(|part| matches!(part, Part::Letter(one, _) if letters.contains(*one)));
    let own = match (has("HmsS"), has("d"), has("M")) {
        (false, true, _) => Some(Unit::Day),
        (false, false, true) => Some(Unit::Month),
        _ => None,
    };
    let unit = match (given, own) {
        (Some(given), _) => unit(given)?,
        (None, Some(own)) => own,
        (None, None) => {
            return Err("Property: 'interval.unit' is required for a format that is finer or coarser".to_owned());
        }
    };
    let (least, most) = bounds(range)?;
    let bound = |text: &str| bound(text, &format, now);
    let (least, most) = (bound(least)?, bound(most)?);
    Ok(Column::Date { least, most, interval: positive(interval)?, unit, format })
}

/// A date in the format, or `NOW`, `NOW-3YEARS`, `NOW+1DAY`, cut to what the format shows.
fn bound(text: &str, format: &[Part], now: Timestamp) -> Result<DateTime, String> {
    let unknown = || format!("'{text}' of 'range' is neither a date in the column's format nor relative to NOW");
    let Some(rest) = text.strip_prefix("NOW") else {
        let (time, rest) = java_time::read(format, text).ok_or_else(unknown)?;
        return if rest.is_empty() { Ok(time) } else { Err(unknown()) };
    };
    let rest = rest.trim();
    let mut time = now.to_zoned(TimeZone::UTC);
    if !rest.is_empty() {
        let (sign, rest) = rest.split_at_checked(1).ok_or_else(unknown)?;
        let rest = rest.trim();
        let (count, name) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let count: i64 = count.parse().map_err(|_| unknown())?;
        let count = match sign {
            "+" => count,
            "-" => -count,
            _ => return Err(unknown()),
        };
        time = time.checked_add(span(count, unit(name)?)?).map_err(|error| error.to_string())?;
    }
    java_time::read(format, &java_time::format(format, &time)).map(|(time, _)| time).ok_or_else(unknown)
}

/// How many units lie between two times; `None` where one is not a whole number of them behind the other.
fn steps(from: DateTime, to: DateTime, unit: Unit) -> Option<i64> {
    let span = from.until((unit, to)).ok()?;
    let count = match unit {
        Unit::Year => i64::from(span.get_years()),
        Unit::Month => i64::from(span.get_months()),
        Unit::Week => i64::from(span.get_weeks()),
        Unit::Day => i64::from(span.get_days()),
        Unit::Hour => i64::from(span.get_hours()),
        Unit::Minute => span.get_minutes(),
        _ => span.get_seconds(),
    };
    let back = from.checked_add(self::span(count, unit).ok()?).ok()?;
    (back == to).then_some(count)
}
