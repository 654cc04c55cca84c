//! How often runs what runs by the clock.

use super::{DAYS, Month};
use crate::config::Schedule;

/// How often a schedule of Glue's fires in a month; never where there is none, or where it is stopped.
pub(super) fn runs(schedule: &str) -> f64 {
    Schedule::parse(schedule).map_or(0.0, |schedule| schedule.runs_a_day() * DAYS)
}

/// A job that no trigger starts does not run.
pub(super) fn job_runs(month: &Month<'_>) -> f64 {
    let (Some(_), Some(trigger)) = (&month.billed.job, &month.billed.trigger) else { return 0.0 };
    if trigger.enabled { runs(&trigger.schedule.0) } else { 0.0 }
}
