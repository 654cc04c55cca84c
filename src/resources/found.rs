//! Observing a kind whose resources have a name of ours and carry tags.

use crate::aws::{Aws, Error, Result, Stamp};
use crate::engine::diff::diff;
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use futures::future::try_join_all;

/// What reading one resource gives.
#[derive(Debug)]
pub(crate) struct Found<R: Resource> {
    pub(crate) resource: R,
    pub(crate) outputs: R::Outputs,
    pub(crate) stamp: Stamp,
    /// What deleting it would lose, in words.
    pub(crate) data: String,
}

impl<R: Resource> Found<R> {
    pub(super) fn live(self, name: String) -> Live<R> {
        let Self { resource, outputs, stamp, data } = self;
        Live { name, resource, outputs, owner: stamp.owner, applied: stamp.applied, data }
    }
}

/// Reads the wanted resources by id, and with them every other one that carries our tags.
///
/// `arn_prefix` is what the ARNs of this kind begin with; what follows is the id. `read` gives `None`
/// for what is not there.
pub(crate) async fn by_id<R, F>(
    aws: &Aws,
    wanted: &[Wanted],
    arn_prefix: &str,
    read: impl Fn(String) -> F,
) -> Result<Vec<Live<R>>>
where
    R: Resource<World = Aws>,
    F: Future<Output = Result<Option<Found<R>>>>,
{
    by_list(wanted, aws.tagged(arn_prefix), read).await
}

/// As [`by_id`], for a kind that is not in the Tagging API: `listed` gives the ids that may be ours.
pub(crate) async fn by_list<R, F>(
    wanted: &[Wanted],
    listed: impl Future<Output = Result<Vec<String>>>,
    read: impl Fn(String) -> F,
) -> Result<Vec<Live<R>>>
where
    R: Resource<World = Aws>,
    F: Future<Output = Result<Option<Found<R>>>>,
{
    let expected = try_join_all(wanted.iter().map(|wanted| read(wanted.id.clone())));
    let (expected, listed) = futures::try_join!(expected, listed)?;
    let mut all = vec![];
    for (wanted, found) in wanted.iter().zip(expected) {
        all.extend(found.map(|found| found.live(wanted.name.clone())));
    }
    let others = listed.into_iter().filter(|id| wanted.iter().all(|wanted| wanted.id != *id));
    for found in try_join_all(others.map(read)).await?.into_iter().flatten() {
        // The Tagging API lags behind: tags may have been taken off since.
        if found.stamp.owner == Owner::Us {
            let name = name_of(&found, &all);
            all.push(found.live(name));
        }
    }
    Ok(all)
}

/// The name its tag gives, so that a resource whose id follows a setting (a bucket that gets another
/// name) is seen as replaced. If the new one is there already, after a run that was killed, the old one
/// goes by its id.
fn name_of<R: Resource<World = Aws>>(found: &Found<R>, seen: &[Live<R>]) -> String {
    let id = found.resource.id();
    match &found.stamp.name {
        Some(name) if seen.iter().all(|live| live.name != *name) => name.clone(),
        _ => id,
    }
}

/// What `create` does when AWS says that it is there already: brings up to date what is ours, as a run that was
/// killed leaves it, and reports AWS's error for anybody else's.
pub(crate) async fn resume<R: Resource<World = Aws>>(
    desired: &R,
    aws: &Aws,
    name: &str,
    found: Option<Found<R>>,
    exists: Error,
) -> Result<R::Outputs> {
    let Some(found) = found.filter(|found| found.stamp.owner == Owner::Us) else { return Err(exists) };
    let live = found.live(name.to_owned());
    let changes = diff(&live.resource.attributes(), &desired.attributes());
    if changes.iter().any(|change| change.forces_replacement) {
        return Err(exists.with_hint("run the same command again: it plans a replacement"));
    }
    desired.update(aws, &live, &changes).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Tags;
    use crate::resources::log_group::{LogGroup, LogGroupOutputs};

    fn found(id: &str, owner: Owner) -> Found<LogGroup> {
        let (log_group, tags) = (id.to_owned(), Tags::default());
        let outputs = LogGroupOutputs { log_group: log_group.clone(), arn: String::new() };
        let stamp =
            Stamp { tags: tags.clone(), owner, name: Some("track".into()), applied: None, ours: Default::default() };
        Found { resource: LogGroup { log_group, retention_days: None, tags }, outputs, stamp, data: String::new() }
    }

    /// The names of what is observed, where `there` is what AWS has.
    async fn names(listed: &[&str], there: &[(&str, Owner)]) -> Vec<(String, String)> {
        let wanted = [Wanted { name: "track".into(), id: "/new".into() }];
        let listed = listed.iter().map(|id| (*id).to_owned()).collect();
        let read = |id: String| {
            let owner = there.iter().find(|(at, _)| *at == id).map(|(_, owner)| owner.clone());
            std::future::ready(Ok(owner.map(|owner| found(&id, owner))))
        };
        let live = by_list(&wanted, std::future::ready(Ok(listed)), read).await.unwrap();
        live.into_iter().map(|live| (live.name, live.resource.log_group)).collect()
    }

    fn pair(name: &str, id: &str) -> (String, String) {
        (name.to_owned(), id.to_owned())
    }

    #[tokio::test]
    async fn what_was_renamed_is_seen_as_itself_until_the_new_one_is_there() {
        let both = [("/old", Owner::Us), ("/new", Owner::Us)];
        assert_eq!(names(&["/old"], &both[..1]).await, [pair("track", "/old")]);
        // Two resources at one address would hide the old one for ever.
        assert_eq!(names(&["/old", "/new"], &both).await, [pair("track", "/new"), pair("/old", "/old")]);
    }

    #[tokio::test]
    async fn what_is_listed_but_no_longer_ours_is_left_alone() {
        assert!(names(&["/old"], &[("/old", Owner::Nobody)]).await.is_empty());
        assert_eq!(names(&[], &[("/new", Owner::Nobody)]).await, [pair("track", "/new")]);
    }
}
