//! The connection of one run: requests that take their time and may go wrong, repeated as `src/aws/wait.rs` repeats them.

use crate::cloud::Cloud;
use crate::judge::Warrant;
use crate::planted::Planted;
use crate::random::Random;
use crate::thing::{Class, Key, Kind, Who};
use crate::time::{Moment, Shared};
use futures::channel::oneshot;
use futures::lock::{Mutex as Turn, OwnedMutexGuard};
use pipectl_engine::resource::World;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// After how long a request without an answer is given up.
const TIME_OUT: Moment = 30_000;

#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) operation: &'static str,
    pub(crate) class: Class,
    pub(crate) hint: &'static str,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, class, hint } = self;
        write!(f, "{operation}: {class:?}{}{hint}", if hint.is_empty() { "" } else { ": " })
    }
}

impl std::error::Error for Error {}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// It never arrives.
    Vanishes,
    /// It is done, and the answer does not arrive.
    AnswerLost,
    /// A 500, and nothing was done.
    FailsBefore,
    /// A 500, although it was done.
    FailsAfter,
    Throttled,
    /// It arrives, and takes many seconds.
    Slow,
}

/// From the n-th request of a run on, so many of that operation go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) at: u32,
    pub(crate) times: u32,
    pub(crate) what: What,
}

/// For how long a refused call is repeated, by the reason, and how often one without an answer is sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) propagation: Moment,
    pub(crate) busy: Moment,
    pub(crate) throttle: Moment,
    pub(crate) absent: Moment,
    pub(crate) resends: u32,
}

impl Patience {
    pub(crate) const USUAL: Self =
        Self { propagation: 120_000, busy: 120_000, throttle: 60_000, absent: 0, resends: 2 };
    pub(crate) const NEW_BUCKET: Self = Self { absent: 120_000, ..Self::USUAL };
    pub(crate) const LAMBDA: Self = Self { propagation: 300_000, busy: 300_000, ..Self::USUAL };
    pub(crate) const READING: Self = Self { propagation: 0, busy: 10_000, ..Self::USUAL };
    /// API Gateway would make a second one if the answer to the first request was lost.
    pub(crate) const ONCE: Self = Self { busy: 0, resends: 0, ..Self::USUAL };

    fn cadence(self, class: Class) -> Option<(Moment, Moment, Moment)> {
        match class {
            Class::Propagating => Some((self.propagation, 250, 2_000)),
            Class::Busy => Some((self.busy, 500, 8_000)),
            Class::Absent if self.absent > 0 => Some((self.absent, 250, 2_000)),
            Class::Throttled => Some((self.throttle, 1_000, 8_000)),
            _ => None,
        }
    }
}

/// Where resources are: what names are made of is the same for all runs of a pipeline.
pub(crate) type Place = ();

/// What goes wrong with the requests of a run.
#[derive(Debug)]
struct Weather {
    sent: u32,
    troubles: Vec<Trouble>,
    present: Option<(&'static str, u32, What)>,
    noise: Random,
}

#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) shared: Shared,
    pub(crate) number: usize,
    pub(crate) planted: Option<Planted>,
    weather: Mutex<Weather>,
    tagged: Turn<Option<Vec<Key>>>,
    lanes: Mutex<BTreeMap<String, Arc<Turn<()>>>>,
    /// The bucket that this run has made for its lock, before its step comes.
    pub(crate) new_bucket: OnceLock<String>,
}

impl World for Client {
    type Place = Place;
    type Error = Error;
}

