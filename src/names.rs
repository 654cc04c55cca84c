//! Where a pipeline lives and what its resources are called. Names are derived, never stored.

use crate::engine::value::digest;
use std::collections::BTreeMap;

/// The tag that names the pipeline a resource belongs to.
pub(crate) const TAG_PIPELINE: &str = "pipectl:pipeline";
/// The tag that names its stage.
pub(crate) const TAG_STAGE: &str = "pipectl:stage";
/// The tag that names the region, on what is of no region by itself: IAM's roles, and buckets, whose names answer
/// everywhere. What is regional needs none: another region's is never seen.
pub(crate) const TAG_REGION: &str = "pipectl:region";
/// The tag that holds its name in the blueprint, so that an orphan still has an address.
pub(crate) const TAG_NAME: &str = "pipectl:name";
/// The tag that holds the digest of the attributes last applied, to tell drift from an edit, and the release that did.
pub(crate) const TAG_CONFIG: &str = "pipectl:config";

/// This release, as what it makes is marked with it.
pub(crate) const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// What is in the paths of the roles of all pipelines.
pub(crate) const IAM_PATH: &str = "/pipectl/";

/// IAM's limit for the name of a role, and S3's for that of a bucket.
const LONGEST_ROLE: usize = 64;
const LONGEST_BUCKET: usize = 63;
/// Digits of a digest that stands for what does not fit. Two that are the same are told apart by their tags.
const DIGITS: usize = 12;

/// One pipeline in one stage of one account and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names {
    /// `aws`, `aws-cn` or `aws-us-gov`, as the caller's own ARN says.
    pub(crate) partition: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) pipeline: String,
    pub(crate) stage: String,
    pub(crate) ignored: IgnoredTags,
    /// What the paths of roles begin with where an organisation wants that, `/teams/growth/`; empty elsewhere.
    pub(crate) role_path: String,
    /// Names that the file gives in the place of derived ones, by address: those of what somebody else has made.
    pub(crate) given: BTreeMap<String, String>,
}

/// Tags that an organisation's tools put on everything: neither shown nor taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IgnoredTags {
    pub(crate) keys: Vec<String>,
    /// What keys begin with.
    pub(crate) prefixes: Vec<String>,
}

impl IgnoredTags {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|one| one == key) || self.prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

#[cfg(test)]
impl Names {
    /// `clicks/prod`, for tests.
    pub(crate) fn example() -> Self {
        let [partition, account, region, pipeline, stage] =
            ["aws", "1", "us-east-1", "clicks", "prod"].map(str::to_owned);
        let (ignored, given) = Default::default();
        Self { partition, account, region, pipeline, stage, ignored, role_path: String::new(), given }
    }
}

impl Names {
    /// For looking at a pipeline without credentials: nothing by these names is in AWS.
    pub(crate) fn without_account(pipeline: &str, stage: &str, region: &str) -> Self {
        let [partition, account, region, pipeline, stage] =
            ["aws", "000000000000", region, pipeline, stage].map(str::to_owned);
        let (ignored, given) = Default::default();
        Self { partition, account, region, pipeline, stage, ignored, role_path: String::new(), given }
    }

    /// `clickstream-prod-track`: what a resource is called in AWS, where its name is free to choose.
    pub(crate) fn physical(&self, name: &str) -> String {
        format!("{}-{}-{name}", self.pipeline, self.stage)
    }

    fn given(&self, kind: &str, name: &str) -> Option<String> {
        self.given.get(&format!("{kind}.{name}")).cloned()
    }

    /// `clickstream-prod-track`, unless the file says otherwise.
    pub(crate) fn function(&self, name: &str) -> String {
        self.given("lambda.function", name).unwrap_or_else(|| self.physical(name))
    }

    /// The id of somebody else's entry in the bucket's notifications that is to tell the mover.
    pub(crate) fn notification(&self) -> Option<String> {
        self.given("s3.notification", "mover")
    }

    /// The group that Lambda writes a function's logs to by itself.
    pub(crate) fn function_logs(&self, name: &str) -> String {
        format!("/aws/lambda/{}", self.function(name))
    }

    pub(crate) fn api_key(&self, name: &str) -> String {
        self.given("apigateway.api_key", name).unwrap_or_else(|| self.physical(name))
    }

    pub(crate) fn rest_api(&self) -> String {
        self.given("apigateway.rest_api", "ingest").unwrap_or_else(|| self.base())
    }

    /// Whether the API is one that somebody else has made.
    pub(crate) fn has_api_of_others(&self) -> bool {
        self.given.contains_key("apigateway.rest_api.ingest")
    }

    pub(crate) fn usage_plan(&self) -> String {
        self.given("apigateway.usage_plan", "ingest").unwrap_or_else(|| self.base())
    }

    pub(crate) fn stream(&self) -> String {
        self.given("firehose.stream", "delivery").unwrap_or_else(|| self.base())
    }

    pub(crate) fn crawler(&self, name: &str) -> String {
        self.given("glue.crawler", name).unwrap_or_else(|| self.physical(name))
    }

