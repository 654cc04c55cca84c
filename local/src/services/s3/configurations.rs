//! What can be set for a bucket as a whole.

use super::buckets::{self, arn};
pub(super) use super::policy::is_public;
use super::{MALFORMED, lifecycle, policy, refuse};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::tags::{Tags, is_system};
use s3s::dto::{
    BucketLifecycleConfiguration, BucketVersioningStatus, Policy, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag,
};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};

/// A configuration, its name, and the error where there is none.
pub(super) struct Kind {
    name: &'static str,
    missing: (&'static str, &'static str),
}

pub(super) const PUBLIC_ACCESS: Kind = Kind {
    name: "public_access",
    missing: ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
};
pub(super) const OWNERSHIP: Kind = Kind {
    name: "ownership",
    missing: ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
};
pub(super) const LIFECYCLE: Kind =
    Kind { name: "lifecycle", missing: ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist") };
pub(super) const ENCRYPTION: Kind = Kind {
    name: "encryption",
    missing: (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
};
const POLICY: Kind = Kind { name: "policy", missing: ("NoSuchBucketPolicy", "The bucket policy does not exist") };
pub(super) const CORS: Kind =
    Kind { name: "cors", missing: ("NoSuchCORSConfiguration", "The CORS configuration does not exist") };
/// From which size lifecycle rules move objects to another storage class.
const TRANSITION_MINIMUM: &str = "transition_minimum";
const VERSIONING: &str = "versioning";

pub(super) fn write(value: &impl Serialize) -> Result<String> {
    let mut bytes = vec![];
    value.serialize(&mut Serializer::new(&mut bytes)).map_err(ApiError::internal)?;
    String::from_utf8(bytes).map_err(ApiError::internal)
}

pub(super) fn read<T: for<'xml> Deserialize<'xml>>(text: &str) -> Result<T> {
    T::deserialize(&mut Deserializer::new(text.as_bytes())).map_err(|error| ApiError::internal(format!("{error:?}")))
}

impl Kind {
    pub(super) fn put(&self, context: &Context<'_>, bucket: &str, value: &impl Serialize) -> Result<()> {
        buckets::configure(context, bucket, self.name, Some(write(value)?))
    }

    pub(super) fn get<T: for<'xml> Deserialize<'xml>>(&self, context: &Context<'_>, bucket: &str) -> Result<T> {
        read(&self.text(context, bucket)?)
    }

    fn text(&self, context: &Context<'_>, bucket: &str) -> Result<String> {
        let (code, message) = self.missing;
        buckets::configuration(context, bucket, self.name)?.ok_or_else(|| refuse(code, 404, message))
    }

    pub(super) fn delete(&self, context: &Context<'_>, bucket: &str) -> Result<()> {
        buckets::configure(context, bucket, self.name, None)
    }
}

/// What the request leaves out is off.
pub(super) fn put_public_access(
    context: &Context<'_>,
    bucket: &str,
    given: PublicAccessBlockConfiguration,
) -> Result<()> {
    let set = |given: Option<bool>| Some(given == Some(true));
    let whole = PublicAccessBlockConfiguration {
        block_public_acls: set(given.block_public_acls),
        block_public_policy: set(given.block_public_policy),
        ignore_public_acls: set(given.ignore_public_acls),
        restrict_public_buckets: set(given.restrict_public_buckets),
    };
    PUBLIC_ACCESS.put(context, bucket, &whole)
}

/// S3 shows `BucketKeyEnabled` also where it was not given.
pub(super) fn put_encryption(
    context: &Context<'_>,
    bucket: &str,
    mut given: ServerSideEncryptionConfiguration,
) -> Result<()> {
    if given.rules.len() != 1 {
        return Err(refuse("MalformedXML", 400, MALFORMED));
    }
    for rule in &mut given.rules {
        rule.bucket_key_enabled.get_or_insert(false);
    }
    ENCRYPTION.put(context, bucket, &given)
}

/// Every bucket is encrypted: with S3's own keys, unless something else is set.
pub(super) fn encryption(context: &Context<'_>, bucket: &str) -> Result<ServerSideEncryptionConfiguration> {
    match ENCRYPTION.get(context, bucket) {
        Err(error) if error.code == ENCRYPTION.missing.0 => {
            let default = ServerSideEncryptionByDefault {
                kms_master_key_id: None,
                sse_algorithm: ServerSideEncryption::from_static(ServerSideEncryption::AES256),
            };
            let rule = ServerSideEncryptionRule {
                apply_server_side_encryption_by_default: Some(default),
                bucket_key_enabled: Some(false),
            };
            Ok(ServerSideEncryptionConfiguration { rules: vec![rule] })
        }
        found => found,
    }
}

/// The key that new objects are encrypted with, where it is one of KMS.
pub(super) fn kms_key(context: &Context<'_>, bucket: &str) -> Result<Option<String>> {
    if buckets::configuration(context, bucket, ENCRYPTION.name)?.is_none() {
        return Ok(None);
    }
    let rule = encryption(context, bucket)?.rules.into_iter().next();
    let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
    Ok(default
        .filter(|default| default.sse_algorithm.as_str() == "aws:kms")
        .and_then(|default| default.kms_master_key_id))
}

pub(super) fn put_policy(context: &Context<'_>, bucket: &str, policy: Policy) -> Result<()> {
    policy::check(bucket, &policy)?;
    let blocks = buckets::configuration(context, bucket, PUBLIC_ACCESS.name)?;
    let blocks = blocks.as_deref().map(read::<PublicAccessBlockConfiguration>).transpose()?;
    if blocks.is_some_and(|blocks| blocks.block_public_policy == Some(true)) && policy::is_public(&policy) {
        let message = "User is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by \
                       the BlockPublicPolicy block public access setting.";
        return Err(refuse("AccessDenied", 403, message));
    }
    buckets::configure(context, bucket, POLICY.name, Some(policy))
}

pub(super) fn policy(context: &Context<'_>, bucket: &str) -> Result<Policy> {
    POLICY.text(context, bucket)
}

/// What a bucket's document says of its policy.
pub(super) fn policy_of(bucket: &serde_json::Value) -> Option<serde_json::Value> {
    serde_json::from_str(bucket["configurations"][POLICY.name].as_str()?).ok()
}

pub(super) fn delete_policy(context: &Context<'_>, bucket: &str) -> Result<()> {
    POLICY.delete(context, bucket)
}

pub(super) fn put_versioning(context: &Context<'_>, bucket: &str, status: Option<&str>) -> Result<()> {
    match status {
        Some(status @ ("Enabled" | "Suspended")) => {
            buckets::configure(context, bucket, VERSIONING, Some(status.to_owned()))
        }
        _ => Err(refuse(
            "IllegalVersioningConfigurationException",
            400,
            "The versioning configuration specified in the request is invalid.",
        )),
    }
}

pub(super) fn versioning(context: &Context<'_>, bucket: &str) -> Result<Option<BucketVersioningStatus>> {
    Ok(buckets::configuration(context, bucket, VERSIONING)?.map(BucketVersioningStatus::from))
}

/// Gives the minimum size for transitions that holds from now on.
pub(super) fn put_lifecycle(
    context: &Context<'_>,
    bucket: &str,
    configuration: Option<BucketLifecycleConfiguration>,
    minimum: Option<String>,
) -> Result<String> {
    let mut configuration = configuration.ok_or_else(|| refuse("MalformedXML", 400, MALFORMED))?;
    lifecycle::complete(&mut configuration)?;
    LIFECYCLE.put(context, bucket, &configuration)?;
    buckets::configure(context, bucket, TRANSITION_MINIMUM, minimum)?;
    transition_minimum(context, bucket)
}

pub(super) fn transition_minimum(context: &Context<'_>, bucket: &str) -> Result<String> {
    let set = buckets::configuration(context, bucket, TRANSITION_MINIMUM)?;
    Ok(set.unwrap_or_else(|| "all_storage_classes_128K".to_owned()))
}

pub(super) fn put_tags(context: &Context<'_>, bucket: &str, tags: Vec<Tag>) -> Result<()> {
    buckets::existing(context, bucket)?;
    let arn = arn(context, bucket);
    let given = tags.len();
    let tags: Tags = tags.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    if tags.len() < given {
        return Err(refuse("InvalidTag", 400, "Cannot provide multiple Tags with the same key"));
    }
    let (system, tags): (Tags, Tags) = tags.into_iter().partition(|(key, _)| is_system(key));
    let before: Tags = context.tags(&arn)?.into_iter().filter(|(key, _)| is_system(key)).collect();
    if before.keys().any(|key| !system.contains_key(key)) {
        return Err(refuse("InvalidTag", 400, "System tags cannot be removed by requester"));
    }
    if system != before {
        return Err(refuse("InvalidTag", 400, "System tags cannot be added/updated by requester"));
    }
    // A put takes the place of all tags.
    context.forget_tags(&arn)?;
    context.add_tags(&arn, tags, |message| refuse("InvalidTag", 400, message))?;
    if system.is_empty() { Ok(()) } else { context.add_system_tags(&arn, system) }
}

pub(super) fn tags(context: &Context<'_>, bucket: &str) -> Result<Vec<Tag>> {
    buckets::existing(context, bucket)?;
    let tags = context.tags(&arn(context, bucket))?;
    if tags.is_empty() {
        return Err(refuse("NoSuchTagSet", 404, "The TagSet does not exist"));
    }
    Ok(tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect())
}

pub(super) fn delete_tags(context: &Context<'_>, bucket: &str) -> Result<()> {
    put_tags(context, bucket, vec![])
}
