//! Where runs are to be killed, and where they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Writes: the operation, and what it is about.
#[derive(Debug, Default)]
pub(super) struct Writes(BTreeSet<(String, String)>);

/// Writes at which runs were killed: before they were done, and as they were.
#[derive(Debug, Default)]
pub(super) struct Points {
    at: [Writes; 2],
    runs: usize,
}

impl Writes {
    pub(super) fn insert(&mut self, operation: String, about: String) {
        self.0.insert((operation, about));
    }

    pub(super) fn operations(&self) -> BTreeSet<String> {
        self.0.iter().map(|(operation, _)| operation.clone()).collect()
    }

    /// What an operation is about.
    fn abouts(&self, operation: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == operation).map(|(_, about)| about.as_str()).collect()
    }

    /// How many things each operation is about. Ids are others in each life, so that these are all that can be compared.
    fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (operation, _) in &self.0 {
            *counts.entry(operation.as_str()).or_default() += 1;
        }
        counts
    }
}

impl Points {
    /// A run was killed as these met its faults.
    pub(super) fn add(&mut self, met: Vec<(String, String, bool)>) {
        self.runs += 1;
        for (operation, about, done) in met {
            self.at[usize::from(done)].insert(operation, about);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.at.iter().map(|writes| writes.0.len()).sum()
    }

    /// At what of an operation a run was killed, before it was done or as it was.
    pub(super) fn struck(&self, operation: &str, done: bool) -> Vec<&str> {
        self.at[usize::from(done)].abouts(operation)
    }

    /// Operations with something at which no run was killed before, or after.
    pub(super) fn missed(&self, rehearsed: &Writes) -> BTreeSet<String> {
        let [before, after] = [self.at[0].counts(), self.at[1].counts()];
        let counts = rehearsed.counts().into_iter();
        let less =
            |counts: &BTreeMap<&str, usize>, operation, things| counts.get(operation).is_none_or(|n| *n < things);
        counts
            .filter(|(operation, things)| less(&before, *operation, *things) || less(&after, *operation, *things))
            .map(|(operation, _)| operation.to_owned())
            .collect()
    }

    /// How many things each operation is about, and at how many of these a run was killed before and after.
    pub(super) fn table(&self, rehearsed: &Writes) -> String {
        let [before, after] = [self.at[0].counts(), self.at[1].counts()];
        let mut table = format!("{} runs killed\n  {:45} things before after\n", self.runs, "operation");
        let of = |counts: &BTreeMap<&str, usize>, operation| counts.get(operation).copied().unwrap_or_default();
        for (operation, things) in rehearsed.counts() {
            let (before, after) = (of(&before, operation), of(&after, operation));
            let _ = writeln!(table, "  {operation:45} {things:6} {before:6} {after:5}");
        }
        table
    }
}
