//! The bucket.

use super::{Added, BUCKET, Design, policies};
use crate::config::Days;
use crate::engine::value::Pending;
use crate::resources::{Bucket, Graph, Lifecycle, OWN_PREFIX, Rule};

/// Days after which an upload that was never completed, or a temporary file, is of no use to anybody.
const LEFTOVERS: i32 = 7;
/// Our rules by their ids: under each, the objects of a part of the pipeline expire.
pub(crate) const EXPIRE_PARTITIONED: &str = "expire-partitioned";
pub(crate) const EXPIRE_PARQUET: &str = "expire-parquet";
/// Days that a version lives on which is not the current one any more.
const OLD_VERSIONS: i32 = 30;

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>) -> Added<Bucket> {
    let Design { pipeline, key, .. } = design;
    graph.add(BUCKET, move |out| {
        let kms_key = match (&pipeline.bucket.kms_key, key) {
            (Some(theirs), _) => Some(Pending::Known(theirs.clone())),
            (None, own) => own.map(|own| out[own].arn.clone()),
        };
        bucket(design, kms_key)
    })
}

fn bucket(design: Design<'_>, kms_key: Option<Pending<String>>) -> Bucket {
    let pipeline = design.pipeline;
    Bucket {
        bucket: pipeline.bucket.name.clone(),
        public_access_blocked: true,
        encryption: Some(if kms_key.is_some() { "aws:kms" } else { "AES256" }.to_owned()),
        bucket_key: kms_key.is_some(),
        kms_key,
        ownership: Some("BucketOwnerEnforced".to_owned()),
        policy: design.policy(policies::BUCKET, &[]),
        lifecycle: lifecycle(design),
        versioned: pipeline.bucket.versioning,
        tags: design.tags(),
    }
}

/// No rule for what Firehose wrote: the mover takes away what it has moved, so that whatever lies there was not.
fn lifecycle(design: Design<'_>) -> Lifecycle {
    let pipeline = design.pipeline;
    let expire = &pipeline.bucket.expire;
    let after = |prefix: &str, days: Days| {
        let days = i32::try_from(days.0).unwrap_or(i32::MAX);
        Rule { prefix: prefix.to_owned(), expire: Some(days), ..Rule::default() }
    };
    let parts = [
        // What was kept while the file said so goes in its time.
        (EXPIRE_PARTITIONED, Some(pipeline.mover.prefix.as_str()), expire.partitioned),
        (EXPIRE_PARQUET, pipeline.parquet_prefix(), expire.parquet),
        ("expire-results", Some(&pipeline.query.results.prefix), pipeline.query.results.expire),
    ];
    let parts = parts.into_iter().filter_map(|(id, prefix, days)| Some((id.to_owned(), after(prefix?, days?))));
    let temporary = Rule { prefix: format!("{OWN_PREFIX}tmp/"), expire: Some(LEFTOVERS), ..Rule::default() };
    let old = pipeline.bucket.versioning.then_some(OLD_VERSIONS);
    let leftovers = Rule { abort_uploads: Some(LEFTOVERS), expire_noncurrent: old, ..Rule::default() };
    let always = [("expire-temporary".to_owned(), temporary), ("leftovers".to_owned(), leftovers)];
    Lifecycle(parts.chain(always).collect())
}
