//! How AWS differs from the file: what is missing, and what somebody else has changed, is a fault of the part.

use crate::engine::plan::{Action, Cause, Consent, Refusal};
use crate::engine::resource::Resource as _;
use crate::report::{Fault, Part};
use crate::resources::{Budget, Graph, Inventory, Step, Topic};
use crate::upgrades;

#[derive(Debug, Default)]
pub(super) struct Differences {
    pub(super) faults: Vec<Fault>,
    pub(super) notes: Vec<String>,
    /// Nothing of the pipeline is there.
    pub(super) nothing: bool,
    /// The budget is there, and is the pipeline's: one of its name may be somebody else's.
    pub(super) budget: bool,
}

/// What no event needs, and whoever changes it breaks nothing.
const HARMLESS: &[&str] = &["logs.log_group", "athena.named_query"];

pub(super) fn differences(graph: &Graph<'_>, live: &Inventory, own_code: bool) -> Differences {
    let plan = upgrades::plan(graph, live, &Consent::default(), own_code);
    let mut all = Differences { nothing: true, ..Differences::default() };
    let (mut edited, mut upgraded) = (0, 0);
    for step in &plan.steps {
        all.nothing &= step.action() == Action::Create;
        all.budget |= step.address.kind == Budget::KIND && step.refusal.is_none() && step.action() != Action::Create;
        let pending = step.extras.iter().filter(|_| step.address.kind == Topic::KIND);
        all.notes.extend(pending.map(|extra| format!("{}: {} {}", step.address, extra.value, extra.meaning)));
        let what = step.address.to_string();
        if let Some((message, hint)) = broken(step) {
            if HARMLESS.contains(&&*step.address.kind) {
                all.notes.push(format!("{what}: {message}"));
            } else {
                all.faults.push(Fault::new(part(&step.address.kind, &step.address.name), what, message, hint));
            }
        } else if step.cause == Some(Cause::Upgrade) {
            upgraded += 1;
        } else if step.action() != Action::NoOp {
            edited += 1;
        }
    }
    if upgraded > 0 {
        let what = if upgraded == 1 { "1 resource" } else { &format!("{upgraded} resources") };
        all.notes.push(format!("this release of pipectl makes {what} otherwise than is live: `pipectl plan` says how"));
    }
    if edited > 0 {
        let what = if edited == 1 { "1 change that is" } else { &format!("{edited} changes that are") };
        all.notes.push(format!("the file has {what} not applied yet: `pipectl plan` shows them"));
    }
    all
}

/// What is wrong with a resource, and what helps. `None`: nothing, or the file was edited and not applied.
fn broken(step: &Step) -> Option<(String, &'static str)> {
    match (&step.refusal, step.cause) {
        (Some(Refusal::OwnedBy(owner)), _) => Some((
            format!("belongs to {owner}"),
            "another pipeline has the name: give this one another `name`, or take the other one down",
        )),
        (_, Some(Cause::Missing)) => Some(("is not there".to_owned(), "`pipectl apply` makes it")),
        (_, Some(Cause::Unfinished)) => {
            Some(("an apply has not finished it".to_owned(), "`pipectl apply` goes on with it"))
        }
        (_, Some(Cause::Drift | Cause::EditAndDrift)) => {
            let changed: Vec<_> = step.changes.iter().map(|change| &*change.attribute).collect();
            // A tag carries no event.
            if changed.iter().all(|attribute| *attribute == "tags" || attribute.starts_with("tags.")) {
                return None;
            }
            let message = format!("somebody else has changed it: {}", changed.join(", "));
            Some((message, "`pipectl plan` shows the change, `pipectl apply` takes it back"))
        }
        _ => None,
    }
}

/// Of a resource's kind and name.
fn part(kind: &str, name: &str) -> Part {
    match (kind.split('.').next().unwrap_or_default(), name) {
        ("apigateway", _) => Part::Ingest,
        ("athena" | "quicksight", _) | (_, "quicksight") => Part::Query,
        ("glue", _) => Part::Transform,
        ("sns" | "cloudwatch", "alarms" | "late" | "rejected" | "mover-errors") => Part::Deliver,
        ("budgets", _) => Part::Spend,
        ("kms", _) => Part::Store,
        ("s3", "data") => Part::Store,
        (_, "delivery" | "mover" | "sweep") => Part::Deliver,
        (_, "etl" | "raw" | "parquet" | "crawler") => Part::Transform,
        ("s3", _) => Part::Transform,
        _ => Part::Ingest,
    }
}
