//! Where a pipeline lives and what its resources are called. Names are derived, never stored.

use std::collections::BTreeMap;

/// The tag that names the pipeline a resource belongs to.
pub(crate) const TAG_PIPELINE: &str = "pipectl:pipeline";
/// The tag that names its stage.
pub(crate) const TAG_STAGE: &str = "pipectl:stage";
/// The tag that holds its name in the blueprint, so that an orphan still has an address.
pub(crate) const TAG_NAME: &str = "pipectl:name";
/// The tag that holds the digest of the attributes last applied, to tell drift from an edit.
pub(crate) const TAG_CONFIG: &str = "pipectl:config";

/// One pipeline in one stage of one account and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// `aws`, `aws-cn` or `aws-us-gov`, as the caller's own ARN says.
    pub(crate) partition: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) pipeline: String,
    pub(crate) stage: String,
}

impl Names {
    /// For looking at a pipeline without credentials: nothing by these names is in AWS.
    pub(crate) fn without_account(pipeline: &str, stage: &str, region: &str) -> Self {
        let [partition, account, region, pipeline, stage] =
            ["aws", "000000000000", region, pipeline, stage].map(str::to_owned);
        Self { partition, account, region, pipeline, stage }
    }

    /// `clickstream-prod-track`: what a resource is called in AWS, where its name is free to choose.
    pub(crate) fn physical(&self, name: &str) -> String {
        format!("{}-{}-{name}", self.pipeline, self.stage)
    }

    /// `clickstream-prod`, for what a pipeline has one of.
    pub(crate) fn base(&self) -> String {
        format!("{}-{}", self.pipeline, self.stage)
    }

    /// The ARN of a regional resource.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        let Self { partition, account, region, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The ARN of a bucket, or of objects in it, which names neither region nor account.
    pub(crate) fn s3_arn(&self, bucket_and_key: &str) -> String {
        format!("arn:{}:s3:::{bucket_and_key}", self.partition)
    }

    /// The path that marks a role as ours: IAM is not covered by the Resource Groups Tagging API.
    pub(crate) fn iam_path(&self) -> String {
        format!("/pipectl/{}/{}/", self.pipeline, self.stage)
    }

    /// The host name suffix of the partition: China has its own.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        match self.partition.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }

    /// The tags that say whose a resource is.
    pub(crate) fn owner_tags(&self) -> BTreeMap<String, String> {
        [(TAG_PIPELINE, &self.pipeline), (TAG_STAGE, &self.stage)]
            .map(|(key, value)| (key.to_owned(), value.clone()))
            .into()
    }
}
