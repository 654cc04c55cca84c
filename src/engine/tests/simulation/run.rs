//! One run of pipectl: the engine's own observe, plan and apply, as `src/commands/apply.rs` puts them together.

use crate::client::{Client, Error, Result};
use crate::file::{Part, graph, name_of};
use crate::history::{Aim, Runner};
use crate::judge::{Promise, Warrant};
use crate::kinds::{self, ById, ByName, Object, Permission, Query};
use crate::thing::Kind;
use futures::future::BoxFuture;
use pipectl_engine::apply::{Event, Execution, Outcome, apply};
use pipectl_engine::graph::Graph;
use pipectl_engine::inventory::Inventory;
use pipectl_engine::live::AnyLive;
use pipectl_engine::plan::{Action, Consent, Plan, plan};
use pipectl_engine::resource::{Address, Resource};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a run ended, as its exit code tells.
#[derive(Default)]
pub(crate) enum Ended {
    /// It was killed.
    #[default]
    Unfinished,
    /// It could not look.
    Blind(Error),
    /// Nothing was done.
    Refused(Vec<String>),
    Applied(Applied),
}

#[derive(Default)]
pub(crate) struct Applied {
    /// There was nothing to do.
    pub(crate) empty: bool,
    /// What is as it should be, by what was said.
    pub(crate) kept: BTreeSet<Address>,
    /// What was made so.
    pub(crate) made: BTreeSet<Address>,
    pub(crate) deleted: BTreeSet<Address>,
    pub(crate) failed: Vec<String>,
    pub(crate) skipped: usize,
    /// Steps that the plan has, and steps that are accounted for.
    pub(crate) steps: (usize, usize),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => f.write_str("without a word"),
            Self::Blind(error) => write!(f, "it could not look: {error}"),
            Self::Refused(refused) => write!(f, "refused: {}", refused.join(", ")),
            Self::Applied(applied) if applied.empty => f.write_str("there was nothing to do"),
            Self::Applied(applied) if applied.is_success() => f.write_str("all is done"),
            Self::Applied(Applied { made, deleted, failed, skipped, .. }) => {
                let done = made.len() + deleted.len();
                write!(f, "{done} done, {skipped} skipped, failed: {}", failed.join(", "))
            }
        }
    }
}

impl Applied {
    /// Exit code 0.
    pub(crate) fn is_success(&self) -> bool {
        self.failed.is_empty() && self.skipped == 0
    }
}

/// A kind, as the registry of `src/resources/mod.rs` has it.
type Observing<'a> = BoxFuture<'a, Result<Vec<Box<dyn AnyLive<Client>>>>>;

fn observing<'a, R: Resource<World = Client>>(client: &'a Client, graph: &Graph<'_, Client>) -> Observing<'a> {
    let wanted = graph.wanted(R::KIND);
    Box::pin(async move {
        let found = R::observe(client, &wanted).await?;
        Ok(found.into_iter().map(|live| Box::new(live) as Box<dyn AnyLive<Client>>).collect())
    })
}

async fn observe(client: &Client, graph: &Graph<'_, Client>) -> Result<Inventory<Client>> {
    let all = [
        observing::<ByName<kinds::Bucket>>(client, graph),
        observing::<Object>(client, graph),
        observing::<ByName<kinds::Role>>(client, graph),
        observing::<ByName<kinds::Function>>(client, graph),
        observing::<Permission>(client, graph),
        observing::<ById<kinds::Api>>(client, graph),
        observing::<ById<kinds::Key>>(client, graph),
        observing::<ById<kinds::UsagePlan>>(client, graph),
        observing::<ByName<kinds::Trigger>>(client, graph),
        observing::<Query>(client, graph),
    ];
    let found = futures::future::try_join_all(all).await?;
    Ok(Inventory::new(found.into_iter().flatten().collect(), graph))
}

