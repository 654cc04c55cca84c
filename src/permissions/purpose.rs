//! What somebody is to do with pipectl, and which calls that takes.

use super::call::{Call, On, When, change, look, make};
use super::compute;

/// A command, or several that need the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// `plan`; `output` and `list` without secrets need no more.
    Plan,
    /// `apply`, and the plan that it makes.
    Apply,
    /// `destroy`, and its plan.
    Destroy,
    /// `query`: SQL on the pipeline's tables.
    Query,
    /// `send`: the endpoint, and the value of its key.
    Send,
    /// `cost-estimate --listed-prices`, `prices update`, and `bill`.
    Cost,
}

/// What finds what is ours, whatever it is called.
const FIND: &[Call] = &[look("tag:GetResources", On::Anything), look("iam:ListRoles", On::Anything)];

/// The lock: one object, which is read and written by whoever works.
const LOCK: &[Call] = &[make("s3:GetObject", On::OwnObjects), make("s3:PutObject", On::OwnObjects)];

/// A destroy that finds no bucket makes one, for the lock.
const LOCK_WITHOUT_BUCKET: &[Call] = &[
    make("s3:CreateBucket", On::Bucket).or_else("a destroy that finds no bucket works without a lock"),
    make("s3:CreateBucket", On::Bucket).needs("s3:TagResource"),
];

/// Athena reads and writes with the rights of who asks.
const QUERY: &[Call] = &[
    look("athena:StartQueryExecution", On::Workgroup),
    look("athena:GetQueryExecution", On::Workgroup),
    look("athena:GetQueryResults", On::Workgroup),
    look("athena:StopQueryExecution", On::Workgroup).or_else("a query that is interrupted runs to its end"),
    look("glue:GetDatabase", On::Database),
    look("glue:GetTable", On::Tables),
    look("glue:GetPartitions", On::Tables),
    look("s3:GetBucketLocation", On::Bucket),
    look("s3:GetObject", On::Objects),
    look("s3:ListBucket", On::Bucket),
    look("s3:PutObject", On::Results),
];

const UNTOLD: &str = "the bill says what it could not read, and compares the rest";

const COST: &[Call] = &[
    look("pricing:GetProducts", On::Anything),
    look("ce:GetCostAndUsage", On::Anything),
    look("ce:ListCostAllocationTags", On::Anything)
        .or_else("a bill with nothing on it does not say whether its tags are active"),
    look("athena:BatchGetQueryExecution", On::Workgroup).or_else(UNTOLD),
    look("athena:ListQueryExecutions", On::Workgroup).or_else(UNTOLD),
    look("cloudwatch:GetMetricData", On::Anything).or_else(UNTOLD),
    look("firehose:DescribeDeliveryStream", On::Stream),
    look("glue:GetJobRuns", On::Job).or_else(UNTOLD),
    look("glue:ListCrawls", On::Crawlers).or_else(UNTOLD),
];

/// What a bucket under a key of its own asks of whoever reads in it, or writes.
const OPEN: &[Call] = &[look("s3:GetObject", On::BucketKey).needs("kms:Decrypt")];
const SEAL: &[Call] = &[change("s3:PutObject", On::BucketKey).needs("kms:GenerateDataKey")];

/// What every pipeline has one of. An apply takes none of these down.
const STAYS: &[&str] = &["kms.key", "s3.bucket", "firehose.stream", "athena.workgroup"];

impl Purpose {
    pub(crate) const ALL: [Self; 6] = [Self::Plan, Self::Apply, Self::Destroy, Self::Query, Self::Send, Self::Cost];

    /// Whether it takes a call of a kind.
    pub(super) fn has(self, kind: &str, call: &Call) -> bool {
        match self {
            Self::Plan | Self::Send => call.when == When::Look,
            Self::Destroy => matches!(call.when, When::Look | When::Remove),
            // What a pipeline has one of goes with a destroy, or by another name, which is another policy's.
            Self::Apply => match call.when {
                When::Look | When::Make | When::Change => true,
                When::Remove => !STAYS.contains(&kind),
                When::Seldom => false,
            },
            Self::Query | Self::Cost => false,
        }
    }

    /// What it takes beside the kinds' calls.
    pub(super) fn beside(self) -> impl Iterator<Item = &'static Call> {
        let all: &'static [&'static [Call]] = match self {
            Self::Plan => &[FIND, OPEN],
            Self::Apply => &[FIND, LOCK, OPEN, SEAL],
            Self::Destroy => &[FIND, LOCK, LOCK_WITHOUT_BUCKET],
            Self::Query => &[QUERY, OPEN, SEAL],
            Self::Send => &[FIND, OPEN, compute::KEY_VALUE],
            Self::Cost => &[COST],
        };
        all.iter().copied().flatten()
    }

    /// As it is written on the command line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Destroy => "destroy",
            Self::Query => "query",
            Self::Send => "send",
            Self::Cost => "cost",
        }
    }
}
