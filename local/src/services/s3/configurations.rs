//! What can be set for a bucket as a whole.

use super::buckets::{self, arn};
use super::refuse;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use s3s::dto::{
    BucketLifecycleConfiguration, BucketVersioningStatus, LifecycleRule, Policy, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag,
};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;

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

pub(super) fn put_policy(context: &Context<'_>, bucket: &str, policy: Policy) -> Result<()> {
    let parsed = serde_json::from_str::<serde_json::Value>(&policy);
    let malformed = |message: &str| Err(refuse("MalformedPolicy", 400, message));
    match parsed {
        Err(_) => return malformed("Policies must be valid JSON and the first byte must be '{'"),
        Ok(document) if document["Statement"].is_null() => return malformed("Missing required field Statement"),
        Ok(document) => {
            let statements =
                document["Statement"].as_array().cloned().unwrap_or_else(|| vec![document["Statement"].clone()]);
            if statements.iter().any(|one| one["Principal"].is_null() && one["NotPrincipal"].is_null()) {
                return malformed("Missing required field Principal");
            }
            let ours = format!(":s3:::{bucket}");
            let resources = statements.iter().flat_map(|one| match &one["Resource"] {
                serde_json::Value::Array(all) => all.clone(),
                one => vec![one.clone()],
            });
            if resources.into_iter().any(|resource| !resource.as_str().is_some_and(|text| text.contains(&ours))) {
                return malformed("Policy has invalid resource");
            }
        }
    }
    buckets::configure(context, bucket, POLICY.name, Some(policy))
}

pub(super) fn policy(context: &Context<'_>, bucket: &str) -> Result<Policy> {
    POLICY.text(context, bucket)
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

pub(super) fn put_lifecycle(
    context: &Context<'_>,
    bucket: &str,
    configuration: Option<BucketLifecycleConfiguration>,
) -> Result<()> {
    let malformed = "The XML you provided was not well-formed or did not validate against our published schema";
    let mut configuration = configuration.ok_or_else(|| refuse("MalformedXML", 400, malformed))?;
    if configuration.rules.is_empty() || configuration.rules.len() > 1000 {
        return Err(refuse("MalformedXML", 400, malformed));
    }
    let mut ids = BTreeSet::new();
    for rule in &mut configuration.rules {
        let id = rule.id.get_or_insert_with(crate::context::new_uuid).clone();
        if !ids.insert(id) {
            return Err(refuse("InvalidArgument", 400, "Rule ID must be unique. Found same ID for more than one rule"));
        }
        check_rule(rule)?;
    }
    LIFECYCLE.put(context, bucket, &configuration)
}

fn check_rule(rule: &LifecycleRule) -> Result<()> {
    let days = rule.expiration.as_ref().and_then(|expiration| expiration.days);
    if days.is_some_and(|days| days < 1) {
        let message = "'Days' for Expiration action must be a positive integer";
        return Err(refuse("InvalidArgument", 400, message));
    }
    let acts = rule.expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.transitions.is_some()
        || rule.noncurrent_version_transitions.is_some();
    if !acts {
        return Err(refuse("InvalidRequest", 400, "At least one action needs to be specified in a rule"));
    }
    Ok(())
}

pub(super) fn put_tags(context: &Context<'_>, bucket: &str, tags: Vec<Tag>) -> Result<()> {
    buckets::existing(context, bucket)?;
    let arn = arn(context, bucket);
    let tags = tags.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    // A put takes the place of all tags.
    context.forget_tags(&arn)?;
    context.add_tags(&arn, tags, |message| refuse("InvalidTag", 400, message))
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
    buckets::existing(context, bucket)?;
    context.forget_tags(&arn(context, bucket))
}
