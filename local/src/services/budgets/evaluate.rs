//! What a month has cost so far and will cost, and who hears that it is too much.

use super::{BUDGETS, arn, limit};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::schedules::{Scheduled, Timetable};
use crate::service::Worker;
use crate::services::{ce, sns};
use futures::FutureExt as _;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// Key: region, budget. When it was looked at last.
const LOOKED: &str = "budgets.looked";
/// "AWS billing data is updated at least once per day": up to three times, in the words of the user guide.
const EVERY: &str = "rate(8 hours)";
const DAY: f64 = 86_400.0;

pub(crate) const WORKER: Worker = Worker { pass: |core| async move { timetable(core).fire(core, look) }.boxed(), due };

/// Budgets are of no region; their work is done in the one where the service is.
const HOME: &str = "us-east-1";

fn timetable(core: &Core) -> Timetable {
    let budgets = core.store.read_all(BUDGETS, "").unwrap_or_default().into_iter();
    let scheduled =
        |(name, _)| Scheduled { region: HOME.to_owned(), kind: "budget", name, expression: EVERY.to_owned() };
    Timetable { fired: LOOKED, all: budgets.map(scheduled).collect() }
}

fn due(core: &Core) -> Option<Timestamp> {
    timetable(core).due(core)
}

/// US dollars of this month.
pub(super) struct Spend {
    pub(super) actual: f64,
    /// AWS needs weeks of data for one; here it is the month so far, drawn out to its end. `None` on its first day.
    pub(super) forecast: Option<f64>,
}

pub(super) fn spend(context: &Context<'_>, budget: &Value) -> Result<Spend> {
    let now = context.now.to_zoned(TimeZone::UTC);
    let first = now.date().first_of_month();
    let end = first.last_of_month().checked_add(1.day()).map_err(ApiError::internal)?;
    let actual = ce::spent(context, &budget["FilterExpression"], (first, end))?;
    let start = first.to_zoned(TimeZone::UTC).map_err(ApiError::internal)?.timestamp();
    let passed = (context.now.as_second() - start.as_second()) as f64 / DAY;
    let forecast = (passed >= 1.0).then(|| actual / passed * f64::from(first.days_in_month()));
    Ok(Spend { actual, forecast })
}

fn look(context: &Context<'_>, one: &Scheduled) -> Result<()> {
    let Some(mut budget) = context.documents.get(BUDGETS, &one.name)? else { return Ok(()) };
    let (spend, limit) = (spend(context, &budget)?, limit(&budget));
    let month = context.now.to_zoned(TimeZone::UTC).date().first_of_month().to_string();
    for entry in budget["notifications"].as_array_mut().into_iter().flatten() {
        let notification = &entry["Notification"];
        let state = if rings(notification, &spend, limit) { "ALARM" } else { "OK" };
        // What rang in another month rings anew.
        let before = notification["NotificationState"] == "ALARM" && entry["month"] == month.as_str();
        if state == "ALARM" && !before {
            tell(context, &one.name, entry, &spend)?;
        }
        entry["Notification"]["NotificationState"] = state.into();
        entry["month"] = month.clone().into();
    }
    context.documents.put(BUDGETS, &one.name, &budget)
}

fn rings(notification: &Value, spend: &Spend, limit: f64) -> bool {
    let value = match notification["NotificationType"].as_str() {
        Some("FORECASTED") => spend.forecast,
        _ => Some(spend.actual),
    };
    let threshold = notification["Threshold"].as_f64().unwrap_or_default();
    let threshold = match notification["ThresholdType"].as_str() {
        Some("ABSOLUTE_VALUE") => threshold,
        _ => limit * threshold / 100.0,
    };
    value.is_some_and(|value| match notification["ComparisonOperator"].as_str() {
        Some("LESS_THAN") => value < threshold,
        Some("EQUAL_TO") => (value - threshold).abs() < f64::EPSILON,
        _ => value > threshold,
    })
}

fn tell(context: &Context<'_>, name: &str, entry: &Value, spend: &Spend) -> Result<()> {
    let notification = &entry["Notification"];
    let subject = format!("AWS Budgets: {name} has exceeded your alert threshold");
    let body = json!({
        "BudgetName": name,
        "NotificationType": notification["NotificationType"],
        "Threshold": notification["Threshold"],
        "ThresholdType": notification["ThresholdType"],
        "Actual": format!("{:.2} USD", spend.actual),
        "Forecasted": spend.forecast.map(|forecast| format!("{forecast:.2} USD")),
    });
    let subscribers = entry["Subscribers"].as_array().into_iter().flatten();
    let mut mails = subscribers.filter(|one| one["SubscriptionType"] == "EMAIL");
    let (from, body) = (arn(context, name), body.to_string());
    mails.try_for_each(|one| sns::mail(context, &from, one["Address"].as_str().unwrap_or_default(), (&subject, &body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_rings_beyond_its_threshold_and_not_at_it() {
        let spend = Spend { actual: 40.0, forecast: Some(60.0) };
        for (kind, operator, threshold, of, expected) in [
            ("ACTUAL", "GREATER_THAN", 80.0, "PERCENTAGE", false),
            ("ACTUAL", "GREATER_THAN", 79.0, "PERCENTAGE", true),
            ("FORECASTED", "GREATER_THAN", 100.0, "PERCENTAGE", true),
            ("ACTUAL", "GREATER_THAN", 39.0, "ABSOLUTE_VALUE", true),
            ("ACTUAL", "LESS_THAN", 39.0, "ABSOLUTE_VALUE", false),
            ("ACTUAL", "EQUAL_TO", 40.0, "ABSOLUTE_VALUE", true),
        ] {
            let notification = json!({"NotificationType": kind, "ComparisonOperator": operator,
                "Threshold": threshold, "ThresholdType": of});
            assert_eq!(rings(&notification, &spend, 50.0), expected, "{notification}");
        }
        let unknown = Spend { actual: 0.0, forecast: None };
        assert!(!rings(&json!({"NotificationType": "FORECASTED", "Threshold": 0.0}), &unknown, 50.0));
    }
}
