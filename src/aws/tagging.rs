//! What the Resource Groups Tagging API says is ours, which is how orphans are found.

use super::{Aws, Result, pages};
use crate::names::{TAG_NAME, TAG_PIPELINE, TAG_STAGE};
use aws_sdk_resourcegroupstagging::types::TagFilter;
use std::sync::Arc;

/// A resource that carries our tags.
#[derive(Clone, Debug)]
pub(crate) struct Tagged {
    arn: String,
    name: Option<String>,
}

impl Aws {
    /// The part of the ARN behind `prefix`, for each resource that carries our tags and whose ARN
    /// starts with it (`arn:aws:glue:us-east-1:123456789012:crawler/`).
    ///
    /// The API is asked once for each look around. New tags take some time to show there, which is why kinds look at
    /// the names they expect by themselves and come here only for orphans.
    ///
    /// # Errors
    /// AWS's, if the caller may not call `tag:GetResources`.
    pub(crate) async fn tagged(&self, prefix: &str) -> Result<Vec<String>> {
        let look = Arc::clone(&*self.tagged.lock().await);
        let all = look.get_or_try_init(|| self.fetch_tagged()).await?;
        let of_kind = all.iter().filter(|tagged| tagged.name.is_some());
        Ok(of_kind.filter_map(|tagged| tagged.arn.strip_prefix(prefix)).map(str::to_owned).collect())
    }

    /// Before another look around: what was tagged is asked again, and which roles there are.
    pub(crate) async fn look_anew(&self) {
        *self.tagged.lock().await = Arc::default();
        *self.roles.lock().await = Arc::default();
    }

    async fn fetch_tagged(&self) -> Result<Vec<Tagged>> {
        let filter = |key: &str, value: &str| TagFilter::builder().key(key).values(value).build();
        let (pipeline, stage) = (filter(TAG_PIPELINE, &self.names.pipeline), filter(TAG_STAGE, &self.names.stage));
        let pages = pages(
            "tag:GetResources",
            |from| {
                let request = self.tagging.get_resources().set_pagination_token(from);
                request.tag_filters(pipeline.clone()).tag_filters(stage.clone()).send()
            },
            |page| page.pagination_token(),
        );
        let all = pages.await?.into_iter().flat_map(|page| page.resource_tag_mapping_list.unwrap_or_default());
        Ok(all
            .map(|resource| {
                let name = resource.tags().iter().find(|tag| tag.key() == TAG_NAME).map(|tag| tag.value().to_owned());
                Tagged { arn: resource.resource_arn.unwrap_or_default(), name }
            })
            .collect())
    }
}
