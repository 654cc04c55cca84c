//! CloudWatch's alarms: each is over one metric, and there for the whole month.

use super::{Meter, Month};

/// Nothing where the file asks for none. That AWS gives an account the first of them is not counted on: other pipelines
/// have alarms, too. Mails are few.
pub(super) fn all(month: &Month<'_>) -> Option<Meter> {
    let count = month.billed.alarms.len();
    let how = format!("{count} alarms over one metric each");
    let meter =
        Meter::new("logs", "CloudWatch alarms", ("CW:AlarmMonitorUsage", "cloudwatch_alarm_month"), count as f64, how);
    (count > 0).then(|| meter.from(&["alarms"]))
}
