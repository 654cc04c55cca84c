//! When cron expressions fire: "Time-based schedules for jobs and crawlers", "Cron expressions reference" (EventBridge).

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use std::collections::BTreeSet;

const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
/// AWS counts from Sunday, 1.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// A schedule that does not fire within so many days does not fire any more: leap days come at least each 8 years.
const HORIZON: i32 = 366 * 9;

/// `cron(minutes hours day-of-month month day-of-week year)`, in UTC.
#[derive(Debug)]
struct Schedule {
    minutes: BTreeSet<i8>,
    hours: BTreeSet<i8>,
    days: String,
    months: BTreeSet<i8>,
    weekdays: String,
    /// There may be hundreds, and whether a schedule is due is asked five times in a second.
    years: Vec<Range>,
}

/// From the first number to the last, in steps.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: i32,
    last: i32,
    step: usize,
}

/// The first time after `after` at which an expression fires; `None` where it never does, or is none.
pub(super) fn next(expression: &str, after: Timestamp) -> Option<Timestamp> {
    let schedule = Schedule::parse(expression)?;
    let start = after.to_zoned(TimeZone::UTC).datetime();
    for offset in 0..HORIZON {
        let date = start.date().checked_add(offset.days()).ok()?;
        if !schedule.fires_on(date)? {
            continue;
        }
        let times = schedule.hours.iter().flat_map(|hour| schedule.minutes.iter().map(|minute| (*hour, *minute)));
        let mut times = times.map(|(hour, minute)| date.at(hour, minute, 0, 0));
        if let Some(time) = times.find(|time| *time > start) {
            return Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp());
        }
    }
    None
}

impl Schedule {
    fn parse(expression: &str) -> Option<Self> {
        let body = expression.strip_prefix("cron(")?.strip_suffix(')')?.to_ascii_uppercase();
        let fields: Vec<_> = body.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields[..] else { return None };
        Some(Self {
            minutes: numbers(minutes, 0, 59, &[])?,
            hours: numbers(hours, 0, 23, &[])?,
            days: days.to_owned(),
            months: numbers(months, 1, 12, &MONTHS)?,
            weekdays: weekdays.to_owned(),
            years: ranges(years, 1970, 2199, &[])?,
        })
    }

    fn fires_on(&self, date: Date) -> Option<bool> {
        let is_year = self.years.iter().any(|range| range.has(date.year().into()));
        if !is_year || !self.months.contains(&date.month()) {
            return Some(false);
        }
        // One of the two is `?`, and the other one decides.
        if self.days == "?" { on_weekday(&self.weekdays, date) } else { on_day(&self.days, date) }
    }
}

impl Range {
    fn has(self, number: i32) -> bool {
        let from_first = usize::try_from(number - self.first);
        number <= self.last && from_first.is_ok_and(|from_first| from_first % self.step == 0)
    }
}

/// `*`, `5`, `1-5`, `0/15`, `MON-FRI`, and lists of these.
fn ranges(field: &str, least: i32, most: i32, names: &[&str]) -> Option<Vec<Range>> {
    let number = |text: &str| match names.iter().position(|name| *name == text) {
        Some(index) => i32::try_from(index).ok().map(|index| index + 1),
        None => text.parse().ok(),
    };
    let range = |part: &str| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step: usize = step.map_or(Some(1), |step| step.parse().ok()).filter(|step| *step > 0)?;
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (number(first)?, number(last)?),
            None if range == "*" || range == "?" || range.is_empty() => (least, most),
            // `5/10` goes on to the end, `5` does not.
            None if part.contains('/') => (number(range)?, most),
            None => (number(range)?, number(range)?),
        };
        Some(Range { first: first.max(least), last: last.min(most), step })
    };
    field.split(',').map(range).collect()
}

fn numbers<T: TryFrom<i32> + Ord>(field: &str, least: i32, most: i32, names: &[&str]) -> Option<BTreeSet<T>> {
    let all = ranges(field, least, most, names)?;
    let all = all.into_iter().flat_map(|range| (range.first..=range.last).step_by(range.step));
    Some(all.filter_map(|number| T::try_from(number).ok()).collect())
}

