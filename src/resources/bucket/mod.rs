//! S3 bucket: holds every stage of the data.
//!
//! Its policy and its lifecycle are one document each, and wholly ours: what somebody adds to them is shown
//! as drift and put back. Encryption, ownership and the public access block are what AWS gives a new bucket;
//! they are written all the same, because they can be turned off.

pub(super) mod contents;
mod creation;
mod lifecycle;
mod lock;
pub(super) mod lock_entry;
mod others;
mod removal;
mod stranded;

pub(crate) use contents::size;
pub(crate) use lifecycle::{Lifecycle, Rule};
pub(crate) use stranded::Stranded;

use self::contents::Which;
use super::fields::{GET_BUCKET_ENCRYPTION, GET_BUCKET_VERSIONING};
use super::managed::Managed;
use super::named::{Found, Named, ladders};
use super::policy::Policy;
use super::tags::{Stamp, Tags};
use crate::aws::{Aws, Class, Error, Expect, Patience, Result, call, read, whole, write};
use crate::engine::extra::Extra;
use crate::engine::resource::{Live, Owner, Resource};
use crate::engine::value::Pending;
use crate::names::Names;
use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use futures::future::try_join_all;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that pipectl itself puts into the bucket is below this.
pub(crate) const OWN_PREFIX: &str = "_pipectl/";
/// What keeps two runs from working at once: [`super::BucketLocks`].
pub(crate) const LOCK: &str = "_pipectl/lock";

/// For writes of settings: they follow the creation at once.
const NEW_BUCKET: Patience = Patience::NEW_BUCKET;

/// Where all data lies: raw files, Parquet, results of queries, scripts and the lock.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Bucket {
    /// Its name, which no other bucket on AWS has.
    #[fixed]
    pub(crate) bucket: String,
    /// That nothing in it can be made public, whatever a policy or an ACL says.
    #[sent(PublicAccessBlock)]
    pub(crate) public_access_blocked: bool,
    /// With which keys: those that S3 keeps (`AES256`), or one of KMS (`aws:kms`).
    #[sent(Encryption)]
    pub(crate) encryption: Option<String>,
    /// With `aws:kms`: the ARN of the key.
    #[sent(Encryption)]
    pub(crate) kms_key: Option<Pending<String>>,
    /// That S3 asks KMS once for many objects: a hundredth of the requests.
    #[sent(Encryption)]
    pub(crate) bucket_key: bool,
    /// Whose objects are: the bucket's owner's, without ACLs (`BucketOwnerEnforced`).
    #[sent(Ownership)]
    pub(crate) ownership: Option<String>,
    /// Who may do what with it: nobody without TLS.
    #[sent(Policy)]
    pub(crate) policy: Policy,
    /// When objects expire, and when they move to a cheaper class.
    #[sent(Lifecycle)]
    pub(crate) lifecycle: Lifecycle,
    /// That what is overwritten or deleted stays as a version. A bucket that never had versions and one where they are
    /// suspended are the same.
    #[sent(Versioning)]
    pub(crate) versioned: bool,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    PublicAccessBlock,
    Encryption,
    Ownership,
    Policy,
    Lifecycle,
    Versioning,
}

#[derive(Clone, Debug)]
pub(crate) struct BucketOutputs {
    pub(crate) bucket: String,
    pub(crate) arn: String,
}

fn invalid(operation: &'static str, error: impl std::fmt::Display) -> Error {
    Error::new(operation, "InvalidRequest", &error.to_string())
}

impl Bucket {
    /// Whether there is a bucket of that name that this pipeline made in this region.
    pub(crate) async fn is_ours(aws: &Aws, name: &str) -> Result<bool> {
        match read_tags(aws, name).await.absent() {
            Ok(tags) => Ok(Stamp::read(&aws.names, tags.unwrap_or_default()).owner == Owner::Us),
            // Another region's or another account's: whoever guessed the name.
            Err(error) if matches!(error.class(), Class::Elsewhere | Class::Denied) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn put_public_access_block(&self, aws: &Aws) -> Result<()> {
        let all = self.public_access_blocked;
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(all)
            .ignore_public_acls(all)
            .block_public_policy(all)
            .restrict_public_buckets(all)
            .build();
        call("s3:PutPublicAccessBlock", NEW_BUCKET, || {
            aws.s3
                .put_public_access_block()
                .bucket(&self.bucket)
                .public_access_block_configuration(block.clone())
                .send()
        })
        .await
        .map(drop)
    }

    async fn put_encryption(&self, aws: &Aws) -> Result<()> {
        let Some(algorithm) = &self.encryption else { return Ok(()) };
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(algorithm.as_str()))
            .set_kms_master_key_id(self.kms_key.as_ref().map(|key| key.known().clone()))
            .build()
            .map_err(|error| invalid("s3:PutBucketEncryption", error))?;
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default)
            .bucket_key_enabled(self.bucket_key)
            .build();
        let configuration = ServerSideEncryptionConfiguration::builder()
            .rules(rule)
            .build()
            .map_err(|error| invalid("s3:PutBucketEncryption", error))?;
        call("s3:PutBucketEncryption", NEW_BUCKET, || {
            aws.s3
                .put_bucket_encryption()
                .bucket(&self.bucket)
                .server_side_encryption_configuration(configuration.clone())
                .send()
        })
        .await
        .map(drop)
    }

