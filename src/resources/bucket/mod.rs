//! S3 bucket: holds every stage of the data.
//!
//! Its policy and its lifecycle are one document each, and wholly ours: what somebody adds to them is shown
//! as drift and put back. Encryption, ownership and the public access block are what AWS gives a new bucket;
//! they are written all the same, because they can be turned off.

mod contents;
mod lifecycle;

pub(crate) use lifecycle::{Lifecycle, Rule};

use crate::aws::{Aws, Error, Expect, Patience, Policy, Result, Sort, Stamp, Tags, call, read, write};
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};

/// Everything that pipectl itself puts into the bucket is below this.
pub(crate) const OWN_PREFIX: &str = "_pipectl/";

/// For writes of settings: they follow the creation at once.
const NEW_BUCKET: Patience = Patience::NEW_BUCKET;

#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    pub(crate) bucket: String,
    pub(crate) public_access_blocked: bool,
    /// `AES256`: keys that S3 keeps.
    pub(crate) encryption: Option<String>,
    /// `BucketOwnerEnforced`: no ACLs.
    pub(crate) ownership: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) lifecycle: Lifecycle,
    /// A bucket that never had versions and one where they are suspended are the same.
    pub(crate) versioned: bool,
    pub(crate) tags: Tags,
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
    fn outputs(&self, names: &Names) -> BucketOutputs {
        BucketOutputs { bucket: self.bucket.clone(), arn: names.s3_arn(&self.bucket) }
    }

    async fn make(&self, aws: &Aws) -> Result<()> {
        // us-east-1 is the one region that may not be named.
        let region = &aws.names.region;
        let elsewhere = (region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(region.as_str()))
                .build()
        });
        write("s3:CreateBucket", || {
            aws.s3.create_bucket().bucket(&self.bucket).set_create_bucket_configuration(elsewhere.clone()).send()
        })
        .await
        .map(|_| ())
    }

    async fn put_tags(&self, aws: &Aws, name: &str) -> Result<()> {
        let tags = self.tags.stamped(aws, name, &self.attributes()).into_iter();
        let tags = tags.map(|(key, value)| Tag::builder().key(key).value(value).build());
        let tags =
            tags.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| invalid("s3:PutBucketTagging", error))?;
        let tagging = Tagging::builder()
            .set_tag_set(Some(tags))
            .build()
            .map_err(|error| invalid("s3:PutBucketTagging", error))?;
        call("s3:PutBucketTagging", NEW_BUCKET, || {
            aws.s3.put_bucket_tagging().bucket(&self.bucket).tagging(tagging.clone()).send()
        })
        .await
        .map(|_| ())
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
        .map(|_| ())
    }

    async fn put_encryption(&self, aws: &Aws) -> Result<()> {
        let Some(algorithm) = &self.encryption else { return Ok(()) };
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(algorithm.as_str()))
            .build()
            .map_err(|error| invalid("s3:PutBucketEncryption", error))?;
        let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build();
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
        .map(|_| ())
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
        .map(|_| ())
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
        .map(|_| ())
    }

    async fn put_versioning(&self, aws: &Aws) -> Result<()> {
        use BucketVersioningStatus::{Enabled, Suspended};
        let status = if self.versioned { Enabled } else { Suspended };
        let versioning = VersioningConfiguration::builder().status(status).build();
        call("s3:PutBucketVersioning", NEW_BUCKET, || {
            aws.s3.put_bucket_versioning().bucket(&self.bucket).versioning_configuration(versioning.clone()).send()
        })
        .await
        .map(|_| ())
    }

    /// Writes what differs, all of it at once.
    async fn put(&self, aws: &Aws, differs: impl Fn(&str) -> bool) -> Result<()> {
        let when = async |attribute: &str, put: futures::future::BoxFuture<'_, Result<()>>| {
            if differs(attribute) { put.await } else { Ok(()) }
        };
        futures::try_join!(
            when("public_access_blocked", Box::pin(self.put_public_access_block(aws))),
            when("encryption", Box::pin(self.put_encryption(aws))),
            when("ownership", Box::pin(self.put_ownership(aws))),
            when("policy", Box::pin(self.put_policy(aws))),
            when("lifecycle", Box::pin(self.lifecycle.put(aws, &self.bucket))),
            when("versioned", Box::pin(self.put_versioning(aws))),
        )
        .map(|_| ())
    }
}

impl Resource for Bucket {
    type World = Aws;
    const KIND: &'static str = "s3.bucket";
    const HOLDS_DATA: bool = true;
    type Outputs = BucketOutputs;

