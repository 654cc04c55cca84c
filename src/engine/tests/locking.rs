//! One run at a time, from a look around to the end of the work.

use crate::fake::{Broken, Fake, Memory, Role, Vault, consent, words};
use crate::order::{drawn, family};
use pipectl_engine::apply::Event;
use pipectl_engine::converge::{Converged, Operator, Run, Stopped};
use pipectl_engine::graph::Graph;
use pipectl_engine::inventory::Inventory;
use pipectl_engine::lock::{Entry, Holder, LEASE, Lease, Reading, Register, Written};
use pipectl_engine::plan::Plan;
use pipectl_engine::resource::Address;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// A register in memory, whose time passes only where somebody waits.
#[derive(Debug, Default)]
struct Slate {
    state: Mutex<State>,
    clock: Mutex<Duration>,
}

#[derive(Debug, Default)]
struct State {
    /// There is a place for it.
    place: bool,
    found: Option<(Entry, u64)>,
    /// As many were ever written.
    writes: u64,
    /// The answer to the next write is lost, and the request repeated.
    lost_answer: bool,
}

/// The register's time where the clock here begins.
const NOON: u64 = 1_000_000;

impl Slate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no call panics")
    }

    fn lease(&self) -> Option<Lease> {
        self.state().found.as_ref().and_then(|(entry, _)| entry.lease.clone())
    }

    /// As another run leaves it that wrote `ago` seconds before.
    fn left(&self, ago: u64, lease: Option<Lease>) {
        let mut state = self.state();
        state.writes += 1;
        state.place = true;
        state.found = Some((Entry { by: "another".to_owned(), at: NOON - ago, lease }, state.writes));
    }
}

impl Register for Slate {
    type Version = u64;
    type Error = Broken;

    async fn read(&self) -> Result<Reading<u64>, Broken> {
        tokio::task::yield_now().await;
        Ok(Reading { found: self.state().found.clone(), now: NOON + self.clock().as_secs() })
    }

    async fn write(&self, entry: &Entry, version: Option<&u64>) -> Result<Written<u64>, Broken> {
        tokio::task::yield_now().await;
        let mut state = self.state();
        if !state.place {
            return Ok(Written::Nowhere);
        }
        if state.found.as_ref().map(|(_, there)| there) != version {
            return Ok(Written::Stale);
        }
        state.writes += 1;
        state.found = Some((entry.clone(), state.writes));
        Ok(if std::mem::take(&mut state.lost_answer) { Written::Stale } else { Written::Done(state.writes) })
    }

    async fn prepare(&self) -> Result<(), Broken> {
        self.state().place = true;
        Ok(())
    }

    fn clock(&self) -> Duration {
        *self.clock.lock().expect("no call panics")
    }

    async fn pause(&self, time: Duration) {
        // Longer than any call: who renews a lease sleeps while there is work.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        *self.clock.lock().expect("no call panics") += time;
    }
}

/// Agrees to everything, and notes what it was shown.
#[derive(Default)]
struct Yes<'a> {
    shown: Vec<(Vec<String>, bool)>,
    waited: usize,
    /// Happens while it is asked.
    meanwhile: Option<&'a dyn Fn()>,
    told: Option<&'a dyn Fn()>,
}

impl Operator<Memory> for Yes<'_> {
    type Error = Stopped<Broken>;

    fn agree(&mut self, plan: &mut Plan<'_, Memory>, _: &Inventory<Memory>, again: bool) -> Result<(), Self::Error> {
        self.shown.push((words(plan), again));
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        Ok(())
    }

    fn waits_for(&mut self, _: &Lease) {
        self.waited += 1;
    }

    fn told(&mut self, event: &Event<'_, Memory>) {
        if let (Event::Started(_), Some(told)) = (event, self.told.take()) {
            told();
        }
    }
}

fn holder(who: &str) -> Holder {
    Holder { operation: "apply".to_owned(), who: who.to_owned(), run: None, process: None }
}

fn lease(since: u64) -> Lease {
    let (since, until) = (NOON - since, NOON - since + LEASE.as_secs());
    Lease { id: "another".to_owned(), holder: holder("another"), since, until }
}

