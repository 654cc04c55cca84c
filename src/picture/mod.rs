//! A pipeline as a picture: boxes and arrows, before anybody says in which form they are drawn.
//!
//! ```text
//! Graph + Pipeline -> way or resources -> Picture (+ states of a plan, + costs of an estimate) -> report
//! ```

mod costs;
mod resources;
mod states;
mod way;

pub(crate) use resources::of_resources;
pub(crate) use states::State;
pub(crate) use way::of_the_way;

use crate::blueprint::Part;
use crate::cost::Total;
use crate::engine::resource::Address;
use std::collections::BTreeMap;

/// Boxes, and what leads from one to another.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    pub(crate) nodes: Vec<Node>,
    pub(crate) arrows: Vec<Arrow>,
    /// What a month of each part costs, where that was asked for.
    pub(crate) costs: BTreeMap<&'static str, Total>,
}

/// A box.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) form: Form,
    /// The part of the data's way, or [`LEFT_OVER`].
    pub(crate) part: &'static str,
    /// What it is, where it is no resource: `analytics_raw/`.
    pub(crate) title: String,
    /// The resource, and then those that only serve it: its role, its log.
    pub(crate) resources: Vec<Held>,
    /// What AWS knows it by.
    pub(crate) id: Option<String>,
    /// What a month of its resources costs.
    pub(crate) cost: Option<Total>,
}

/// A resource in a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) address: Address,
    /// What a plan makes of it, where one was asked for.
    pub(crate) state: Option<State>,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Resource,
    /// Objects below a prefix.
    Files,
    /// Whoever is outside: clients, the address of a mail.
    People,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrow {
    /// Positions among the nodes.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) label: String,
    /// What is only looked at, or known before the other is there.
    pub(crate) dotted: bool,
}

/// Where what is live and not asked for is drawn.
pub(crate) const LEFT_OVER: &str = "left over";

impl Picture {
    /// The parts that have something in them, in the order in which events pass them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'static str> {
        let all = Part::ALL.map(Part::word).into_iter().chain([LEFT_OVER]);
        all.filter(|part| self.nodes.iter().any(|node| node.part == *part))
    }

    /// Positions of the nodes of a part, each after those of the same part that lead to it.
    pub(crate) fn of_part(&self, part: &str) -> Vec<usize> {
        let inside: Vec<_> = (0..self.nodes.len()).filter(|index| self.nodes[*index].part == part).collect();
        let mut ranks: BTreeMap<usize, usize> = inside.iter().map(|index| (*index, 0)).collect();
        // A circle, such as files that the mover takes up and puts down, ends after as many rounds as there are nodes.
        for _ in 0..inside.len() {
            for Arrow { from, to, .. } in &self.arrows {
                if let (Some(before), Some(rank)) = (ranks.get(from).copied(), ranks.get(to).copied()) {
                    ranks.insert(*to, rank.max(before + 1).min(inside.len()));
                }
            }
        }
        let mut inside = inside;
        inside.sort_by_key(|index| ranks[index]);
        inside
    }
}

impl Node {
    fn of_resource(address: &Address, id: &str, part: Part) -> Self {
        let held = Held { address: address.clone(), state: None };
        let (form, title, id) = (Form::Resource, address.to_string(), Some(id.to_owned()));
        Self { form, part: part.word(), title, resources: vec![held], id, cost: None }
    }

    fn of_things(form: Form, title: &str, part: Part) -> Self {
        Self { form, part: part.word(), title: title.to_owned(), resources: vec![], id: None, cost: None }
    }

    fn has(&self, address: &Address) -> bool {
        self.resources.iter().any(|held| held.address == *address)
    }

    /// The state of the resource that it stands for.
    pub(crate) fn state(&self) -> Option<State> {
        self.resources.first().filter(|_| self.form == Form::Resource).and_then(|held| held.state)
    }

    /// What serves it.
    pub(crate) fn also(&self) -> &[Held] {
        let own = usize::from(self.form == Form::Resource);
        self.resources.get(own..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
