//! When a crawler or a job runs. Two schedules are equal when they fire at the same times.

use super::cron_field::{self as field, DayOfMonth, DayOfWeek};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::fmt;

/// A schedule in UTC: `hourly`, `daily`, or one of AWS's six-field cron expressions.
///
/// It holds the times and not their spelling, so that `cron(0/30 * * * ? *)` and `cron(0,30 * ? * * *)` are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    minutes: BTreeSet<u16>,
    hours: BTreeSet<u16>,
    days: On,
    months: BTreeSet<u16>,
    years: BTreeSet<u16>,
}

/// AWS wants one of the two day fields to be `?`; the other one decides.
#[derive(Clone, Debug, PartialEq, Eq)]
enum On {
    EveryDay,
    Month(BTreeSet<DayOfMonth>),
    Week(BTreeSet<DayOfWeek>),
}

const HOURLY: &str = "cron(0 * * * ? *)";
const DAILY: &str = "cron(0 0 * * ? *)";
const HOW: &str = "write `hourly`, `daily` or a cron expression such as `cron(15 2 * * ? *)`";

/// Glue refuses schedules that fire more often than this.
const SHORTEST_GAP_MINUTES: u16 = 5;

impl Schedule {
    pub(crate) fn hourly() -> Self {
        Self::parse(HOURLY).expect("the constant is a valid expression")
    }

    pub(crate) fn daily() -> Self {
        Self::parse(DAILY).expect("the constant is a valid expression")
    }

    /// Once a day, at this time (UTC).
    pub(crate) fn daily_at(hour: u8, minute: u8) -> Self {
        Self::parse(&format!("cron({minute} {hour} * * ? *)")).expect("hours and minutes of a day are valid")
    }

    /// Reads what a person or AWS wrote; blanks and case do not matter.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let expression = match text.as_str() {
            "hourly" => HOURLY,
            "daily" => DAILY,
            other => other,
        };
        let name = expression.split('(').next().unwrap_or_default().trim_end();
        let body = expression.strip_suffix(')').and_then(|rest| rest.split_once('(')).map(|(_, body)| body);
        match (name, body) {
            ("cron", Some(body)) => Self::from_fields(body),
            ("rate", _) => Err("Glue takes no `rate(...)`, only EventBridge does: write `hourly`, `daily` or \
                                `cron(0/15 * * * ? *)` for every 15 minutes"
                .to_owned()),
            _ if expression.split_whitespace().count() >= 5 => {
                Err(format!("`{text}` lacks `cron(...)` around it: {HOW}"))
            }
            _ => Err(format!("`{text}` is not a schedule: {HOW}")),
        }
    }

    fn from_fields(body: &str) -> Result<Self, String> {
        let fields: Vec<&str> = body.split_whitespace().collect();
        let [minutes, hours, day_of_month, months, day_of_week, years] = fields[..] else {
            return Err(format!(
                "cron has {} fields, AWS wants six: minutes, hours, day of month, month, day of week, year, as in `{HOURLY}`",
                fields.len()
            ));
        };
        let schedule = Self {
            minutes: field::MINUTE.parse(minutes)?,
            hours: field::HOUR.parse(hours)?,
            days: On::parse(day_of_month, day_of_week)?,
            months: field::MONTH.parse(months)?,
            years: field::YEAR.parse(years)?,
        };
        schedule.check_gaps()?;
        Ok(schedule)
    }

    fn check_gaps(&self) -> Result<(), String> {
        let minutes: Vec<u16> = self.minutes.iter().copied().collect();
        let close = minutes.windows(2).any(|pair| pair[1] - pair[0] < SHORTEST_GAP_MINUTES);
        let (first, last) = (minutes[0], minutes[minutes.len() - 1]);
        let next_hour = self.hours.iter().any(|hour| self.hours.contains(&((hour + 1) % 24)));
        if close || (next_hour && first + 60 - last < SHORTEST_GAP_MINUTES) {
            return Err(format!("fires more often than every {SHORTEST_GAP_MINUTES} minutes, which Glue refuses"));
        }
        Ok(())
    }

    /// The form that AWS takes, always the same for the same times: `cron(0 * * * ? *)`.
    pub(crate) fn expression(&self) -> String {
        let (day_of_month, day_of_week) = match &self.days {
            On::EveryDay => ("*".to_owned(), "?".to_owned()),
            On::Month(days) => (field::join(days), "?".to_owned()),
            On::Week(days) => ("?".to_owned(), field::join(days)),
        };
        let [minutes, hours] = [field::MINUTE.show(&self.minutes), field::HOUR.show(&self.hours)];
        let [months, years] = [field::MONTH.show(&self.months), field::YEAR.show(&self.years)];
        format!("cron({minutes} {hours} {day_of_month} {months} {day_of_week} {years})")
    }

    /// The most days that pass between two days on which it fires, looking eight years ahead of 2026;
    /// `None` where it fires on fewer than two.
    pub(crate) fn longest_gap_days(&self) -> Option<u32> {
        let mut day = jiff::civil::date(2026, 1, 1);
        let (mut longest, mut since) = (None, None);
        for index in 0..8 * 366u32 {
            if self.fires_on(day) {
                longest = longest.max(since.map(|earlier| index - earlier));
                since = Some(index);
            }
            day = day.tomorrow().ok()?;
        }
        longest
    }

    /// When it fires next, within eight years: as long as it can be between two of its days, February 29th.
    pub(crate) fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let today = now.to_zoned(TimeZone::UTC).date();
        let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(8 * 366);
        let mut times = days.filter(|day| self.fires_on(*day)).flat_map(|day| self.times_of(day));
        times.find(|time| *time > now)
    }

    /// In their order, whether it fires on that day or not.
    fn times_of(&self, day: jiff::civil::Date) -> impl Iterator<Item = Timestamp> {
        let times = self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        times.filter_map(move |(hour, minute)| {
            let time = jiff::civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
            Some(day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?.timestamp())
        })
    }

    /// How often it fires on an average day, over the four years from 2026.
    pub(crate) fn runs_a_day(&self) -> f64 {
        let times = (self.minutes.len() * self.hours.len()) as f64;
        // Most schedules, and an estimate asks dozens of times.
        if self.days == On::EveryDay && self.months.len() == 12 && (2026..2030).all(|year| self.years.contains(&year)) {
            return times;
        }
        let days = 4 * 365 + 1;
        let first = jiff::civil::date(2026, 1, 1);
        let all = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(days);
        let firing = all.filter(|day| self.fires_on(*day)).count();
        firing as f64 / days as f64 * times
    }

    fn fires_on(&self, day: jiff::civil::Date) -> bool {
        let in_month = u16::try_from(day.month()).is_ok_and(|month| self.months.contains(&month));
        let in_year = u16::try_from(day.year()).is_ok_and(|year| self.years.contains(&year));
        in_month
            && in_year
            && match &self.days {
                On::EveryDay => true,
                On::Month(days) => days.iter().any(|item| item.is(day)),
                On::Week(days) => days.iter().any(|item| item.is(day)),
            }
    }
}

