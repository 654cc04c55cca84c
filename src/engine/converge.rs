//! From a look at what lives to the end of the work, alone: observe, plan, lock, apply, release.

use super::apply::{Event, Execution, Outcome, apply};
use super::graph::Graph;
use super::inventory::Inventory;
use super::lock::{Holder, Lease, Leaving, Lock, Registers, Seen, Taken, in_the_way};
use super::locks::Locks;
use super::look::{Look, homes, is_sure};
use super::plan::{Action, Consent, Plan, Work, plan};
use super::resource::{Address, Tried, World};
use futures::future::{Either, select};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Plans that are made at most. Without other hands at work, the second one is the last.
const ROUNDS: usize = 5;
/// The time between two looks at a lock that somebody holds.
const LOOK: Duration = Duration::from_secs(2);

/// Who runs it: is shown what is to be done, agrees to it, and is told what becomes of it.
pub trait Operator<W: World> {
    type Error: From<Stopped<W::Error>>;

    /// Leaves in a plan what only the operator knows to be needed still: [`Plan::hold`].
    fn amend(&self, _: &mut Plan<'_, W>) {}

    /// Shows a plan and asks, and may refuse steps of it for what only the operator knows. `again` where one was agreed to before, and AWS has changed since.
    ///
    /// # Errors
    /// Where the answer is no.
    fn agree(&mut self, plan: &mut Plan<'_, W>, live: &Inventory<W>, again: bool) -> Result<(), Self::Error>;

    /// Somebody else is at work, and is waited for.
    fn waits_for(&mut self, lease: &Lease);

    fn told(&mut self, event: &Event<'_, W>);
}

/// Why nothing was done.
#[derive(Debug)]
pub enum Stopped<E> {
    /// The look around failed.
    Looking(E),
    /// The lock could not be read or written.
    Locking(E),
    /// What the lock lies in could not be made.
    Preparing(Address, E),
    /// Somebody else is at work, and was so for longer than we wait.
    Held(Lease),
    /// What lives kept changing while it was looked at.
    Unsettled,
    /// The run was told to stop.
    Interrupted,
}

/// How a run goes about it.
pub struct Run<'a, W: World, R> {
    pub world: &'a W,
    pub registers: &'a R,
    /// What a register lies in. Its deletion is the last of all, since it ends the lock.
    pub home: Address,
    /// The id of the home that the file asks for, whatever lives.
    pub place: String,
    /// Of this run, and of no other.
    pub id: String,
    pub holder: Holder,
    /// For how long somebody else is waited for.
    pub patience: Duration,
    pub consent: Consent,
    pub parallelism: usize,
    pub stop: &'a AtomicBool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Converged<W: World> {
    pub outcome: Outcome<W>,
    /// What each step of the plan was about, by its position.
    pub steps: Vec<(Address, Action)>,
    /// How many of the steps that were to do something are done, and how many were not begun.
    pub done: usize,
    pub skipped: usize,
    /// The lock was lost midway, and nothing more was begun.
    pub lost: bool,
    /// Why the lock could not be given back. It expires.
    pub unreleased: Option<W::Error>,
}

/// What was agreed to: a plan, and the same without the step of the home.
#[derive(PartialEq, Eq)]
struct Agreed {
    whole: String,
    rest: String,
}

/// The lock, and whether its place was made for it.
struct Held<'a, R: Registers> {
    locks: Locks<'a, R>,
    made: bool,
}

impl<W: World, R: Registers<Error = W::Error>> Run<'_, W, R> {
    /// Makes what lives what the graph says, if the operator agrees. `first` is a look that was taken already.
    ///
    /// # Errors
    /// [`Stopped`], or the operator's no. Nothing was changed then, but for the place of the lock.
    pub async fn converge<O: Operator<W>>(
        &self,
        graph: &Graph<'_, W>,
        (mut first, observe): (Option<Look<W, R::Version>>, impl AsyncFn() -> Tried<W, Inventory<W>>),
        operator: &mut O,
    ) -> Result<Converged<W>, O::Error> {
        let mut agreed = None;
        let mut rounds = 0;
        while rounds < ROUNDS {
            let around = match first.take() {
                Some(look) => look,
                None => {
                    let look = Look::around(self.registers, (&self.home, &self.place), &observe).await;
                    look.map_err(Stopped::Looking)?
                }
            };
            let seen = around.seen.iter().flatten();
            let held =
                seen.filter_map(|seen| Some((seen, in_the_way(self.registers, &seen.reading, &self.id)?))).next();
            if let Some((seen, lease)) = held {
                if !self.patience.is_zero() {
                    operator.waits_for(lease);
                }
                self.wait(&seen.place, lease.clone()).await?;
                continue;
            }
            rounds += 1;
            if let Some(converged) = self.attempt(graph, &observe, around, &mut agreed, operator).await? {
                return Ok(converged);
            }
        }
        Err(Stopped::Unsettled.into())
    }

