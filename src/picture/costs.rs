//! What a month of each box and of each part costs.

use super::Picture;
use crate::cost::{Estimate, Line, Total, payers};
use crate::engine::resource::Address;
use std::collections::BTreeSet;

impl Picture {
    /// With the lines of an estimate: each at the resource that it is billed for, and at its part.
    pub(crate) fn with_costs(mut self, estimate: &Estimate) -> Self {
        let drawn = self.nodes.iter().flat_map(|node| node.resources.iter().map(|held| held.address.clone()));
        let drawn: Vec<Address> = drawn.collect();
        let payer = |line: &&Line| payers(line.item, &drawn).into_iter().next();
        for node in &mut self.nodes {
            let own = |line: &&Line| payer(line).is_some_and(|of| node.has(&of));
            let lines: Vec<_> = estimate.lines.iter().filter(own).collect();
            node.cost = (!lines.is_empty()).then(|| Total::of(lines));
        }
        // What no resource is billed for (who reads dashboards) is its part's alone.
        let host = |line: &Line| payer(&line).and_then(|of| self.nodes.iter().find(|node| node.has(&of)));
        let part = |line: &Line| host(line).map_or(line.part, |node| node.part);
        let parts: BTreeSet<_> = estimate.lines.iter().map(part).collect();
        let of = |wanted: &str| Total::of(estimate.lines.iter().filter(|line| part(line) == wanted));
        self.costs = parts.into_iter().map(|part| (part, of(part))).collect();
        self
    }
}
