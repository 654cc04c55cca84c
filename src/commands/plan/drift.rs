//! What of a plan is not the file's doing.

use crate::engine::plan::{Action, Cause};
use crate::resources::{Plan, Step};
use serde_json::{Value, json};
use std::fmt;

/// How many resources are not as they were left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Drift {
    /// Changed by somebody else, and perhaps by the file too.
    changed: usize,
    /// Of the file, and not there: deleted by somebody else, or not made yet. No state remembers which.
    missing: usize,
    /// What others have put on resources beside what is managed.
    extras: usize,
    /// Steps that are the file's doing, and not shown.
    edits: usize,
}

impl Drift {
    /// Leaves of a plan what somebody else did.
    pub(super) fn of(plan: &mut Plan<'_>) -> Self {
        let count = |is: fn(&Step<'_>) -> bool| plan.steps.iter().filter(|step| is(step)).count();
        let drift = Self {
            changed: count(is_changed),
            missing: count(is_missing),
            extras: plan.steps.iter().map(|step| step.extras.len()).sum(),
            edits: count(|step| step.action() != Action::NoOp && !is_drift(step)),
        };
        plan.steps.retain(|step| is_drift(step) || !step.extras.is_empty());
        plan.steps.iter_mut().filter(|step| !is_drift(step)).for_each(Step::keep_extras_alone);
        plan.stays.clear();
        drift
    }

    pub(super) fn is_none(self) -> bool {
        self.changed + self.missing == 0
    }

    pub(super) fn to_json(self) -> Value {
        let Self { changed, missing, extras, edits } = self;
        json!({"changed": changed, "missing": missing, "extras": extras, "edits": edits})
    }
}

fn is_changed(step: &Step<'_>) -> bool {
    matches!(step.cause, Some(Cause::Drift | Cause::EditAndDrift))
}

fn is_missing(step: &Step<'_>) -> bool {
    step.cause == Some(Cause::Missing)
}

fn is_drift(step: &Step<'_>) -> bool {
    is_changed(step) || is_missing(step)
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changed, missing, extras, edits } = self;
        write!(f, "Drift: {changed} changed by somebody else, {missing} missing, {extras} extras")?;
        match edits {
            0 => f.write_str("."),
            _ => write!(f, "; {edits} that the file asks for are not shown."),
        }
    }
}
