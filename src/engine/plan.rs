//! What to do, decided without touching AWS.

use super::diff::{Attributes, Change};
use super::graph::{Graph, Node, Outputs};
use super::inventory::{AnyLive, Inventory};
use super::resource::{Address, Owner};
use super::value::digest;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    NoOp,
    Create,
    Update,
    Replace,
    Delete,
}

impl Action {
    /// Every action that does something, in the order in which plans count them.
    pub(crate) const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Replace, Self::Delete];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoOp => "no-op",
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::NoOp => " ",
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "-/+",
            Self::Delete => "-",
        }
    }
}

/// Why a step is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Asked for and not there.
    Missing,
    /// The file changed.
    Edit,
    /// The live resource changed, the file did not.
    Drift,
    /// Both changed.
    EditAndDrift,
    /// Live and ours, but no longer asked for.
    Orphan,
    /// It carries no owner and is taken over on request.
    Adopt,
}

impl Cause {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Edit => "edit",
            Self::Drift => "drift",
            Self::EditAndDrift => "edit and drift",
            Self::Orphan => "orphan",
            Self::Adopt => "adopt",
        }
    }
}

/// Why a step may not run as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It has our name and nobody's tags.
    Unowned,
    /// It is another pipeline's or stage's.
    OwnedBy(String),
    /// It would lose data, described in words.
    LosesData(String),
}

/// What the user allows, address by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consent {
    pub(crate) adopt: BTreeSet<Address>,
    pub(crate) lose_data: BTreeSet<Address>,
}

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) address: Address,
    pub(crate) action: Action,
    pub(crate) cause: Option<Cause>,
    /// What is desired; what is live, for a delete.
    pub(crate) attributes: Attributes,
    pub(crate) changes: Vec<Change>,
    pub(crate) refusal: Option<Refusal>,
}

/// Steps for every desired resource in graph order, then for every orphan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
}

impl Plan {
    /// The steps that do something.
    pub(crate) fn work(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.action != Action::NoOp)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.work().next().is_none()
    }

    pub(crate) fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    pub(crate) fn refused(&self) -> impl Iterator<Item = (&Step, &Refusal)> {
        self.steps.iter().filter_map(|step| Some((step, step.refusal.as_ref()?)))
    }

    /// Equal for two plans exactly when they would do the same to the same live state, secrets
    /// included. A saved plan whose fingerprint has moved is stale.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for Step { address, action, cause: _, attributes, changes, refusal } in &self.steps {
            text.push_str(&format!("{address} {action:?} {} {changes:?} {refusal:?}\n", attributes.digest()));
        }
        digest(text)
    }
}

/// Compares the desired graph with what is live. Destroying a pipeline is planning an empty graph.
pub(crate) fn plan(graph: &Graph, live: &Inventory, consent: &Consent) -> Plan {
    let mut outputs = Outputs::default();
    let mut steps = Vec::new();
    for (index, node) in graph.nodes().iter().enumerate() {
        let (step, slot) = wanted(&**node, live.get(node.address()), &outputs, graph, consent);
        outputs.insert(index, slot);
        steps.push(step);
    }
    // Taking everything down is what is asked for: nothing is left over by accident.
    let cause = (!graph.nodes().is_empty()).then_some(Cause::Orphan);
    steps.extend(live.orphans(graph).map(|orphan| unwanted(orphan, cause, consent)));
    Plan { steps }
}

fn wanted(
    node: &dyn Node,
    found: Option<&dyn AnyLive>,
    outputs: &Outputs,
    graph: &Graph,
    consent: &Consent,
) -> (Step, super::graph::Slot) {
    let compared = node.compare(found, outputs, graph);
    let address = node.address().clone();
    let adopted = found.is_some_and(|live| *live.owner() == Owner::Nobody);
    let action = match found {
        None => Action::Create,
        Some(_) if compared.changes.iter().any(|change| change.forces_replacement) => Action::Replace,
        Some(_) if compared.changes.is_empty() && !adopted => Action::NoOp,
        Some(_) => Action::Update,
    };
    let refusal = found.and_then(|live| match live.owner() {
        Owner::Other(other) => Some(Refusal::OwnedBy(other.clone())),
        Owner::Nobody if !consent.adopt.contains(&address) => Some(Refusal::Unowned),
        _ if action == Action::Replace && node.holds_data() => loss(live, consent),
        _ => None,
    });
    let cause = match (found, action) {
        (_, Action::NoOp) => None,
        (None, _) => Some(Cause::Missing),
        (Some(_), _) if adopted => Some(Cause::Adopt),
        (Some(live), _) => Some(why(live, &compared.attributes)),
    };
    let step = Step { address, action, cause, attributes: compared.attributes, changes: compared.changes, refusal };
    (step, compared.outputs)
}

/// Tells an edit of the file from a change of the live resource, by the digest of what was last applied.
fn why(live: &dyn AnyLive, desired: &Attributes) -> Cause {
    let Some(applied) = live.applied() else { return Cause::Edit };
    match (desired.digest() == applied, live.attributes().digest() == applied) {
        (true, _) => Cause::Drift,
        (false, true) => Cause::Edit,
        (false, false) => Cause::EditAndDrift,
    }
}

fn unwanted(orphan: &dyn AnyLive, cause: Option<Cause>, consent: &Consent) -> Step {
    Step {
        address: orphan.address(),
        action: Action::Delete,
        cause,
        attributes: orphan.attributes(),
        changes: vec![],
        refusal: loss(orphan, consent),
    }
}

fn loss(live: &dyn AnyLive, consent: &Consent) -> Option<Refusal> {
    let allowed = live.data().is_empty() || consent.lose_data.contains(&live.address());
    (!allowed).then(|| Refusal::LosesData(live.data().to_owned()))
}