    pub(crate) fn job(&self) -> String {
        self.given("glue.job", "etl").unwrap_or_else(|| self.physical("etl"))
    }

    pub(crate) fn trigger(&self) -> String {
        self.given("glue.trigger", "etl").unwrap_or_else(|| self.physical("etl"))
    }

    pub(crate) fn workgroup(&self) -> String {
        self.given("athena.workgroup", "query").unwrap_or_else(|| self.base())
    }

    /// Whether a crawler is this pipeline's, by its name.
    pub(crate) fn is_crawler(&self, crawler: &str) -> bool {
        crawler.starts_with(&self.physical("")) || ["raw", "parquet"].iter().any(|name| self.crawler(name) == crawler)
    }

    /// `clickstream-prod`, for what a pipeline has one of.
    pub(crate) fn base(&self) -> String {
        format!("{}-{}", self.pipeline, self.stage)
    }

    /// `clickstream-prod-us-east-1-track`: all regions share the names of roles. What users allow to be passed on,
    /// `clickstream-prod-*`, holds it however long it is.
    pub(crate) fn role(&self, name: &str) -> String {
        fitting(&self.base(), &format!("{}-{name}", self.region), LONGEST_ROLE)
    }

    /// The same behind `AWSGlueServiceRole-`: Glue's own policies, and its console, know the roles of jobs by that.
    pub(crate) fn glue_role(&self, name: &str) -> String {
        fitting(&glue_head(&self.pipeline, &self.stage), &format!("{}-{name}", self.region), LONGEST_ROLE)
    }

    /// The alias of the pipeline's own key: `alias/clickstream-prod`.
    pub(crate) fn key_alias(&self) -> String {
        format!("alias/{}", self.base())
    }

    /// The bucket of a file that names none: `clickstream-prod-123456789012-us-east-1`. All of AWS shares the names
    /// of buckets.
    pub(crate) fn bucket(pipeline: &str, stage: &str, account: &str, region: &str) -> String {
        fitting(&format!("{pipeline}-{stage}"), &format!("{account}-{region}"), LONGEST_BUCKET)
    }

    /// The ARN of a regional resource.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        let Self { partition, account, region, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// `clickstream-prod-us-east-1`: an account's regions share the names of budgets.
    pub(crate) fn budget(&self) -> String {
        format!("{}-{}", self.base(), self.region)
    }

    /// The ARN of a budget, which is of no region.
    pub(crate) fn budget_arn(&self, name: &str) -> String {
        format!("arn:{}:budgets::{}:budget/{name}", self.partition, self.account)
    }

    /// The ARN of a bucket, or of objects in it, which names neither region nor account.
    pub(crate) fn s3_arn(&self, bucket_and_key: &str) -> String {
        format!("arn:{}:s3:::{bucket_and_key}", self.partition)
    }

    /// The ARN of a managed policy of this account, by its path and name. What is an ARN stays as it is.
    pub(crate) fn policy_arn(&self, policy: &str) -> String {
        match policy.starts_with("arn:") {
            true => policy.to_owned(),
            false => format!("arn:{}:iam::{}:policy/{policy}", self.partition, self.account),
        }
    }

    /// The path that marks a role as ours: IAM is not covered by the Resource Groups Tagging API.
    pub(crate) fn iam_path(&self) -> String {
        format!("{}{}/", self.iam_path_everywhere(), self.region)
    }

    /// The same without what the file wants before it.
    pub(crate) fn iam_path_unprefixed(&self) -> String {
        format!("{IAM_PATH}{}/{}/", self.pipeline, self.stage)
    }

    /// What the paths of the roles of all regions begin with.
    pub(crate) fn iam_path_everywhere(&self) -> String {
        format!("{}{}", self.role_path.trim_end_matches('/'), self.iam_path_unprefixed())
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

/// What the name of the job's role begins with.
fn glue_head(pipeline: &str, stage: &str) -> String {
    format!("AWSGlueServiceRole-{pipeline}-{stage}")
}

/// Who somebody is to QuickSight, as a file has it: users and groups of the namespace that every account has go by their
/// names, `user/ana`; others by their ARNs.
pub(crate) fn quicksight_principal(principal: &str) -> String {
    let resource = principal.splitn(6, ':').nth(5).unwrap_or(principal);
    match resource.split_once("/default/") {
        Some((kind @ ("user" | "group"), name)) => format!("{kind}/{name}"),
        _ => principal.to_owned(),
    }
}

/// Whether a role's name has room behind name and stage for the digits that tell it from another region's.
pub(crate) fn leave_room(pipeline: &str, stage: &str) -> bool {
    glue_head(pipeline, stage).len() + "-123".len() <= LONGEST_ROLE
}

/// `head-tail`, or a digest in the place of the tail where that would be too long.
fn fitting(head: &str, tail: &str, longest: usize) -> String {
    let whole = format!("{head}-{tail}");
    if whole.len() <= longest {
        return whole;
    }
    let room = longest.saturating_sub(head.len() + 1).min(DIGITS);
    format!("{head}-{}", &digest(tail)[..room])
}