impl Client {
    pub(crate) fn new(shared: Shared, number: usize, troubles: Vec<Trouble>, planted: Option<Planted>) -> Self {
        let noise = Random::new(shared.lock().cloud.noise.next());
        let weather = Mutex::new(Weather { sent: 0, troubles, present: None, noise });
        Self {
            shared,
            number,
            planted,
            weather,
            tagged: Turn::new(None),
            lanes: Mutex::default(),
            new_bucket: OnceLock::new(),
        }
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut Cloud) -> std::result::Result<T, Class> + Clone + Send + 'static,
    ) -> Result<T> {
        self.call(operation, Patience::READING, effect).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut Cloud) -> std::result::Result<T, Class> + Clone + Send + 'static,
    ) -> Result<T> {
        self.call(operation, Patience::USUAL, effect).await
    }

    pub(crate) async fn call<T: Send + 'static>(
        &self,
        operation: &'static str,
        patience: Patience,
        effect: impl FnOnce(&mut Cloud) -> std::result::Result<T, Class> + Clone + Send + 'static,
    ) -> Result<T> {
        let began = self.shared.now();
        let (mut attempt, mut resent) = (0, 0);
        loop {
            let class = match self.send(operation, effect.clone()).await {
                Ok(value) => return Ok(value),
                Err(class) => class,
            };
            let error = Error { operation, class, hint: "" };
            if class == Class::Network && resent < patience.resends {
                resent += 1;
                self.shared.sleep(100).await;
                continue;
            }
            let Some((budget, first, longest)) = patience.cadence(class) else { return Err(error) };
            let pause = (first << attempt.min(8)).min(longest);
            if self.shared.now() - began + pause > budget {
                return Err(error);
            }
            attempt += 1;
            self.shared.sleep(pause).await;
        }
    }

    /// Puts a request on its way. Where the run is killed meanwhile, it arrives all the same.
    async fn send<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut Cloud) -> std::result::Result<T, Class> + Send + 'static,
    ) -> std::result::Result<T, Class> {
        let (answer, answered) = oneshot::channel();
        let (what, there, back) = self.weather(operation);
        let who = Who::Run(self.number);
        {
            let mut universe = self.shared.lock();
            let now = universe.cloud.now;
            if what == Some(What::Vanishes) {
                universe.at(now + TIME_OUT, move |_| drop(answer.send(Err(Class::Network))));
            } else {
                universe.at(now + there, move |universe| {
                    let cloud = &mut universe.cloud;
                    cloud.who = who;
                    let result = match what {
                        Some(What::Throttled) => Err(Class::Throttled),
                        Some(What::FailsBefore) => Err(Class::Busy),
                        Some(What::FailsAfter) => effect(cloud).and(Err(Class::Busy)),
                        Some(What::AnswerLost) => effect(cloud).and(Err(Class::Network)),
                        _ => effect(cloud),
                    };
                    let (trouble, now) = (what.filter(|what| *what != What::Slow), cloud.now);
                    if let Some(trouble) = trouble {
                        cloud.conscience.tell(now, || format!("{operation} of {who}: {trouble:?}"));
                    }
                    let back = if what == Some(What::AnswerLost) { TIME_OUT } else { back };
                    universe.at(now + back, move |_| drop(answer.send(result)));
                });
            }
        }
        answered.await.unwrap_or(Err(Class::Network))
    }

    /// What becomes of the next request, and how long it takes there and back.
    fn weather(&self, operation: &'static str) -> (Option<What>, Moment, Moment) {
        let mut weather = self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        let number = weather.sent;
        weather.sent += 1;
        if let Some(trouble) = weather.troubles.iter().find(|trouble| trouble.at == number).copied() {
            // A holder that says nothing for longer than its lease lasts cannot be told from a dead one.
            let times = if operation == "PutLock" { trouble.times.min(2) } else { trouble.times };
            weather.present = Some((operation, times, trouble.what));
        }
        let mut what = None;
        if let Some((of, left, present)) = &mut weather.present
            && *of == operation
            && *left > 0
        {
            *left -= 1;
            what = Some(*present);
        }
        let longest = if what == Some(What::Slow) { 20_000 } else { 60 };
        let (there, back) = (weather.noise.below(longest), weather.noise.below(60));
        (what, 5 + there, 5 + back)
    }

    /// Looks until the condition holds.
    pub(crate) async fn until<F>(&self, operation: &'static str, limit: Moment, look: impl Fn() -> F) -> Result<()>
    where
        F: Future<Output = Result<bool>>,
    {
        let (began, mut pause) = (self.shared.now(), 100);
        while !look().await? {
            if self.shared.now() - began + pause > limit {
                return Err(Error { operation, class: Class::StillWaiting, hint: "" });
            }
            self.shared.sleep(pause).await;
            pause = (pause * 2).min(5_000);
        }
        Ok(())
    }

    /// Whatever is asked next is asked anew.
    pub(crate) async fn look_anew(&self) {
        *self.tagged.lock().await = None;
    }

    /// Ids of a kind that the Tagging API shows as ours. It is asked once a look.
    pub(crate) async fn tagged(&self, kind: Kind) -> Result<Vec<String>> {
        let mut known = self.tagged.lock().await;
        let all = match known.take() {
            Some(all) => all,
            None => self.read("GetResources", |cloud| Ok(cloud.tagged())).await?,
        };
        let found = all.iter().filter(|key| key.0 == kind).map(|key| key.1.clone()).collect();
        *known = Some(all);
        Ok(found)
    }

    pub(crate) fn tell(&self, words: impl FnOnce() -> String) {
        let mut universe = self.shared.lock();
        let now = universe.cloud.now;
        universe.cloud.conscience.tell(now, words);
    }

    pub(crate) fn warrant(&self, change: impl FnOnce(&mut Warrant)) {
        if let Some(warrant) = self.shared.lock().cloud.conscience.warrants.get_mut(self.number) {
            change(warrant);
        }
    }

    /// What tells a request that is sent again from another one.
    pub(crate) fn token(&self) -> u64 {
        self.shared.lock().cloud.noise.next()
    }

    /// Lets one at a time through.
    pub(crate) async fn lane(&self, name: &str) -> OwnedMutexGuard<()> {
        let lane = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lanes.entry(name.to_owned()).or_default())
        };
        lane.lock_owned().await
    }
}

/// An error that is no error where what is to go is gone already.
pub(crate) fn gone(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.class == Class::Absent => Ok(()),
        other => other,
    }
}
