//! What a plan makes of each resource of a picture, and what is left over.

use super::{Form, Held, LEFT_OVER, Node, Picture};
use crate::engine::plan::{Action, Cause};
use crate::resources::{Plan, Step};

/// How a resource stands to what the file asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    InSync,
    Create,
    Update,
    Replace,
    /// Somebody else has changed it.
    Drifted,
    /// Live and ours, and not asked for any more.
    Orphan,
}

impl State {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::InSync, Self::Create, Self::Update, Self::Replace, Self::Drifted, Self::Orphan];

    fn of(step: &Step<'_>) -> Self {
        match (step.action(), step.cause) {
            (_, Some(Cause::Drift | Cause::EditAndDrift)) => Self::Drifted,
            (Action::NoOp, _) => Self::InSync,
            (Action::Create, _) => Self::Create,
            (Action::Update, _) => Self::Update,
            (Action::Replace, _) => Self::Replace,
            (Action::Delete, _) => Self::Orphan,
        }
    }

    /// For people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::InSync => "in sync",
            Self::Create => "to be created",
            Self::Update => "to be updated",
            Self::Replace => "to be replaced",
            Self::Drifted => "drifted",
            Self::Orphan => "orphan",
        }
    }

    /// For programs, and for the classes of a drawing.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InSync => "in-sync",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Drifted => "drifted",
            Self::Orphan => "orphan",
        }
    }
}

impl Picture {
    /// With the state of each resource, and a box for each that is to go.
    pub(crate) fn with_states(mut self, plan: &Plan<'_>) -> Self {
        for step in &plan.steps {
            let state = Some(State::of(step));
            let drawn = self.nodes.iter_mut().flat_map(|node| &mut node.resources);
            match drawn.into_iter().find(|held| held.address == step.address) {
                Some(held) => held.state = state,
                None => self.nodes.push(left_over(Held { address: step.address.clone(), state })),
            }
        }
        self
    }
}

fn left_over(held: Held) -> Node {
    let title = held.address.to_string();
    Node { form: Form::Resource, part: LEFT_OVER, title, resources: vec![held], id: None, cost: None }
}
