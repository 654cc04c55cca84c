//! One run of pipectl: the engine's own `converge`, as `src/commands/apply.rs` calls it.

use crate::client::{Client, Error, Result};
use crate::file::{Part, graph, name_of};
use crate::history::{Aim, Runner};
use crate::judge::{Promise, Warrant};
use crate::kinds::{self, ById, ByName, Object, Permission, Query};
use crate::register::{BucketLocks, holder};
use crate::thing::Kind;
use crate::time::Moment;
use crate::verify::untrue;
use futures::future::BoxFuture;
use pipectl_engine::apply::{Event, Outcome};
use pipectl_engine::converge::{Converged, Operator, Run, Stopped};
use pipectl_engine::graph::Graph;
use pipectl_engine::inventory::Inventory;
use pipectl_engine::live::AnyLive;
use pipectl_engine::lock::Lease;
use pipectl_engine::look::Look;
use pipectl_engine::plan::{Action, Consent, Plan, plan};
use pipectl_engine::resource::{Address, Resource};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How a run ended, as its exit code tells.
#[derive(Default)]
pub(crate) enum Ended {
    /// It was killed.
    #[default]
    Unfinished,
    /// It only looked.
    Looked,
    /// Something came between before anything was done.
    Stopped(String),
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
            Self::Looked => f.write_str("it only looked"),
            Self::Stopped(why) => f.write_str(why),
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
    client.look_anew().await;
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
    let began = client.shared.now();
    client.warrant(|warrant| warrant.began = began);
    let parts = if runner.aim == Aim::Nothing { &[] } else { file };
    let graph = graph(parts);
    let end = match runner.aim {
        Aim::Look => look(client, &graph).await,
        Aim::File | Aim::Nothing => converge(client, runner, &graph, file, stop).await,
    };
    if let (Ended::Applied(applied), Aim::File) = (&end, runner.aim) {
        check(client, file, applied, began);
    }
    *ended.lock().expect("nothing panics while it holds this") = end;
}

/// `plan`
async fn look(client: &Client, graph: &Graph<'_, Client>) -> Ended {
    match observe(client, graph).await {
        Ok(live) => drop(plan(graph, &live, &Consent::default()).fingerprint()),
        Err(error) => return Ended::Stopped(format!("it could not look: {error}")),
    }
    Ended::Looked
}

/// `apply` and `destroy`
async fn converge(
    client: &Client,
    runner: &Runner,
    graph: &Graph<'_, Client>,
    file: &[Part],
    stop: &AtomicBool,
) -> Ended {
    let home = file.iter().find(|part| (part.kind, part.letter) == (Kind::Bucket, 'a'));
    let run = Run {
        world: client,
        registers: &BucketLocks { client },
        home: Address::new(Kind::Bucket.name(), "a"),
        place: home.map_or_else(|| name_of(Kind::Bucket, 'a', 0), Part::name),
        id: format!("run-{}", client.number),
        holder: holder(client.number),
        patience: Duration::from_secs(if runner.waits { 3_600 } else { 0 }),
        consent: consent(runner),
        parallelism: runner.parallelism,
        stop,
    };
    let mut clerk = Clerk { client, stop, at_work: None, empty: false };
    // As the program does: where the file's resources are, also where they are to go.
    let wanted = self::graph(file);
    let observe = async || observe(client, &wanted).await;
    let first = Look::around(run.registers, (&run.home, &run.place), &observe).await;
    let end = match first {
        Ok(first) => run.converge(graph, (Some(first), observe), &mut clerk).await,
        Err(error) => Err(Refused::Stopped(Stopped::Looking(error))),
    };
    let end = match end {
        Ok(Converged { steps, outcome, .. }) => Ended::Applied(applied(&steps, &outcome, clerk.empty)),
        Err(Refused::Plan(refused)) => Ended::Refused(refused),
        Err(Refused::Stopped(Stopped::Held(lease))) => Ended::Refused(vec![format!("{} is at work", lease.id)]),
        Err(Refused::Stopped(stopped)) => Ended::Stopped(format!("{stopped:?}")),
    };
    client.tell(|| format!("run {} ended: {end}", client.number));
    end
}

