//! What to do, decided without touching AWS.

pub use super::action::{Action, Cause, Order};
pub use super::consent::{Consent, Refusal, Revert, Stay};

use super::diff::{Attributes, Change};
use super::extra::Extra;
use super::graph::{Compared, Graph, Node, Outputs};
use super::inventory::Inventory;
use super::live::{AnyLive, Slot};
use super::mark::Mark;
use super::record::Recorded;
use super::resource::{Address, Owner, World};
use super::upgrade::Releases;
use super::value::digest;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a step does, with all that it needs to do it.
pub enum Work<'a, W: World> {
    /// Nothing: it is as it should be.
    Keep(&'a dyn AnyLive<W>),
    Create(&'a dyn Node<W>),
    Update(&'a dyn Node<W>, &'a dyn AnyLive<W>),
    Replace(&'a dyn Node<W>, &'a dyn AnyLive<W>, Order),
    Delete(&'a dyn AnyLive<W>),
}

impl<W: World> Work<'_, W> {
    fn action(&self) -> Action {
        match self {
            Self::Keep(_) => Action::NoOp,
            Self::Create(_) => Action::Create,
            Self::Update(..) => Action::Update,
            Self::Replace(..) => Action::Replace,
            Self::Delete(_) => Action::Delete,
        }
    }
}

/// One resource, and what is done to it.
pub struct Step<'a, W: World> {
    pub address: Address,
    pub work: Work<'a, W>,
    pub cause: Option<Cause>,
    /// What is desired; what is live, for a delete.
    pub attributes: Attributes,
    pub changes: Vec<Change>,
    /// What is live beside the attributes, and stays.
    pub extras: Vec<Extra>,
    /// What is put back to what is usual; it is among the changes, too.
    pub(crate) put_back: Vec<Extra>,
    pub refusal: Option<Refusal>,
    /// Who changed it, the newest first. Empty until somebody asks the world; no fingerprint has it.
    pub recorded: Vec<Recorded>,
    /// The steps that have to be done first, by position: for a desired resource those it takes outputs from, for
    /// a deletion all of the kinds that use it. So a role outlives a function that could not be moved to another one.
    /// What was replaced also waits for the new one, and for all that takes from that.
    pub(crate) needs: BTreeSet<usize>,
    /// What takes the place of a deleted one.
    pub(crate) successor: Option<&'a dyn Node<W>>,
    uses: &'static [&'static str],
}

impl<W: World> Step<'_, W> {
    pub fn action(&self) -> Action {
        self.work.action()
    }

    /// [`super::resource::Resource::live_id`] of what is there, or the id of what is to be.
    pub fn known_as(&self) -> String {
        match self.work {
            Work::Create(node) => node.id().to_owned(),
            Work::Keep(live) | Work::Update(_, live) | Work::Replace(_, live, _) | Work::Delete(live) => live.live_id(),
        }
    }

    /// Which comes first, where it is replaced.
    pub fn order(&self) -> Option<Order> {
        match self.work {
            Work::Replace(.., order) => Some(order),
            _ => None,
        }
    }

    /// [`Action::symbol`], in the order in which it is done.
    pub fn symbol(&self) -> &'static str {
        if self.order() == Some(Order::DeleteFirst) { "-/+" } else { self.action().symbol() }
    }

    /// Leaves of it what is live beside the attributes: what is to be changed is told elsewhere.
    pub fn keep_extras_alone(&mut self) {
        if let Work::Update(_, live) | Work::Replace(_, live, _) = self.work {
            self.changes.clear();
            (self.work, self.cause, self.refusal) = (Work::Keep(live), None, None);
        }
    }

    fn canonical_json(&self) -> Json {
        let change =
            |change: &Change| json!([change.attribute, change.before.canonical_json(), change.after.canonical_json()]);
        json!({
            "address": self.address.to_string(),
            "action": self.action().name(),
            "attributes": self.attributes.canonical_json(),
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "refusal": self.refusal.as_ref().map(Refusal::canonical_json),
        })
    }
}

impl<W: World> fmt::Debug for Step<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action().name(), self.address)
    }
}

/// Steps for every desired resource in graph order, then for every orphan.
#[derive(Debug)]
pub struct Plan<'a, W: World> {
    pub steps: Vec<Step<'a, W>>,
    pub stays: Vec<Stay>,
    /// Empty until it is told: [`Plan::tell_releases`].
    pub releases: Releases,
}

/// Before the fingerprint, as before a digest.
const FINGERPRINT_VERSION: &str = "v1:";

