//! What a pipeline cannot carry: its file and its usage against AWS's limits, without AWS.
//!
//! ```text
//! table (what AWS takes) + account ---+
//! Pipeline + Inputs -> Load ----------+-> walls (of the load), contradictions (of the file) -> Findings -> report
//! ```

mod account;
mod contradictions;
mod load;
mod rules;
mod show;
mod table;

pub(crate) use account::{Account, Applied, Quotas, with_codes};
pub(crate) use load::Load;
pub(crate) use rules::Wall;
pub(crate) use show::{amount, count, volume};
pub(crate) use table::{Limit, Source};

use crate::config::Pipeline;

use table::Unit;

/// What limits are held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) region: &'a str,
    pub(crate) account: &'a Account,
}

impl Subject<'_> {
    /// What the account has of a limit; otherwise what AWS gives in the region.
    fn value(&self, limit: &Limit) -> f64 {
        self.account.value(limit.id).unwrap_or_else(|| limit.value(self.region))
    }
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// What it is called, for programs.
    pub(crate) id: &'static str,
    /// The key of the file that it is about.
    pub(crate) key: &'static str,
    pub(crate) message: String,
    /// What is asked, and what there is of it.
    pub(crate) asked: f64,
    pub(crate) limit: f64,
    pub(crate) unit: Unit,
    pub(crate) hint: String,
    /// AWS's limit. `None`: the file's own.
    pub(crate) of: Option<&'static Limit>,
    pub(crate) source: Source,
}

/// All that does not fit, contradictions first.
pub(crate) fn check(subject: &Subject<'_>, load: &Load) -> Vec<Finding> {
    let walls = rules::walls(subject, load).into_iter().filter(Wall::is_hit).map(Wall::finding);
    contradictions::all(subject, load).into_iter().chain(walls).collect()
}

/// Every wall on the way of this pipeline, that which is hit at the lowest volume first.
pub(crate) fn walls(subject: &Subject<'_>, load: &Load) -> Vec<Wall> {
    let mut walls = rules::walls(subject, load);
    walls.sort_by(|one, other| one.at.total_cmp(&other.at));
    walls
}

#[cfg(test)]
mod tests;