    async fn put_ownership(&self, aws: &Aws) -> Result<()> {
        let Some(ownership) = &self.ownership else { return Ok(()) };
        let rule = OwnershipControlsRule::builder()
            .object_ownership(ObjectOwnership::from(ownership.as_str()))
            .build()
            .map_err(|error| invalid("s3:PutBucketOwnershipControls", error))?;
        let controls = OwnershipControls::builder()
            .rules(rule)
            .build()
            .map_err(|error| invalid("s3:PutBucketOwnershipControls", error))?;
        call("s3:PutBucketOwnershipControls", NEW_BUCKET, || {
            aws.s3.put_bucket_ownership_controls().bucket(&self.bucket).ownership_controls(controls.clone()).send()
        })
        .await
        .map(drop)
    }

    async fn put_policy(&self, aws: &Aws) -> Result<()> {
        if self.policy.is_empty() {
            return write("s3:DeleteBucketPolicy", || aws.s3.delete_bucket_policy().bucket(&self.bucket).send())
                .await
                .gone();
        }
        let document = self.policy.document();
        call("s3:PutBucketPolicy", NEW_BUCKET, || {
            aws.s3.put_bucket_policy().bucket(&self.bucket).policy(&document).send()
        })
        .await
        .map(drop)
    }

    async fn put_versioning(&self, aws: &Aws) -> Result<()> {
        use BucketVersioningStatus::{Enabled, Suspended};
        let status = if self.versioned { Enabled } else { Suspended };
        let versioning = VersioningConfiguration::builder().status(status).build();
        call("s3:PutBucketVersioning", NEW_BUCKET, || {
            aws.s3.put_bucket_versioning().bucket(&self.bucket).versioning_configuration(versioning.clone()).send()
        })
        .await
        .map(drop)
    }
}

impl Resource for Bucket {
    type World = Aws;
    type Outputs = BucketOutputs;
    const KIND: &'static str = "s3.bucket";
    const USES: &'static [&'static str] = &["kms.key"];
    const HOLDS_DATA: bool = true;
    ladders!();
}

impl Named for Bucket {
    const GLOBAL: bool = true;

    fn name(&self) -> &str {
        &self.bucket
    }

    fn outputs(&self, names: &Names) -> BucketOutputs {
        BucketOutputs { bucket: self.bucket.clone(), arn: Self::arn(names, &self.bucket) }
    }

    fn arn(names: &Names, bucket: &str) -> String {
        names.s3_arn(bucket)
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        let s3 = &aws.s3;
        let versioning = whole("s3:GetBucketVersioning", |keep| {
            s3.get_bucket_versioning().bucket(name).customize().interceptor(keep).send()
        });
        let tags = read_tags(aws, name);
        let block = read("s3:GetBucketPublicAccessBlock", || s3.get_public_access_block().bucket(name).send());
        let encryption = whole("s3:GetEncryptionConfiguration", |keep| {
            s3.get_bucket_encryption().bucket(name).customize().interceptor(keep).send()
        });
        let ownership =
            read("s3:GetBucketOwnershipControls", || s3.get_bucket_ownership_controls().bucket(name).send());
        let policy = read("s3:GetBucketPolicy", || s3.get_bucket_policy().bucket(name).send());
        let (versioning, tags, block, encryption, ownership, policy, lifecycle, data, others) = futures::join!(
            versioning,
            tags,
            block,
            encryption,
            ownership,
            policy,
            Lifecycle::get(aws, name),
            contents::in_words(aws, name),
            others::find(aws, name)
        );
        // Versioning is the one setting that every bucket has an answer for.
        let Some((versioning, raw)) = versioning.map_err(|error| explain(error, name)).absent()? else {
            return Ok(None);
        };
        let block = block.absent()?.and_then(|block| block.public_access_block_configuration);
        let (encryption, key) = encryption.absent()?.unzip();
        let rules = encryption.and_then(|all| all.server_side_encryption_configuration).map(|all| all.rules);
        let key = key.unwrap_or_default().within("ServerSideEncryptionConfiguration");
        let mut extras = GET_BUCKET_VERSIONING.extras(&raw);
        extras.extend(GET_BUCKET_ENCRYPTION.extras(&key).into_iter().chain(others?));
        let rule = rules.and_then(|rules| rules.into_iter().next());
        let bucket_key = rule.as_ref().and_then(|rule| rule.bucket_key_enabled).unwrap_or_default();
        let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
        let ownership = ownership.absent()?.and_then(|all| all.ownership_controls?.rules.into_iter().next());
        let policy = policy.absent()?.and_then(|policy| policy.policy).map(|text| Policy::parse(&text)).transpose();
        let stamp = Stamp::read(&aws.names, tags.absent()?.unwrap_or_default());
        let resource = Self {
            bucket: name.to_owned(),
            public_access_blocked: block.is_some_and(|block| blocks_all(&block)),
            encryption: default.as_ref().map(|default| default.sse_algorithm.to_string()),
            kms_key: default.and_then(|default| default.kms_master_key_id).map(Pending::Known),
            bucket_key,
            ownership: ownership.map(|rule| rule.object_ownership.to_string()),
            policy: policy.map_err(|error| invalid("s3:GetBucketPolicy", error))?.unwrap_or_default(),
            lifecycle: lifecycle?,
            versioned: versioning.status == Some(BucketVersioningStatus::Enabled),
            tags: stamp.tags.clone(),
        };
        Ok(Some(Found { data: data?, extras, ..Found::new(resource, stamp) }))
    }

