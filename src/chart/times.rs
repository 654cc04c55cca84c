//! Times on an axis: seconds since 1970, of the clock that the answer shows.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};

/// How far one value of an axis is from the next, where that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Year,
    Month,
    Week,
    Day,
    Hour,
    /// Whenever something was.
    Moment,
}

const DAY: f64 = 86_400.0;
const HOUR: f64 = 3_600.0;

impl Step {
    /// `year`, `month`, `day` and `hour`, as many as there are.
    pub(super) fn of_parts(parts: usize) -> Self {
        [Self::Year, Self::Month, Self::Day].get(parts.wrapping_sub(1)).copied().unwrap_or(Self::Hour)
    }

    /// The longest that all of these can be steps of.
    pub(super) fn between(places: impl Iterator<Item = f64>) -> Self {
        let all: Vec<f64> = places.collect();
        let Some(first) = all.first().copied() else { return Self::Moment };
        let dates = || all.iter().map(|place| civil(*place).date());
        if all.iter().any(|place| place % HOUR != 0.0) {
            Self::Moment
        } else if all.iter().any(|place| place % DAY != 0.0) {
            Self::Hour
        } else if all.len() == 1 {
            // One first of January is no year.
            Self::Day
        } else if dates().all(|date| date.day() == 1 && date.month() == 1) {
            Self::Year
        } else if dates().all(|date| date.day() == 1) {
            Self::Month
        } else if all.len() > 2 && all.iter().all(|place| (place - first) % (7.0 * DAY) == 0.0) {
            Self::Week
        } else {
            Self::Day
        }
    }

    /// In seconds, of those that have a length; of months, longer than any.
    fn shortest(self) -> f64 {
        match self {
            Self::Moment => 0.0,
            Self::Hour => HOUR,
            Self::Day | Self::Week => DAY,
            Self::Month | Self::Year => f64::INFINITY,
        }
    }

    /// A place of such a step, as it is written.
    pub(crate) fn name(self, place: f64) -> String {
        let form = match self {
            Self::Year => "%Y",
            Self::Month => "%Y-%m",
            Self::Week | Self::Day => "%Y-%m-%d",
            Self::Hour => "%Y-%m-%d %H:%M",
            Self::Moment => "%Y-%m-%d %H:%M:%S",
        };
        civil(place).strftime(form).to_string()
    }

    /// What comes after a place, if nothing is missing.
    pub(super) fn next(self, place: f64) -> Option<f64> {
        let months = |months: i32| civil(place).checked_add(months.months()).ok().map(seconds);
        match self {
            Self::Year => months(12),
            Self::Month => months(1),
            Self::Week => Some(place + 7.0 * DAY),
            Self::Day => Some(place + DAY),
            Self::Hour => Some(place + HOUR),
            Self::Moment => None,
        }
    }
}

/// The date and time of a place; of one that no calendar has, the nearest.
fn civil(place: f64) -> DateTime {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let farthest = if place < 0.0 { DateTime::MIN } else { DateTime::MAX };
    epoch.checked_add((place as i64).seconds()).unwrap_or(farthest)
}

fn seconds(time: DateTime) -> f64 {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    let whole = time.duration_since(epoch);
    whole.as_secs() as f64 + f64::from(whole.subsec_nanos()) / 1e9
}

/// The places of a column's values; `None` where a value is no time, or they are of several time zones.
pub(super) fn column(cells: &[Option<&str>], is_typed: bool) -> Option<Vec<Option<f64>>> {
    let mut zones: Vec<&str> = vec![];
    let mut places = vec![];
    for cell in cells {
        let Some(text) = cell else {
            places.push(None);
            continue;
        };
        let (place, zone) = if is_typed { time(text)? } else { (date(text)?, "") };
        zones.push(zone);
        places.push(Some(place));
    }
    zones.dedup();
    (zones.len() == 1).then_some(places)
}

