//! Refresh schedules of data sets of SPICE: when one is ingested by itself.

use super::kinds::DATA_SET;
use super::{SCHEDULES, answered, exceeded, exists, inside, invalid, not_found, unmet};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// A set's schedules.
const MOST: usize = 5;

/// Minutes from one time to the next, where it is not a time of the day. "This interval can only be used for one schedule
/// per dataset."
fn minutes(interval: &str) -> Option<i64> {
    match interval {
        "MINUTE15" => Some(15),
        "MINUTE30" => Some(30),
        "HOURLY" => Some(60),
        _ => None,
    }
}

fn time_of(frequency: &Value) -> Option<Time> {
    let text = frequency.optional("TimeOfTheDay")?;
    Time::strptime("%H:%M", text).ok().filter(|_| text.len() == 5)
}

fn zone_of(frequency: &Value) -> Option<TimeZone> {
    frequency.optional("Timezone").map_or(Some(TimeZone::UTC), |name| TimeZone::get(name).ok())
}

/// The first time after `after` at which a schedule fires.
pub(super) fn next(schedule: &Value, after: Timestamp) -> Option<Timestamp> {
    let start = Timestamp::from_millisecond((schedule["StartAfterDateTime"].as_f64()? * 1000.0) as i64).ok()?;
    let frequency = &schedule["ScheduleFrequency"];
    if let Some(minutes) = minutes(frequency.optional("Interval")?) {
        let passed = after.duration_since(start).as_secs().div_euclid(minutes * 60) + 1;
        return start.checked_add(SignedDuration::from_mins(minutes * passed.max(0))).ok();
    }
    let (zone, time) = (zone_of(frequency)?, time_of(frequency)?);
    let after = after.max(start);
    let first = after.to_zoned(zone.clone()).date();
    let days = (0..=62).filter_map(|days| first.checked_add(days.days()).ok());
    let mut times = days
        .filter(|day| is_day(frequency, *day))
        .filter_map(|day| day.to_datetime(time).to_zoned(zone.clone()).ok().map(|at| at.timestamp()));
    times.find(|at| *at > after)
}

fn is_day(frequency: &Value, day: Date) -> bool {
    let on = &frequency["RefreshOnDay"];
    match frequency["Interval"].as_str() {
        Some("WEEKLY") => on["DayOfWeek"] == name_of(day.weekday()),
        Some("MONTHLY") if on["DayOfMonth"] == "LAST_DAY_OF_MONTH" => day.day() == day.days_in_month(),
        Some("MONTHLY") => on.optional("DayOfMonth").and_then(|number| number.parse().ok()) == Some(day.day()),
        _ => true,
    }
}

fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "MONDAY",
        Weekday::Tuesday => "TUESDAY",
        Weekday::Wednesday => "WEDNESDAY",
        Weekday::Thursday => "THURSDAY",
        Weekday::Friday => "FRIDAY",
        Weekday::Saturday => "SATURDAY",
        Weekday::Sunday => "SUNDAY",
    }
}

/// What the model does not say of a schedule.
fn check(set: &Value, schedule: &Value) -> Result<()> {
    let frequency = &schedule["ScheduleFrequency"];
    let interval = frequency.optional("Interval").unwrap_or_default();
    let on = &frequency["RefreshOnDay"];
    let wrong = if set["ImportMode"] != "SPICE" {
        "The data set is not of SPICE: there is nothing to refresh"
    } else if interval.starts_with("MINUTE") && schedule["RefreshType"] != "INCREMENTAL_REFRESH" {
        "An interval of minutes is for incremental refreshes only"
    } else if zone_of(frequency).is_none() {
        "Timezone is not known"
    } else if minutes(interval).is_none() && time_of(frequency).is_none() {
        "TimeOfTheDay has to be HH:MM"
    } else if interval == "WEEKLY" && on["DayOfWeek"].is_null() {
        "A weekly schedule needs RefreshOnDay.DayOfWeek"
    } else if interval == "MONTHLY" && on["DayOfMonth"].is_null() {
        "A monthly schedule needs RefreshOnDay.DayOfMonth"
    } else if !["WEEKLY", "MONTHLY"].contains(&interval) && !on.is_null() {
        "RefreshOnDay is for weekly and monthly schedules only"
    } else {
        return match schedule["RefreshType"] == "INCREMENTAL_REFRESH" && set["refresh"].is_null() {
            true => Err(unmet("An incremental refresh needs the refresh properties of the data set")),
            false => Ok(()),
        };
    };
    Err(invalid(wrong))
}

/// A schedule as it is kept: it starts now where nothing is said, or at the time that is.
fn kept(context: &Context<'_>, set: &str, given: &Value) -> Value {
    let mut schedule = super::taken(given, &["ScheduleId", "ScheduleFrequency", "RefreshType"]);
    let text = given.optional("StartAfterDateTime").and_then(|text| text.parse::<Timestamp>().ok());
    let start = text.map(|at| at.as_millisecond() as f64 / 1000.0).or_else(|| given["StartAfterDateTime"].as_f64());
    schedule["StartAfterDateTime"] = start.unwrap_or_else(|| context.epoch()).into();
    let id = given.optional("ScheduleId").unwrap_or_default();
    schedule["Arn"] = format!("{}/refresh-schedule/{id}", DATA_SET.arn(context, set)).into();
    schedule["fired"] = context.now.as_millisecond().into();
    schedule
}

fn of_set(context: &Context<'_>, set: &str) -> Result<Vec<Value>> {
    Ok(context.list(SCHEDULES, &inside(set, ""))?.into_iter().map(|(_, schedule)| schedule).collect())
}

