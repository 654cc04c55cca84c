//! Lifecycle rules, by their meaning.

use super::invalid;
use crate::aws::{Aws, Expect, Patience, Result, call, read, write};
use crate::engine::value::{Canonical, Value};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use std::collections::BTreeMap;

/// Rules by their id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifecycle(pub(crate) BTreeMap<String, Rule>);

/// What happens to the objects under a prefix, in days.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rule {
    /// Empty: the whole bucket.
    pub(crate) prefix: String,
    pub(crate) expire: Option<i32>,
    /// For versions that are not the current one.
    pub(crate) expire_noncurrent: Option<i32>,
    /// For uploads in parts that were never completed.
    pub(crate) abort_uploads: Option<i32>,
    /// What a rule of somebody else does beside that, as the SDK prints it; empty in ours.
    pub(crate) other: String,
}

impl Canonical for Rule {
    fn canonical(&self) -> Value {
        let Self { prefix, expire, expire_noncurrent, abort_uploads, other } = self;
        let mut fields = BTreeMap::from([("prefix".to_owned(), prefix.canonical())]);
        let days = [("expire", expire), ("expire_noncurrent", expire_noncurrent), ("abort_uploads", abort_uploads)];
        fields.extend(
            days.into_iter().filter(|(_, days)| days.is_some()).map(|(name, days)| (name.to_owned(), days.canonical())),
        );
        if !other.is_empty() {
            fields.insert("other".to_owned(), other.canonical());
        }
        Value::Map(fields)
    }
}

/// No rules and no lifecycle at all are the same.
impl Canonical for Lifecycle {
    fn canonical(&self) -> Value {
        if self.0.is_empty() { Value::Unset } else { self.0.canonical() }
    }
}

impl Lifecycle {
    pub(super) async fn get(aws: &Aws, bucket: &str) -> Result<Self> {
        let lifecycle =
            read("s3:GetLifecycleConfiguration", || aws.s3.get_bucket_lifecycle_configuration().bucket(bucket).send());
        let rules = lifecycle.await.absent()?.and_then(|lifecycle| lifecycle.rules).unwrap_or_default();
        let named = |(index, rule): (usize, LifecycleRule)| {
            (rule.id.clone().unwrap_or_else(|| format!("(rule {index})")), Rule::read(&rule))
        };
        Ok(Self(rules.into_iter().enumerate().map(named).collect()))
    }

    pub(super) async fn put(&self, aws: &Aws, bucket: &str) -> Result<()> {
        if self.0.is_empty() {
            return write("s3:DeleteBucketLifecycle", || aws.s3.delete_bucket_lifecycle().bucket(bucket).send())
                .await
                .gone();
        }
        let rules = self.0.iter().map(|(id, rule)| rule.write(id)).collect::<Result<Vec<_>>>()?;
        let configuration = BucketLifecycleConfiguration::builder()
            .set_rules(Some(rules))
            .build()
            .map_err(|error| invalid("s3:PutLifecycleConfiguration", error))?;
        call("s3:PutLifecycleConfiguration", Patience::NEW_BUCKET, || {
            aws.s3
                .put_bucket_lifecycle_configuration()
                .bucket(bucket)
                .lifecycle_configuration(configuration.clone())
                .send()
        })
        .await
        .map(|_| ())
    }
}

