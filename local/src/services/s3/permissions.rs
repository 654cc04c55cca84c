//! What is needed for an operation of S3: "Actions, resources, and condition keys for Amazon S3".

use super::{buckets, configurations, versions};
use crate::access::Scope;
use crate::api_error::{ApiError, Result};
use crate::caller::Caller;
use crate::context::Context;
use crate::core::Core;
use crate::service::Resource;
use crate::services::iam::{permit, permit_across};
use crate::services::kms;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

/// Operations whose permission has another name than they have.
const ACTIONS: &[(&str, &str)] = &[
    ("CompleteMultipartUpload", "PutObject"),
    ("CreateMultipartUpload", "PutObject"),
    ("DeleteBucketCors", "PutBucketCORS"),
    ("DeleteBucketEncryption", "PutEncryptionConfiguration"),
    ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
    ("DeleteBucketTagging", "PutBucketTagging"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
    ("GetBucketNotificationConfiguration", "GetBucketNotification"),
    ("GetBucketReplication", "GetReplicationConfiguration"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("HeadBucket", "ListBucket"),
    ("ListBuckets", "ListAllMyBuckets"),
    ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("ListObjectVersions", "ListBucketVersions"),
    ("ListObjects", "ListBucket"),
    ("ListObjectsV2", "ListBucket"),
    ("ListParts", "ListMultipartUploadParts"),
    ("PutBucketEncryption", "PutEncryptionConfiguration"),
    ("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
    ("PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("UploadPart", "PutObject"),
];

/// "The root user of the AWS account that owns the bucket can always" do these, so that nobody is locked out for ever.
const NEVER_DENIED: [&str; 3] = ["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"];

/// A request, as far as its permission depends on it.
pub(super) struct Asked<'a> {
    /// `GetObject`
    pub(super) operation: &'a str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) query: &'a str,
    /// Whether a bucket is to be made with tags.
    pub(super) tagged: bool,
}

/// # Errors
/// `AccessDenied`, S3's name of it.
pub(super) fn check(context: &Context<'_>, caller: &Caller, asked: &Asked<'_>) -> Result<()> {
    if *caller == Caller::User && NEVER_DENIED.contains(&asked.operation) {
        return Ok(());
    }
    let keys = keys(asked);
    let keys: Vec<_> = keys.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    permitted(context, caller, asked, &keys).map_err(in_words_of_s3)
}

/// One key of DeleteObjects: what it needs is the same as its own deletion. A condition on its ETag needs that it may be
/// read, too ("How to perform conditional deletes").
///
/// # Errors
/// `AccessDenied`.
pub(super) fn check_deletion(
    context: &Context<'_>,
    caller: &Caller,
    (bucket, key): (&str, &str),
    version: Option<&str>,
    conditional: bool,
) -> Result<()> {
    if conditional {
        allow(context, caller, "s3:GetObject", (bucket, key), &[]).map_err(in_words_of_s3)?;
    }
    let action = if version.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    allow(context, caller, action, (bucket, key), &[]).map_err(in_words_of_s3)
}

/// What a service needs that works under a role, on a bucket, or on a key in it.
///
/// # Errors
/// `AccessDeniedException`, as everywhere.
pub(crate) fn permit_role(
    context: &Context<'_>,
    role: &str,
    action: &str,
    (bucket, key): (&str, &str),
    keys: &[(&str, &str)],
) -> Result<()> {
    let caller = Caller::service_under(role);
    allow(context, &caller, action, (bucket, key), keys)?;
    if action == "s3:GetObject" { allow_opening(context, &caller, (bucket, key)) } else { Ok(()) }
}

/// Whether who asks may read an object.
///
/// # Errors
/// `AccessDenied`.
pub(super) fn may_read(context: &Context<'_>, place: (&str, &str), version: bool) -> Result<()> {
    readable(context, context.caller, place, version, &[])?;
    allow_opening(context, context.caller, place)
}

/// In a bucket of another account, its policy has to let the caller in as well.
fn allow(
    context: &Context<'_>,
    caller: &Caller,
    action: &str,
    (bucket, key): (&str, &str),
    keys: &[(&str, &str)],
) -> Result<()> {
    let resource = resource(context, bucket, key)?;
    let Some(owner) = buckets::owner_elsewhere(context, bucket)? else {
        permit(context, caller, action, &resource, keys)?;
        // Who asks for S3's own keys gets them, whatever the bucket's default.
        let plain = keys.contains(&("s3:x-amz-server-side-encryption", "AES256"));
        return if action == "s3:PutObject" && !plain {
            let key = configurations::kms_key(context, bucket)?;
            allow_key(context, caller, "kms:GenerateDataKey", key)
        } else {
            Ok(())
        };
    };
    let keys: Vec<_> = std::iter::once(("aws:ResourceAccount", &*owner)).chain(keys.iter().copied()).collect();
    permit_across(context, caller, action, &resource, &keys)
}

/// What is encrypted with a key of KMS needs that as well, for whoever writes it or reads its bytes.
fn allow_key(context: &Context<'_>, caller: &Caller, action: &str, key: Option<String>) -> Result<()> {
    let Some(key) = key else { return Ok(()) };
    kms::permit_use(context, caller, action, &key, "s3").map_err(|error| match error.code.as_str() {
        "AccessDeniedException" => error,
        other => ApiError::new(&format!("KMS.{other}"), error.message),
    })
}

/// Its bytes, not what is told of it without them.
fn allow_opening(context: &Context<'_>, caller: &Caller, (bucket, key): (&str, &str)) -> Result<()> {
    let version = versions::find(context, bucket, key, None).ok();
    allow_key(context, caller, "kms:Decrypt", version.and_then(|version| version.kms_key))
}

fn in_words_of_s3(error: ApiError) -> ApiError {
    let code = if error.code == "AccessDeniedException" { "AccessDenied" } else { error.code.as_str() };
    ApiError::new(code, error.message).with_status(403)
}

/// Who asks.
///
/// # Errors
/// As S3 says of temporary credentials that open nothing.
pub(super) fn caller(core: &Core, scope: &Scope) -> Result<Caller> {
    core.caller(scope).map_err(|error| match error.code.as_str() {
        "ExpiredTokenException" => ApiError::new("ExpiredToken", "The provided token has expired."),
        "UnrecognizedClientException" => {
            ApiError::new("InvalidToken", "The provided token is malformed or otherwise invalid.")
        }
        _ => error,
    })
}

/// A bucket, or an object in it, with the bucket's policy.
fn resource(context: &Context<'_>, bucket: &str, key: &str) -> Result<Resource> {
    let bucket_arn = buckets::arn(context, bucket);
    let arn = if key.is_empty() { bucket_arn } else { format!("{bucket_arn}/{key}") };
    let policy = buckets::find(context, bucket)?.and_then(|bucket| configurations::policy_of(&bucket));
    Ok(Resource { arn, policy: policy.unwrap_or_default() })
}

/// The condition keys of S3 are named after headers and parameters: `s3:x-amz-acl`, `s3:prefix`.
fn keys(asked: &Asked<'_>) -> Vec<(String, String)> {
    let headers = asked.headers.iter().filter(|(name, _)| name.as_str().starts_with("x-amz-"));
    let headers = headers.filter_map(|(name, value)| Some((format!("s3:{name}"), value.to_str().ok()?.to_owned())));
    let parameters = form_urlencoded::parse(asked.query.as_bytes()).filter_map(|(name, value)| {
        let known = ["prefix", "delimiter", "max-keys", "versionId"].contains(&&*name);
        known.then(|| (format!("s3:{name}"), value.into_owned()))
    });
    headers.chain(parameters).collect()
}

fn permitted(context: &Context<'_>, caller: &Caller, asked: &Asked<'_>, keys: &[(&str, &str)]) -> Result<()> {
    let version = keys.iter().any(|(name, _)| *name == "s3:versionId");
    match asked.operation {
        "GetObject" => {
            readable(context, caller, (asked.bucket, asked.key), version, keys)?;
            allow_opening(context, caller, (asked.bucket, asked.key))
        }
        "HeadObject" | "GetObjectAttributes" => readable(context, caller, (asked.bucket, asked.key), version, keys),
        "CopyObject" | "UploadPartCopy" => {
            allow(context, caller, "s3:PutObject", (asked.bucket, asked.key), keys)?;
            let source = asked.headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
            let source = percent_decode_str(source.unwrap_or_default()).decode_utf8_lossy().into_owned();
            let (source, version) = source.split_once("?versionId=").map_or((&*source, false), |(key, _)| (key, true));
            let source = source.trim_start_matches('/');
            let source = source.split_once('/').unwrap_or((source, ""));
            readable(context, caller, source, version, keys)?;
            allow_opening(context, caller, source)
        }
        // Each of its keys is checked for itself, and refused for itself.
        "DeleteObjects" => Ok(()),
        "DeleteObject" if version => allow(context, caller, "s3:DeleteObjectVersion", (asked.bucket, asked.key), keys),
        // Whether somebody else has it, the operation finds out.
        "CreateBucket" => {
            let resource = resource(context, asked.bucket, asked.key)?;
            let other = |ownership: &http::HeaderValue| ownership != "BucketOwnerEnforced";
            let owned = asked.headers.get("x-amz-object-ownership").is_some_and(other);
            let also = [(asked.tagged, "s3:TagResource"), (owned, "s3:PutBucketOwnershipControls")];
            let also = also.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, action)| action);
            ["s3:CreateBucket"]
                .into_iter()
                .chain(also)
                .try_for_each(|action| permit(context, caller, action, &resource, keys))
        }
        // "s3:GetObject is required as well" to compare what is there.
        "PutObject" if asked.headers.contains_key("if-match") => {
            allow(context, caller, "s3:PutObject", (asked.bucket, asked.key), keys)?;
            allow(context, caller, "s3:GetObject", (asked.bucket, asked.key), keys)
        }
        "ListBuckets" => permit(context, caller, "s3:ListAllMyBuckets", &Resource::from("*".to_owned()), keys),
        other => {
            let action = ACTIONS.iter().find(|(operation, _)| *operation == other).map_or(other, |(_, action)| action);
            allow(context, caller, &format!("s3:{action}"), (asked.bucket, asked.key), keys)
        }
    }
}

/// "If you have the s3:ListBucket permission on the bucket, Amazon S3 returns an HTTP status code 404 error if
/// the object does not exist. If you don't, Amazon S3 returns 403."
fn readable(
    context: &Context<'_>,
    caller: &Caller,
    (bucket, key): (&str, &str),
    version: bool,
    keys: &[(&str, &str)],
) -> Result<()> {
    let action = if version { "s3:GetObjectVersion" } else { "s3:GetObject" };
    allow(context, caller, action, (bucket, key), keys)?;
    match versions::find(context, bucket, key, None) {
        Err(error) if error.status == 404 => allow(context, caller, "s3:ListBucket", (bucket, ""), keys),
        _ => Ok(()),
    }
}
