//! What must never happen, judged as it happens.

use crate::thing::{Key, Kind, OWN_PREFIX, State, Thing, Who, word, words};
use crate::time::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// A promise of the README that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Promise {
    /// Plan and observe change nothing.
    PlanTouchesNothing,
    /// Nothing of anybody else's is touched.
    OthersAreLeftAlone,
    /// No data is lost by surprise.
    DataIsKept,
    /// What holds data, or is in use, goes when what takes its place is there.
    NewBeforeOld,
    /// One runs, and the other waits.
    OneAtATime,
    /// What is said to be done is done.
    DoneIsDone,
    /// Nothing begins after an interrupt.
    StopStops,
    /// The next apply finishes it.
    Converges,
    /// One of each, and nothing else.
    NothingDoubled,
    /// It ends.
    NeverStuck,
}

#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) promise: Promise,
    pub(crate) words: String,
}

/// What a run was allowed, and what it is after.
#[derive(Clone, Debug, Default)]
pub(crate) struct Warrant {
    pub(crate) began: Moment,
    /// It may only look as yet.
    pub(crate) looking: bool,
    pub(crate) adopt: bool,
    pub(crate) lose_data: bool,
    /// The names that its file has, by kind and letter.
    pub(crate) wants: BTreeMap<(Kind, char), String>,
}

#[derive(Debug, Default)]
pub(crate) struct Conscience {
    pub(crate) recording: bool,
    pub(crate) log: Vec<(Moment, String)>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) warrants: Vec<Warrant>,
    /// Who made or changed something, and when, in the present act.
    pub(crate) acted: Vec<(Moment, Who)>,
    /// Runs that carry out their plans.
    pub(crate) at_work: BTreeSet<usize>,
    /// Runs whose lock somebody took away, with the bucket it lay in, and when.
    pub(crate) robbed: BTreeMap<usize, Moment>,
    /// When each run began its present step.
    pub(crate) stepped: BTreeMap<usize, Moment>,
    /// What somebody deleted, and when.
    pub(crate) deleted: BTreeMap<Key, Moment>,
}

/// Within this a run whose lock is gone has noticed: it looks each 20 s, and a request may be sent three times.
const NOTICES: Moment = 120_000;

impl Conscience {
    pub(crate) fn tell(&mut self, now: Moment, words: impl FnOnce() -> String) {
        if self.recording {
            self.log.push((now, words()));
        }
    }

    pub(crate) fn breaks(&mut self, promise: Promise, words: String) {
        self.broken.push(Broken { promise, words });
    }

    /// Somebody makes or changes something.
    pub(crate) fn acts(&mut self, now: Moment, who: Who, words: impl Fn() -> String) {
        self.tell(now, || format!("{who} {}", words()));
        self.acted.push((now, who));
        let Who::Run(number) = who else { return };
        let robbed = |run: &usize| self.robbed.get(run).is_some_and(|at| now < at + NOTICES);
        if let Some(other) = self.at_work.iter().find(|other| **other != number && !robbed(other) && !robbed(&number)) {
            self.breaks(Promise::OneAtATime, format!("{who} {} while run {other} is at work", words()));
        }
    }

    /// When a run began; somebody else has no beginning.
    pub(crate) fn began(&self, who: Who) -> Moment {
        match who {
            Who::Run(number) => self.warrants.get(number).map_or(0, |warrant| warrant.began),
            Who::Somebody => 0,
        }
    }

    /// Whether nobody else did anything since then.
    pub(crate) fn was_alone(&self, number: usize, since: Moment) -> bool {
        self.acted.iter().all(|(at, who)| *at < since || *who == Who::Run(number))
    }

