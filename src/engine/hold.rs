//! The lock in one place, held while something else than an apply is at work.

use super::converge::Stopped;
use super::lock::{Holder, Leaving, Lock, Registers, Taken, in_the_way, see};
use futures::future::{Either, select};
use std::pin::pin;

/// Looks at a register that others write to, at most.
const ROUNDS: usize = 5;

/// Does something while nobody else is at work. `None`: the lock was lost midway, and the work was dropped there.
///
/// # Errors
/// [`Stopped`]: somebody else is at work, or the lock cannot be had. Nothing was begun then.
pub async fn hold<R: Registers, T>(
    registers: &R,
    place: &str,
    run: (&str, &Holder),
    work: impl Future<Output = T>,
) -> Result<Option<T>, Stopped<R::Error>> {
    let (mut lock, leaving) = (take(registers, place, run).await?, Leaving::default());
    let done = match select(pin!(work), pin!(lock.keep(&leaving))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    };
    if done.is_some() {
        // One that cannot be given back expires.
        let _ = lock.release().await;
    }
    Ok(done)
}

async fn take<'a, R: Registers>(
    registers: &'a R,
    place: &str,
    run: (&str, &Holder),
) -> Result<Lock<'a, R>, Stopped<R::Error>> {
    for _ in 0..ROUNDS {
        let seen = see(registers, place.to_owned()).await.map_err(Stopped::Locking)?;
        if let Some(lease) = in_the_way(registers, &seen.reading, run.0) {
            return Err(Stopped::Held(lease.clone()));
        }
        if let Taken::Lock(lock) = Lock::take(registers, run, &seen).await.map_err(Stopped::Locking)? {
            return Ok(lock);
        }
    }
    Err(Stopped::Unsettled)
}
