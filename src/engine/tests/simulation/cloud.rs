//! A small AWS in memory: what is there, what its lists say of it for how long, and who did what.
//!
//! An operation is a function of the cloud: it takes effect at once, or is refused with the class of its error. What is
//! slow is a state with a moment at which it ends. One thing is read as it is; the Tagging API shows a change some time
//! later, and so does IAM's list of roles (`Kind::lag`).

use crate::judge::Conscience;
use crate::random::Random;
use crate::thing::{
    CONFIG, Class, Key, Kind, LOCK, NAME, OWN_PREFIX, OWN_SID, PIPELINE, Settings, State, THEM, Tags, Thing, Who, word,
    words,
};
use crate::time::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// What a list that lags still shows.
#[derive(Clone, Debug)]
struct Before {
    until: Moment,
    thing: Option<Thing>,
}

#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) now: Moment,
    /// On whose behalf the present operation is carried out.
    pub(crate) who: Who,
    pub(crate) things: BTreeMap<Key, Thing>,
    /// What the Tagging API says of whose a thing is, from which moment on.
    listed: BTreeMap<Key, Vec<(Moment, bool)>>,
    before: BTreeMap<Key, Before>,
    pub(crate) noise: Random,
    next: u64,
    tokens: BTreeMap<u64, String>,
    pub(crate) conscience: Conscience,
    /// The planted fault: some creations lose their tags.
    pub(crate) forgets_tags: bool,
}

impl Cloud {
    pub(crate) fn new(noise: Random) -> Self {
        let (now, next, conscience) = Default::default();
        let (things, listed, before, tokens) = Default::default();
        Self { now, who: Who::Somebody, things, listed, before, noise, next, tokens, conscience, forgets_tags: false }
    }

    fn upto(&mut self, longest: Moment) -> Moment {
        self.noise.below(longest + 1)
    }

    /// Makes what a name is unique for.
    pub(crate) fn create(&mut self, kind: Kind, settings: Settings, tags: Tags) -> Result<(), Class> {
        let key = (kind, settings.name.clone());
        self.expire(&key);
        if let Some(thing) = self.things.get(&key) {
            // A bucket's name may be another account's.
            let elsewhere = kind == Kind::Bucket && thing.tags.get(PIPELINE).is_some_and(|owner| owner == THEM);
            return Err(if elsewhere { Class::Taken } else { Class::Exists });
        }
        self.insert(key, settings, tags);
        Ok(())
    }

    /// Makes one under an id of the cloud's choice.
    pub(crate) fn create_listed(&mut self, kind: Kind, settings: Settings, tags: Tags) -> String {
        let id = format!("id-{}", self.next + 1);
        self.insert((kind, id.clone()), settings, tags);
        id
    }

    /// The same for requests that carry the same token.
    pub(crate) fn create_with_token(&mut self, token: u64, kind: Kind, settings: Settings, tags: Tags) -> String {
        if let Some(id) = self.tokens.get(&token) {
            return id.clone();
        }
        let id = self.create_listed(kind, settings, tags);
        self.tokens.insert(token, id.clone());
        id
    }

    fn insert(&mut self, key: Key, settings: Settings, mut tags: Tags) {
        self.next += 1;
        if self.forgets_tags && self.noise.chance(10) {
            tags.clear();
        }
        let slow = self.upto(key.0.slowness().0);
        let state = if slow > 0 { State::Creating(self.now + slow) } else { State::Active };
        let (truly, made_at) = (self.who, self.now);
        let thing = Thing { settings, tags, entries: BTreeMap::new(), state, truly, taken_at: None, made_at };
        self.remember(&key, None);
        self.things.insert(key.clone(), thing);
        self.list(&key);
        // The place of a lock is made without one.
        if self.things.get(&key).is_some_and(|thing| thing.tags.contains_key(CONFIG)) {
            self.conscience.acts(self.now, self.who, || format!("makes {}", words(&key)));
        }
    }

    /// Ends what takes until now.
    fn expire(&mut self, key: &Key) {
        let Some(thing) = self.things.get_mut(key) else { return };
        match thing.state {
            State::Creating(until) | State::Updating(until) if until <= self.now => thing.state = State::Active,
            State::Deleting(until) if until <= self.now => {
                self.things.remove(key);
                self.list(key);
            }
            _ => {}
        }
    }

