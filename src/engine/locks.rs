//! The lock in all places where somebody may look for it: a pipeline whose bucket gets another name has two for a while.

use super::lock::{Leaving, Lock, Registers};
use futures::future::{join_all, select_all};

/// The lock, held in each of these places.
pub(crate) struct Locks<'a, R: Registers>(Vec<Lock<'a, R>>);

impl<R: Registers> Default for Locks<'_, R> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<'a, R: Registers> Locks<'a, R> {
    pub(crate) fn add(&mut self, lock: Lock<'a, R>) {
        self.0.push(lock);
    }

    pub(crate) fn has(&self, place: &str) -> bool {
        self.0.iter().any(|lock| lock.place == place)
    }

    /// Keeps them. Ends when the first is lost; where there is none, never.
    pub(crate) async fn keep(&mut self, leaving: &Leaving) {
        if self.0.is_empty() {
            return std::future::pending().await;
        }
        select_all(self.0.iter_mut().map(|lock| Box::pin(lock.keep(leaving)))).await;
    }

    /// Gives all of them back. Tells what went wrong first.
    pub(crate) async fn release(self) -> Result<(), R::Error> {
        join_all(self.0.into_iter().map(Lock::release)).await.into_iter().collect()
    }
}