/// What it says is so, if nobody else was there to change it.
fn check(client: &Client, file: &[Part], applied: &Applied, began: Moment) {
    let mut universe = client.shared.lock();
    let cloud = &mut universe.cloud;
    if applied.steps.0 != applied.steps.1 {
        let words = format!("{} steps, of which {} are accounted for", applied.steps.0, applied.steps.1);
        cloud.conscience.breaks(Promise::DoneIsDone, words);
    }
    if !cloud.conscience.was_alone(client.number, began) {
        return;
    }
    if let Some(found) = untrue(cloud, file, applied) {
        cloud.conscience.breaks(Promise::DoneIsDone, format!("it was said to be done, but {found}"));
    }
}

/// Why a run did nothing.
enum Refused {
    Plan(Vec<String>),
    Stopped(Stopped<Error>),
}

impl From<Stopped<Error>> for Refused {
    fn from(stopped: Stopped<Error>) -> Self {
        Self::Stopped(stopped)
    }
}

/// Agrees to what is not refused, and keeps the books.
struct Clerk<'a> {
    client: &'a Client,
    stop: &'a AtomicBool,
    at_work: Option<AtWork<'a>>,
    empty: bool,
}

/// Until the run ends, or is killed.
struct AtWork<'a>(&'a Client);

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.shared.lock().cloud.conscience.at_work.remove(&self.0.number);
    }
}

impl Operator<Client> for Clerk<'_> {
    type Error = Refused;

    fn agree(
        &mut self,
        plan: &mut Plan<'_, Client>,
        _: &Inventory<Client>,
        _: bool,
    ) -> std::result::Result<(), Refused> {
        let refused = plan.refused().map(|(step, refusal)| format!("{}: {refusal:?}", step.address));
        let refused: Vec<_> = refused.collect();
        if !refused.is_empty() {
            return Err(Refused::Plan(refused));
        }
        self.empty = plan.is_empty();
        self.client.warrant(|warrant| warrant.looking = false);
        Ok(())
    }

    fn waits_for(&mut self, lease: &Lease) {
        self.client.tell(|| format!("run {} waits for {}", self.client.number, lease.id));
    }

    fn told(&mut self, event: &Event<'_, Client>) {
        let number = self.client.number;
        if let Event::Started(step) = event {
            let mut universe = self.client.shared.lock();
            let now = universe.cloud.now;
            let conscience = &mut universe.cloud.conscience;
            conscience.at_work.insert(number);
            conscience.stepped.insert(number, now);
            if self.stop.load(Ordering::Relaxed) {
                let words = format!("run {number} starts {} after an interrupt", step.address);
                conscience.breaks(Promise::StopStops, words);
            }
            drop(universe);
            self.at_work.get_or_insert(AtWork(self.client));
        }
        self.client.tell(|| match event {
            Event::Started(step) => format!("run {number}: {step:?} ..."),
            Event::Finished(step, _) => format!("run {number}: {step:?} done"),
            Event::Failed(step, error) => format!("run {number}: {step:?} failed: {error}"),
            Event::Skipped(step) => format!("run {number}: {step:?} skipped"),
            Event::Spared(step) => format!("run {number}: {step:?} spared"),
        });
    }
}

/// What it tells of its steps.
fn applied(steps: &[(Address, Action)], outcome: &Outcome<Client>, empty: bool) -> Applied {
    let mut all = Applied { empty, skipped: outcome.skipped.len(), ..Applied::default() };
    for index in &outcome.done {
        let (address, action) = &steps[*index];
        let told = match action {
            Action::NoOp => &mut all.kept,
            Action::Delete => &mut all.deleted,
            _ => &mut all.made,
        };
        told.insert(address.clone());
    }
    all.failed.extend(outcome.failed.iter().map(|(index, error)| format!("{}: {error}", steps[*index].0)));
    all.steps = (steps.len(), outcome.done.len() + outcome.failed.len() + outcome.skipped.len());
    all
}