    /// In us-east-1 the creation of a bucket of one's own succeeds once more and changes nothing: hence its tags again. The
    /// one that this run has made for its lock has them.
    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        if aws.is_new(&self.bucket) {
            return Ok(());
        }
        self.create_bucket(aws, tags).await?;
        self.put_tags(aws, tags).await
    }

    fn made(&self) -> Self {
        Self {
            public_access_blocked: false,
            encryption: None,
            kms_key: None,
            bucket_key: false,
            ownership: None,
            policy: Policy::default(),
            lifecycle: Lifecycle::default(),
            versioned: false,
            ..self.clone()
        }
    }

    async fn send(&self, call: Call, aws: &Aws, _: &Self) -> Result<()> {
        match call {
            Call::PublicAccessBlock => self.put_public_access_block(aws).await,
            Call::Encryption => self.put_encryption(aws).await,
            Call::Ownership => self.put_ownership(aws).await,
            Call::Policy => self.put_policy(aws).await,
            Call::Lifecycle => self.lifecycle.put(aws, &self.bucket).await,
            Call::Versioning => self.put_versioning(aws).await,
        }
    }

    /// All at once: no setting of a bucket needs another.
    async fn send_all(&self, calls: BTreeSet<Call>, aws: &Aws, live: &Self) -> Result<()> {
        try_join_all(calls.into_iter().map(|call| self.send(call, aws, live))).await.map(drop)
    }

    async fn put_back(&self, aws: &Aws, _: &Self, extras: &[&Extra]) -> Result<()> {
        others::take_off(aws, &self.bucket, extras).await
    }

    /// Tags are one document, so that those which are left out are gone. AWS's own may not be left out ("System tags
    /// cannot be removed by requester"), and those that are ignored stay.
    async fn tag(&self, aws: &Aws, mut tags: BTreeMap<String, String>, _: Vec<String>) -> Result<()> {
        let live = read_tags(aws, &self.bucket).await.absent()?.unwrap_or_default();
        let stays = |key: &str| key.starts_with("aws:") || aws.names.ignored.has(key);
        tags.extend(live.into_iter().filter(|(key, _)| stays(key)));
        self.put_tags(aws, &tags).await
    }

    /// Nobody agreed to the loss of what has come since a plan that saw nothing in it.
    async fn remove_live(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let which = if live.data.is_empty() { Which::Own } else { Which::Everything };
        removal::remove_bucket(aws, &live.resource.bucket, which).await
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        removal::remove_bucket(aws, &self.bucket, Which::Own).await
    }
}

async fn read_tags(aws: &Aws, bucket: &str) -> Result<BTreeMap<String, String>> {
    let tags = read("s3:GetBucketTagging", || aws.s3.get_bucket_tagging().bucket(bucket).send()).await?;
    Ok(tags.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

fn blocks_all(block: &PublicAccessBlockConfiguration) -> bool {
    let all =
        [block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets];
    all.into_iter().all(|blocked| blocked == Some(true))
}

/// A bucket of another account answers, but not to us.
pub(super) fn explain(error: Error, bucket: &str) -> Error {
    match error.class() {
        Class::Denied => error.with_hint(format!(
            "the bucket `{bucket}` is another account's, or its policy shuts you out: choose another `bucket.name`"
        )),
        _ => error,
    }
}
