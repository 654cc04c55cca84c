//! Dates and times that are read by a format.

use super::super::zones;
use super::call::bad;
use super::pattern::{DAYS, Field, Item, MONTHS};
use datafusion::common::Result;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::Offset;

/// What has been read; the rest is the first of 1970 at midnight.
#[derive(Default)]
struct Read {
    year: Option<i64>,
    week_year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    week: Option<i64>,
    day_of_week: Option<i64>,
    hour: i64,
    hour_of_half: Option<i64>,
    minute: i64,
    second: i64,
    nanos: i64,
    is_afternoon: bool,
    offset: Option<Offset>,
}

/// # Errors
/// Text that does not fit.
pub(super) fn read(items: &[Item], text: &str) -> Result<(DateTime, Option<Offset>)> {
    let (mut read, mut rest) = (Read::default(), text);
    for (index, item) in items.iter().enumerate() {
        let malformed = || match rest.is_empty() {
            true => bad(format!("Invalid format: \"{text}\" is too short")),
            false if rest.len() == text.len() => bad(format!("Invalid format: \"{text}\"")),
            false => bad(format!("Invalid format: \"{text}\" is malformed at \"{rest}\"")),
        };
        rest = match item {
            Item::Text(inner) => rest.strip_prefix(inner.as_str()).ok_or_else(malformed)?,
            Item::Field(field, width) => {
                // Digits of the next field must not be taken by this one.
                let is_followed = matches!(items.get(index + 1), Some(Item::Field(next, _)) if is_digits(*next));
                read.take(*field, *width, is_followed, rest).ok_or_else(malformed)?
            }
        };
    }
    if !rest.is_empty() {
        return Err(bad(format!("Invalid format: \"{text}\" is malformed at \"{rest}\"")));
    }
    let time = read.time().ok_or_else(|| bad(format!("Cannot parse \"{text}\": value out of range")))?;
    Ok((time, read.offset))
}

fn is_digits(field: Field) -> bool {
    use Field::{DayName, DayShort, Era, Half, MonthName, MonthShort, Offset, OffsetColon, ZoneName};
    !matches!(field, Era | MonthName | MonthShort | DayName | DayShort | Half | Offset | OffsetColon | ZoneName)
}

fn named<'a>(names: &[&str], rest: &'a str) -> Option<(i64, &'a str)> {
    let starts = |name: &str| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let index = names.iter().position(|name| starts(&name[..3]))?;
    let length = if starts(names[index]) { names[index].len() } else { 3 };
    Some((index as i64 + 1, &rest[length..]))
}

impl Read {
    fn take<'a>(&mut self, field: Field, width: usize, is_followed: bool, rest: &'a str) -> Option<&'a str> {
        match field {
            Field::MonthName | Field::MonthShort => {
                let (month, rest) = named(&MONTHS, rest)?;
                self.month = Some(month);
                return Some(rest);
            }
            Field::DayName | Field::DayShort => return Some(named(&DAYS, rest)?.1),
            Field::Era => return rest.strip_prefix("AD"),
            Field::Half => {
                let start = rest.get(..2)?;
                self.is_afternoon = start.eq_ignore_ascii_case("pm");
                return (self.is_afternoon || start.eq_ignore_ascii_case("am")).then(|| &rest[2..]);
            }
            Field::Offset | Field::OffsetColon | Field::ZoneName => return self.zone(rest),
            _ => {}
        }
        let most = match field {
            Field::Year | Field::WeekYear if is_followed => width.max(1),
            Field::Year | Field::WeekYear => 9,
            Field::Fraction => 9,
            Field::DayOfYear => 3,
            _ => 2,
        };
        let sign = usize::from(rest.starts_with('-') && matches!(field, Field::Year | Field::WeekYear));
        let digits = rest[sign..].chars().take(most).take_while(char::is_ascii_digit).count();
        let number: i64 = rest.get(sign..sign + digits)?.parse().ok()?;
        self.set(field, if sign > 0 { -number } else { number }, digits)?;
        Some(&rest[sign + digits..])
    }

    fn set(&mut self, field: Field, number: i64, digits: usize) -> Option<()> {
        let (range, place) = match field {
            Field::Year => (-9999..=9999, self.year.insert(0)),
            Field::WeekYear => (-9999..=9999, self.week_year.insert(0)),
            Field::ShortYear => {
                self.year = Some(if number < 70 { 2000 + number } else { 1900 + number });
                return Some(());
            }
            Field::Month => (1..=12, self.month.insert(0)),
            Field::Day => (1..=31, self.day.insert(0)),
            Field::DayOfYear => (1..=366, self.day_of_year.insert(0)),
            Field::Week => (1..=53, self.week.insert(0)),
            Field::DayOfWeek => (1..=7, self.day_of_week.insert(0)),
            Field::Hour => (0..=23, &mut self.hour),
            Field::HourFromOne => {
                self.hour = number % 24;
                return (1..=24).contains(&number).then_some(());
            }
            Field::HourOfHalf | Field::HourOfHalfFromZero => {
                self.hour_of_half = Some(number % 12);
                return (0..=12).contains(&number).then_some(());
            }
            Field::Minute => (0..=59, &mut self.minute),
            Field::Second => (0..=59, &mut self.second),
            _ => {
                self.nanos = number * 10_i64.pow(9 - u32::try_from(digits.min(9)).unwrap_or(9));
                return Some(());
            }
        };
        *place = number;
        range.contains(&number).then_some(())
    }

    fn zone<'a>(&mut self, rest: &'a str) -> Option<&'a str> {
        let end = match rest.starts_with(['+', '-']) {
            true => {
                rest[1..].find(|letter: char| !letter.is_ascii_digit() && letter != ':').map_or(rest.len(), |at| at + 1)
            }
            false => rest
                .find(|letter: char| !letter.is_ascii_alphanumeric() && !"/_".contains(letter))
                .unwrap_or(rest.len()),
        };
        let name = &rest[..end];
        self.offset = match name {
            "UTC" | "GMT" | "Z" => Some(Offset::UTC),
            _ => Some(zones::offset(name)?),
        };
        Some(&rest[end..])
    }

    fn time(&self) -> Option<DateTime> {
        let small = |number: Option<i64>| i8::try_from(number.unwrap_or(1)).ok();
        let year = i16::try_from(self.year.unwrap_or(1970)).ok()?;
        let date = match (self.day_of_year, self.week) {
            (Some(day), _) => {
                let first = Date::new(year, 1, 1).ok()?;
                first.checked_add(jiff::Span::new().try_days(day - 1).ok()?).ok()?
            }
            (_, Some(week)) => {
                let year = i16::try_from(self.week_year.or(self.year).unwrap_or(1970)).ok()?;
                let day = Weekday::from_monday_one_offset(small(self.day_of_week)?).ok()?;
                jiff::civil::ISOWeekDate::new(year, i8::try_from(week).ok()?, day).ok()?.date()
            }
            _ => Date::new(year, small(self.month)?, small(self.day)?).ok()?,
        };
        let hour = match self.hour_of_half {
            Some(hour) => hour + if self.is_afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let part = |number: i64| i8::try_from(number).ok();
        let time = Time::new(part(hour)?, part(self.minute)?, part(self.second)?, i32::try_from(self.nanos).ok()?);
        Some(date.to_datetime(time.ok()?))
    }
}
