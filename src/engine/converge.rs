//! From a look at what lives to the end of the work, alone: observe, plan, lock, apply, release.

use super::apply::{Event, Execution, Outcome, apply};
use super::graph::Graph;
use super::inventory::Inventory;
use super::lock::{Holder, Lease, Lock, Reading, Register, Taken, in_the_way};
use super::plan::{Action, Consent, Plan, plan};
use super::resource::{Address, Owner, Tried, World};
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
    pub register: &'a R,
    /// What the register lies in. Its deletion is the last of all, since it ends the lock.
    pub home: Address,
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
    /// How many of the steps that were to do something are done, and how many were not begun.
    pub done: usize,
    pub skipped: usize,
    /// The lock was lost midway, and nothing more was begun.
    pub lost: bool,
    /// Why the lock could not be given back. It expires.
    pub unreleased: Option<W::Error>,
}

impl<W: World, R: Register<Error = W::Error>> Run<'_, W, R> {
    /// Makes what lives what the graph says, if the operator agrees.
    ///
    /// The register is read while `observe` looks around, so a run that changes nothing asks no more than a plan does.
    ///
    /// # Errors
    /// [`Stopped`], or the operator's no. Nothing was changed then, but for the place of the lock.
    pub async fn converge<O: Operator<W>>(
        &self,
        graph: &Graph<'_, W>,
        observe: impl AsyncFn() -> Tried<W, Inventory<W>>,
        operator: &mut O,
    ) -> Result<Converged<W>, O::Error> {
        let mut agreed: Option<String> = None;
        let mut rounds = 0;
        while rounds < ROUNDS {
            let began = self.register.clock();
            let (live, reading) = futures::join!(observe(), self.register.read());
            let read_at = self.register.clock();
            let live = live.map_err(Stopped::Looking)?;
            if let Ok(reading) = &reading
                && let Some(lease) = in_the_way(self.register, reading, &self.id)
            {
                if !self.patience.is_zero() {
                    operator.waits_for(lease);
                }
                self.wait(lease.clone()).await?;
                continue;
            }
            rounds += 1;
            let mut plan = self.plan(graph, &live);
            let fingerprint = plan.fingerprint();
            if agreed.as_ref() != Some(&fingerprint) {
                operator.agree(&mut plan, &live, agreed.is_some())?;
                agreed = Some(fingerprint);
            }
            if plan.is_empty() {
                return Ok(self.carry_out(&plan, None, operator).await);
            }
            let reading = reading.map_err(Stopped::Locking)?;
            let lock = match self.take(graph, &live, &reading, read_at).await? {
                Taken::Stale => continue,
                Taken::Nowhere => return Ok(self.carry_out(&plan, None, operator).await),
                Taken::Lock(lock) => lock,
            };
            if self.is_sure(&plan, &live, &reading, read_at - began) {
                return Ok(self.carry_out(&plan, Some(lock), operator).await);
            }
            let live = match observe().await {
                Ok(live) => live,
                Err(error) => {
                    // What went wrong first is what is told.
                    let _ = lock.release().await;
                    return Err(Stopped::Looking(error).into());
                }
            };
            let plan = self.plan(graph, &live);
            if agreed.as_ref() == Some(&plan.fingerprint()) {
                return Ok(self.carry_out(&plan, Some(lock), operator).await);
            }
            lock.release().await.map_err(Stopped::Locking)?;
        }
        Err(Stopped::Unsettled.into())
    }

    fn plan<'p>(&self, graph: &'p Graph<'_, W>, live: &'p Inventory<W>) -> Plan<'p, W> {
        let mut plan = plan(graph, live, &self.consent);
        plan.delete_last(&self.home);
        plan
    }

    /// Until nobody else is at work.
    async fn wait(&self, mut lease: Lease) -> Result<(), Stopped<W::Error>> {
        let began = self.register.clock();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Stopped::Interrupted);
            }
            let left = self.patience.saturating_sub(self.register.clock() - began);
            if left.is_zero() {
                return Err(Stopped::Held(lease));
            }
            self.register.pause(LOOK.min(left)).await;
            let reading = self.register.read().await.map_err(Stopped::Locking)?;
            match in_the_way(self.register, &reading, &self.id) {
                Some(other) => lease = other.clone(),
                None => return Ok(()),
            }
        }
    }

    /// Takes the lock, and makes its place where there is none and the graph asks for it: a first apply.
    async fn take(
        &self,
        graph: &Graph<'_, W>,
        live: &Inventory<W>,
        reading: &Reading<R::Version>,
        read_at: Duration,
    ) -> Result<Taken<'_, R>, Stopped<W::Error>> {
        // A destroy may find a place of that name that is somebody's, and nothing is to be written there.
        let ours = live.get(&self.home).is_some_and(|home| *home.owner() == Owner::Us);
        if !(ours || graph.contains(&self.home) || reading.found.is_some()) {
            // Whoever made what was seen since wrote here before.
            let again = self.register.read().await.map_err(Stopped::Locking)?;
            return Ok(if again.found.is_some() { Taken::Stale } else { Taken::Nowhere });
        }
        let by = (self.id.as_str(), &self.holder);
        let taken = Lock::take(self.register, by, reading, read_at).await.map_err(Stopped::Locking)?;
        match taken {
            // Somebody has taken everything down since.
            Taken::Nowhere if reading.found.is_some() => Ok(Taken::Stale),
            Taken::Nowhere if graph.contains(&self.home) => {
                let prepared = self.register.prepare().await;
                prepared.map_err(|error| Stopped::Preparing(self.home.clone(), error))?;
                Lock::take(self.register, by, reading, read_at).await.map_err(Stopped::Locking)
            }
            taken => Ok(taken),
        }
    }

    /// Whether nobody can have changed anything in the time of the look around, which took this long. A register that is
    /// not there yet says nothing; but where nothing of ours lives, nothing of it can have changed. Where its place is
    /// about to be replaced, the new place was made for it just now, which another look would take for a change.
    fn is_sure(&self, plan: &Plan<'_, W>, live: &Inventory<W>, reading: &Reading<R::Version>, took: Duration) -> bool {
        let replaced = || plan.steps.iter().any(|step| step.address == self.home && step.order().is_some());
        match reading.found {
            Some(_) => reading.rested(took),
            None => replaced() || live.iter().all(|live| *live.owner() != Owner::Us),
        }
    }

    async fn carry_out<O: Operator<W>>(
        &self,
        plan: &Plan<'_, W>,
        lock: Option<Lock<'_, R>>,
        operator: &mut O,
    ) -> Converged<W> {
        let execution = Execution { parallelism: self.parallelism, stop: self.stop };
        let work = apply(plan, self.world, execution, |event| operator.told(&event));
        let Some(mut lock) = lock else {
            return Converged::of(plan, work.await, false, None);
        };
        let (outcome, lost) = match select(pin!(work), pin!(lock.keep())).await {
            Either::Left((outcome, _)) => (outcome, false),
            Either::Right(((), work)) => {
                self.stop.store(true, Ordering::Relaxed);
                (work.await, true)
            }
        };
        let unreleased = if lost { None } else { lock.release().await.err() };
        Converged::of(plan, outcome, lost, unreleased)
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
        Self { done: count(&outcome.done), skipped: count(&outcome.skipped), outcome, lost, unreleased }
    }
}
