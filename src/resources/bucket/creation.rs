//! How a bucket comes to be: with its tags, so that a run that is killed after it leaves one that is known to be ours.

use super::{Bucket, NEW_BUCKET, invalid};
use crate::aws::{Aws, Class, Result, call, write};
use crate::resources::named::begun;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership, Tag, Tagging};
use std::collections::BTreeMap;

/// Whether a bucket's tags came with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagged {
    Made,
    Not,
}

impl Bucket {
    /// Its tags and its ownership are part of the call: a run that is killed after it leaves a bucket that is known to
    /// be ours, and organisations deny buckets without `BucketOwnerEnforced` (terraform-provider-aws#30168).
    pub(super) async fn create_bucket(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<Tagged> {
        let made = match self.send_creation(aws, tag_list(tags)?).await {
            // Whoever may not use s3:TagResource may still be allowed s3:PutBucketTagging, which follows.
            Err(error) if error.class() == Class::Denied => self.send_creation(aws, vec![]).await.map(|()| Tagged::Not),
            made => made.map(|()| Tagged::Made),
        };
        made.map_err(|error| match error.class() {
            Class::Taken => error.with_hint("bucket names are shared by all of AWS: set `bucket.name` to another one"),
            Class::Denied => {
                error.with_hint("let the caller's IAM policy allow s3:CreateBucket, and s3:TagResource for its tags")
            }
            _ => error,
        })
    }

    async fn send_creation(&self, aws: &Aws, tags: Vec<Tag>) -> Result<()> {
        // us-east-1 is the one region that may not be named.
        let region = Some(aws.names.region.as_str()).filter(|region| *region != "us-east-1");
        let configuration = CreateBucketConfiguration::builder()
            .set_location_constraint(region.map(BucketLocationConstraint::from))
            .set_tags((!tags.is_empty()).then_some(tags));
        let configuration = configuration.build();
        write("s3:CreateBucket", || {
            aws.s3
                .create_bucket()
                .bucket(&self.bucket)
                .set_object_ownership(self.ownership.as_deref().map(ObjectOwnership::from))
                .create_bucket_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }

    /// Makes it for the lock to be in, before its step: settings are changed under the lock. Its tags are all there and
    /// say that it is begun: organisations demand some of them, and without a name it would not be found by a run that no
    /// longer asks for it. Where it is there already, another run does the same, and nothing is changed; us-east-1 does not
    /// tell that apart.
    pub(crate) async fn prepare(&self, aws: &Aws, name: &str) -> Result<()> {
        let tags = begun(self, &aws.names, name);
        match self.create_bucket(aws, &tags).await {
            Err(error) if error.class() == Class::Exists => return Ok(()),
            Ok(Tagged::Not) => self.put_tags(aws, &tags).await?,
            Ok(Tagged::Made) => {}
            Err(error) => return Err(error),
        }
        aws.has_made(&self.bucket);
        Ok(())
    }

    pub(super) async fn put_tags(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let tagging = Tagging::builder()
            .set_tag_set(Some(tag_list(tags)?))
            .build()
            .map_err(|error| invalid("s3:PutBucketTagging", error))?;
        call("s3:PutBucketTagging", NEW_BUCKET, || {
            aws.s3.put_bucket_tagging().bucket(&self.bucket).tagging(tagging.clone()).send()
        })
        .await
        .map(drop)
    }
}

fn tag_list(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>> {
    let built = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    built.collect::<std::result::Result<_, _>>().map_err(|error| invalid("s3:PutBucketTagging", error))
}