impl<'a, W: World> Plan<'a, W> {
    /// The steps that do something.
    pub fn work(&self) -> impl Iterator<Item = &Step<'a, W>> {
        self.steps.iter().filter(|step| step.action() != Action::NoOp)
    }

    /// Steps that have to wait for one of these, and they themselves: the key of a bucket goes after the bucket.
    fn waiting_for(&self, mut these: BTreeSet<usize>) -> BTreeSet<usize> {
        let waits = |step: &Step<'a, W>, these: &BTreeSet<usize>| step.needs.iter().any(|need| these.contains(need));
        while let Some(next) =
            (0..self.steps.len()).find(|index| !these.contains(index) && waits(&self.steps[*index], &these))
        {
            these.insert(next);
        }
        these
    }

    /// Lets the deletions of these, known by their ids, wait for all the rest, and that of the `last` for theirs.
    pub(crate) fn delete_last(&mut self, kind: &str, ids: &[String], last: &str) {
        let id = |step: &Step<'a, W>| match step.work {
            Work::Delete(live) if step.address.kind == kind => Some(live.live_id()).filter(|id| ids.contains(id)),
            _ => None,
        };
        let ends: BTreeMap<usize, String> =
            self.steps.iter().enumerate().filter_map(|(index, step)| Some((index, id(step)?))).collect();
        let after = self.waiting_for(ends.keys().copied().collect());
        let all = 0..self.steps.len();
        for (end, id) in &ends {
            let before = all.clone().filter(|index| index != end && (!ends.contains_key(index) || id == last));
            let before = before.filter(|index| ends.contains_key(index) || !after.contains(index));
            self.steps[*end].needs.extend(before);
        }
    }

    /// Leaves those of `addresses` as they are that would be deleted.
    pub fn hold(&mut self, addresses: &[Address], why: &str) {
        let mut held = vec![];
        for step in self.steps.iter_mut().filter(|step| addresses.contains(&step.address)) {
            if let Work::Delete(live) = step.work {
                (step.work, step.cause, step.refusal) = (Work::Keep(live), None, None);
                // It waits for no deletion any more, and whatever waited for its own may go.
                step.needs.clear();
                held.push(step.address.clone());
            }
        }
        if !held.is_empty() {
            self.stays.push(Stay { addresses: held, why: why.to_owned() });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.work().next().is_none()
    }

    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action() == action).count()
    }

    pub fn refused(&self) -> impl Iterator<Item = (&Step<'a, W>, &Refusal)> {
        self.steps.iter().filter_map(|step| Some((step, step.refusal.as_ref()?)))
    }

    /// Equal for two plans exactly when they would do the same to the same live state, secrets
    /// included. A saved plan whose fingerprint has moved is stale. Made of canonical JSON, so that it lasts from
    /// one release to the next; a test holds it.
    pub fn fingerprint(&self) -> String {
        self.fingerprint_of(|_| true)
    }

    /// The same without the steps at one address.
    pub(crate) fn fingerprint_but(&self, address: &Address) -> String {
        self.fingerprint_of(|step| step.address != *address)
    }

    fn fingerprint_of(&self, counts: impl Fn(&Step<'a, W>) -> bool) -> String {
        let steps: Json = self.steps.iter().filter(|step| counts(step)).map(Step::canonical_json).collect();
        format!("{FINGERPRINT_VERSION}{}", digest(steps.to_string()))
    }
}

/// Compares the desired graph with what is live. Destroying a pipeline is planning an empty graph.
pub fn plan<'a, W: World>(graph: &'a Graph<'_, W>, live: &'a Inventory<W>, consent: &Consent) -> Plan<'a, W> {
    let mut outputs = Outputs::default();
    let mut steps = Vec::new();
    for (index, node) in graph.nodes().iter().enumerate() {
        let (step, slot) = wanted(&**node, live.get(node.address()), &outputs, consent);
        outputs.insert(index, slot);
        steps.push(step);
    }
    for (index, node) in graph.nodes().iter().enumerate() {
        let anew = node.foreseen().iter().copied().filter(|other| steps[*other].order().is_some()).collect::<Vec<_>>();
        steps[index].needs.extend(anew);
    }
    let kept = steps.len();
    let replaced: Vec<_> = steps.iter().enumerate().filter_map(|(index, step)| replaced(index, step)).collect();
    let anew: Vec<_> = replaced.iter().map(|(index, _)| followers(graph, *index)).collect();
    steps.extend(replaced.into_iter().map(|(_, step)| step));
    steps.extend(live.orphans(graph).map(|orphan| unwanted(orphan, graph, live, consent)));
    for index in kept..steps.len() {
        let users = steps.iter().enumerate().filter(|(_, step)| step.uses.contains(&&*steps[index].address.kind));
        let users = users.map(|(user, _)| user);
        steps[index].needs = users.chain(anew.get(index - kept).into_iter().flatten().copied()).collect();
    }
    Plan { steps, stays: vec![], releases: Releases::default() }
}

/// The deletion that ends a replacement, if the new one comes first.
fn replaced<'a, W: World>(index: usize, step: &Step<'a, W>) -> Option<(usize, Step<'a, W>)> {
    let Work::Replace(node, live, Order::CreateFirst) = step.work else { return None };
    let mut end = Step { successor: Some(node), ..deletion(live, Some(Cause::Replaced)) };
    // As it is called where a run is killed before this.
    end.address.name = live.live_id();
    Some((index, end))
}

/// A desired resource, and all that takes from it, also by way of others.
fn followers<W: World>(graph: &Graph<'_, W>, first: usize) -> BTreeSet<usize> {
    let mut all = BTreeSet::from([first]);
    for (index, node) in graph.nodes().iter().enumerate() {
        if !(node.dependencies().is_disjoint(&all) && node.foreseen().is_disjoint(&all)) {
            all.insert(index);
        }
    }
    all
}