/// `2018-01-31 10:00:00.000`, with the name of a zone or without. Text is asked for a date alone.
fn time(text: &str) -> Option<(f64, &str)> {
    let mut words = text.splitn(3, ' ');
    let (day, clock, zone) = (words.next()?, words.next(), words.next().unwrap_or_default());
    let Some(clock) = clock else { return Some((date(day)?, "")) };
    let time: DateTime = format!("{day}T{clock}").parse().ok()?;
    Some((seconds(time), zone))
}

/// `2018-01-31` or `2018-01`; months and days of one digit are what partitions of numbers give.
fn date(text: &str) -> Option<f64> {
    let mut parts = text.split('-');
    let (year, month) = (parts.next()?, parts.next()?);
    let day = parts.next();
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    of_parts([Some(year), Some(month), day.or(Some("1"))].into_iter())?
}

/// The place of a year, and what else is given of it; `Some(None)` where a part is null.
pub(super) fn of_parts<'a>(parts: impl Iterator<Item = Option<&'a str>>) -> Option<Option<f64>> {
    let mut all = [1_i16, 1, 1, 0];
    for (index, part) in parts.enumerate() {
        let Some(text) = part else { return Some(None) };
        if text.is_empty() || text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *all.get_mut(index)? = text.parse().ok()?;
    }
    let [year, month, day, hour] = all;
    let small = |part: i16| i8::try_from(part).ok();
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    Some(Some(seconds(date.to_datetime(jiff::civil::Time::new(small(hour)?, 0, 0, 0).ok()?))))
}

/// Places of an axis of time that people count in, at most `most` of them, and what they are called. Days are not cut
/// into hours where there are values of days.
pub(crate) fn moments((from, to): (f64, f64), step: Step, most: usize) -> Vec<(f64, String)> {
    const CLOCK: &str = "%H:%M";
    const BOTH: &str = "%-d %b %H:%M";
    const DATE: &str = "%-d %b";
    let most = most.max(2);
    let fits = |seconds: f64| (to - from) / seconds < most as f64;
    let all = [
        (60.0, CLOCK),
        (300.0, CLOCK),
        (900.0, CLOCK),
        (1_800.0, CLOCK),
        (HOUR, CLOCK),
        (3.0 * HOUR, BOTH),
        (6.0 * HOUR, BOTH),
        (12.0 * HOUR, BOTH),
        (DAY, DATE),
        (2.0 * DAY, DATE),
        (7.0 * DAY, DATE),
        (14.0 * DAY, DATE),
    ];
    match all.into_iter().find(|(seconds, _)| *seconds >= step.shortest() && fits(*seconds)) {
        Some((seconds, form)) => {
            // Of several days the first is the axis's own; hours are those of the clock.
            let offset = if seconds > DAY { from % seconds } else { 0.0 };
            let first = ((from - offset) / seconds).ceil() as i64;
            let places = (0..=most as i64).map(|index| (first + index) as f64 * seconds + offset);
            places.filter(|place| (from..=to).contains(place)).map(|place| named(place, form)).collect()
        }
        None => by_months(from, to, most, if step == Step::Year { 12 } else { 1 }),
    }
}

fn by_months(from: f64, to: f64, most: usize, least: i32) -> Vec<(f64, String)> {
    let month = |place: f64| i32::from(civil(place).year()) * 12 + i32::from(civil(place).month()) - 1;
    let (first, last) = (month(from), month(to));
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000, 12_000, 60_000];
    let step = steps.into_iter().find(|step| *step >= least && (last - first) / step < most as i32).unwrap_or(120_000);
    let form = if step < 12 { "%b %Y" } else { "%Y" };
    let place = |index: i32| {
        let year = i16::try_from(index.div_euclid(12)).ok()?;
        let month = i8::try_from(index.rem_euclid(12) + 1).ok()?;
        Some(seconds(Date::new(year, month, 1).ok()?.to_datetime(jiff::civil::Time::midnight())))
    };
    let start = first.div_euclid(step) * step;
    let places = (0..=most as i32 + 1).filter_map(|index| place(start + index * step));
    places.filter(|place| (from..=to).contains(place)).map(|place| named(place, form)).collect()
}

fn named(place: f64, form: &str) -> (f64, String) {
    (place, civil(place).strftime(form).to_string())
}
