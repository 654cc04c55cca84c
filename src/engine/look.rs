//! A look around: what lives, and what the registers of its homes say meanwhile.

use super::inventory::Inventory;
use super::lock::{Registers, Seen, see};
use super::resource::{Address, Owner, Tried, World};
use futures::future::try_join_all;
use std::fmt;
use std::time::Duration;

/// What a look around gave. `V`: the versions of the registers.
pub struct Look<W: World, V> {
    pub(crate) live: Inventory<W>,
    /// The register of the file's home, and those of others that live: of a pipeline that is to get another one.
    pub(crate) seen: Result<Vec<Seen<V>>, W::Error>,
    /// When it began, by the clock here.
    pub(crate) began: Duration,
}

impl<W: World, V> fmt::Debug for Look<W, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look").field("began", &self.began).finish_non_exhaustive()
    }
}

impl<W: World, V> Look<W, V> {
    /// The register is read while `observe` looks around, so a run that changes nothing asks no more than a plan does.
    /// `home` is what registers lie in, `place` the id of the one that the file asks for.
    ///
    /// # Errors
    /// What `observe` fails with.
    pub async fn around<R: Registers<Error = W::Error, Version = V>>(
        registers: &R,
        (home, place): (&Address, &str),
        observe: &impl AsyncFn() -> Tried<W, Inventory<W>>,
    ) -> Tried<W, Self> {
        let began = registers.clock();
        let (live, own) = futures::join!(observe(), see(registers, place.to_owned()));
        let live = live?;
        let mut others = homes(&live, home);
        others.retain(|other| other != place);
        let others = try_join_all(others.into_iter().map(|place| see(registers, place))).await;
        let seen = own.and_then(|own| Ok([own].into_iter().chain(others?).collect()));
        Ok(Self { live, seen, began })
    }
}

/// The ids of those homes that live and are ours: two, where one is to take the other's place.
pub(crate) fn homes<W: World>(live: &Inventory<W>, home: &Address) -> Vec<String> {
    live.all_at(home).filter(|live| *live.owner() == Owner::Us).map(|live| live.live_id()).collect()
}

/// Whether nobody can have changed anything since the look began. A register that was never written says nothing; but
/// where nothing of ours lives, nothing of it can have changed.
pub(crate) fn is_sure<W: World, V>(live: &Inventory<W>, seen: &[Seen<V>], began: Duration) -> bool {
    let mut found = seen.iter().filter(|seen| seen.reading.found.is_some()).peekable();
    match found.peek() {
        Some(_) => found.all(|seen| seen.reading.rested(seen.at.saturating_sub(began))),
        None => live.iter().all(|live| *live.owner() != Owner::Us),
    }
}
