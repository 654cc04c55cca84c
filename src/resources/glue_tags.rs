//! Tags of Glue's resources: one pair of calls for databases, crawlers, jobs and triggers.

use super::tags::Stamp;
use crate::aws::{Aws, Expect, Result, read, write};
use std::collections::BTreeMap;

/// What the tags of a resource say; `None` where the resource is not there.
pub(super) async fn stamp(aws: &Aws, arn: &str) -> Result<Option<Stamp>> {
    let tags = read("glue:GetTags", || aws.glue.get_tags().resource_arn(arn).send()).await.absent()?;
    Ok(tags.map(|tags| Stamp::read(&aws.names, tags.tags.unwrap_or_default())))
}

pub(super) async fn put(aws: &Aws, arn: &str, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
    if !removed.is_empty() {
        write("glue:UntagResource", || {
            aws.glue.untag_resource().resource_arn(arn).set_tags_to_remove(Some(removed.clone())).send()
        })
        .await?;
    }
    write("glue:TagResource", || {
        aws.glue.tag_resource().resource_arn(arn).set_tags_to_add(Some(tags.clone().into_iter().collect())).send()
    })
    .await
    .map(drop)
}