impl On {
    fn parse(day_of_month: &str, day_of_week: &str) -> Result<Self, String> {
        match (day_of_month, day_of_week) {
            ("?", "?") => Err("both day fields are `?`: AWS wants exactly one of them to be".to_owned()),
            ("*", "?") | ("?", "*") => Ok(Self::EveryDay),
            (days, "?") => Ok(match field::days_of_month(days)? {
                all if all.len() == 31 && all.iter().all(|day| matches!(day, DayOfMonth::Number(_))) => Self::EveryDay,
                some => Self::Month(some),
            }),
            ("?", days) => Ok(match field::days_of_week(days)? {
                all if all.len() == 7 && all.iter().all(|day| matches!(day, DayOfWeek::Every(_))) => Self::EveryDay,
                some => Self::Week(some),
            }),
            _ => Err(format!(
                "day of month is `{day_of_month}` and day of week is `{day_of_week}`: AWS wants one of them to be `?`"
            )),
        }
    }
}

/// `hourly` and `daily` by name, everything else as AWS's expression.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.expression().as_str() {
            HOURLY => f.write_str("hourly"),
            DAILY => f.write_str("daily"),
            expression => f.write_str(expression),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_the_first_one_that_is_still_to_come() {
        for (schedule, now, next) in [
            ("hourly", "2026-11-26T13:59:59Z", Some("2026-11-26T14:00:00Z")),
            ("hourly", "2026-11-26T14:00:00Z", Some("2026-11-26T15:00:00Z")),
            ("daily", "2026-12-31T00:00:01Z", Some("2027-01-01T00:00:00Z")),
            ("cron(0,30 8-9 ? * MON *)", "2026-11-26T12:00:00Z", Some("2026-11-30T08:00:00Z")),
            ("cron(0,30 8-9 ? * MON *)", "2026-11-30T08:10:00Z", Some("2026-11-30T08:30:00Z")),
            ("cron(15 2 29 2 ? *)", "2028-02-29T02:15:00Z", Some("2032-02-29T02:15:00Z")),
            ("cron(15 2 1 1 ? 2026)", "2026-01-01T02:15:00Z", None),
        ] {
            let found = Schedule::parse(schedule).unwrap().next_after(now.parse().unwrap());
            assert_eq!(found, next.map(|next| next.parse().unwrap()), "{schedule} {now}");
        }
    }
}
