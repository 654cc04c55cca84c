//! What a role has to be allowed for an operation of S3: "Actions, resources, and condition keys for Amazon S3".

use super::{buckets, versions};
use crate::access::Caller;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use http::HeaderMap;
use percent_encoding::percent_decode_str;

/// A request, as far as its permission depends on it.
pub(super) struct Asked<'a> {
    /// `GetObject`
    pub(super) operation: &'a str,
    pub(super) bucket: &'a str,
    pub(super) key: &'a str,
    pub(super) headers: &'a HeaderMap,
    /// The parameter `prefix` of a list.
    pub(super) prefix: Option<&'a str>,
}

/// # Errors
/// `AccessDenied`, S3's name of it.
pub(super) fn check(context: &Context<'_>, caller: &Caller, asked: &Asked<'_>) -> Result<()> {
    if *caller == Caller::User {
        return Ok(());
    }
    permitted(context, caller, asked).map_err(|error| {
        let code = if error.code == "AccessDeniedException" { "AccessDenied" } else { error.code.as_str() };
        ApiError::new(code, error.message).with_status(403)
    })
}

fn permitted(context: &Context<'_>, caller: &Caller, asked: &Asked<'_>) -> Result<()> {
    let object = |bucket: &str, key: &str| format!("{}/{key}", buckets::arn(context, bucket));
    let here = object(asked.bucket, asked.key);
    match asked.operation {
        "GetObject" | "HeadObject" | "GetObjectAttributes" => readable(context, caller, asked.bucket, asked.key),
        "CopyObject" | "UploadPartCopy" => {
            caller.permit(context, "s3:PutObject", &here, &[])?;
            let source = asked.headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
            let source = percent_decode_str(source.unwrap_or_default()).decode_utf8_lossy().into_owned();
            let source = source.split("?versionId=").next().unwrap_or_default().trim_start_matches('/');
            let (bucket, key) = source.split_once('/').unwrap_or((source, ""));
            readable(context, caller, bucket, key)
        }
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => {
            caller.permit(context, "s3:PutObject", &here, &[])
        }
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => list(context, caller, asked, "s3:ListBucket"),
        "ListObjectVersions" => list(context, caller, asked, "s3:ListBucketVersions"),
        "ListMultipartUploads" => list(context, caller, asked, "s3:ListBucketMultipartUploads"),
        "ListParts" => caller.permit(context, "s3:ListMultipartUploadParts", &here, &[]),
        // The keys are in the body: what each needs is the same as one deletion.
        "DeleteObjects" => caller.permit(context, "s3:DeleteObject", &object(asked.bucket, "*"), &[]),
        "ListBuckets" => caller.permit(context, "s3:ListAllMyBuckets", "*", &[]),
        other if asked.key.is_empty() => {
            caller.permit(context, &format!("s3:{other}"), &buckets::arn(context, asked.bucket), &[])
        }
        other => caller.permit(context, &format!("s3:{other}"), &here, &[]),
    }
}

fn list(context: &Context<'_>, caller: &Caller, asked: &Asked<'_>, action: &str) -> Result<()> {
    let keys: Vec<_> = asked.prefix.map(|prefix| ("s3:prefix", prefix)).into_iter().collect();
    caller.permit(context, action, &buckets::arn(context, asked.bucket), &keys)
}

/// "If you have the s3:ListBucket permission on the bucket, Amazon S3 returns an HTTP status code 404 error if
/// the object does not exist. If you don't, Amazon S3 returns 403."
fn readable(context: &Context<'_>, caller: &Caller, bucket: &str, key: &str) -> Result<()> {
    let arn = buckets::arn(context, bucket);
    caller.permit(context, "s3:GetObject", &format!("{arn}/{key}"), &[])?;
    match versions::find(context, bucket, key, None) {
        Err(error) if error.status == 404 => caller.permit(context, "s3:ListBucket", &arn, &[]),
        _ => Ok(()),
    }
}