fn wanted<'a, W: World>(
    node: &'a dyn Node<W>,
    found: Option<&'a dyn AnyLive<W>>,
    outputs: &Outputs,
    consent: &Consent,
) -> (Step<'a, W>, Slot) {
    let mut compared = node.compare(found, outputs);
    let address = node.address().clone();
    let (put_back, extras) = sorted(found, consent.revert.covers(&address));
    compared.changes.extend(put_back.iter().map(Extra::change));
    let adopted = found.is_some_and(|live| *live.owner() == Owner::Nobody);
    let work = match found {
        None => Work::Create(node),
        Some(live) if compared.changes.iter().any(|change| change.forces_replacement) => {
            let order = if live.live_id() == node.id() { Order::DeleteFirst } else { Order::CreateFirst };
            Work::Replace(node, live, order)
        }
        Some(live) if compared.changes.is_empty() && !adopted && !is_unfinished(live) => Work::Keep(live),
        Some(live) => Work::Update(node, live),
    };
    let refusal = found.and_then(|live| match live.owner() {
        Owner::Other(other) => Some(Refusal::OwnedBy(other.clone())),
        Owner::Nobody if !consent.adopt.contains(&address) => Some(Refusal::Unowned),
        _ if work.action() == Action::Replace && node.holds_data() => loss(live, consent),
        _ => None,
    });
    let cause = match &work {
        Work::Keep(_) => None,
        Work::Create(_) => Some(Cause::Missing),
        _ if adopted => Some(Cause::Adopt),
        Work::Update(_, live) | Work::Replace(_, live, _) | Work::Delete(live) => {
            Some(why(*live, &compared.attributes))
        }
    };
    let (needs, uses) = (node.dependencies().clone(), node.uses());
    let Compared { attributes, changes, outputs } = compared;
    let (recorded, successor) = (vec![], None);
    let step =
        Step { address, work, cause, attributes, changes, extras, put_back, refusal, recorded, needs, successor, uses };
    (step, outputs)
}

/// The extras of a live resource: those that are put back, and those that stay.
fn sorted<W: World>(found: Option<&dyn AnyLive<W>>, asked: bool) -> (Vec<Extra>, Vec<Extra>) {
    found.map(AnyLive::extras).unwrap_or_default().iter().cloned().partition(|extra| extra.goes(asked))
}

/// Even where nothing differs there is something to do: to note that it is as the file says.
fn is_unfinished<W: World>(live: &dyn AnyLive<W>) -> bool {
    live.applied().is_some_and(Mark::is_unfinished)
}

/// Tells an edit of the file from a change of the live resource, by the digest of what was last applied. Without
/// one, or where it was made in another way, nothing is known, which is not drift.
fn why<W: World>(live: &dyn AnyLive<W>, desired: &Attributes) -> Cause {
    if is_unfinished(live) {
        return Cause::Unfinished;
    }
    let applied = |attributes: &Attributes| live.applied().and_then(|mark| mark.is_of(attributes));
    match (applied(desired), applied(&live.attributes())) {
        (Some(true), _) => Cause::Drift,
        (Some(false), Some(false)) => Cause::EditAndDrift,
        _ => Cause::Edit,
    }
}

fn unwanted<'a, W: World>(
    orphan: &'a dyn AnyLive<W>,
    graph: &'a Graph<'_, W>,
    live: &'a Inventory<W>,
    consent: &Consent,
) -> Step<'a, W> {
    let twins = |node: &dyn Node<W>| node.address().kind == orphan.address().kind && node.id() == orphan.id();
    let twin = orphan.live_id() != orphan.id() && graph.nodes().iter().any(|node| twins(&**node));
    let cause = match () {
        // Taking everything down is what is asked for: nothing is left over by accident.
        () if graph.nodes().is_empty() => None,
        () if twin => Some(Cause::Duplicate),
        () => Some(Cause::Orphan),
    };
    // Of two of one name, nobody knows for sure which one the world was told of.
    let used = live.users(orphan).next().filter(|_| twin && !consent.lose_data.contains(&orphan.address()));
    let refusal = used.map(|user| Refusal::InUse(user.address())).or_else(|| loss(orphan, consent));
    let successor = live.moved_from(orphan).and_then(|address| graph.node(address));
    Step { refusal, successor, ..deletion(orphan, cause) }
}

fn deletion<W: World>(live: &dyn AnyLive<W>, cause: Option<Cause>) -> Step<'_, W> {
    Step {
        address: live.address(),
        work: Work::Delete(live),
        cause,
        attributes: live.attributes(),
        changes: vec![],
        extras: vec![],
        put_back: vec![],
        refusal: None,
        recorded: vec![],
        needs: BTreeSet::new(),
        successor: None,
        uses: live.uses(),
    }
}

fn loss<W: World>(live: &dyn AnyLive<W>, consent: &Consent) -> Option<Refusal> {
    let allowed = live.data().is_empty() || consent.lose_data.contains(&live.address());
    (!allowed).then(|| Refusal::LosesData(live.data().to_owned()))
}
