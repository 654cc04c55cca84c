//! A world of memory, and four kinds that live in it.
//!
//! Every call is one line of the log. A call may be told to fail before it has done anything, or after (its answer
//! is lost), and a run may be stopped at its n-th call.

use pipectl_engine::apply::{Event, Execution, Outcome, apply};
use pipectl_engine::diff::{Attributes, Change, UNFINISHED, diff};
use pipectl_engine::extra::Extra;
use pipectl_engine::graph::Graph;
use pipectl_engine::inventory::Inventory;
use pipectl_engine::live::AnyLive;
use pipectl_engine::mark::Mark;
use pipectl_engine::plan::{Consent, Plan, plan};
use pipectl_engine::resource::{Address, Live, Owner, Resource, Wanted, World};
use pipectl_engine::value::Pending;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

/// Why a call fails here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken on demand")
    }
}

impl std::error::Error for Broken {}

/// What is there under an id.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) name: String,
    /// Where several may have one id: that, while the id it lies under is this one's own.
    pub(crate) shared_id: Option<String>,
    pub(crate) owner: Owner,
    pub(crate) applied: Option<String>,
    pub(crate) data: String,
    pub(crate) size: i64,
    pub(crate) extras: Vec<Extra>,
    pub(crate) place: String,
    links: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing was done.
    Refused,
    /// It was done, and nobody was told.
    Lost,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    things: BTreeMap<(&'static str, String), Thing>,
    log: Vec<String>,
    faults: BTreeMap<String, Fault>,
    looks: usize,
    at_work: usize,
    most_at_work: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) state: Mutex<State>,
    /// Set when the call of this number begins, as Ctrl+C would.
    pub(crate) stop_at: Option<usize>,
    /// From this call on, none comes back: as if the process was killed there.
    pub(crate) hang_at: Option<usize>,
    pub(crate) stop: AtomicBool,
    /// Calls take longer than it takes to find out that a lock is lost.
    pub(crate) slow: AtomicBool,
}

impl World for Memory {
    type Place = ();
    type Error = Broken;
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no call panics")
    }

    /// The calls that changed something, since it was last asked.
    pub(crate) fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// Makes the next call of these words fail: `create fake.role.a`.
    pub(crate) fn breaks(&self, words: &str, fault: Fault) {
        self.state().faults.insert(words.to_owned(), fault);
    }

    /// Faults that did not strike.
    pub(crate) fn waiting_faults(&self) -> usize {
        self.state().faults.len()
    }

    /// How often one kind was looked at.
    pub(crate) fn looks(&self) -> usize {
        self.state().looks
    }

    pub(crate) fn most_at_work(&self) -> usize {
        self.state().most_at_work
    }

    /// Changes something behind the engine's back; `None` takes it away.
    pub(crate) fn meddle(&self, kind: &'static str, id: &str, change: impl FnOnce(&mut Thing)) {
        change(self.state().things.get_mut(&(kind, id.to_owned())).expect("there is such a thing"));
    }

    pub(crate) fn put(&self, kind: &'static str, id: &str, owner: Owner) {
        let thing = Thing {
            name: id.to_owned(),
            shared_id: None,
            owner,
            applied: None,
            data: String::new(),
            size: 1,
            extras: vec![],
            place: "here".to_owned(),
            links: vec![],
        };
        self.state().things.insert((kind, id.to_owned()), thing);
    }

    pub(crate) fn there(&self) -> Vec<String> {
        self.state().things.keys().map(|(kind, id)| format!("{kind}.{id}")).collect()
    }

    /// One call: others get their turn before and after what it does.
    async fn call<T>(&self, words: String, work: impl FnOnce(&mut State) -> T) -> Result<T, Broken> {
        let fault = {
            let mut state = self.state();
            let number = state.log.len();
            state.log.push(words.clone());
            if self.stop_at.is_some_and(|at| number >= at) {
                self.stop.store(true, Ordering::Relaxed);
            }
            state.at_work += 1;
            state.most_at_work = state.most_at_work.max(state.at_work);
            self.hang_at.is_none_or(|at| number < at).then(|| state.faults.remove(&words))
        };
        let Some(fault) = fault else { return std::future::pending().await };
        let turns = if self.slow.load(Ordering::Relaxed) { 1000 } else { 1 };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let result = (fault != Some(Fault::Refused)).then(|| work(&mut self.state()));
        tokio::task::yield_now().await;
        self.state().at_work -= 1;
        result.filter(|_| fault.is_none()).ok_or(Broken)
    }

    pub(crate) async fn observe(&self, graph: &Graph<'_, Self>) -> Inventory<Self> {
        let mut all = vec![];
        all.extend(self.found::<Role>(graph).await);
        all.extend(self.found::<Key>(graph).await);
        all.extend(self.found::<Vault>(graph).await);
        all.extend(self.found::<Function>(graph).await);
        all.extend(self.found::<Trigger>(graph).await);
        Inventory::new(all, graph)
    }

    async fn found<N: Noun>(&self, graph: &Graph<'_, Self>) -> Vec<Box<dyn AnyLive<Self>>> {
        let found = Fake::<N>::observe(self, &graph.wanted(N::KIND)).await.expect("looking does not fail");
        found.into_iter().map(|live| Box::new(live) as Box<dyn AnyLive<Self>>).collect()
    }

    /// Observes, plans and carries out; gives what happened to each step, in the order in which it was told.
    pub(crate) async fn run(&self, graph: &Graph<'_, Self>, parallelism: usize) -> (Vec<String>, Outcome<Self>) {
        let live = self.observe(graph).await;
        let plan = plan(graph, &live, &consent());
        self.carry_out(&plan, parallelism).await
    }

    pub(crate) async fn carry_out(&self, plan: &Plan<'_, Self>, parallelism: usize) -> (Vec<String>, Outcome<Self>) {
        self.stop.store(false, Ordering::Relaxed);
        let told = Mutex::new(vec![]);
        let execution = Execution { parallelism, stop: &self.stop };
        let outcome = apply(plan, self, execution, |event| {
            let words = match event {
                Event::Started(step) => format!("started {}", step.address),
                Event::Finished(step, _) => format!("finished {}", step.address),
                Event::Failed(step, error) => format!("failed {}: {error}", step.address),
                Event::Skipped(step) => format!("skipped {}", step.address),
                Event::Spared(step) => format!("spared {}", step.address),
            };
            told.lock().expect("telling does not panic").push(words);
        });
        let outcome = outcome.await;
        (told.into_inner().expect("telling does not panic"), outcome)
    }

    /// What a plan of this graph would do now, in words.
    pub(crate) async fn planned(&self, graph: &Graph<'_, Self>) -> Vec<String> {
        let live = self.observe(graph).await;
        words(&plan(graph, &live, &consent()))
    }
}