impl Rule {
    fn write(&self, id: &str) -> Result<LifecycleRule> {
        let expiration = self.expire.map(|days| LifecycleExpiration::builder().days(days).build());
        let noncurrent =
            self.expire_noncurrent.map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build());
        let abort = self
            .abort_uploads
            .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
        LifecycleRule::builder()
            .id(id)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(&self.prefix).build())
            .set_expiration(expiration)
            .set_noncurrent_version_expiration(noncurrent)
            .set_abort_incomplete_multipart_upload(abort)
            .build()
            .map_err(|error| invalid("s3:PutLifecycleConfiguration", error))
    }

    fn read(rule: &LifecycleRule) -> Self {
        let filter = rule.filter();
        // Older rules have their prefix outside of a filter.
        #[expect(deprecated, reason = "S3 still gives back what was written that way")]
        let prefix = filter.and_then(LifecycleRuleFilter::prefix).or(rule.prefix()).unwrap_or_default().to_owned();
        let own = Self {
            prefix,
            expire: rule.expiration().and_then(|expiration| expiration.days()),
            expire_noncurrent: rule.noncurrent_version_expiration().and_then(|all| all.noncurrent_days()),
            abort_uploads: rule.abort_incomplete_multipart_upload().and_then(|all| all.days_after_initiation()),
            other: String::new(),
        };
        let other = if does_more(rule) { format!("{rule:?}") } else { String::new() };
        Self { other, ..own }
    }
}

/// Whether a rule does what a [`Rule`] has no words for: another class of storage, fewer objects, a date.
fn does_more(rule: &LifecycleRule) -> bool {
    let filter = rule.filter();
    let narrower = filter.is_some_and(|filter| {
        let sized = filter.object_size_greater_than().is_some() || filter.object_size_less_than().is_some();
        filter.and().is_some() || filter.tag().is_some() || sized
    });
    let expiration = rule.expiration().is_some_and(|expiration| {
        expiration.date().is_some() || expiration.expired_object_delete_marker() == Some(true)
    });
    let kept = rule.noncurrent_version_expiration().is_some_and(|all| all.newer_noncurrent_versions().is_some());
    let moved = !rule.transitions().is_empty() || !rule.noncurrent_version_transitions().is_empty();
    *rule.status() != ExpirationStatus::Enabled || narrower || expiration || kept || moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            prefix in "[a-z/]{0,8}",
            expire in proptest::option::of(1..3650),
            noncurrent in proptest::option::of(1..3650),
            abort in proptest::option::of(1..30),
        ) {
            let rule = Rule {
                prefix, expire, expire_noncurrent: noncurrent, abort_uploads: abort, other: String::new()
            };
            prop_assert_eq!(Rule::read(&rule.write("id").unwrap()).canonical(), rule.canonical());
        }
    }

    #[test]
    fn what_was_changed_by_hand_differs() {
        use aws_sdk_s3::types::Tag;
        let ours = Rule { expire: Some(30), expire_noncurrent: Some(7), ..Rule::default() };
        let differs = |change: fn(&mut LifecycleRule)| {
            let mut written = ours.write("id").unwrap();
            change(&mut written);
            Rule::read(&written).canonical() != ours.canonical()
        };
        assert!(!differs(|_| ()));
        assert!(differs(|rule| rule.status = ExpirationStatus::Disabled));
        assert!(differs(|rule| rule.filter = Some(LifecycleRuleFilter::builder().object_size_greater_than(9).build())));
        assert!(differs(|rule| {
            let tag = Tag::builder().key("k").value("v").build().unwrap();
            rule.filter = Some(LifecycleRuleFilter::builder().tag(tag).build());
        }));
        assert!(differs(|rule| {
            let keep = NoncurrentVersionExpiration::builder().noncurrent_days(7).newer_noncurrent_versions(5);
            rule.noncurrent_version_expiration = Some(keep.build());
        }));
        assert!(differs(|rule| {
            let expiration = LifecycleExpiration::builder().days(30).expired_object_delete_marker(true);
            rule.expiration = Some(expiration.build());
        }));
    }

    #[test]
    fn a_prefix_outside_of_a_filter_is_read_the_same() {
        let ours = Rule { prefix: "raw/".to_owned(), expire: Some(30), ..Rule::default() };
        let mut written = ours.write("id").unwrap();
        #[expect(deprecated, reason = "S3 still gives back what was written that way")]
        {
            written.prefix = Some("raw/".to_owned());
        }
        written.filter = None;
        assert_eq!(Rule::read(&written).canonical(), ours.canonical());
    }
}