pub(crate) fn warrant(runner: &Runner, file: &[Part], began: u64) -> Warrant {
    let wants = if runner.aim == Aim::Nothing { &[] } else { file };
    let wants = wants.iter().map(|part| ((part.kind, part.letter), part.name())).collect();
    Warrant { began, looking: true, adopt: runner.adopt, lose_data: runner.lose_data, wants }
}

fn consent(runner: &Runner) -> Consent {
    let all = || Kind::ALL.into_iter().flat_map(|kind| ["a", "b"].map(|letter| Address::new(kind.name(), letter)));
    let mut given = Consent::default();
    if runner.adopt {
        given.adopt.extend(all());
    }
    if runner.lose_data {
        given.lose_data.extend(all());
        // What two hold at one address goes by its id.
        let buckets = (0..12).flat_map(|generation| ['a', 'b'].map(|letter| name_of(Kind::Bucket, letter, generation)));
        given.lose_data.extend(buckets.map(|name| Address::new(Kind::Bucket.name(), &name)));
        let ids = (0..400).map(|id| format!("id-{id}"));
        given.lose_data.extend(ids.flat_map(|id| Kind::ALL.map(|kind| Address::new(kind.name(), &id))));
    }
    given
}

/// From its start to its exit code.
pub(crate) async fn run(client: &Client, runner: &Runner, file: &[Part], stop: &AtomicBool, ended: &Mutex<Ended>) {
    client.shared.sleep(runner.starts).await;
    let set = |end| *ended.lock().expect("nothing panics while it holds this") = end;
    let parts = if runner.aim == Aim::Nothing { &[] } else { file };
    let graph = graph(parts);
    let live = match observe(client, &graph).await {
        Ok(live) => live,
        Err(error) => return set(Ended::Blind(error)),
    };
    let consent = consent(runner);
    let plan = plan(&graph, &live, &consent);
    if runner.aim == Aim::Look {
        return;
    }
    let refused: Vec<_> = plan.refused().map(|(step, refusal)| format!("{}: {refusal:?}", step.address)).collect();
    if !refused.is_empty() {
        return set(Ended::Refused(refused));
    }
    client.warrant(|warrant| warrant.looking = false);
    let execution = Execution { parallelism: runner.parallelism, stop };
    let outcome = apply(&plan, client, execution, |event| hear(client, &event, stop)).await;
    set(Ended::Applied(applied(&plan, &outcome)));
}

fn hear(client: &Client, event: &Event<'_, Client>, stop: &AtomicBool) {
    let mut universe = client.shared.lock();
    let (now, number) = (universe.cloud.now, client.number);
    let conscience = &mut universe.cloud.conscience;
    match event {
        Event::Started(step) => {
            if stop.load(Ordering::Relaxed) {
                conscience
                    .breaks(Promise::StopStops, format!("run {number} starts {} after an interrupt", step.address));
            }
            conscience.tell(now, || format!("run {number}: {step:?} ..."));
        }
        Event::Finished(step, _) => conscience.tell(now, || format!("run {number}: {step:?} done")),
        Event::Failed(step, error) => conscience.tell(now, || format!("run {number}: {step:?} failed: {error}")),
        Event::Skipped(step) => conscience.tell(now, || format!("run {number}: {step:?} skipped")),
    }
}

fn applied(plan: &Plan<'_, Client>, outcome: &Outcome<Client>) -> Applied {
    let mut all = Applied { empty: plan.is_empty(), skipped: outcome.skipped.len(), ..Applied::default() };
    for index in &outcome.done {
        let step = &plan.steps[*index];
        let told = match step.action() {
            Action::NoOp => &mut all.kept,
            Action::Delete => &mut all.deleted,
            _ => &mut all.made,
        };
        told.insert(step.address.clone());
    }
    all.failed.extend(outcome.failed.iter().map(|(index, error)| format!("{}: {error}", plan.steps[*index].address)));
    all.steps = (plan.steps.len(), outcome.done.len() + outcome.failed.len() + outcome.skipped.len());
    all
}
