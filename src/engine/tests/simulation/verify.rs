//! Whether the cloud is as the file says.

use crate::cloud::Cloud;
use crate::file::Part;
use crate::run::Applied;
use crate::thing::{Kind, NAME, OWN_SID, SCRIPTS, State, Thing, word, words};
use std::collections::BTreeSet;

/// Those of ours that are a part, by their ids; those that are to be replaced are not.
fn ours<'a>(cloud: &'a Cloud, part: &Part) -> Vec<(&'a str, &'a Thing)> {
    let letter = part.letter.to_string();
    let named = |thing: &Thing| {
        let settings = &thing.settings;
        let tagged = part.kind == Kind::Query || thing.tags.get(NAME) == Some(&letter);
        tagged && (&settings.name, settings.fixed) == (&part.name(), part.fixed)
    };
    let of_kind = cloud.things.iter().filter(|((kind, _), _)| *kind == part.kind);
    let there = of_kind.filter(|(_, thing)| thing.is_ours() && named(thing) && !leaving(thing));
    there.map(|((_, id), thing)| (id.as_str(), thing)).collect()
}

fn leaving(thing: &Thing) -> bool {
    matches!(thing.state, State::Deleting(_))
}

/// Whether it is on its way from one state to another.
fn is_unsettled(cloud: &Cloud, part: &Part) -> bool {
    let unsettled =
        |thing: &Thing| matches!(thing.state, State::Creating(until) | State::Updating(until) if until > cloud.now);
    ours(cloud, part).iter().any(|(_, thing)| unsettled(thing))
}

/// What others have to call a part by; `None` where it is not there.
fn link(cloud: &Cloud, file: &[Part], used: (Kind, char)) -> Option<String> {
    let part = file.iter().find(|part| (part.kind, part.letter) == used)?;
    match part.kind {
        Kind::Object => Some(format!("object/{}/{}", bucket_of(file, part)?, object_key(part))),
        kind if kind.is_listed() => Some(format!("{}/{}", word(kind), ours(cloud, part).first()?.0)),
        kind => Some(format!("{}/{}", word(kind), part.name())),
    }
}

fn container(file: &[Part], part: &Part) -> Option<String> {
    let used = part.uses.first()?;
    file.iter().find(|other| (other.kind, other.letter) == *used).map(Part::name)
}

fn bucket_of(file: &[Part], part: &Part) -> Option<String> {
    container(file, part)
}

fn object_key(part: &Part) -> String {
    format!("{SCRIPTS}{}{}", part.letter, part.size)
}

/// What is wrong with one part, in words.
fn lacks(cloud: &Cloud, file: &[Part], part: &Part) -> Option<String> {
    let address = part.address();
    if matches!(part.kind, Kind::Object | Kind::Permission) {
        return lacks_entry(cloud, file, part);
    }
    let found = ours(cloud, part);
    let [(id, thing), more @ ..] = found.as_slice() else { return Some(format!("{address} is not there")) };
    if !more.is_empty() {
        return Some(format!("{address} is there {} times", found.len()));
    }
    let links: Option<Vec<_>> = part.uses.iter().map(|used| link(cloud, file, *used)).collect();
    let Some(links) = links else { return Some(format!("{address}: what it uses is not there")) };
    let settings = &thing.settings;
    let extra = if part.kind == Kind::Query { 0 } else { part.extra };
    let wrong =
        (settings.fixed, settings.size, settings.extra, &settings.links) != (part.fixed, part.size, extra, &links);
    wrong.then(|| format!("{address} ({id}) is {settings:?}, and should be as {part:?}, with the links {links:?}"))
}

fn lacks_entry(cloud: &Cloud, file: &[Part], part: &Part) -> Option<String> {
    let container = container(file, part)?;
    let (kind, entry) = match part.kind {
        Kind::Object => (Kind::Bucket, object_key(part)),
        _ => (Kind::Function, format!("{OWN_SID}{}", part.letter)),
    };
    let thing = cloud.things.get(&(kind, container));
    let right = thing.is_some_and(|thing| thing.entries.get(&entry) == Some(&part.size.to_string()));
    (!right).then(|| format!("{} is not there as it should be", part.address()))
}

/// All that is wrong, what is left over included.
pub(crate) fn differs(cloud: &Cloud, file: &[Part]) -> Vec<String> {
    let mut all: Vec<_> = file.iter().filter_map(|part| lacks(cloud, file, part)).collect();
    let mut expected = BTreeSet::new();
    for part in file {
        expected.extend(ours(cloud, part).first().map(|(id, _)| (part.kind, (*id).to_owned())));
    }
    for (key, thing) in cloud.things.iter().filter(|(_, thing)| thing.is_ours() && !leaving(thing)) {
        if !expected.contains(key) {
            all.push(format!("{} is left over", words(key)));
        }
        for entry in thing.entries.keys().filter(|entry| is_own(key.0, entry)) {
            let wanted = file.iter().any(|part| match part.kind {
                Kind::Object => {
                    key.0 == Kind::Bucket
                        && object_key(part) == *entry
                        && container(file, part).as_ref() == Some(&key.1)
                }
                Kind::Permission => {
                    key.0 == Kind::Function
                        && format!("{OWN_SID}{}", part.letter) == *entry
                        && container(file, part).as_ref() == Some(&key.1)
                }
                _ => false,
            });
            if !wanted {
                all.push(format!("`{entry}` in {} is left over", words(key)));
            }
        }
    }
    all
}

fn is_own(kind: Kind, entry: &str) -> bool {
    match kind {
        Kind::Bucket => entry.starts_with(SCRIPTS),
        Kind::Function => entry.starts_with(OWN_SID),
        _ => false,
    }
}

/// What was said to be done, and is not.
pub(crate) fn untrue(cloud: &Cloud, file: &[Part], applied: &Applied) -> Option<String> {
    file.iter().find_map(|part| {
        let (kept, made) = (applied.kept.contains(&part.address()), applied.made.contains(&part.address()));
        // An API does not wait for its function.
        let said = applied.is_success() || (kept || made) && part.kind != Kind::Api;
        let unsettled = (made && is_unsettled(cloud, part)).then(|| format!("{} is not settled", part.address()));
        said.then(|| lacks(cloud, file, part)).flatten().or(unsettled)
    })
}
