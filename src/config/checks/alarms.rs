//! `alarms`: what would always ring.

use super::report;
use crate::config::pipeline::Pipeline;
use crate::config::reader::Reader;
use crate::config::units::show_duration;

pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    freshness(reader, pipeline);
    budget(reader, pipeline);
}

/// A budget that nobody hears of is none. Accounts in China pay in another currency, and those of GovCloud are on the bill
/// of another account: "AWS GovCloud (US) Region and billing".
fn budget(reader: &Reader<'_>, pipeline: &Pipeline) {
    let Some(alarms) = pipeline.alarms.as_ref().filter(|alarms| alarms.budget.is_some()) else { return };
    if alarms.email.is_none() {
        let message = "a budget is told by mail, and there is no `alarms.email`".to_owned();
        report(
            reader,
            ("alarms.budget", &["alarms.email"]),
            message,
            "write `email` beside it, or leave the budget out",
        );
    }
    let region = pipeline.region.as_deref().unwrap_or_default();
    if let Some(why) = no_budget_in(region) {
        let message = format!("there is no budget of US dollars for {region}: {why}");
        report(reader, ("alarms.budget", &["region"]), message, "leave it out, and look at `pipectl bill`");
    }
}

fn no_budget_in(region: &str) -> Option<&'static str> {
    match region.split('-').take(2).collect::<Vec<_>>()[..] {
        ["cn", _] => Some("accounts in China are billed in CNY"),
        ["us", "gov"] => Some("accounts in GovCloud are billed to another account, and AWS Budgets is not there"),
        ["eusc", _] => Some("accounts in the European Sovereign Cloud are billed in EUR"),
        _ => None,
    }
}

/// What is in the buffer is not late.
fn freshness(reader: &Reader<'_>, pipeline: &Pipeline) {
    let interval = pipeline.delivery.buffer.interval;
    let Some(alarms) = pipeline.alarms.as_ref().filter(|alarms| alarms.freshness <= interval) else { return };
    let (freshness, interval) = (show_duration(alarms.freshness), show_duration(interval));
    let message = format!("events wait up to {interval} in the buffer: after {freshness} they would always be late");
    let hint = "write more than `delivery.buffer.interval`, such as twice as much";
    report(reader, ("alarms.freshness", &["delivery.buffer.interval"]), message, hint);
}
