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
    /// `query`, `report`: SQL on the pipeline's tables.
    Query,
    /// `send`: the endpoint, and the value of its key.
    Send,
    /// `cost-estimate --listed-prices`, `prices update`, and `bill`.
    Cost,
    /// `check --account`, `check --quotas`: what AWS lets the account do.
    Check,
    /// `status`, `events`, `logs`: how it is, and what has come. It changes nothing.
    Status,
    /// `run`, `events replay`, `unlock`, and the looks that they take.
    Operate,
}

/// What finds what is ours, whatever it is called.
const FIND: &[Call] = &[look("tag:GetResources", On::Anything), look("iam:ListRoles", On::Anything)];

/// Whether the account can have a dashboard, for whoever compares it with the file.
const SUBSCRIPTION: &[Call] = &[look("quicksight:DescribeAccountSubscription", On::Subscription)];

/// Who has changed what is not as it was left.
const WHO_CHANGED: &[Call] = &[look("cloudtrail:LookupEvents", On::Anything)
    .or_else("a plan shows drift all the same, and does not say who changed what")];

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

const CHECK: &[Call] = &[
    look("lambda:GetAccountSettings", On::Anything),
    look("apigateway:GetAccount", On::Path("account")).needs("apigateway:GET"),
    look("servicequotas:GetServiceQuota", On::Anything).or_else(ASSUMED),
    look("servicequotas:GetAWSDefaultServiceQuota", On::Anything).or_else(ASSUMED),
];

const ASSUMED: &str = "`check --quotas` says so, and checks by what AWS gives every account at first";

/// How it is, beside what a plan looks at: what AWS counts, what lies in the bucket, what was logged.
const STATUS: &[Call] = &[
    look("cloudwatch:GetMetricData", On::Anything).or_else("`status` says what it could not read, and judges the rest"),
    look("glue:GetPartition", On::Tables),
    look("glue:GetJobRuns", On::Job),
    look("s3:GetObject", On::Objects),
    look("logs:FilterLogEvents", On::Logs),
];

/// What does the work of a schedule at once, and sends again what did not get through.
const OPERATE: &[Call] = &[
    look("tag:GetResources", On::Anything),
    look("lambda:GetFunctionConfiguration", On::Mover),
    look("lambda:GetFunctionConcurrency", On::Mover)
        .or_else("of a mover that is switched off AWS only says that it is busy"),
    look("lambda:Invoke", On::Mover).needs("lambda:InvokeFunction"),
    look("glue:GetCrawler", On::Crawlers),
    look("glue:ListCrawls", On::Crawlers).or_else("`run crawler` does not say how long it took"),
    look("glue:StartCrawler", On::Crawlers),
    look("glue:GetJob", On::WorkOfJob),
    look("glue:GetTrigger", On::WorkOfJob),
    look("glue:GetJobRun", On::WorkOfJob),
    look("glue:GetJobRuns", On::WorkOfJob)
        .or_else("`run etl` follows no run that somebody else began, and no second attempt"),
    look("glue:StartJobRun", On::WorkOfJob),
    look("logs:FilterLogEvents", On::Logs).or_else("`run etl` does not say how many rows it wrote"),
    look("firehose:PutRecordBatch", On::Stream),
    look("s3:ListBucket", On::Bucket),
    look("s3:GetObject", On::Objects),
    look("s3:PutObject", On::Replayed),
    look("s3:DeleteObject", On::Undelivered),
];

/// What a bucket under a key of its own asks of whoever reads in it, or writes.
const OPEN: &[Call] = &[look("s3:GetObject", On::BucketKey).needs("kms:Decrypt")];
const SEAL: &[Call] = &[change("s3:PutObject", On::BucketKey).needs("kms:GenerateDataKey")];

/// What every pipeline has one of. An apply takes none of these down.
const STAYS: &[&str] = &["kms.key", "s3.bucket", "firehose.stream", "athena.workgroup"];

impl Purpose {
    pub(crate) const ALL: [Self; 9] = [
        Self::Plan,
        Self::Apply,
        Self::Destroy,
        Self::Query,
        Self::Send,
        Self::Cost,
        Self::Check,
        Self::Status,
        Self::Operate,
    ];

    /// Whether it takes a call of a kind.
    pub(super) fn has(self, kind: &str, call: &Call) -> bool {
        match self {
            Self::Plan | Self::Send | Self::Status => call.when == When::Look,
            Self::Destroy => matches!(call.when, When::Look | When::Remove),
            // What a pipeline has one of goes with a destroy, or by another name, which is another policy's.
            Self::Apply => match call.when {
                When::Look | When::Make | When::Change => true,
                When::Remove => !STAYS.contains(&kind),
                When::Seldom => false,
            },
            Self::Query | Self::Cost | Self::Check | Self::Operate => false,
        }
    }

    /// What it takes beside the kinds' calls.
    pub(super) fn beside(self) -> impl Iterator<Item = &'static Call> {
        let all: &'static [&'static [Call]] = match self {
            Self::Plan => &[FIND, SUBSCRIPTION, WHO_CHANGED, OPEN],
            Self::Apply => &[FIND, SUBSCRIPTION, LOCK, OPEN, SEAL],
            Self::Destroy => &[FIND, LOCK, LOCK_WITHOUT_BUCKET],
            Self::Query => &[QUERY, OPEN, SEAL],
            Self::Send => &[FIND, OPEN, compute::KEY_VALUE],
            Self::Cost => &[COST],
            Self::Check => &[CHECK],
            Self::Status => &[FIND, SUBSCRIPTION, STATUS, OPEN, compute::KEY_VALUE],
            Self::Operate => &[LOCK, OPERATE, OPEN, SEAL],
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
            Self::Check => "check",
            Self::Status => "status",
            Self::Operate => "operate",
        }
    }
}
