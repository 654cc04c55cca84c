//! Which pipelines there are in the account, as the tags of their resources and the paths of their roles tell.

use super::{Aws, Result, pages};
use crate::names::{IAM_PATH, TAG_NAME, TAG_PIPELINE, TAG_STAGE};
use aws_sdk_resourcegroupstagging::config::{Builder, Region};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use std::collections::{BTreeMap, BTreeSet};

/// A pipeline in one stage.
pub(crate) type Name = (String, String);

/// What there is of one pipeline and stage in one region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deployed {
    /// Those that carry tags, and roles.
    pub(crate) resources: usize,
    /// The service of each that carries tags, and its name in the blueprint: two of the same file have the same.
    pub(crate) parts: BTreeSet<(String, String)>,
}

impl Aws {
    /// The pipelines of a region, without their roles.
    ///
    /// # Errors
    /// AWS's, if the caller may not call `tag:GetResources`, or if the region is not enabled for the account.
    pub(crate) async fn deployed_in(&self, region: &str) -> Result<BTreeMap<Name, Deployed>> {
        let ours = TagFilter::builder().key(TAG_PIPELINE).build();
        let pages = pages(
            "tag:GetResources",
            |from| {
                let request = self.tagging.get_resources().set_pagination_token(from).tag_filters(ours.clone());
                request.customize().config_override(Builder::new().region(Region::new(region.to_owned()))).send()
            },
            |page| page.pagination_token(),
        );
        let mut found = BTreeMap::<Name, Deployed>::new();
        for resource in pages.await?.into_iter().flat_map(|page| page.resource_tag_mapping_list.unwrap_or_default()) {
            let tag = |key: &str| tag(&resource, key);
            let (Some(pipeline), Some(stage)) = (tag(TAG_PIPELINE), tag(TAG_STAGE)) else { continue };
            let service = resource.resource_arn().unwrap_or_default().split(':').nth(2).unwrap_or_default();
            let there = found.entry((pipeline, stage)).or_default();
            there.resources += 1;
            there.parts.extend(tag(TAG_NAME).map(|name| (service.to_owned(), name)));
        }
        Ok(found)
    }

    /// How many roles each pipeline has in each region. `None`: roles from before their paths told regions apart.
    ///
    /// # Errors
    /// AWS's, if the caller may not call `iam:ListRoles`.
    pub(crate) async fn roles_everywhere(&self) -> Result<BTreeMap<(Name, Option<String>), usize>> {
        let mut found = BTreeMap::new();
        for role in self.roles_below("/").await? {
            let Some((_, below)) = role.path.split_once(IAM_PATH) else { continue };
            let parts: Vec<_> = below.trim_end_matches('/').split('/').collect();
            let [pipeline, stage, region @ ..] = &parts[..] else { continue };
            let name = ((*pipeline).to_owned(), (*stage).to_owned());
            *found.entry((name, region.first().map(|region| (*region).to_owned()))).or_default() += 1;
        }
        Ok(found)
    }
}

fn tag(resource: &ResourceTagMapping, key: &str) -> Option<String> {
    resource.tags().iter().find(|tag| tag.key() == key).map(|tag| tag.value().to_owned())
}