/// Keeps one beside the set's others.
fn keep(context: &Context<'_>, set: &str, given: &Value, others: &[&Value]) -> Result<Value> {
    let interval = given["ScheduleFrequency"].optional("Interval").unwrap_or_default();
    if minutes(interval).is_some() && others.iter().any(|one| one["ScheduleFrequency"]["Interval"] == interval) {
        return Err(invalid(format!("The interval {interval} can only be used for one schedule of a data set")));
    }
    let schedule = kept(context, set, given);
    let id = given.text("ScheduleId")?;
    context.put(SCHEDULES, &inside(set, id), &schedule)?;
    answered(json!({"ScheduleId": id, "Arn": schedule["Arn"]}))
}

pub(super) fn create_refresh_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, document) = DATA_SET.existing(context, input)?;
    let given = &input["Schedule"];
    check(&document, given)?;
    let all = of_set(context, &set)?;
    if all.iter().any(|one| one["ScheduleId"] == given["ScheduleId"]) {
        return Err(exists(format!("The refresh schedule {} is already there", given.text("ScheduleId")?)));
    }
    if all.len() >= MOST {
        return Err(exceeded(format!("A data set has at most {MOST} refresh schedules")));
    }
    keep(context, &set, given, &all.iter().collect::<Vec<_>>())
}

pub(super) fn update_refresh_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, document) = DATA_SET.existing(context, input)?;
    let given = &input["Schedule"];
    existing(context, &set, given.text("ScheduleId")?)?;
    check(&document, given)?;
    let all = of_set(context, &set)?;
    let others: Vec<_> = all.iter().filter(|one| one["ScheduleId"] != given["ScheduleId"]).collect();
    keep(context, &set, given, &others)
}

fn existing(context: &Context<'_>, set: &str, id: &str) -> Result<Value> {
    let found = context.get(SCHEDULES, &inside(set, id))?;
    found.ok_or_else(|| not_found(format!("The refresh schedule {id} of the data set {set} is not found")))
}

pub(super) fn describe_refresh_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, _) = DATA_SET.existing(context, input)?;
    let schedule = super::shown(&existing(context, &set, input.text("ScheduleId")?)?);
    let arn = schedule["Arn"].clone();
    answered(json!({"RefreshSchedule": schedule, "Arn": arn}))
}

pub(super) fn list_refresh_schedules(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, _) = DATA_SET.existing(context, input)?;
    let all: Vec<_> = of_set(context, &set)?.iter().map(super::shown).collect();
    answered(json!({"RefreshSchedules": all}))
}

pub(super) fn delete_refresh_schedule(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (set, _) = DATA_SET.existing(context, input)?;
    let id = input.text("ScheduleId")?;
    let schedule = existing(context, &set, id)?;
    context.remove(SCHEDULES, &inside(&set, id))?;
    answered(json!({"ScheduleId": id, "Arn": schedule["Arn"]}))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(frequency: Value, start: &str, count: usize) -> Vec<String> {
        let start: Timestamp = start.parse().unwrap();
        let schedule = json!({"ScheduleFrequency": frequency, "StartAfterDateTime": start.as_second() as f64});
        let first = next(&schedule, start).unwrap();
        let all = std::iter::successors(Some(first), |at| next(&schedule, *at));
        all.take(count).map(|at| at.to_string()).collect()
    }

    #[test]
    fn each_interval_has_its_times() {
        let start = "2026-01-30T10:20:00Z";
        let daily = json!({"Interval": "DAILY", "TimeOfTheDay": "06:30"});
        let winter = json!({"Interval": "DAILY", "TimeOfTheDay": "02:30", "Timezone": "Europe/Berlin"});
        let friday = json!({"Interval": "WEEKLY", "TimeOfTheDay": "11:00", "RefreshOnDay": {"DayOfWeek": "FRIDAY"}});
        let last = json!({"Interval": "MONTHLY", "TimeOfTheDay": "00:00", "RefreshOnDay": {"DayOfMonth": "LAST_DAY_OF_MONTH"}});
        let third = json!({"Interval": "MONTHLY", "TimeOfTheDay": "00:00", "RefreshOnDay": {"DayOfMonth": "3"}});
        let cases = [
            (json!({"Interval": "MINUTE15"}), start, ["2026-01-30T10:35:00Z", "2026-01-30T10:50:00Z"]),
            (json!({"Interval": "HOURLY"}), start, ["2026-01-30T11:20:00Z", "2026-01-30T12:20:00Z"]),
            (daily, start, ["2026-01-31T06:30:00Z", "2026-02-01T06:30:00Z"]),
            // On the day on which the clock is put forward, there is no 02:30.
            (winter, "2026-03-28T12:00:00Z", ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]),
            (friday, start, ["2026-01-30T11:00:00Z", "2026-02-06T11:00:00Z"]),
            (last, start, ["2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"]),
            (third, start, ["2026-02-03T00:00:00Z", "2026-03-03T00:00:00Z"]),
        ];
        for (frequency, start, expected) in cases {
            assert_eq!(times(frequency.clone(), start, 2), expected, "{frequency}");
        }
    }

    #[test]
    fn a_schedule_waits_for_its_start() {
        let schedule = json!({"ScheduleFrequency": {"Interval": "HOURLY"}, "StartAfterDateTime": 7200.0});
        let at = |seconds| next(&schedule, Timestamp::from_second(seconds).unwrap()).map(Timestamp::as_second);
        assert_eq!([at(0), at(7199), at(7200), at(20_000)], [Some(7200), Some(7200), Some(10_800), Some(21_600)]);
    }
}