/// Also `L`, the last day, and `15W`, the weekday nearest to the 15th.
fn on_day(field: &str, date: Date) -> Option<bool> {
    for part in field.split(',') {
        let fires = match part.strip_suffix('W') {
            _ if part == "L" => date == date.last_of_month(),
            Some(day) => date == nearest_weekday(day.parse().ok()?, date)?,
            None => numbers::<i8>(part, 1, 31, &[])?.contains(&date.day()),
        };
        if fires {
            return Some(true);
        }
    }
    Some(false)
}

/// Within the month.
fn nearest_weekday(day: i8, date: Date) -> Option<Date> {
    let day = Date::new(date.year(), date.month(), day.min(date.days_in_month())).ok()?;
    let by = match day.weekday() {
        Weekday::Saturday if day.day() == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if day == day.last_of_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    day.checked_add(by.days()).ok()
}

/// Also `6L`, the last Friday, and `3#2`, the second Tuesday.
fn on_weekday(field: &str, date: Date) -> Option<bool> {
    let today = date.weekday().to_sunday_one_offset();
    for part in field.split(',') {
        let fires = if let Some((weekday, count)) = part.split_once('#') {
            let in_month = (date.day() - 1) / 7 + 1;
            numbers::<i8>(weekday, 1, 7, &WEEKDAYS)?.contains(&today) && count.parse::<i8>().ok()? == in_month
        } else if let Some(weekday) = part.strip_suffix('L').filter(|weekday| !weekday.is_empty()) {
            let is_last = date.day() + 7 > date.days_in_month();
            numbers::<i8>(weekday, 1, 7, &WEEKDAYS)?.contains(&today) && is_last
        } else if part == "L" {
            date.weekday() == Weekday::Saturday
        } else {
            numbers::<i8>(part, 1, 7, &WEEKDAYS)?.contains(&today)
        };
        if fires {
            return Some(true);
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_fires_when_aws_says() {
        for (expression, after, at) in [
            ("cron(0 * * * ? *)", "2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z"),
            ("cron(0 * * * ? *)", "2026-11-24T01:59:59.9Z", "2026-11-24T02:00:00Z"),
            ("cron(0/15 * * * ? *)", "2026-11-24T01:50:00Z", "2026-11-24T02:00:00Z"),
            ("cron(15 12 * * ? *)", "2026-11-24T12:15:00Z", "2026-11-25T12:15:00Z"),
            // Days of the week begin with Sunday, 1.
            ("cron(0 8 ? * 2 *)", "2026-11-24T00:00:00Z", "2026-11-30T08:00:00Z"),
            ("cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00:00Z", "2026-11-30T18:00:00Z"),
            ("cron(0 0 L * ? *)", "2026-11-24T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("cron(0 0 15W * ? *)", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z"),
            ("cron(0 0 ? * 3#2 *)", "2026-11-01T00:00:00Z", "2026-11-10T00:00:00Z"),
            ("cron(0 0 ? * 6L *)", "2026-11-01T00:00:00Z", "2026-11-27T00:00:00Z"),
            ("cron(0 8 1 * ? 2027)", "2026-11-24T00:00:00Z", "2027-01-01T08:00:00Z"),
            ("cron(0 8 1 * ? 2020/4)", "2026-11-24T00:00:00Z", "2028-01-01T08:00:00Z"),
            ("cron(0 8 1 * ? 2020,2028-2029)", "2026-11-24T00:00:00Z", "2028-01-01T08:00:00Z"),
            ("cron(0 0 29 2 ? *)", "2026-11-24T00:00:00Z", "2028-02-29T00:00:00Z"),
        ] {
            let next = next(expression, after.parse().unwrap());
            assert_eq!(next, Some(at.parse().unwrap()), "{expression}");
        }
        let now = "2026-11-24T00:00:00Z".parse().unwrap();
        for never in ["cron(0 8 1 * ? 2020)", "hourly", "cron(x * * * ? *)", "cron(0 0 31 2 ? *)"] {
            assert_eq!(next(never, now), None, "{never}");
        }
    }
}
