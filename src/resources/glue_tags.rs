//! Tags of Glue's resources: one pair of calls for databases, crawlers, jobs and triggers.

use crate::aws::{Aws, Expect, Result, Stamp, Tags, read, write};
use crate::engine::diff::Attributes;

/// What the tags of a resource say; `None` where the resource is not there.
pub(super) async fn stamp(aws: &Aws, arn: &str) -> Result<Option<Stamp>> {
    let tags = read("glue:GetTags", || aws.glue.get_tags().resource_arn(arn).send()).await.absent()?;
    Ok(tags.map(|tags| Stamp::read(&aws.names, tags.tags.unwrap_or_default())))
}

/// Makes the tags what they are to be: the user's, and ours.
pub(super) async fn put(
    aws: &Aws,
    arn: &str,
    tags: &Tags,
    live: &Tags,
    name: &str,
    attributes: &Attributes,
) -> Result<()> {
    let removed = tags.removed_from(live);
    if !removed.is_empty() {
        write("glue:UntagResource", || {
            aws.glue.untag_resource().resource_arn(arn).set_tags_to_remove(Some(removed.clone())).send()
        })
        .await?;
    }
    let all = tags.stamped(aws, name, attributes);
    write("glue:TagResource", || {
        aws.glue.tag_resource().resource_arn(arn).set_tags_to_add(Some(all.clone().into_iter().collect())).send()
    })
    .await
    .map(|_| ())
}