async fn run_as(
    who: &str,
    (world, slate): (&Memory, &Slate),
    graph: &Graph<'static, Memory>,
    patience: u64,
    user: &mut Yes<'_>,
) -> Result<Converged<Memory>, Stopped<Broken>> {
    let wanted = drawn(family);
    let run = Run {
        world,
        register: slate,
        home: Address::new("fake.vault", "v"),
        id: who.to_owned(),
        holder: holder(who),
        patience: Duration::from_secs(patience),
        consent: consent(),
        parallelism: 4,
        stop: &world.stop,
    };
    run.converge(graph, async || Ok(world.observe(&wanted).await), user).await
}

async fn run(place: (&Memory, &Slate), user: &mut Yes<'_>) -> Result<Converged<Memory>, Stopped<Broken>> {
    run_as("me", place, &drawn(family), 0, user).await
}

#[tokio::test]
async fn a_run_holds_the_lock_while_it_works_and_gives_it_back() {
    let (world, slate) = (Memory::default(), Slate::default());
    let held = AtomicBool::new(false);
    let look = || held.store(slate.lease().is_some(), Ordering::Relaxed);
    let done = run((&world, &slate), &mut Yes { told: Some(&look), ..Yes::default() }).await.unwrap();
    assert_eq!((done.done, done.skipped, done.lost), (5, 0, false));
    assert!(held.load(Ordering::Relaxed), "it works under the lock");
    assert!(slate.lease().is_none() && slate.state().found.is_some(), "it is free, and stays");
    let writes = slate.state().writes;
    run((&world, &slate), &mut Yes::default()).await.unwrap();
    assert_eq!(slate.state().writes, writes, "a run without changes writes nothing");
}

#[tokio::test]
async fn of_two_first_runs_one_works_and_the_other_is_told_who_does() {
    let (world, slate) = (Memory::default(), Slate::default());
    let (mut one, mut two) = (Yes::default(), Yes::default());
    let graph = drawn(family);
    let both = futures::join!(
        run_as("one", (&world, &slate), &graph, 0, &mut one),
        run_as("two", (&world, &slate), &graph, 0, &mut two)
    );
    let (done, lease, winner) = match both {
        (Ok(done), Err(Stopped::Held(lease))) => (done, lease, "one"),
        (Err(Stopped::Held(lease)), Ok(done)) => (done, lease, "two"),
        other => panic!("{other:?}"),
    };
    assert_eq!((done.done, lease.holder.who.as_str()), (5, winner));
    assert_eq!(world.said().len(), 5, "nothing was made twice");
}

#[tokio::test]
async fn whoever_waits_goes_on_from_what_the_other_has_left() {
    let (world, slate) = (Memory::default(), Slate::default());
    let (mut one, mut two) = (Yes::default(), Yes::default());
    let graph = drawn(family);
    let (first, second) = futures::join!(
        run_as("one", (&world, &slate), &graph, 60, &mut one),
        run_as("two", (&world, &slate), &graph, 60, &mut two)
    );
    let waiter = match (first.unwrap().done, second.unwrap().done) {
        (5, 0) => two,
        (0, 5) => one,
        other => panic!("{other:?}"),
    };
    assert_eq!(waiter.shown.last(), Some(&(vec![], true)), "nothing is left to do");
    assert_eq!((waiter.waited, world.said().len()), (1, 5));
}

/// Somebody applied, from end to end, between our look around and our taking of the lock.
#[tokio::test]
async fn a_plan_that_was_agreed_to_and_is_stale_is_made_again() {
    let (world, slate) = (Memory::default(), Slate::default());
    slate.left(100, None);
    let meanwhile = || {
        world.put("fake.role", "r", pipectl_engine::resource::Owner::Us);
        slate.left(0, None);
    };
    let mut user = Yes { meanwhile: Some(&meanwhile), ..Yes::default() };
    run((&world, &slate), &mut user).await.unwrap();
    assert_eq!(user.shown.len(), 2);
    assert!(user.shown[1].1 && user.shown[1].0.len() < user.shown[0].0.len(), "{:?}", user.shown);
}

