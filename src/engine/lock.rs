//! One run at a time: a lease in a register that is written on the condition that nobody else has written it since.
//!
//! A register lies in a place, and there may be several: `locks` holds the lease in all of them. It outlives the lease. Each
//! write of it makes another version, so a run that takes the lock with the version it read before it looked around knows
//! that nobody was at work in between; there is nothing more to ask.

use futures::future::{Either, select};
use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// For how long a holder that says nothing is taken to be at work.
pub const LEASE: Duration = Duration::from_secs(60);
/// The time between two signs of life: two may be lost.
pub(crate) const RENEWAL: Duration = Duration::from_secs(20);
/// How far two readings of the register's clock may be apart that should be equal: it tells whole seconds.
const SLACK: u64 = 2;

/// Who is at work, for those who have to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// `apply`, `destroy`.
    pub operation: String,
    /// `user@host`.
    pub who: String,
    /// The address of a run in CI.
    pub run: Option<String>,
    /// What tells this process from all others that there were, where its machine can.
    pub process: Option<String>,
}

/// The right to change what lives, for a time. Times are the register's, in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Of one run.
    pub id: String,
    pub holder: Holder,
    pub since: u64,
    pub until: u64,
}

/// What is in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The run that wrote it.
    pub by: String,
    /// When, by the register's clock.
    pub at: u64,
    /// `None`: nobody is at work.
    pub lease: Option<Lease>,
}

/// What a look at the register gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<V> {
    /// `None` where nothing was ever written.
    pub found: Option<(Entry, V)>,
    /// The register's time.
    pub now: u64,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written<V> {
    Done(V),
    /// Somebody else has written since.
    Stale,
    /// There is no place for a register yet, or not any more.
    Nowhere,
}

/// One value in each place, written only where its version is still the one that was read. A place is named by the id of
/// what the register is in.
pub trait Registers: Sync {
    type Version: Clone + fmt::Debug + Send + Sync;
    type Error;

    fn read(&self, place: &str) -> impl Future<Output = Result<Reading<Self::Version>, Self::Error>> + Send;

    /// Writes; `None` is the version of what was never written.
    fn write(
        &self,
        place: &str,
        entry: &Entry,
        version: Option<&Self::Version>,
    ) -> impl Future<Output = Result<Written<Self::Version>, Self::Error>> + Send;

    /// Makes a place, if there is none. Two runs may do so at once.
    fn prepare(&self, place: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Time here, from any moment on, the same for all registers of a program. It never goes back.
    fn clock(&self) -> Duration;

    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;

    /// Whether it is known here that a holder has ended without a word.
    fn is_gone(&self, _: &Holder) -> bool {
        false
    }
}

/// What was read in one place, at which moment of the clock here.
#[derive(Debug)]
pub(crate) struct Seen<V> {
    pub(crate) place: String,
    pub(crate) reading: Reading<V>,
    pub(crate) at: Duration,
}

/// Looks into one place.
pub(crate) async fn see<R: Registers>(registers: &R, place: String) -> Result<Seen<R::Version>, R::Error> {
    let reading = registers.read(&place).await?;
    Ok(Seen { place, reading, at: registers.clock() })
}

/// Who stands in the way of a run, by what it read.
pub(crate) fn in_the_way<'a, R: Registers>(
    registers: &R,
    reading: &'a Reading<R::Version>,
    run: &str,
) -> Option<&'a Lease> {
    let lease = reading.found.as_ref()?.0.lease.as_ref()?;
    (lease.id != run && reading.now < lease.until && !registers.is_gone(&lease.holder)).then_some(lease)
}

impl<V> Reading<V> {
    /// Whether nobody has written within this time before the reading. What was never written tells nothing.
    pub(crate) fn rested(&self, time: Duration) -> bool {
        let Some((entry, _)) = &self.found else { return false };
        Duration::from_secs(self.now.saturating_sub(entry.at + SLACK)) > time
    }
}

/// What became of an attempt to take the lock.
pub(crate) enum Taken<'a, R: Registers> {
    Lock(Lock<'a, R>),
    /// Somebody was quicker.
    Stale,
    Nowhere,
}

/// The lock in one place, held.
pub(crate) struct Lock<'a, R: Registers> {
    registers: &'a R,
    pub(crate) place: String,
    lease: Lease,
    version: R::Version,
    /// The register's time at a moment of the clock here.
    noon: (u64, Duration),
}

/// Whether the lock is still ours.
enum Still {
    Ours,
    Lost,
    /// The register is gone.
    Nowhere,
}

