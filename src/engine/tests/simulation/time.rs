//! Virtual time, and the executor that lives in it: one thread, no sleeping, the same order for the same seed.
//!
//! What is to happen stands in a queue by its moment. Runners are polled while any of them has been woken; then time
//! jumps to the next moment in the queue. A kill is a future that is dropped between two polls.

use crate::cloud::Cloud;
use futures::future::LocalBoxFuture;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

/// Milliseconds since the beginning.
pub(crate) type Moment = u64;

type Effect = Box<dyn FnOnce(&mut Universe) + Send>;

enum Due {
    Wake(Waker),
    Happen(Effect),
}

/// The cloud, and what is on its way to and from it.
pub(crate) struct Universe {
    pub(crate) cloud: Cloud,
    queue: BTreeMap<(Moment, u64), Due>,
    /// Keeps apart what is due at one moment.
    scheduled: u64,
}

impl Universe {
    pub(crate) fn at(&mut self, moment: Moment, effect: impl FnOnce(&mut Self) + Send + 'static) {
        self.schedule(moment, Due::Happen(Box::new(effect)));
    }

    fn schedule(&mut self, moment: Moment, due: Due) {
        self.scheduled += 1;
        self.queue.insert((moment, self.scheduled), due);
    }

    /// Lets time jump to what is due next, and that happen. False where nothing is due up to `end`.
    fn advance(&mut self, end: Moment) -> bool {
        let Some(((moment, _), _)) = self.queue.first_key_value() else { return false };
        if *moment > end {
            return false;
        }
        let Some(((moment, _), due)) = self.queue.pop_first() else { return false };
        self.cloud.now = moment.max(self.cloud.now);
        match due {
            Due::Wake(waker) => waker.wake(),
            Due::Happen(effect) => effect(self),
        }
        true
    }
}

#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Universe>>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

impl Shared {
    pub(crate) fn new(cloud: Cloud) -> Self {
        Self(Arc::new(Mutex::new(Universe { cloud, queue: BTreeMap::new(), scheduled: 0 })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Universe> {
        self.0.lock().expect("nothing panics while it holds this")
    }

    pub(crate) fn now(&self) -> Moment {
        self.lock().cloud.now
    }

    pub(crate) fn sleep(&self, length: Moment) -> Sleep {
        Sleep { shared: self.clone(), until: self.now() + length, scheduled: false }
    }

    /// Lets so much time pass, with all that is under way.
    pub(crate) fn pass(&self, length: Moment) {
        let end = self.now() + length;
        while self.lock().advance(end) {}
        self.lock().cloud.now = end;
    }
}

pub(crate) struct Sleep {
    shared: Shared,
    until: Moment,
    scheduled: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let shared = self.shared.clone();
        let mut universe = shared.lock();
        if universe.cloud.now >= self.until {
            return Poll::Ready(());
        }
        if !self.scheduled {
            self.scheduled = true;
            universe.schedule(self.until, Due::Wake(context.waker().clone()));
        }
        Poll::Pending
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What is done to a runner at its n-th poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nothing: it may run to its end.
    Whole,
    /// It is killed; what it has sent may still arrive.
    Kill(u32),
    /// Ctrl+C: its flag is set.
    Stop(u32),
}

/// One of those that run at once.
pub(crate) struct Task<'a> {
    pub(crate) work: Option<LocalBoxFuture<'a, ()>>,
    pub(crate) end: End,
    pub(crate) stop: &'a AtomicBool,
    woken: Arc<Woken>,
    polls: u32,
}

impl<'a> Task<'a> {
    pub(crate) fn new(work: LocalBoxFuture<'a, ()>, end: End, stop: &'a AtomicBool) -> Self {
        Self { work: Some(work), end, stop, woken: Arc::new(Woken(AtomicBool::new(true))), polls: 0 }
    }

    fn turn(&mut self) {
        let Some(work) = &mut self.work else { return };
        self.polls += 1;
        match self.end {
            End::Kill(at) if self.polls > at => {
                self.work = None;
                return;
            }
            End::Stop(at) if self.polls > at => self.stop.store(true, Ordering::Relaxed),
            _ => {}
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        if work.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.work = None;
        }
    }
}

/// Runs all of them to their ends. False if they waited for what would never come, or for longer than a day.
pub(crate) fn run(shared: &Shared, tasks: &mut [Task<'_>]) -> bool {
    const LONGEST: Moment = 24 * 3_600_000;
    let end = shared.now() + LONGEST;
    while tasks.iter().any(|task| task.work.is_some()) {
        match tasks.iter_mut().find(|task| task.work.is_some() && task.woken.0.swap(false, Ordering::Relaxed)) {
            Some(task) => task.turn(),
            None if shared.lock().advance(end) => {}
            None => return false,
        }
    }
    true
}
