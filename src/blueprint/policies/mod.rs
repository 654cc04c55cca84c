//! The policy documents of the roles and of the bucket, rendered with the names of one pipeline.
//!
//! They are JSON files in `templates/iam/`, so that they can be reviewed as what they are. Each statement is as
//! narrow as AWS allows; these are wider than one would write them, for a reason that JSON cannot hold:
//!
//! - `delivery`: a buffer that was filled before a change of shape is written after it, and what cannot be written is lost
//!   after 24 hours. So Firehose may write wherever it ever delivers to, and read the one table whose columns it converts
//!   by, whether it does so at the moment or not; a backup that AWS does not turn off goes below
//!   `tmp/delivery/`.
//! - `delivery`: Firehose looks at the bucket as a whole before it writes, so `s3:ListBucket` has no prefix.
//! - `mover` and `etl`: without `s3:ListBucket`, S3 answers 403 for a missing key, and 404 is what tells a file that
//!   was moved before from one that may not be read. That check, and Spark's for the bucket, name no prefix:
//!   hence `StringLikeIfExists`.
//! - `etl`: Spark marks folders by objects named `<folder>_$folder$`, also those above the one it writes to.
//! - `etl`: Glue's bookmarks and, with `etl.metrics`, CloudWatch's metrics are evaluated without a resource, so that only `*` matches.
//!
//! These are narrower than AWS's own examples:
//!
//! - `trust-glue`, `trust-firehose`: `aws:SourceAccount`, which a service says when it takes a role on for somebody. Lambda
//!   documents it for roles, Glue for tables (zero-ETL); for roles of Glue and Firehose others have it in use. A key that
//!   is not sent would lock the service out, which shows at once: CreateCrawler and CreateDeliveryStream try the role.
//! - `etl`: bookmarks are written by Glue itself. `glue:UpdateJobBookmark`, which many copies of such policies have, is no
//!   action: neither the Service Authorization Reference nor the API's model has it.
//! - All that is allowed on the bucket is so in the account's own one (`aws:ResourceAccount`), whoever else gets its name.

use crate::config::{Pipeline, table_name};
use crate::names::Names;
use crate::resources::OWN_PREFIX;
use std::collections::BTreeMap;

/// What Firehose may do. Needs `bucket_arn` and `log_group_arn`.
pub(crate) const DELIVERY: &str = include_str!("../../../templates/iam/delivery.json");
/// What the function `track` may do. Needs `stream_arn` and `log_group_arn`.
pub(crate) const TRACK: &str = include_str!("../../../templates/iam/track.json");
/// What the function `mover` may do. Needs `bucket_arn` and `log_group_arn`.
pub(crate) const MOVER: &str = include_str!("../../../templates/iam/mover.json");
/// What the crawlers and the job may do. Needs `bucket_arn` and `database`.
pub(crate) const ETL: &str = include_str!("../../../templates/iam/etl.json");
/// A statement, for the role of a job that reports figures of its runs.
pub(crate) const MEASURE: &str = include_str!("../../../templates/iam/measure.json");
/// What QuickSight may do, by the data source. Needs `bucket_arn` and `database`.
pub(crate) const QUICKSIGHT: &str = include_str!("../../../templates/iam/quicksight.json");
pub(crate) const TRUST_QUICKSIGHT: &str = include_str!("../../../templates/iam/trust-quicksight.json");
pub(crate) const TRUST_FIREHOSE: &str = include_str!("../../../templates/iam/trust-firehose.json");
pub(crate) const TRUST_GLUE: &str = include_str!("../../../templates/iam/trust-glue.json");
pub(crate) const TRUST_LAMBDA: &str = include_str!("../../../templates/iam/trust-lambda.json");
/// The policy of the pipeline's own key: who may administer it, and through which services it is used.
pub(crate) const KEY: &str = include_str!("../../../templates/iam/key.json");
/// A statement, for roles that work in a bucket which is encrypted with the key `key_arn`.
pub(crate) const USE_KEY: &str = include_str!("../../../templates/iam/use-key.json");
/// The same for the pipeline's own key, whose ARN only KMS knows: by `key_alias`.
pub(crate) const USE_OWN_KEY: &str = include_str!("../../../templates/iam/use-own-key.json");
/// The bucket's own policy: TLS only.
pub(crate) const BUCKET: &str = include_str!("../../../templates/iam/bucket.json");

/// A policy document for one pipeline. `arns` gives what other resources know by themselves, by placeholder.
pub(crate) fn policy(template: &str, names: &Names, pipeline: &Pipeline, arns: &[(&str, &str)]) -> String {
    let mut values = derived(names, pipeline);
    values.extend(arns.iter().map(|(name, value)| (*name, (*value).to_owned())));
    render(template, &values)
}

/// What follows from the names alone.
fn derived<'a>(names: &Names, pipeline: &Pipeline) -> BTreeMap<&'a str, String> {
    // In the templates the `/` behind a prefix is written out.
    let folder = |prefix: &str| prefix.trim_end_matches('/').to_owned();
    [
        ("partition", names.partition.clone()),
        ("account", names.account.clone()),
        ("region", names.region.clone()),
        ("dns_suffix", names.dns_suffix().to_owned()),
        ("bucket_arn", names.s3_arn(&pipeline.bucket.name)),
        ("raw", folder(&pipeline.delivery.prefix)),
        ("errors", folder(&pipeline.delivery.errors)),
        ("partitioned", folder(&pipeline.mover.prefix)),
        ("parquet", folder(pipeline.parquet_prefix().unwrap_or(&pipeline.delivery.parquet))),
        ("parquet_table", table_name(pipeline.parquet_prefix().unwrap_or(&pipeline.delivery.parquet))),
        ("results", folder(&pipeline.query.results.prefix)),
        ("own", folder(OWN_PREFIX)),
        ("database", pipeline.catalog.database.clone()),
        ("job", names.job()),
        ("workgroup", names.workgroup()),
    ]
    .into()
}

/// A document with one more statement.
///
/// # Panics
/// If either is not JSON, which the tests of the templates would find.
pub(crate) fn with(document: &str, statement: &str) -> String {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("the templates are under test");
    let mut document = parse(document);
    if let Some(statements) = document["Statement"].as_array_mut() {
        statements.push(parse(statement));
    }
    document.to_string()
}

/// Puts the values in the place of their names. A value is never searched for names.
///
/// # Panics
/// If a template names what nobody gives: templates are part of the program, and all of them are under test.
fn render(template: &str, values: &BTreeMap<&str, String>) -> String {
    let mut pieces = template.split("${");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').expect("a placeholder ends with `}`");
        let value = values.get(name).unwrap_or_else(|| panic!("no value for the placeholder `{name}`"));
        text.push_str(&inside_string(value));
        text.push_str(rest);
    }
    text
}

/// As it is written between the quotes of a JSON string.
fn inside_string(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests;