    /// What is there, as the kind's own read shows it.
    pub(crate) fn read(&mut self, kind: Kind, id: &str) -> Option<Thing> {
        let key = (kind, id.to_owned());
        self.expire(&key);
        self.things.get(&key).cloned()
    }

    /// Everything of a kind, as its own list shows it: some time later, where the kind lags.
    pub(crate) fn all(&mut self, kind: Kind) -> Vec<(String, Thing)> {
        let keys: BTreeSet<_> =
            self.things.keys().chain(self.before.keys()).filter(|key| key.0 == kind).cloned().collect();
        let shown = keys.into_iter().filter_map(|key| {
            let thing = self.read(kind, &key.1);
            let lagging = self.before.get(&key).filter(|before| before.until > self.now);
            lagging.map_or(thing, |before| before.thing.clone()).map(|thing| (key.1, thing))
        });
        shown.collect()
    }

    /// What the Tagging API shows as ours.
    pub(crate) fn tagged(&self) -> Vec<Key> {
        let shown = |seen: &Vec<(Moment, bool)>| {
            seen.iter().rev().find(|(from, _)| *from <= self.now).is_some_and(|(_, ours)| *ours)
        };
        self.listed.iter().filter(|(_, seen)| shown(seen)).map(|(key, _)| key.clone()).collect()
    }

    /// The thing that an operation changes, once that is allowed.
    pub(crate) fn change(&mut self, kind: Kind, id: &str) -> Result<&mut Thing, Class> {
        let key = (kind, id.to_owned());
        self.expire(&key);
        match self.things.get(&key).map(|thing| thing.state) {
            None | Some(State::Deleting(_)) => return Err(Class::Absent),
            Some(State::Creating(_) | State::Updating(_)) => return Err(Class::Busy),
            Some(State::Active) => {}
        }
        self.touch(&key, "changes");
        let slow = self.upto(kind.slowness().1);
        let before = self.things.get(&key).cloned();
        self.remember(&key, before);
        let thing = self.things.get_mut(&key).ok_or(Class::Absent)?;
        if slow > 0 {
            thing.state = State::Updating(self.now + slow);
        }
        Ok(thing)
    }

    pub(crate) fn tag(&mut self, kind: Kind, id: &str, tags: Tags) -> Result<(), Class> {
        let key = (kind, id.to_owned());
        self.expire(&key);
        if !self.things.contains_key(&key) {
            return Err(Class::Absent);
        }
        self.touch(&key, "tags");
        let before = self.things.get(&key).cloned();
        self.remember(&key, before);
        let (now, who) = (self.now, self.who);
        if let Some(thing) = self.things.get_mut(&key) {
            if who == Who::Somebody {
                self.conscience.robs(now, thing.entries.get(LOCK));
            }
            let was = thing.is_ours();
            thing.tags = tags;
            match (was, thing.is_ours()) {
                (true, false) => (thing.truly, thing.taken_at) = (who, Some(now)),
                (_, true) => (thing.truly, thing.taken_at) = (Who::Run(0), None),
                (false, false) => {}
            }
        }
        self.list(&key);
        Ok(())
    }

    pub(crate) fn delete(&mut self, kind: Kind, id: &str) -> Result<(), Class> {
        let key = (kind, id.to_owned());
        self.expire(&key);
        let Some(thing) = self.things.get(&key) else { return Err(Class::Absent) };
        match thing.state {
            State::Deleting(_) => return Ok(()),
            State::Creating(_) | State::Updating(_) => return Err(Class::Busy),
            State::Active => {}
        }
        match kind {
            Kind::Bucket if !thing.entries.is_empty() => return Err(Class::NotEmpty),
            Kind::Role if !thing.entries.is_empty() => return Err(Class::Busy),
            _ => {}
        }
        self.touch(&key, "deletes");
        self.conscience.deletes(self.who, &key, &self.things);
        if self.who == Who::Somebody {
            self.conscience.deleted.insert(key.clone(), self.now);
        }
        if kind == Kind::Api {
            self.leave_plans(&format!("{}/{id}", word(kind)));
        }
        let slow = self.upto(kind.slowness().2);
        let before = self.things.get(&key).cloned();
        self.remember(&key, before);
        match self.things.get_mut(&key) {
            Some(thing) if slow > 0 => thing.state = State::Deleting(self.now + slow),
            _ => drop(self.things.remove(&key)),
        }
        self.list(&key);
        Ok(())
    }

