//! One run at a time: a lease in a register that is written on the condition that nobody else has written it since.
//!
//! The register outlives the lease. Each write of it makes another version, so a run that takes the lock with the
//! version it read before it looked around knows that nobody was at work in between; there is nothing more to ask.

use std::fmt;
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

/// One value that is written only where its version is still the one that was read.
pub trait Register: Sync {
    type Version: Clone + fmt::Debug + Send + Sync;
    type Error;

    fn read(&self) -> impl Future<Output = Result<Reading<Self::Version>, Self::Error>> + Send;

    /// Writes; `None` is the version of what was never written.
    fn write(
        &self,
        entry: &Entry,
        version: Option<&Self::Version>,
    ) -> impl Future<Output = Result<Written<Self::Version>, Self::Error>> + Send;

    /// Makes the place of the register, if there is none. Two runs may do so at once.
    fn prepare(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Time here, from any moment on. It never goes back.
    fn clock(&self) -> Duration;

    fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send;

    /// Whether it is known here that a holder has ended without a word.
    fn is_gone(&self, _: &Holder) -> bool {
        false
    }
}

/// Who stands in the way of a run, by what it read.
pub(crate) fn in_the_way<'a, R: Register>(
    register: &R,
    reading: &'a Reading<R::Version>,
    run: &str,
) -> Option<&'a Lease> {
    let lease = reading.found.as_ref()?.0.lease.as_ref()?;
    (lease.id != run && reading.now < lease.until && !register.is_gone(&lease.holder)).then_some(lease)
}

impl<V> Reading<V> {
    /// Whether nobody has written within this time before the reading. What was never written tells nothing.
    pub(crate) fn rested(&self, time: Duration) -> bool {
        let Some((entry, _)) = &self.found else { return false };
        Duration::from_secs(self.now.saturating_sub(entry.at + SLACK)) > time
    }
}

/// What became of an attempt to take the lock.
pub(crate) enum Taken<'a, R: Register> {
    Lock(Lock<'a, R>),
    /// Somebody was quicker.
    Stale,
    Nowhere,
}

/// The lock, held.
pub(crate) struct Lock<'a, R: Register> {
    register: &'a R,
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

impl<'a, R: Register> Lock<'a, R> {
    /// Takes it, if nobody has written since `reading`, which was made at the moment `read_at` of the clock here.
    pub(crate) async fn take(
        register: &'a R,
        (id, holder): (&str, &Holder),
        reading: &Reading<R::Version>,
        read_at: Duration,
    ) -> Result<Taken<'a, R>, R::Error> {
        let noon = (reading.now, read_at);
        let now = time(register, noon);
        let (id, holder) = (id.to_owned(), holder.clone());
        let lease = Lease { id, holder, since: now, until: now + LEASE.as_secs() };
        let entry = Entry { by: lease.id.clone(), at: now, lease: Some(lease.clone()) };
        let before = reading.found.as_ref().map(|(_, version)| version);
        Ok(match write(register, &entry, before).await? {
            Written::Done(version) => Taken::Lock(Self { register, lease, version, noon }),
            Written::Stale => Taken::Stale,
            Written::Nowhere => Taken::Nowhere,
        })
    }

    /// Says from time to time that we are at work. Ends when the lock is lost: it was given away, or nothing could be
    /// said for as long as a lease lasts.
    pub(crate) async fn keep(&mut self) {
        let mut said = self.register.clock();
        loop {
            self.register.pause(RENEWAL).await;
            match self.renew().await {
                Ok(Still::Ours) => said = self.register.clock(),
                Ok(Still::Lost) => return,
                // Its place was taken down, by this run or with it: there is nothing left to keep.
                Ok(Still::Nowhere) => std::future::pending().await,
                Err(_) if self.register.clock() - said >= LEASE => return,
                Err(_) => {}
            }
        }
    }

    async fn renew(&mut self) -> Result<Still, R::Error> {
        let now = time(self.register, self.noon);
        self.lease.until = now + LEASE.as_secs();
        let entry = Entry { by: self.lease.id.clone(), at: now, lease: Some(self.lease.clone()) };
        Ok(match write(self.register, &entry, Some(&self.version)).await? {
            Written::Done(version) => {
                self.version = version;
                Still::Ours
            }
            Written::Stale => Still::Lost,
            Written::Nowhere => Still::Nowhere,
        })
    }

    /// Gives it back. Where it is not ours any more, or its place is gone, there is nothing to give.
    pub(crate) async fn release(self) -> Result<(), R::Error> {
        let entry = Entry { by: self.lease.id, at: time(self.register, self.noon), lease: None };
        write(self.register, &entry, Some(&self.version)).await.map(drop)
    }
}

/// The register's time, by what it was at a moment of the clock here.
fn time<R: Register>(register: &R, (told, at): (u64, Duration)) -> u64 {
    told + register.clock().saturating_sub(at).as_secs()
}

/// Writes. Where somebody has written since, that may be ourselves: the answer was lost, and the request repeated.
async fn write<R: Register>(
    register: &R,
    entry: &Entry,
    version: Option<&R::Version>,
) -> Result<Written<R::Version>, R::Error> {
    let written = register.write(entry, version).await?;
    if !matches!(written, Written::Stale) {
        return Ok(written);
    }
    Ok(match register.read().await?.found {
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
pub async fn break_lock<R: Register>(register: &R, id: &str, reading: &Reading<R::Version>) -> Result<bool, R::Error> {
    let Some((_, version)) = &reading.found else { return Ok(true) };
    let entry = Entry { by: id.to_owned(), at: reading.now, lease: None };
    Ok(!matches!(write(register, &entry, Some(version)).await?, Written::Stale))
}