    /// The ids of those homes that live and are ours.
    fn homes(&self, live: &Inventory<W>) -> Vec<String> {
        homes(live, &self.home)
    }

    /// Plans, asks, locks and works. `None`: somebody was quicker, and what was seen is no longer true.
    async fn attempt<O: Operator<W>>(
        &self,
        graph: &Graph<'_, W>,
        observe: &impl AsyncFn() -> Tried<W, Inventory<W>>,
        Look { live, seen, began }: Look<W, R::Version>,
        agreed: &mut Option<Agreed>,
        operator: &mut O,
    ) -> Result<Option<Converged<W>>, O::Error> {
        let mut plan = self.plan(graph, &live);
        operator.amend(&mut plan);
        let asked = self.agreed(&plan);
        if agreed.as_ref() != Some(&asked) {
            operator.agree(&mut plan, &live, agreed.is_some())?;
        }
        let asked = agreed.insert(asked);
        if plan.is_empty() {
            return Ok(Some(self.carry_out(&plan, Locks::default(), operator).await));
        }
        let seen = seen.map_err(Stopped::Locking)?;
        let Some(Held { mut locks, made }) = self.take(graph, &live, &seen).await? else { return Ok(None) };
        let again =
            if is_sure(&live, &seen, began) { Ok(None) } else { look_again(observe, &mut locks).await.map(Some) };
        let again = match again {
            Ok(again) => again,
            Err(lost) => {
                // What went wrong first is what is told.
                let _ = locks.release().await;
                return lost.map_or(Ok(None), |error| Err(Stopped::Looking(error).into()));
            }
        };
        if let Some(live) = &again {
            plan = self.plan(graph, live);
            operator.amend(&mut plan);
            let now = self.agreed(&plan);
            let same = now == *asked || made && now.rest == asked.rest && plan.refused().next().is_none();
            if !same {
                locks.release().await.map_err(Stopped::Locking)?;
                return Ok(None);
            }
        }
        if graph.contains(&self.home) && !locks.has(&self.place) && !self.join(&mut locks, &live, &seen[0]).await? {
            locks.release().await.map_err(Stopped::Locking)?;
            return Ok(None);
        }
        Ok(Some(self.carry_out(&plan, locks, operator).await))
    }