    fn id(&self) -> String {
        self.bucket.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self { bucket, public_access_blocked, encryption, ownership, policy, lifecycle, versioned, tags } = self;
        Attributes::new()
            .replace("bucket", bucket)
            .update("public_access_blocked", public_access_blocked)
            .update("encryption", encryption)
            .update("ownership", ownership)
            .update("policy", policy)
            .update("lifecycle", lifecycle)
            .update("versioned", versioned)
            .update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> BucketOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        by_id(aws, wanted, &aws.names.s3_arn(""), |bucket: String| observe_one(aws, bucket)).await
    }

    /// The tags come first, so that a run that is killed leaves a bucket that is known to be ours.
    async fn create(&self, aws: &Aws, name: &str) -> Result<BucketOutputs> {
        match self.make(aws).await {
            Ok(()) => {}
            Err(error) if error.code() == "BucketAlreadyExists" => {
                return Err(error.with_hint("bucket names are shared by all of AWS: set `bucket.name` to another one"));
            }
            Err(error) if error.sort() == Sort::Exists => {
                return resume(self, aws, name, observe_one(aws, self.bucket.clone()).await?, error).await;
            }
            Err(error) => return Err(error),
        }
        self.put_tags(aws, name).await?;
        self.put(aws, |attribute| attribute != "versioned" || self.versioned).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<BucketOutputs> {
        self.put(aws, |attribute| changes.touch(&[attribute])).await?;
        self.put_tags(aws, &live.name).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        contents::remove_bucket(aws, &live.resource.bucket).await
    }
}

async fn observe_one(aws: &Aws, bucket: String) -> Result<Option<Found<Bucket>>> {
    let (s3, name) = (&aws.s3, bucket.as_str());
    let versioning = read("s3:GetBucketVersioning", || s3.get_bucket_versioning().bucket(name).send());
    let tags = read("s3:GetBucketTagging", || s3.get_bucket_tagging().bucket(name).send());
    let block = read("s3:GetBucketPublicAccessBlock", || s3.get_public_access_block().bucket(name).send());
    let encryption = read("s3:GetEncryptionConfiguration", || s3.get_bucket_encryption().bucket(name).send());
    let ownership = read("s3:GetBucketOwnershipControls", || s3.get_bucket_ownership_controls().bucket(name).send());
    let policy = read("s3:GetBucketPolicy", || s3.get_bucket_policy().bucket(name).send());
    let (versioning, tags, block, encryption, ownership, policy, lifecycle, data) = futures::join!(
        versioning,
        tags,
        block,
        encryption,
        ownership,
        policy,
        Lifecycle::get(aws, name),
        contents::in_words(aws, name)
    );
    // Versioning is the one setting that every bucket has an answer for.
    let Some(versioning) = versioning.map_err(|error| explain(error, name)).absent()? else { return Ok(None) };
    let block = block.absent()?.and_then(|block| block.public_access_block_configuration);
    let rules = encryption.absent()?.and_then(|all| all.server_side_encryption_configuration).map(|all| all.rules);
    let default = rules.and_then(|rules| rules.into_iter().next()?.apply_server_side_encryption_by_default);
    let ownership = ownership.absent()?.and_then(|all| all.ownership_controls?.rules.into_iter().next());
    let policy = policy.absent()?.and_then(|policy| policy.policy).map(|text| Policy::parse(&text)).transpose();
    let tags = tags.absent()?.map(|tags| tags.tag_set).unwrap_or_default();
    let stamp = Stamp::read(&aws.names, tags.into_iter().map(|tag| (tag.key, tag.value)));
    let resource = Bucket {
        public_access_blocked: block.is_some_and(|block| blocks_all(&block)),
        encryption: default.map(|default| default.sse_algorithm.to_string()),
        ownership: ownership.map(|rule| rule.object_ownership.to_string()),
        policy: policy.map_err(|error| invalid("s3:GetBucketPolicy", error))?.unwrap_or_default(),
        lifecycle: lifecycle?,
        versioned: versioning.status == Some(BucketVersioningStatus::Enabled),
        tags: stamp.tags.clone(),
        bucket,
    };
    Ok(Some(Found { outputs: resource.outputs(&aws.names), resource, stamp, data: data? }))
}

fn blocks_all(block: &PublicAccessBlockConfiguration) -> bool {
    let all =
        [block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets];
    all.into_iter().all(|blocked| blocked == Some(true))
}

/// A bucket of another account or region answers, but not to us.
fn explain(error: Error, bucket: &str) -> Error {
    match error.code() {
        "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
            error.with_hint(format!(
                "the bucket `{bucket}` is in another region: set `region` to that, or choose another `bucket.name`"
            ))
        }
        _ if error.sort() == Sort::Denied => error.with_hint(format!(
            "the bucket `{bucket}` is another account's, or its policy shuts you out: choose another `bucket.name`"
        )),
        _ => error,
    }
}