impl<'a, R: Registers> Lock<'a, R> {
    /// Takes it, if nobody has written since.
    pub(crate) async fn take(
        registers: &'a R,
        (id, holder): (&str, &Holder),
        seen: &Seen<R::Version>,
    ) -> Result<Taken<'a, R>, R::Error> {
        let (place, noon) = (seen.place.clone(), (seen.reading.now, seen.at));
        let now = time(registers, noon);
        let (id, holder) = (id.to_owned(), holder.clone());
        let lease = Lease { id, holder, since: now, until: now + LEASE.as_secs() };
        let entry = Entry { by: lease.id.clone(), at: now, lease: Some(lease.clone()) };
        let before = seen.reading.found.as_ref().map(|(_, version)| version);
        Ok(match write(registers, &place, &entry, before).await? {
            Written::Done(version) => Taken::Lock(Self { registers, place, lease, version, noon }),
            Written::Stale => Taken::Stale,
            Written::Nowhere => Taken::Nowhere,
        })
    }

    /// Says from time to time that we are at work. Ends when the lock is lost: it was given away, nothing could be said
    /// for as long as a lease lasts, or its place is gone and we are not `leaving` it.
    pub(crate) async fn keep(&mut self, leaving: &Leaving) {
        loop {
            self.registers.pause(RENEWAL.min(self.left())).await;
            let (registers, left) = (self.registers, self.left());
            if left.is_zero() {
                return;
            }
            // One that is not answered does not keep us from knowing what time it is.
            let renewed = match select(pin!(self.renew()), pin!(registers.pause(left))).await {
                Either::Left((renewed, _)) => renewed,
                Either::Right(_) => return,
            };
            match renewed {
                // There is nothing left to keep.
                Ok(Still::Nowhere) if leaving.has(&self.place) => std::future::pending().await,
                Ok(Still::Lost | Still::Nowhere) => return,
                Ok(Still::Ours) | Err(_) => {}
            }
        }
    }

    /// For how long nobody else may begin.
    fn left(&self) -> Duration {
        let (told, at) = self.noon;
        let now = Duration::from_secs(told) + self.registers.clock().saturating_sub(at);
        Duration::from_secs(self.lease.until.saturating_sub(SLACK)).saturating_sub(now)
    }

    async fn renew(&mut self) -> Result<Still, R::Error> {
        let now = time(self.registers, self.noon);
        let lease = Lease { until: now + LEASE.as_secs(), ..self.lease.clone() };
        let entry = Entry { by: lease.id.clone(), at: now, lease: Some(lease.clone()) };
        Ok(match write(self.registers, &self.place, &entry, Some(&self.version)).await? {
            Written::Done(version) => {
                (self.version, self.lease) = (version, lease);
                Still::Ours
            }
            Written::Stale => Still::Lost,
            Written::Nowhere => Still::Nowhere,
        })
    }

    /// Gives it back. Where it is not ours any more, or its place is gone, there is nothing to give.
    pub(crate) async fn release(self) -> Result<(), R::Error> {
        let entry = Entry { by: self.lease.id, at: time(self.registers, self.noon), lease: None };
        write(self.registers, &self.place, &entry, Some(&self.version)).await.map(drop)
    }
}

/// The register's time, by what it was at a moment of the clock here.
fn time<R: Registers>(registers: &R, (told, at): (u64, Duration)) -> u64 {
    told + registers.clock().saturating_sub(at).as_secs()
}

/// Writes. Where somebody has written since, that may be ourselves: the answer was lost, and the request repeated.
async fn write<R: Registers>(
    registers: &R,
    place: &str,
    entry: &Entry,
    version: Option<&R::Version>,
) -> Result<Written<R::Version>, R::Error> {
    let written = registers.write(place, entry, version).await?;
    if !matches!(written, Written::Stale) {
        return Ok(written);
    }
    Ok(match registers.read(place).await?.found {
        Some((there, version)) if there == *entry => Written::Done(version),
        // Versions do not come back: what was there is gone, with its place or without it.
        None if version.is_some() => Written::Nowhere,
        _ => Written::Stale,
    })
}

/// Takes the lock away from whoever holds it.
///
/// # Errors
/// The register's.
pub async fn break_lock<R: Registers>(
    registers: &R,
    place: &str,
    id: &str,
    reading: &Reading<R::Version>,
) -> Result<bool, R::Error> {
    let Some((_, version)) = &reading.found else { return Ok(true) };
    let entry = Entry { by: id.to_owned(), at: reading.now, lease: None };
    Ok(!matches!(write(registers, place, &entry, Some(version)).await?, Written::Stale))
}

/// Places that are taken down by the run that holds the lock in them.
#[derive(Debug, Default)]
pub(crate) struct Leaving(Mutex<BTreeSet<String>>);

impl Leaving {
    pub(crate) fn add(&self, place: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
    }

    pub(crate) fn has(&self, place: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(place)
    }
}