/// It may have ended while we looked: parts of what we saw are older than what it did.
#[tokio::test]
async fn a_look_around_in_which_another_run_ended_is_repeated_under_the_lock() {
    for (ago, looks) in [(0, 2), (100, 1)] {
        let (world, slate) = (Memory::default(), Slate::default());
        slate.left(ago, None);
        run((&world, &slate), &mut Yes::default()).await.unwrap();
        // A family has four kinds.
        assert_eq!(world.looks(), looks * 4, "{ago} s ago");
    }
}

#[tokio::test]
async fn a_holder_that_is_silent_for_a_lease_is_dead() {
    for (since, dead) in [(10, false), (61, true)] {
        let (world, slate) = (Memory::default(), Slate::default());
        slate.left(since, Some(lease(since)));
        let ran = run((&world, &slate), &mut Yes::default()).await;
        assert_eq!(ran.is_ok(), dead, "{ran:?}");
    }
}

#[tokio::test]
async fn who_lost_the_lock_begins_nothing_more_and_leaves_the_lock_alone() {
    let (world, slate) = (Memory::default(), Slate::default());
    slate.left(100, None);
    let taken = || {
        slate.left(0, Some(lease(0)));
        *slate.clock.lock().unwrap() += LEASE;
    };
    let mut user = Yes { told: Some(&taken), ..Yes::default() };
    world.slow.store(true, Ordering::Relaxed);
    let ended = run((&world, &slate), &mut user).await.unwrap();
    assert!(ended.lost && ended.skipped > 0, "{ended:?}");
    assert_eq!(slate.lease().map(|lease| lease.id), Some("another".to_owned()));
}

#[tokio::test]
async fn an_answer_that_was_lost_is_no_loss_of_the_lock() {
    let (world, slate) = (Memory::default(), Slate::default());
    slate.left(100, None);
    slate.state().lost_answer = true;
    let done = run((&world, &slate), &mut Yes::default()).await.unwrap();
    assert_eq!((done.done, done.lost), (5, false));
}

#[tokio::test]
async fn an_interrupted_run_gives_the_lock_back() {
    let (world, slate) = (Memory { stop_at: Some(1), ..Memory::default() }, Slate::default());
    let ended = run((&world, &slate), &mut Yes::default()).await.unwrap();
    assert!(ended.outcome.interrupted && !ended.lost && ended.skipped > 0);
    assert!(slate.state().found.is_some() && slate.lease().is_none());
}

/// The lock is in it.
#[tokio::test]
async fn what_the_lock_is_in_is_deleted_last_of_all() {
    let (world, slate) = (Memory::default(), Slate::default());
    world.run(&drawn(family), 8).await;
    world
        .run(
            &drawn(|graph| {
                family(graph);
                graph.add("z", |_| Fake::<Role>::new("z"));
            }),
            8,
        )
        .await;
    world.said();
    run_as("me", (&world, &slate), &drawn(|_| ()), 0, &mut Yes::default()).await.unwrap();
    assert_eq!(world.said().last().map(String::as_str), Some("delete fake.vault.v"));
}

/// A new name for what the lock is in: the first lock of the new place is no reason to ask again.
#[tokio::test]
async fn a_new_place_of_the_lock_is_agreed_to_once() {
    let (world, slate) = (Memory::default(), Slate::default());
    let housed = |id: &'static str| {
        move |graph: &mut Graph<'static, Memory>| {
            graph.add("v", move |_| Fake::<Vault>::new(id));
        }
    };
    world.run(&drawn(housed("old")), 1).await;
    let graph = drawn(housed("new"));
    // As the lock's place is made, the new one is there.
    let made = || world.put("fake.vault", "new", pipectl_engine::resource::Owner::Us);
    let mut user = Yes { meanwhile: Some(&made), ..Yes::default() };
    let run = Run {
        world: &world,
        register: &slate,
        home: Address::new("fake.vault", "v"),
        id: "me".to_owned(),
        holder: holder("me"),
        patience: Duration::ZERO,
        consent: consent(),
        parallelism: 4,
        stop: &world.stop,
    };
    let ended = run.converge(&graph, async || Ok(world.observe(&graph).await), &mut user).await.unwrap();
    assert_eq!((user.shown.len(), ended.done, ended.lost), (1, 2, false), "{:?}", user.shown);
    assert_eq!(world.there(), ["fake.vault.new"]);
}
