//! A pipeline's life, step by step.

use super::pipelines::Edit;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A command of this program, and the exit codes with which it has done what is wanted.
    Run(&'static [&'static str], &'static [i32]),
    /// What was sent is seen by a query, after whatever has to pass.
    Rows,
    /// Somebody changes how long a log is kept.
    Drift,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: String,
    /// Of the file, before.
    pub(crate) edit: Edit,
    pub(crate) work: Work,
}

pub(crate) const QUERY: &[&str] = &["query", "--named", "rows", "--json"];
pub(crate) const DESTROY: &[&str] = &["destroy", "--yes", "--allow-data-loss", "s3.bucket.data"];
/// That there is nothing left which a destroy would take down.
pub(crate) const GONE: &[&str] = &["plan", "--destroy", "--detailed-exitcode"];

const PLAN: &[&str] = &["plan", "--detailed-exitcode"];
const APPLY: &[&str] = &["apply", "--yes"];
const CHANGES: &[i32] = &[2];
const DONE: &[i32] = &[0];

/// All steps but the last: what is there is taken down whatever comes of them.
pub(crate) fn walk() -> Vec<Step> {
    let mut steps = vec![];
    let mut add = |name: String, edit: Edit, work: Work| steps.push(Step { name, edit, work });
    let edits = [
        ("", Edit::Nothing),
        (" in place", Edit::InPlace),
        (" a column", Edit::Column),
        (" a replacement", Edit::Replacement),
    ];
    for (what, edit) in edits {
        add(format!("plan{what}"), edit, Work::Run(PLAN, CHANGES));
        add(format!("apply{what}"), edit, Work::Run(APPLY, DONE));
        add(format!("empty plan after{}", if what.is_empty() { " apply" } else { what }), edit, Work::Run(PLAN, DONE));
        if edit == Edit::Nothing {
            add("output".to_owned(), edit, Work::Run(&["output", "--json"], DONE));
            add("send".to_owned(), edit, Work::Run(&["send", "--events", "50", "--batch", "10"], DONE));
            add("rows".to_owned(), edit, Work::Rows);
            // Healthy or not: that it can be asked is what is wanted.
            add("status".to_owned(), edit, Work::Run(&["status"], &[0, 1]));
        }
    }
    let last = Edit::Replacement;
    add("drift by hand".to_owned(), last, Work::Drift);
    add("drift found".to_owned(), last, Work::Run(&["plan", "--drift-only"], CHANGES));
    add("drift put right".to_owned(), last, Work::Run(APPLY, DONE));
    add("empty plan after drift".to_owned(), last, Work::Run(PLAN, DONE));
    steps
}