    fn plan<'p>(&self, graph: &'p Graph<'_, W>, live: &'p Inventory<W>) -> Plan<'p, W> {
        let mut plan = plan(graph, live, &self.consent);
        plan.delete_last(&self.home.kind, &self.homes(live), &self.place);
        plan
    }

    fn agreed(&self, plan: &Plan<'_, W>) -> Agreed {
        Agreed { whole: plan.fingerprint(), rest: plan.fingerprint_but(&self.home) }
    }

    /// Until nobody else is at work.
    async fn wait(&self, place: &str, mut lease: Lease) -> Result<(), Stopped<W::Error>> {
        let began = self.registers.clock();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Stopped::Interrupted);
            }
            let left = self.patience.saturating_sub(self.registers.clock() - began);
            if left.is_zero() {
                return Err(Stopped::Held(lease));
            }
            self.registers.pause(LOOK.min(left)).await;
            let reading = self.registers.read(place).await.map_err(Stopped::Locking)?;
            match in_the_way(self.registers, &reading, &self.id) {
                Some(other) => lease = other.clone(),
                None => return Ok(()),
            }
        }
    }

    /// Takes the lock in each home that lives, one after the other, all runs in the same order; where none lives, in the
    /// one that the file asks for. `None`: somebody was quicker.
    async fn take(
        &self,
        graph: &Graph<'_, W>,
        live: &Inventory<W>,
        seen: &[Seen<R::Version>],
    ) -> Result<Option<Held<'_, R>>, Stopped<W::Error>> {
        let homes = self.homes(live);
        let mut there: Vec<_> =
            seen.iter().filter(|seen| homes.contains(&seen.place) || seen.reading.found.is_some()).collect();
        there.sort_by(|one, other| one.place.cmp(&other.place));
        if there.is_empty() {
            return self.take_first(graph, live, &seen[0]).await;
        }
        let mut locks = Locks::default();
        for seen in there {
            match self.lock(seen).await {
                Ok(Taken::Lock(lock)) => locks.add(lock),
                other => {
                    let released = locks.release().await;
                    // Nowhere: somebody has taken it down since.
                    return other.and(released.map_err(Stopped::Locking)).map(|()| None);
                }
            }
        }
        Ok(Some(Held { locks, made: false }))
    }

    /// No home lives: a first apply, or somebody has deleted it. Whoever makes it and writes first is the one to work.
    async fn take_first(
        &self,
        graph: &Graph<'_, W>,
        live: &Inventory<W>,
        own: &Seen<R::Version>,
    ) -> Result<Option<Held<'_, R>>, Stopped<W::Error>> {
        let nowhere = || Some(Held { locks: Locks::default(), made: false });
        let applies = graph.contains(&self.home);
        // A destroy may find one of that name that is somebody's, and nothing is to be written there.
        if !applies && live.get(&self.home).is_some() {
            // Whoever made what was seen since wrote here before.
            let again = self.registers.read(&self.place).await.map_err(Stopped::Locking)?;
            return Ok(if again.found.is_some() { None } else { nowhere() });
        }
        let mut locks = Locks::default();
        match self.join(&mut locks, live, own).await {
            Ok(true) => Ok(Some(Held { locks, made: true })),
            Ok(false) => Ok(None),
            // The name is somebody's, or it may not be made: no reason to leave what is to go.
            Err(Stopped::Preparing(..)) if !applies => Ok(nowhere()),
            Err(error) => Err(error),
        }
    }

    /// Takes the lock in the home that the file asks for, too, which is made if it is not there. False: somebody was
    /// quicker.
    async fn join<'l>(
        &'l self,
        locks: &mut Locks<'l, R>,
        live: &Inventory<W>,
        own: &Seen<R::Version>,
    ) -> Result<bool, Stopped<W::Error>> {
        let is_there = live.get(&self.home).is_some() || self.homes(live).contains(&self.place);
        let mut taken = if is_there { self.lock(own).await? } else { Taken::Nowhere };
        if matches!(taken, Taken::Nowhere) {
            let prepared = self.registers.prepare(&self.place).await;
            prepared.map_err(|error| Stopped::Preparing(self.home.clone(), error))?;
            taken = self.lock(own).await?;
        }
        let Taken::Lock(lock) = taken else { return Ok(false) };
        locks.add(lock);
        Ok(true)
    }

    async fn lock(&self, seen: &Seen<R::Version>) -> Result<Taken<'_, R>, Stopped<W::Error>> {
        Lock::take(self.registers, (&self.id, &self.holder), seen).await.map_err(Stopped::Locking)
    }

    async fn carry_out<O: Operator<W>>(
        &self,
        plan: &Plan<'_, W>,
        mut locks: Locks<'_, R>,
        operator: &mut O,
    ) -> Converged<W> {
        let leaving = Leaving::default();
        let execution = Execution { parallelism: self.parallelism, stop: self.stop };
        let work = apply(plan, self.world, execution, |event| {
            if let Event::Started(step) = &event
                && let Work::Delete(live) = step.work
                && step.address.kind == self.home.kind
            {
                leaving.add(live.live_id());
            }
            operator.told(&event);
        });
        let (outcome, lost) = match select(pin!(work), pin!(locks.keep(&leaving))).await {
            Either::Left((outcome, _)) => (outcome, false),
            Either::Right(((), work)) => {
                self.stop.store(true, Ordering::Relaxed);
                (work.await, true)
            }
        };
        // What is lost in one place may still be ours in another.
        let unreleased = locks.release().await.err().filter(|_| !lost);
        Converged::of(plan, outcome, lost, unreleased)
    }
}

/// Looks around once more while the lock is kept: slow or throttled, that may take longer than a lease lasts.
///
/// # Errors
/// Why nothing was seen; `None` where the lock was lost meanwhile.
async fn look_again<W: World, R: Registers<Error = W::Error>>(
    observe: &impl AsyncFn() -> Tried<W, Inventory<W>>,
    locks: &mut Locks<'_, R>,
) -> Result<Inventory<W>, Option<W::Error>> {
    match select(pin!(observe()), pin!(locks.keep(&Leaving::default()))).await {
        Either::Left((seen, _)) => seen.map_err(Some),
        Either::Right(_) => Err(None),
    }
}

impl<W: World> Converged<W> {
    /// Nothing was to be done.
    pub fn is_empty(&self) -> bool {
        self.done + self.skipped + self.outcome.failed.len() == 0
    }

    fn of(plan: &Plan<'_, W>, outcome: Outcome<W>, lost: bool, unreleased: Option<W::Error>) -> Self {
        let count =
            |all: &BTreeSet<usize>| all.iter().filter(|index| plan.steps[**index].action() != Action::NoOp).count();
        let (done, skipped) = (count(&outcome.done), count(&outcome.skipped));
        let steps = plan.steps.iter().map(|step| (step.address.clone(), step.action())).collect();
        Self { outcome, steps, done, skipped, lost, unreleased }
    }
}
