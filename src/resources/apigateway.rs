//! What the kinds of API Gateway have in common: names that are not unique, and tags by ARN.

use crate::aws::{Aws, Error, Patience, Result, Sort, Stamp, Tags, write};
use crate::engine::diff::{Attributes, diff};
use crate::engine::resource::{Owner, Resource, Wanted};
use crate::names::Names;
use aws_sdk_apigateway::config::Builder;
use aws_sdk_apigateway::config::retry::RetryConfig;
use std::collections::HashMap;
use std::time::Duration;

/// The ARN of something in API Gateway, which names no account.
pub(super) fn arn(names: &Names, resource: &str) -> String {
    format!("arn:{}:apigateway:{}::/{resource}", names.partition, names.region)
}

/// One of a list, with what its tags say.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub(super) name: String,
    pub(super) stamp: Stamp,
    pub(super) item: T,
}

impl<T> Named<T> {
    pub(super) fn new(names: &Names, name: String, tags: HashMap<String, String>, item: T) -> Self {
        Self { name, stamp: Stamp::read(names, tags), item }
    }
}

/// Gives what is ours, or has a wanted name, its name in the blueprint.
///
/// API Gateway lets two APIs (keys, plans) have one name. Ours are known by their tags. Somebody else's of a
/// wanted name is reported only where there is none of ours: it is not in the way. A second one of ours, as a
/// repeated create leaves it, goes by its position, and thus is an orphan.
pub(super) fn addressed<T>(wanted: &[Wanted], all: Vec<Named<T>>) -> Vec<(String, Named<T>)> {
    let (ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|named| named.stamp.owner == Owner::Us);
    let mut found: Vec<(String, Named<T>)> = vec![];
    for named in ours {
        let name = named.stamp.name.clone().unwrap_or_else(|| named.name.clone());
        let taken = found.iter().any(|(other, _)| *other == name);
        let name = if taken { format!("{name}#{}", found.len()) } else { name };
        found.push((name, named));
    }
    for named in others {
        let Some(wanted) = wanted.iter().find(|wanted| wanted.id == named.name) else { continue };
        if found.iter().all(|(other, _)| *other != wanted.name) {
            found.push((wanted.name.clone(), named));
        }
    }
    found
}

/// A creation is sent once: API Gateway would make a second API (key, plan) of the same name if the answer to the
/// first request was lost. Throttling is no such case, and is waited for.
pub(super) const ONCE: Patience = Patience { busy: Duration::ZERO, ..Patience::USUAL };

/// Settings for a request that the SDK is not to repeat by itself.
pub(super) fn sent_once() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

/// After a creation whose answer was lost: goes on with what it made, which its tags show to be ours.
///
/// # Errors
/// `lost`, where nothing was made.
pub(super) async fn resume<R: Resource<World = Aws>>(
    desired: &R,
    aws: &Aws,
    name: &str,
    lost: Error,
) -> Result<R::Outputs> {
    if !matches!(lost.sort(), Sort::Busy | Sort::Network) {
        return Err(lost);
    }
    let wanted = [Wanted { name: name.to_owned(), id: desired.id() }];
    let found = R::observe(aws, &wanted).await?;
    let Some(live) = found.into_iter().find(|live| live.name == name && live.owner == Owner::Us) else {
        return Err(lost);
    };
    let changes = diff(&live.resource.attributes(), &desired.attributes());
    desired.update(aws, &live, &changes).await
}

/// Makes the tags what they are to be: the user's, and ours.
pub(super) async fn put_tags(
    aws: &Aws,
    arn: &str,
    tags: &Tags,
    live: &Tags,
    name: &str,
    attributes: &Attributes,
) -> Result<()> {
    let removed = tags.removed_from(live);
    if !removed.is_empty() {
        write("apigateway:UntagResource", || {
            aws.apigateway.untag_resource().resource_arn(arn).set_tag_keys(Some(removed.clone())).send()
        })
        .await?;
    }
    let all = tags.stamped(aws, name, attributes);
    write("apigateway:TagResource", || {
        aws.apigateway.tag_resource().resource_arn(arn).set_tags(Some(all.clone().into_iter().collect())).send()
    })
    .await
    .map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let [partition, account, region] = ["aws", "1", "us-east-1"].map(str::to_owned);
        Names { partition, account, region, pipeline: "clicks".into(), stage: "prod".into() }
    }

    fn named(name: &str, ours: bool, id: u8) -> Named<u8> {
        let mut tags = HashMap::new();
        if ours {
            tags.extend(names().owner_tags());
            tags.insert("pipectl:name".to_owned(), "ingest".to_owned());
        }
        Named::new(&names(), name.to_owned(), tags, id)
    }

    fn found(all: Vec<Named<u8>>) -> Vec<(String, u8)> {
        let wanted = [Wanted { name: "ingest".into(), id: "clicks-prod".into() }];
        addressed(&wanted, all).into_iter().map(|(name, named)| (name, named.item)).collect()
    }

    #[test]
    fn ours_come_before_others_of_the_same_name() {
        let both = vec![named("clicks-prod", false, 1), named("clicks-prod", true, 2)];
        assert_eq!(found(both), [("ingest".to_owned(), 2)]);
        assert_eq!(found(vec![named("clicks-prod", false, 1)]), [("ingest".to_owned(), 1)]);
        assert_eq!(found(vec![named("other", false, 1)]), []);
    }

    #[test]
    fn a_second_one_of_ours_is_an_orphan() {
        let two = vec![named("clicks-prod", true, 1), named("clicks-prod", true, 2)];
        assert_eq!(found(two), [("ingest".to_owned(), 1), ("ingest#1".to_owned(), 2)]);
    }
}