    /// The stages of an API go from all usage plans with it (terraform-provider-aws#14100).
    fn leave_plans(&mut self, api: &str) {
        for (_, plan) in self.things.iter_mut().filter(|(key, _)| key.0 == Kind::UsagePlan) {
            plan.settings.links.retain(|link| link != api);
        }
    }

    /// Whether what is to be used can be: a role once every service knows it, a stage of an API that is there.
    pub(crate) fn usable(&mut self, links: &[String]) -> Result<(), Class> {
        for link in links {
            let found = self.linked(link).map(|thing| thing.made_at);
            match (link.split('/').next(), found) {
                (Some("role"), None) => return Err(Class::Propagating),
                (Some("role"), Some(made)) if made + 2_000 > self.now => return Err(Class::Propagating),
                (Some("api" | "key"), None) => return Err(Class::Invalid),
                _ => {}
            }
        }
        Ok(())
    }

    /// What a link leads to.
    pub(crate) fn linked(&self, link: &str) -> Option<&Thing> {
        let (noun, id) = link.split_once('/')?;
        let kind = Kind::ALL.into_iter().find(|kind| word(*kind) == noun)?;
        self.things.get(&(kind, id.to_owned())).filter(|thing| !matches!(thing.state, State::Deleting(_)))
    }

    /// Takes objects out of a bucket, or statements out of a policy.
    pub(crate) fn take_out(&mut self, key: &Key, entries: &[String]) -> Result<(), Class> {
        if !self.things.contains_key(key) {
            return Err(Class::Absent);
        }
        // What pipectl has put there it may take out, whosever the rest is.
        if entries.iter().all(|entry| entry.starts_with(OWN_PREFIX) || entry.starts_with(OWN_SID)) {
            self.conscience.acts(self.now, self.who, || format!("takes {entries:?} out of {}", words(key)));
        } else {
            self.touch(key, "takes something out of");
        }
        if key.0 == Kind::Bucket {
            self.conscience.emptied(self.who, key, entries, &self.things);
        }
        if self.who == Who::Somebody && entries.iter().any(|entry| entry == LOCK) {
            let lock = self.things.get(key).and_then(|thing| thing.entries.get(LOCK));
            self.conscience.robs(self.now, lock);
        }
        if let Some(thing) = self.things.get_mut(key) {
            entries.iter().for_each(|entry| drop(thing.entries.remove(entry)));
        }
        Ok(())
    }

    /// Puts an object into a bucket, a statement or a policy onto something.
    pub(crate) fn put_in(&mut self, key: &Key, entry: &str, content: &str) -> Result<(), Class> {
        if !self.things.contains_key(key) {
            return Err(Class::Absent);
        }
        if entry == LOCK {
            let (now, who) = (self.now, self.who);
            self.conscience.tell(now, || format!("{who} writes the lock: {content}"));
            // One that is there may be written again, whosever the rest is; and nobody can help a bucket that somebody
            // makes between the look and the lock.
            let began = self.conscience.began(who);
            let new = self.things.get(key).filter(|thing| !thing.entries.contains_key(LOCK) && thing.made_at < began);
            new.into_iter().for_each(|thing| self.conscience.touched(who, key, thing, "locks"));
        } else {
            self.touch(key, "puts something into");
        }
        if let Some(thing) = self.things.get_mut(key) {
            thing.entries.insert(entry.to_owned(), content.to_owned());
        }
        Ok(())
    }

    fn touch(&mut self, key: &Key, verb: &str) {
        self.conscience.acts(self.now, self.who, || format!("{verb} {}", words(key)));
        let who = self.who;
        if let Some(thing) = self.things.get(key) {
            self.conscience.touched(who, key, thing, verb);
        }
    }

    /// What a list that lags goes on to show.
    fn remember(&mut self, key: &Key, thing: Option<Thing>) {
        let lag = self.upto(key.0.lag());
        if lag > 0 {
            self.before.insert(key.clone(), Before { until: self.now + lag, thing });
        }
    }

    /// Lets the Tagging API learn what is so now.
    fn list(&mut self, key: &Key) {
        // A look for ours asks for names, too.
        let shown = |thing: &Thing| thing.is_ours() && thing.tags.contains_key(NAME);
        let there = self.things.get(key).filter(|thing| !matches!(thing.state, State::Deleting(_)));
        let ours = there.is_some_and(shown);
        let from = self.now + self.upto(10_000);
        let seen = self.listed.entry(key.clone()).or_default();
        let from = from.max(seen.last().map_or(0, |(last, _)| *last));
        seen.push((from, ours));
    }
}
