//! Whether alarms ring: once in each period the last ones are looked at.

use super::alarms::{ALARMS, arn, not_found};
use super::statistics;
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::schedules::{Scheduled, Timetable};
use crate::service::{Input as _, Worker};
use crate::services::sns;
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Key: region, alarm. When it was looked at last.
const LOOKED: &str = "cloudwatch.looked";

pub(crate) const WORKER: Worker = Worker { pass: |core| async move { timetable(core).fire(core, look) }.boxed(), due };

fn timetable(core: &Core) -> Timetable {
    let alarms = core.store.read_all(ALARMS, "").unwrap_or_default();
    let scheduled = |(key, alarm): (String, Value)| {
        let (region, name) = key.split_once('/')?;
        let minutes = alarm.number("Period")? / 60;
        let expression = format!("rate({minutes} minute{})", if minutes == 1 { "" } else { "s" });
        Some(Scheduled { region: region.to_owned(), kind: "alarm", name: name.to_owned(), expression })
    };
    Timetable { fired: LOOKED, all: alarms.into_iter().filter_map(scheduled).collect() }
}

fn due(core: &Core) -> Option<Timestamp> {
    timetable(core).due(core)
}

fn look(context: &Context<'_>, one: &Scheduled) -> Result<()> {
    let Some(alarm) = context.get(ALARMS, &one.name)? else { return Ok(()) };
    let period = alarm.number("Period").unwrap_or(60);
    let periods = alarm.number("EvaluationPeriods").unwrap_or(1);
    let end = context.now.as_second().div_euclid(period) * period;
    let asked = json!({"Metric": alarm, "Period": period, "Stat": alarm["Statistic"]});
    let points = statistics(context, &asked, (end - period * periods, end))?;
    let values: Vec<_> = points.iter().map(|(_, value)| *value).collect();
    let needed = alarm.number("DatapointsToAlarm").unwrap_or(periods);
    let Some(state) = state(&alarm, &values, (periods, needed)) else { return Ok(()) };
    let threshold = alarm["Threshold"].as_f64().unwrap_or_default();
    let reason = format!(
        "Threshold Crossed: of the last {periods} periods there are {} datapoints {values:?}; the threshold is {threshold}",
        values.len()
    );
    if alarm["StateValue"] == state {
        return Ok(());
    }
    enter(context, &one.name, alarm, (state, &reason))
}

/// "You can use a temporary state": the next evaluation puts it right.
pub(super) fn set_alarm_state(context: &Context<'_>, input: &Value) -> Result<Value> {
    let name = input.text("AlarmName")?;
    let alarm = context.get(ALARMS, name)?.ok_or_else(|| not_found(name))?;
    enter(context, name, alarm, (input.text("StateValue")?, input.text("StateReason")?))?;
    Ok(Value::Null)
}

/// `None`: it stays what it is. Periods without a datapoint count as the alarm says.
fn state(alarm: &Value, values: &[f64], (periods, needed): (i64, i64)) -> Option<&'static str> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let breaching = count(values.iter().filter(|value| breaches(alarm, **value)).count());
    let missing = periods - count(values.len());
    let (breaching, known) = match alarm.optional("TreatMissingData").unwrap_or("missing") {
        "breaching" => (breaching + missing, periods),
        "notBreaching" => (breaching, periods),
        "ignore" if values.is_empty() => return None,
        _ => (breaching, periods - missing),
    };
    Some(match () {
        () if known == 0 => "INSUFFICIENT_DATA",
        // Of too few datapoints, all have to breach.
        () if breaching >= needed.min(known) => "ALARM",
        () => "OK",
    })
}

fn breaches(alarm: &Value, value: f64) -> bool {
    let threshold = alarm["Threshold"].as_f64().unwrap_or_default();
    match alarm.optional("ComparisonOperator").unwrap_or_default() {
        "GreaterThanOrEqualToThreshold" => value >= threshold,
        "GreaterThanThreshold" => value > threshold,
        "LessThanThreshold" => value < threshold,
        "LessThanOrEqualToThreshold" => value <= threshold,
        _ => false,
    }
}

/// Brings an alarm into a state, and tells those topics that are to hear of it.
pub(super) fn enter(context: &Context<'_>, name: &str, mut alarm: Value, (state, reason): (&str, &str)) -> Result<()> {
    let before = alarm["StateValue"].clone();
    (alarm["StateValue"], alarm["StateReason"], alarm["since"]) = (state.into(), reason.into(), json!(context.epoch()));
    context.put(ALARMS, name, &alarm)?;
    let list = match state {
        "ALARM" => "AlarmActions",
        "OK" => "OKActions",
        _ => "InsufficientDataActions",
    };
    if alarm["ActionsEnabled"] != true || before == state {
        return Ok(());
    }
    let body = json!({
        "AlarmName": name,
        "AlarmDescription": alarm["AlarmDescription"],
        "AWSAccountId": context.account,
        "AlarmArn": arn(context, name),
        "OldStateValue": before,
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": context.iso(),
        "Region": context.region,
    });
    let subject = format!("{state}: \"{name}\" in {}", context.region);
    let topics = alarm.texts(list);
    topics.iter().try_for_each(|topic| sns::publish_by_alarm(context, topic, &subject, &body.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_counts_as_the_alarm_says() {
        let alarm = |missing: &str| json!({"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": missing});
        for (missing, values, expected) in [
            ("missing", &[][..], Some("INSUFFICIENT_DATA")),
            ("notBreaching", &[], Some("OK")),
            ("breaching", &[], Some("ALARM")),
            ("ignore", &[], None),
            ("missing", &[2.0, 2.0, 2.0], Some("ALARM")),
            ("missing", &[2.0, 2.0], Some("ALARM")),
            ("notBreaching", &[2.0, 2.0], Some("OK")),
            ("breaching", &[2.0, 2.0], Some("ALARM")),
            ("missing", &[2.0, 1.0, 2.0], Some("OK")),
        ] {
            assert_eq!(state(&alarm(missing), values, (3, 3)), expected, "{missing} {values:?}");
        }
    }
}
