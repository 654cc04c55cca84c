//! Other hands: the console, another tool, what delivers data.

use crate::cloud::Cloud;
use crate::file::{Part, name_of};
use crate::history::Meddle;
use crate::thing::{Key, Kind, PIPELINE, Settings, THEM, Tags, Who};

impl Meddle {
    pub(crate) fn happen(self, cloud: &mut Cloud) {
        cloud.who = Who::Somebody;
        let now = cloud.now;
        match self {
            Self::Makes(kind, letter, generation, theirs) => {
                makes(cloud, kind, name_of(kind, letter, generation), theirs)
            }
            Self::Changes(nth) => on(cloud, nth, |cloud, (kind, id)| {
                if let Ok(thing) = cloud.change(*kind, id) {
                    thing.settings.size += 7;
                }
            }),
            Self::Deletes(nth) => on(cloud, nth, remove),
            Self::Untags(nth) => on(cloud, nth, |cloud, (kind, id)| {
                let _ = cloud.tag(*kind, id, Tags::new());
            }),
            Self::PutsInto(nth) => on(cloud, nth, |cloud, key| {
                let entry = match key.0 {
                    Kind::Bucket => "data/theirs",
                    Kind::Function | Kind::Role => "theirs",
                    _ => return,
                };
                let _ = cloud.put_in(key, entry, "theirs");
            }),
            Self::Delivers(nth) => {
                let buckets: Vec<_> = cloud.things.keys().filter(|key| key.0 == Kind::Bucket).cloned().collect();
                if let Some(bucket) = buckets.get(nth % buckets.len().max(1)) {
                    let _ = cloud.put_in(bucket, &format!("data/{now}"), "an event");
                }
            }
        }
    }
}

fn makes(cloud: &mut Cloud, kind: Kind, name: String, theirs: bool) {
    let tags: Tags = if theirs { [(PIPELINE.to_owned(), THEM.to_owned())].into() } else { Tags::new() };
    let settings = Settings { name, size: 5, ..Settings::default() };
    match kind {
        // They are in other things.
        Kind::Object | Kind::Permission => {}
        kind if kind.is_listed() => drop(cloud.create_listed(kind, settings, tags)),
        kind => {
            let _ = cloud.create(kind, settings, tags);
        }
    }
}

/// One of those that are there.
fn on(cloud: &mut Cloud, nth: usize, act: impl FnOnce(&mut Cloud, &Key)) {
    let all: Vec<_> = cloud.things.keys().cloned().collect();
    if let Some(key) = all.get(nth % all.len().max(1)) {
        act(cloud, key);
    }
}

fn remove(cloud: &mut Cloud, key: &Key) {
    let entries: Vec<_> = cloud.things.get(key).into_iter().flat_map(|thing| thing.entries.keys().cloned()).collect();
    if key.0 != Kind::Function {
        let _ = cloud.take_out(key, &entries);
    }
    let _ = cloud.delete(key.0, &key.1);
}

/// What pipectl told the user to clear out of its way, cleared: names that are another pipeline's, and policies on roles.
pub(crate) fn clear_the_way(cloud: &mut Cloud, file: &[Part]) {
    cloud.who = Who::Somebody;
    let all: Vec<_> = cloud.things.iter().map(|(key, thing)| (key.clone(), thing.clone())).collect();
    for (key, thing) in all {
        let theirs = thing.tags.get(PIPELINE).is_some_and(|owner| owner == THEM);
        if theirs && file.iter().any(|part| part.kind == key.0 && part.name() == thing.settings.name) {
            remove(cloud, &key);
        } else if key.0 == Kind::Role && !thing.entries.is_empty() {
            let _ = cloud.take_out(&key, &thing.entries.keys().cloned().collect::<Vec<_>>());
        }
    }
}