    /// A run of pipectl is about to change something, or something in it.
    pub(crate) fn touched(&mut self, who: Who, key: &Key, thing: &Thing, verb: &str) {
        let Who::Run(number) = who else { return };
        let Some(warrant) = self.warrants.get(number) else { return };
        let looking = warrant.looking;
        let ours = matches!(thing.truly, Who::Run(_))
            // Nobody can help what happens between a look and a call.
            || thing.taken_at.is_some_and(|at| at >= warrant.began);
        let adopted = warrant.adopt
            && warrant.wants.iter().any(|((kind, _), name)| *kind == key.0 && *name == thing.settings.name);
        if looking {
            self.breaks(Promise::PlanTouchesNothing, format!("{who} {verb} {} while it plans", words(key)));
        } else if !ours && !adopted {
            self.breaks(Promise::OthersAreLeftAlone, format!("{who} {verb} {}, which is not ours", words(key)));
        }
    }

    /// Objects are removed from a bucket.
    pub(crate) fn emptied(&mut self, who: Who, bucket: &Key, objects: &[String], things: &BTreeMap<Key, Thing>) {
        let Who::Run(number) = who else { return };
        let Some(warrant) = self.warrants.get(number).cloned() else { return };
        let Some(data) = objects.iter().find(|object| !object.starts_with(OWN_PREFIX)) else { return };
        if !warrant.lose_data {
            let words = format!("{who} removes `{data}` from {} without consent", words(bucket));
            self.breaks(Promise::DataIsKept, words);
        }
        let missing = successor(&warrant, bucket, things);
        // Nobody can help what somebody deletes after the last look, with which the step begins.
        let stepped = self.stepped.get(&number).copied().unwrap_or_default();
        let since = |name: &String| self.deleted.get(&(Kind::Bucket, name.clone())).is_some_and(|at| *at >= stepped);
        if let Some(missing) = missing.filter(|name| !since(name)) {
            let words = format!("{who} removes `{data}` from {} before {missing} is there", words(bucket));
            self.breaks(Promise::NewBeforeOld, words);
        }
    }

    /// Somebody takes a lock away, by deleting what it lies in or by making it nobody's: as `unlock` does, but the run
    /// is not told at once.
    pub(crate) fn robs(&mut self, now: Moment, lock: Option<&String>) {
        let holder =
            lock.and_then(|text| text.rsplit('|').next()?.split(' ').next()?.strip_prefix("run-")?.parse().ok());
        self.robbed.extend(holder.map(|run: usize| (run, now)));
    }

    /// Something is deleted that something else may use.
    pub(crate) fn deletes(&mut self, who: Who, key: &Key, things: &BTreeMap<Key, Thing>) {
        let Who::Run(number) = who else { return };
        let Some(warrant) = self.warrants.get(number) else { return };
        // AWS forces it: two of one name cannot be.
        if !key.0.is_listed() && warrant.wants.values().any(|name| *name == key.1) {
            return;
        }
        let link = format!("{}/{}", word(key.0), key.1);
        let wanted = |key: &Key, thing: &Thing| {
            thing.is_ours()
                && warrant.wants.iter().any(|((kind, _), name)| *kind == key.0 && *name == thing.settings.name)
        };
        let user = things.iter().find(|(user, thing)| thing.settings.links.contains(&link) && wanted(user, thing));
        if let Some((user, _)) = user {
            let words = format!("{who} deletes {} while {} uses it", words(key), words(user));
            self.breaks(Promise::NewBeforeOld, words);
        }
    }
}

/// The bucket that takes the place of another one, if it is not there yet.
fn successor(warrant: &Warrant, bucket: &Key, things: &BTreeMap<Key, Thing>) -> Option<String> {
    let letter = letter(&bucket.1)?;
    let name = warrant.wants.get(&(Kind::Bucket, letter)).filter(|name| **name != bucket.1)?;
    // Somebody may have taken its tags off meanwhile.
    let there = things.get(&(Kind::Bucket, name.clone())).is_some_and(|thing| thing.state == State::Active);
    (!there).then(|| name.clone())
}

/// `a` of `us-a-bucket-0`.
pub(crate) fn letter(name: &str) -> Option<char> {
    name.split('-').nth(1)?.chars().next()
}
