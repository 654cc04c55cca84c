//! What Local AWS does without being asked at that moment: buffers run full or old, events are handed on,
//! schedules come due, what was started goes on.
//!
//! A service writes what is to be done as a document, in the transaction of the request that causes it. Its
//! *pass* does what is there to do; so a process that was killed goes on with what it had begun.

use crate::core::Core;
use crate::registry::WORKERS;
use crate::slots::Slot;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Nothing is due earlier than it was thought to be, unless a request says so; then it rings.
const LONGEST_NAP: Duration = Duration::from_millis(200);

/// Who works at the moment.
#[derive(Debug)]
struct Turns {
    /// One at a time moves the clock.
    stepping: Mutex<()>,
    /// A pass is not to meet itself.
    passing: Vec<Mutex<()>>,
}

impl Slot for Turns {
    fn open(_: &Path) -> Self {
        Self { stepping: Mutex::default(), passing: WORKERS.iter().map(|_| Mutex::default()).collect() }
    }
}

async fn pass(core: &Arc<Core>, index: usize) -> bool {
    let turns = core.slot::<Turns>();
    let _alone = turns.passing[index].lock().await;
    (WORKERS[index].pass)(core).await
}

/// Works until it is dropped.
pub(crate) async fn run(core: &Arc<Core>) {
    let each = (0..WORKERS.len()).map(|index| async move {
        loop {
            let rung = core.rung();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if !pass(core, index).await {
                let nap = (WORKERS[index].due)(core).map_or(LONGEST_NAP, |due| core.clock.until(due).min(LONGEST_NAP));
                let _ = tokio::time::timeout(nap.max(Duration::from_millis(1)), rung).await;
            }
        }
    });
    join_all(each).await;
}

/// Does what is due by now, and what follows from it, until nothing is left to do.
async fn settle(core: &Arc<Core>) {
    loop {
        let mut worked = false;
        for index in 0..WORKERS.len() {
            worked |= pass(core, index).await;
        }
        if !worked {
            return;
        }
    }
}

/// Lets time pass: moves the clock from one due time to the next, and does each time what is due then, as if
/// nobody had hurried it.
pub(crate) async fn step(core: &Arc<Core>, by: Duration) {
    let turns = core.slot::<Turns>();
    let _alone = turns.stepping.lock().await;
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    let target = core.clock.now().saturating_add(by).unwrap_or(Timestamp::MAX);
    settle(core).await;
    while let Some(next) = WORKERS.iter().filter_map(|worker| (worker.due)(core)).min().filter(|due| *due <= target) {
        core.clock.move_to(next);
        settle(core).await;
        // What cannot be done stays due: time goes on without it.
        if WORKERS.iter().filter_map(|worker| (worker.due)(core)).min().is_some_and(|again| again <= next) {
            core.clock.move_to(next + SignedDuration::from_secs(1));
        }
    }
    core.clock.move_to(target);
    settle(core).await;
    core.keep_time();
}