/// Losing data is allowed where a test does not say otherwise.
pub(crate) fn consent() -> Consent {
    let vaults = ('a'..='z').map(|name| Address::new(Vault::KIND, &name.to_string()));
    Consent { lose_data: vaults.collect(), ..Consent::default() }
}

/// `create fake.role.a (missing)`, one line a step that does something or is refused.
pub(crate) fn words(plan: &Plan<'_, Memory>) -> Vec<String> {
    let of_interest = plan
        .steps
        .iter()
        .filter(|step| step.refusal.is_some() || plan.work().any(|other| other.address == step.address));
    let line = |step: &pipectl_engine::plan::Step<'_, Memory>| {
        let cause = step.cause.map_or(String::new(), |cause| format!(" ({})", cause.name()));
        let refusal = step.refusal.as_ref().map_or(String::new(), |refusal| format!(" refused: {refusal:?}"));
        format!("{} {}{cause}{refusal}", step.action().name(), step.address)
    };
    of_interest.map(line).collect()
}

/// What tells one fake kind from another.
pub(crate) trait Noun: Clone + Debug + Send + Sync + 'static {
    const KIND: &'static str;
    const USES: &'static [&'static str] = &[];
    const HOLDS_DATA: bool = false;
    /// Others may use it before it is whole.
    const FINISHES: bool = false;
}

macro_rules! noun {
    ($name:ident, $kind:literal, uses $uses:expr $(, $is:ident)?) => {
        #[derive(Clone, Debug)]
        pub(crate) struct $name;
        impl Noun for $name {
            const KIND: &'static str = $kind;
            const USES: &'static [&'static str] = &$uses;
            $(const $is: bool = true;)?
        }
    };
}

noun!(Role, "fake.role", uses []);
noun!(Key, "fake.key", uses [], FINISHES);
noun!(Vault, "fake.vault", uses [], HOLDS_DATA);
noun!(Function, "fake.function", uses ["fake.role", "fake.vault", "fake.key"]);
noun!(Trigger, "fake.trigger", uses["fake.function"]);

/// A resource: `size` changes in place, `place` only by replacing, `links` are others' outputs.
#[derive(Clone, Debug)]
pub(crate) struct Fake<N> {
    pub(crate) id: String,
    pub(crate) size: i64,
    pub(crate) place: String,
    pub(crate) links: Vec<Pending<String>>,
    /// What a live one lies under.
    own_id: String,
    noun: PhantomData<N>,
}

impl<N: Noun> Fake<N> {
    pub(crate) fn new(id: &str) -> Self {
        let own_id = id.to_owned();
        Self { id: id.to_owned(), size: 1, place: "here".to_owned(), links: vec![], own_id, noun: PhantomData }
    }

    pub(crate) fn sized(self, size: i64) -> Self {
        Self { size, ..self }
    }

    pub(crate) fn placed(self, place: &str) -> Self {
        Self { place: place.to_owned(), ..self }
    }

    pub(crate) fn linked(mut self, output: &Pending<String>) -> Self {
        self.links.push(output.clone());
        self
    }

