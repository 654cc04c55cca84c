//! Plans for programs. The schema is versioned: fields are added, never renamed.

use crate::engine::plan::{Action, Stay};
use crate::names::Names;
use crate::resources::{Plan, Step};
use serde_json::{Value, json};

/// The version of what `--json` and `--out` write.
pub(crate) const PLAN_SCHEMA: &str = "pipectl-plan/1";

pub(crate) fn plan_to_json(plan: &Plan, names: &Names, caller: &str) -> Value {
    let summary: serde_json::Map<_, _> =
        Action::ALL.map(|action| (action.name().to_owned(), plan.count(action).into())).into_iter().collect();
    json!({
        "schema": PLAN_SCHEMA,
        "pipectl": env!("CARGO_PKG_VERSION"),
        "pipeline": names.pipeline,
        "stage": names.stage,
        "account": names.account,
        "region": names.region,
        "caller": caller,
        "fingerprint": plan.fingerprint(),
        "summary": summary,
        "stays": plan.stays.iter().map(stay_to_json).collect::<Vec<_>>(),
        "releases": super::releases::to_json(&plan.releases),
        "steps": plan.steps.iter().map(step_to_json).collect::<Vec<_>>(),
    })
}

/// What is left over and not deleted yet.
fn stay_to_json(stay: &Stay) -> Value {
    let addresses: Vec<_> = stay.addresses.iter().map(ToString::to_string).collect();
    json!({"addresses": addresses, "why": stay.why})
}

fn step_to_json(step: &Step) -> Value {
    let changes = step.changes.iter().map(|change| {
        json!({
            "attribute": change.attribute,
            "before": change.before.to_json(),
            "after": change.after.to_json(),
            "forces_replacement": change.forces_replacement,
            "columns": super::schema::to_json(change),
        })
    });
    let extras = step.extras.iter().map(|extra| {
        json!({
            "name": extra.name,
            "value": extra.value.to_json(),
            "usual": extra.usual.to_json(),
            "meaning": extra.meaning,
            "removal": extra.removal.name(),
        })
    });
    let recorded = step.recorded.iter().map(|one| json!({"who": one.who, "event": one.what, "time": one.when}));
    let attributes: serde_json::Map<_, _> =
        step.attributes.iter().map(|(name, value)| (name.to_owned(), value.to_json())).collect();
    json!({
        "address": step.address.to_string(),
        "action": step.action().name(),
        "order": step.order().map(crate::engine::plan::Order::name),
        "cause": step.cause.map(crate::engine::plan::Cause::name),
        "attributes": attributes,
        "changes": changes.collect::<Vec<_>>(),
        "changed_by": recorded.collect::<Vec<_>>(),
        "also_has": extras.collect::<Vec<_>>(),
        "refusal": step.refusal.as_ref().map(|refusal| super::refusal(step, refusal).0),
    })
}
