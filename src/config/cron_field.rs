//! The fields of AWS's cron expressions, read into the numbers that they stand for.

use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt;

/// A field that is a set of numbers: every one but the two day fields.
pub(super) struct Field {
    name: &'static str,
    first: u16,
    last: u16,
    /// What may be written for the numbers, beginning with `first`.
    names: &'static [&'static str],
}

pub(super) const MINUTE: Field = Field { name: "minutes", first: 0, last: 59, names: &[] };
pub(super) const HOUR: Field = Field { name: "hours", first: 0, last: 23, names: &[] };
pub(super) const MONTH: Field = Field {
    name: "month",
    first: 1,
    last: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
pub(super) const YEAR: Field = Field { name: "year", first: 1970, last: 2199, names: &[] };
const DAY_OF_MONTH: Field = Field { name: "day of month", first: 1, last: 31, names: &[] };
/// Sunday is 1.
const DAY_OF_WEEK: Field =
    Field { name: "day of week", first: 1, last: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// A day, counted within its month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayOfMonth {
    Number(u16),
    /// `L`
    Last,
    /// `15W`: the weekday nearest to the 15th, in the same month.
    NearestWeekday(u16),
}

/// A day, named by its week; Sunday is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayOfWeek {
    Every(u16),
    /// `3#2`: the second Tuesday of the month.
    Nth(u16, u16),
    /// `6L`: the last Friday of the month.
    Last(u16),
}

impl Field {
    /// The numbers that a list of `n`, `a-b`, `*`, `*/step`, `a/step` or `a-b/step` stands for; never none.
    pub(super) fn parse(&self, text: &str) -> Result<BTreeSet<u16>, String> {
        let mut numbers = BTreeSet::new();
        for item in text.split(',') {
            numbers.extend(self.item(item)?);
        }
        Ok(numbers)
    }

    fn item(&self, item: &str) -> Result<impl Iterator<Item = u16> + use<>, String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((from, to)) => (self.number(from)?, self.number(to)?),
            None => {
                let from = self.number(range)?;
                (from, if step.is_some() { self.last } else { from })
            }
        };
        let step = match step.map(str::parse::<u16>) {
            None => 1,
            Some(Ok(step)) if step > 0 => step,
            Some(_) => return Err(format!("cron {}: `{item}` has no whole step after `/`", self.name)),
        };
        if from > to {
            return Err(format!("cron {}: the range `{range}` runs backwards", self.name));
        }
        Ok((from..=to).step_by(step.into()))
    }

    fn number(&self, text: &str) -> Result<u16, String> {
        if let Some(index) = self.names.iter().position(|name| *name == text) {
            return Ok(self.first + u16::try_from(index).unwrap_or_default());
        }
        let (first, last, name) = (self.first, self.last, self.name);
        match text.parse::<u16>() {
            Ok(number) if (first..=last).contains(&number) => Ok(number),
            Ok(number) => Err(format!("cron {name}: {number} is not in {first}-{last}")),
            Err(_) => Err(format!("cron {name}: `{text}` is not a number in {first}-{last}")),
        }
    }

    /// The shortest usual spelling, the same for the same numbers.
    pub(super) fn show(&self, numbers: &BTreeSet<u16>) -> String {
        let list: Vec<u16> = numbers.iter().copied().collect();
        if list.len() == usize::from(self.last - self.first) + 1 {
            return "*".to_owned();
        }
        if let [first, second, third, ..] = list[..] {
            let (step, last) = (second - first, list[list.len() - 1]);
            if list.windows(2).all(|pair| pair[1] - pair[0] == step) {
                if step > 1 && last + step > self.last {
                    return format!("{first}/{step}");
                }
                if step == 1 && third <= last {
                    return format!("{first}-{last}");
                }
            }
        }
        join(&list)
    }
}

/// A list as cron writes it.
pub(super) fn join<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

pub(super) fn days_of_month(text: &str) -> Result<BTreeSet<DayOfMonth>, String> {
    let mut days = BTreeSet::new();
    for item in text.split(',') {
        match item.strip_suffix('w') {
            Some(day) => days.extend([DayOfMonth::NearestWeekday(DAY_OF_MONTH.number(day)?)]),
            None if item == "l" => days.extend([DayOfMonth::Last]),
            None => days.extend(DAY_OF_MONTH.item(item)?.map(DayOfMonth::Number)),
        }
    }
    Ok(days)
}

pub(super) fn days_of_week(text: &str) -> Result<BTreeSet<DayOfWeek>, String> {
    let mut days = BTreeSet::new();
    for item in text.split(',') {
        if item == "l" {
            days.insert(DayOfWeek::Every(7));
        } else if let Some((day, nth)) = item.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            let nth = nth.ok_or_else(|| format!("cron day of week: `{item}` wants 1 to 5 after `#`"))?;
            days.insert(DayOfWeek::Nth(DAY_OF_WEEK.number(day)?, nth));
        } else if let Some(day) = item.strip_suffix('l') {
            days.insert(DayOfWeek::Last(DAY_OF_WEEK.number(day)?));
        } else {
            days.extend(DAY_OF_WEEK.item(item)?.map(DayOfWeek::Every));
        }
    }
    Ok(days)
}

impl DayOfMonth {
    pub(super) fn is(self, date: Date) -> bool {
        let (day, last) = (date.day().unsigned_abs(), date.days_in_month().unsigned_abs());
        match self {
            Self::Number(number) => u16::from(day) == number,
            Self::Last => day == last,
            Self::NearestWeekday(number) => nearest_weekday(date, number) == Some(date),
        }
    }
}

/// The weekday nearest to a day of the month of `date`, without leaving that month.
fn nearest_weekday(date: Date, number: u16) -> Option<Date> {
    let target = i8::try_from(number).ok()?;
    let target = Date::new(date.year(), date.month(), target.min(date.days_in_month())).ok()?;
    let moved = match target.weekday() {
        jiff::civil::Weekday::Saturday if target.day() == 1 => 2,
        jiff::civil::Weekday::Saturday => -1,
        jiff::civil::Weekday::Sunday if target.day() == target.days_in_month() => -2,
        jiff::civil::Weekday::Sunday => 1,
        _ => 0,
    };
    Date::new(target.year(), target.month(), target.day() + moved).ok()
}

impl DayOfWeek {
    pub(super) fn is(self, date: Date) -> bool {
        let weekday = u16::from(date.weekday().to_sunday_one_offset().unsigned_abs());
        let week = u16::from((date.day().unsigned_abs() - 1) / 7) + 1;
        match self {
            Self::Every(number) => weekday == number,
            Self::Nth(number, nth) => weekday == number && week == nth,
            Self::Last(number) => weekday == number && date.day() + 7 > date.days_in_month(),
        }
    }
}

impl fmt::Display for DayOfMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Last => f.write_str("L"),
            Self::NearestWeekday(number) => write!(f, "{number}W"),
        }
    }
}

impl fmt::Display for DayOfWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(number) => write!(f, "{number}"),
            Self::Nth(number, nth) => write!(f, "{number}#{nth}"),
            Self::Last(number) => write!(f, "{number}L"),
        }
    }
}