    fn outputs(&self) -> Pending<String> {
        Pending::Known(format!("{}/{}/{}", N::KIND, self.place, self.own_id))
    }

    fn put(&self, state: &mut State, name: &str, own_id: &str) {
        let thing = Thing {
            name: name.to_owned(),
            shared_id: (own_id != self.id).then(|| self.id.clone()),
            owner: Owner::Us,
            applied: Some(self.attributes().digest()),
            data: if N::HOLDS_DATA { "3 objects".to_owned() } else { String::new() },
            size: self.size,
            place: self.place.clone(),
            links: self.links.iter().map(|link| link.known().clone()).collect(),
            extras: state
                .things
                .get(&(N::KIND, own_id.to_owned()))
                .map(|thing| thing.extras.clone())
                .unwrap_or_default(),
        };
        state.things.insert((N::KIND, own_id.to_owned()), thing);
    }

    fn thing<'a>(&self, state: &'a mut State) -> &'a mut Thing {
        state.things.get_mut(&(N::KIND, self.own_id.clone())).expect("it was put")
    }

    fn live(own_id: &str, thing: &Thing) -> Live<Self> {
        let Thing { name, shared_id, owner, applied, data, size, extras, place, links } = thing.clone();
        let links = links.into_iter().map(Pending::Known).collect();
        let (id, own_id) = (shared_id.unwrap_or_else(|| own_id.to_owned()), own_id.to_owned());
        let resource = Self { id, size, place, links, own_id, noun: PhantomData };
        let applied = applied.as_deref().map(Mark::read);
        Live { name, outputs: resource.outputs(), resource, owner, applied, data, extras }
    }
}

impl<N: Noun> Resource for Fake<N> {
    type World = Memory;
    const KIND: &'static str = N::KIND;
    const USES: &'static [&'static str] = N::USES;
    const HOLDS_DATA: bool = N::HOLDS_DATA;
    type Outputs = Pending<String>;

    fn id(&self) -> String {
        self.id.clone()
    }

    fn live_id(live: &Live<Self>) -> String {
        live.resource.own_id.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { id, size, place, links, own_id: _, noun: _ } = self;
        Attributes::new().replace("id", id).update("size", size).replace("place", place).update("links", links)
    }

    fn predict(&self, (): &(), _: &str) -> Pending<String> {
        Pending::AfterApply
    }

    async fn observe(world: &Memory, wanted: &[Wanted]) -> Result<Vec<Live<Self>>, Broken> {
        let mut state = world.state();
        state.looks += 1;
        let of_kind = state.things.iter().filter(|((kind, _), _)| *kind == N::KIND);
        let found = of_kind.filter_map(|((_, id), thing)| {
            let live = Self::live(id, thing);
            let wanted = wanted.iter().find(|wanted| wanted.id == live.resource.id);
            match wanted {
                Some(wanted) => Some(Live { name: wanted.name.clone(), ..live }),
                None => (live.owner == Owner::Us).then_some(live),
            }
        });
        Ok(found.collect())
    }

    async fn create(&self, world: &Memory, name: &str) -> Result<Pending<String>, Broken> {
        let put = |state: &mut State| {
            self.put(state, name, &self.id);
            if N::FINISHES {
                self.thing(state).applied = Some(UNFINISHED.to_owned());
            }
        };
        world.call(format!("create {}.{name}", N::KIND), put).await?;
        Ok(self.outputs())
    }

    async fn finish(&self, world: &Memory, name: &str) -> Result<(), Broken> {
        if !N::FINISHES {
            return Ok(());
        }
        let whole = |state: &mut State| self.thing(state).applied = Some(self.attributes().digest());
        world.call(format!("finish {}.{name}", N::KIND), whole).await
    }

    async fn update(&self, world: &Memory, live: &Live<Self>, changes: &[Change]) -> Result<Pending<String>, Broken> {
        let told: Vec<_> = changes.iter().map(|change| change.attribute.as_ref()).collect();
        let gone = live.extras.iter().filter(|extra| extra.is_in(changes));
        let (differs, gone) = changes.split_at(changes.len() - gone.count());
        assert_eq!(differs, diff(&live.resource.attributes(), &self.attributes()), "it is told what differs");
        let words = format!("update {}.{} [{}]", N::KIND, live.name, told.join(" "));
        let put = |state: &mut State| {
            self.put(state, &live.name, &live.resource.own_id);
            live.resource.thing(state).extras.retain(|extra| !extra.is_in(gone));
        };
        world.call(words, put).await?;
        Ok(live.outputs.clone())
    }

    async fn delete(live: &Live<Self>, world: &Memory) -> Result<(), Broken> {
        let (kind, id) = (N::KIND, live.resource.own_id.clone());
        let words = format!("delete {kind}.{}", live.name);
        world.call(words, |state| state.things.remove(&(kind, id))).await.map(|_| ())
    }
}
