//! What EventBridge does by itself: rules whose time has come call their functions.

use super::{RULES, arn};
use crate::api_error::Result;
use crate::context::{Context, new_uuid};
use crate::core::Core;
use crate::schedules::{Scheduled, Timetable};
use crate::service::{Input as _, Worker};
use crate::services::lambda;
use futures::FutureExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Key: region, rule. How far its schedule has come.
const FIRED: &str = "events.fired";

pub(crate) const WORKER: Worker = Worker { pass: |core| async move { timetable(core).fire(core, fire) }.boxed(), due };

fn timetable(core: &Core) -> Timetable {
    let rules = core.store.read_all(RULES, "").unwrap_or_default();
    let scheduled = |(key, rule): (String, Value)| {
        let (region, name) = key.split_once('/')?;
        let expression = rule["ScheduleExpression"].as_str().filter(|_| rule["State"] != "DISABLED")?;
        let (region, name, expression) = (region.to_owned(), name.to_owned(), expression.to_owned());
        Some(Scheduled { region, kind: "rule", name, expression })
    };
    Timetable { fired: FIRED, all: rules.into_iter().filter_map(scheduled).collect() }
}

fn due(core: &Core) -> Option<Timestamp> {
    timetable(core).due(core)
}

/// Hands an event to each function of the rule that lets EventBridge call it; to any other target nothing goes, and
/// nobody is told: as on AWS.
fn fire(context: &Context<'_>, one: &Scheduled) -> Result<()> {
    let rule = context.get(RULES, &one.name)?.unwrap_or_default();
    let source = arn(context, &one.name);
    for (_, target) in rule["targets"].as_object().into_iter().flatten() {
        let function = target.optional("Arn").unwrap_or_default();
        if !function.contains(":function:") || !lambda::may_invoke(context, function, "events.amazonaws.com", &source)?
        {
            continue;
        }
        let event = target.optional("Input").map_or_else(|| event(context, &source), str::to_owned);
        lambda::enqueue(context, function, &event)?;
    }
    Ok(())
}

/// See "Events from AWS services", Scheduled Event.
fn event(context: &Context<'_>, source: &str) -> String {
    json!({
        "version": "0",
        "id": new_uuid(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": context.account,
        "time": context.iso(),
        "region": context.region,
        "resources": [source],
        "detail": {},
    })
    .to_string()
}

/// What fires when.
pub(crate) fn schedules_overview(core: &Core) -> Vec<Value> {
    timetable(core).overview(core)
}
