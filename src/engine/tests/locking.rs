//! One run at a time, from a look around to the end of the work.

use crate::fake::{Broken, Fake, Memory, Role, Vault, consent, words};
use crate::order::{drawn, family};
use pipectl_engine::apply::Event;
use pipectl_engine::converge::{Converged, Operator, Run, Stopped};
use pipectl_engine::graph::Graph;
use pipectl_engine::inventory::Inventory;
use pipectl_engine::lock::{Entry, Holder, LEASE, Lease, Reading, Registers, Written};
use pipectl_engine::plan::{Consent, Plan};
use pipectl_engine::resource::Address;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// Registers in memory, whose time passes only where somebody waits.
#[derive(Debug, Default)]
struct Slate {
    state: Mutex<State>,
    clock: Mutex<Duration>,
}

#[derive(Debug, Default)]
struct State {
    places: BTreeMap<String, Option<(Entry, u64)>>,
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

    fn lease_in(&self, place: &str) -> Option<Lease> {
        self.state().places.get(place)?.as_ref().and_then(|(entry, _)| entry.lease.clone())
    }

    fn lease(&self) -> Option<Lease> {
        self.lease_in("v")
    }

    /// What has never held a register.
    fn place(&self, place: &str) {
        self.state().places.insert(place.to_owned(), None);
    }

    /// As another run leaves it that wrote `ago` seconds before.
    fn left(&self, ago: u64, lease: Option<Lease>) {
        let mut state = self.state();
        state.writes += 1;
        let entry = Entry { by: "another".to_owned(), at: NOON - ago, lease };
        let found = Some((entry, state.writes));
        state.places.insert("v".to_owned(), found);
    }
}

impl Registers for Slate {
    type Version = u64;
    type Error = Broken;

    async fn read(&self, place: &str) -> Result<Reading<u64>, Broken> {
        tokio::task::yield_now().await;
        let found = self.state().places.get(place).cloned().flatten();
        Ok(Reading { found, now: NOON + self.clock().as_secs() })
    }

    async fn write(&self, place: &str, entry: &Entry, version: Option<&u64>) -> Result<Written<u64>, Broken> {
        tokio::task::yield_now().await;
        let mut state = self.state();
        let Some(found) = state.places.get(place) else { return Ok(Written::Nowhere) };
        if found.as_ref().map(|(_, there)| there) != version {
            return Ok(Written::Stale);
        }
        state.writes += 1;
        let found = Some((entry.clone(), state.writes));
        state.places.insert(place.to_owned(), found);
        Ok(if std::mem::take(&mut state.lost_answer) { Written::Stale } else { Written::Done(state.writes) })
    }

    async fn prepare(&self, place: &str) -> Result<(), Broken> {
        self.state().places.entry(place.to_owned()).or_default();
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
        registers: slate,
        home: Address::new("fake.vault", "v"),
        place: "v".to_owned(),
        id: who.to_owned(),
        holder: holder(who),
        patience: Duration::from_secs(patience),
        consent: consent(),
        parallelism: 4,
        stop: &world.stop,
    };
    run.converge(graph, (None, async || Ok(world.observe(&wanted).await)), user).await
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
    assert!(slate.lease().is_none() && slate.state().places["v"].is_some(), "it is free, and stays");
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
        // Each looks at five kinds.
        assert_eq!(world.looks(), looks * 5, "{ago} s ago");
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
    assert!(slate.state().places["v"].is_some() && slate.lease().is_none());
}

/// The lock is in it.
#[tokio::test]
async fn what_the_lock_is_in_is_deleted_last_of_all() {
    let (world, slate) = (Memory::default(), Slate::default());
    slate.place("v");
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

/// What the lock is in, by its id.
fn housed(id: &'static str) -> impl Fn(&mut Graph<'static, Memory>) {
    move |graph| {
        graph.add("v", move |_| Fake::<Vault>::new(id));
    }
}

/// A file that asks for a home of this id, or for nothing.
async fn run_in(
    (world, slate): (&Memory, &Slate),
    (id, applies): (&'static str, bool),
    user: &mut Yes<'_>,
) -> Result<Converged<Memory>, Stopped<Broken>> {
    let (wanted, nothing) = (drawn(housed(id)), drawn(|_| ()));
    let run = Run {
        world,
        registers: slate,
        home: Address::new("fake.vault", "v"),
        place: id.to_owned(),
        id: format!("of {id}"),
        holder: holder("me"),
        patience: Duration::ZERO,
        consent: Consent {
            lose_data: ["v", "old", "new"].map(|name| Address::new("fake.vault", name)).into(),
            ..consent()
        },
        parallelism: 4,
        stop: &world.stop,
    };
    let graph = if applies { &wanted } else { &nothing };
    run.converge(graph, (None, async || Ok(world.observe(&wanted).await)), user).await
}

/// A world in which the old home lives, and where the lock was taken once.
async fn with_old_home() -> (Memory, Slate) {
    let (world, slate) = (Memory::default(), Slate::default());
    world.run(&drawn(housed("old")), 1).await;
    slate.place("old");
    world.said();
    (world, slate)
}

/// Another id for what the lock is in: both are locked before anything begins, and it is agreed to once.
#[tokio::test]
async fn a_home_and_the_one_that_takes_its_place_are_both_locked() {
    let (world, slate) = with_old_home().await;
    let held = AtomicBool::new(false);
    let look = || {
        held.store(["old", "new"].iter().all(|place| slate.lease_in(place).is_some()), Ordering::Relaxed);
    };
    let mut user = Yes { told: Some(&look), ..Yes::default() };
    let ended = run_in((&world, &slate), ("new", true), &mut user).await.unwrap();
    assert_eq!((user.shown.len(), ended.done, ended.lost), (1, 2, false), "{:?}", user.shown);
    assert!(held.load(Ordering::Relaxed), "{slate:?}");
    assert_eq!(world.said(), ["create fake.vault.v", "delete fake.vault.v"]);
}

/// Whoever has the old file meets whoever has the new one, and the other way round.
#[tokio::test]
async fn of_runs_of_two_files_one_works() {
    for applies in [true, false] {
        let (world, slate) = with_old_home().await;
        let (mut one, mut two) = (Yes::default(), Yes::default());
        let both = futures::join!(
            run_in((&world, &slate), ("new", true), &mut one),
            run_in((&world, &slate), ("old", applies), &mut two)
        );
        let ended = |ran: &Result<Converged<Memory>, _>| matches!(ran, Ok(_) | Err(Stopped::Held(_)));
        assert!(ended(&both.0) && ended(&both.1), "{both:?}");
        assert_eq!(world.most_at_work(), 1, "{both:?}");
    }
}

/// A destroy makes a home where somebody has deleted it, so that nobody else works meanwhile; and takes it down last.
#[tokio::test]
async fn where_no_home_lives_a_destroy_makes_one_for_the_lock() {
    let (world, slate) = (Memory::default(), Slate::default());
    world.put("fake.role", "r", pipectl_engine::resource::Owner::Us);
    let mut user = Yes::default();
    run_in((&world, &slate), ("old", false), &mut user).await.unwrap();
    assert_eq!(user.shown, [(vec!["delete fake.role.r".to_owned()], false)]);
    assert_eq!(world.said(), ["delete fake.role.r"]);
    assert!(slate.state().places["old"].is_some() && slate.lease_in("old").is_none());
}
