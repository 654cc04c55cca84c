//! Buckets. Their names are the whole account's, whatever the region.

use super::refuse;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use serde_json::{Value, json};

/// Key: the bucket's name.
const BUCKETS: &str = "s3.bucket";

pub(super) fn arn(context: &Context<'_>, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", context.partition())
}

pub(super) fn find(context: &Context<'_>, bucket: &str) -> Result<Option<Value>> {
    context.documents.get(BUCKETS, bucket)
}

pub(super) fn existing(context: &Context<'_>, bucket: &str) -> Result<Value> {
    find(context, bucket)?.ok_or_else(no_such_bucket)
}

pub(super) fn no_such_bucket() -> ApiError {
    refuse("NoSuchBucket", 404, "The specified bucket does not exist")
}

/// Where a bucket is, if it is anywhere.
pub(super) fn region_of(context: &Context<'_>, bucket: &str) -> Result<Option<String>> {
    Ok(find(context, bucket)?.and_then(|found| found["region"].as_str().map(str::to_owned)))
}

/// Where one of the account's buckets is.
pub(crate) fn region_of_ours(context: &Context<'_>, bucket: &str) -> Result<Option<String>> {
    if owner_elsewhere(context, bucket)?.is_some() { Ok(None) } else { region_of(context, bucket) }
}

/// Whose a bucket is, where that is another account.
pub(super) fn owner_elsewhere(context: &Context<'_>, bucket: &str) -> Result<Option<String>> {
    let owner = find(context, bucket)?.and_then(|found| found["owner"].as_str().map(str::to_owned));
    Ok(owner.filter(|owner| owner != context.account))
}

/// As if another account had made it: names are shared by all of AWS.
///
/// # Errors
/// There is no such bucket.
pub(crate) fn give_away(context: &Context<'_>, bucket: &str, owner: &str) -> Result<()> {
    let mut document = existing(context, bucket)?;
    document["owner"] = owner.into();
    keep(context, bucket, &document)
}

pub(super) fn keep(context: &Context<'_>, bucket: &str, document: &Value) -> Result<()> {
    context.documents.put(BUCKETS, bucket, document)
}

pub(super) fn all(context: &Context<'_>) -> Result<Vec<(String, Value)>> {
    let all = context.documents.list(BUCKETS, "")?.into_iter();
    Ok(all.filter(|(_, bucket)| bucket["owner"].as_str().is_none_or(|owner| owner == context.account)).collect())
}

/// S3's rules for the names of general purpose buckets.
fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.chars().all(inner)
        && name.starts_with(end)
        && name.ends_with(end)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|taken| name.starts_with(taken))
        && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|taken| name.ends_with(taken))
}

/// `constraint` is the region that the request names; us-east-1 is the one that may not be named.
/// Gives whether the bucket was not there before.
pub(super) fn create(
    context: &Context<'_>,
    bucket: &str,
    constraint: Option<&str>,
    ownership: Option<&str>,
) -> Result<bool> {
    if !is_name(bucket) {
        return Err(refuse("InvalidBucketName", 400, "The specified bucket is not valid."));
    }
    let region = located(context, constraint.filter(|region| !region.is_empty()))?;
    let ownership = ownership.unwrap_or("BucketOwnerEnforced");
    if !["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"].contains(&ownership) {
        return Err(refuse("InvalidArgument", 400, format!("Invalid x-amz-object-ownership header: {ownership}")));
    }
    if owner_elsewhere(context, bucket)?.is_some() {
        let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the \
                       system. Please select a different name and try again.";
        return Err(refuse("BucketAlreadyExists", 409, message));
    }
    if let Some(there) = find(context, bucket)? {
        // In us-east-1, making one's own bucket again succeeds.
        return match there["region"] == "us-east-1" && region == "us-east-1" {
            true => Ok(false),
            false => {
                let message = "Your previous request to create the named bucket succeeded and you already own it.";
                Err(refuse("BucketAlreadyOwnedByYou", 409, message))
            }
        };
    }
    keep(context, bucket, &new(context, region, ownership))?;
    Ok(true)
}

/// Where a new bucket is to be. The endpoint of us-east-1 takes every region but its own by name; the others make
/// buckets of their own region only, and it has to be named.
fn located<'a>(context: &Context<'_>, constraint: Option<&'a str>) -> Result<&'a str> {
    let incompatible = |constraint: &str| {
        let message = format!(
            "The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        refuse("IllegalLocationConstraintException", 400, message)
    };
    match constraint {
        None if context.region == "us-east-1" => Ok("us-east-1"),
        None => Err(incompatible("unspecified")),
        Some(named) if named == "us-east-1" || !is_region(named) => {
            Err(refuse("InvalidLocationConstraint", 400, "The specified location-constraint is not valid"))
        }
        Some(named) => {
            // The oldest name of Ireland.
            let region = if named == "EU" { "eu-west-1" } else { named };
            let fits = region == context.region || context.region == "us-east-1";
            if fits { Ok(region) } else { Err(incompatible(named)) }
        }
    }
}

fn is_region(name: &str) -> bool {
    let parts: Vec<_> = name.split('-').collect();
    let words = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase());
    name == "EU"
        || matches!(&parts[..], [words_of @ .., number] if (2..=3).contains(&words_of.len())
            && words_of.iter().all(words)
            && number.parse::<u8>().is_ok())
}

/// What AWS gives every new bucket since 2023.
fn new(context: &Context<'_>, region: &str, ownership: &str) -> Value {
    json!({
        "region": region,
        "created": context.now.as_millisecond(),
        "sequence": 0,
        "configurations": {
            "public_access": "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>",
            "ownership": format!("<OwnershipControls><Rule><ObjectOwnership>{ownership}</ObjectOwnership></Rule></OwnershipControls>"),
        },
    })
}

/// `is_empty` is whether there is nothing in it any more.
pub(super) fn delete(context: &Context<'_>, bucket: &str, is_empty: bool) -> Result<()> {
    existing(context, bucket)?;
    if !is_empty {
        return Err(refuse("BucketNotEmpty", 409, "The bucket you tried to delete is not empty"));
    }
    context.documents.remove(BUCKETS, bucket)?;
    context.forget_tags(&arn(context, bucket))
}

/// A configuration as it was put.
pub(super) fn configuration(context: &Context<'_>, bucket: &str, name: &str) -> Result<Option<String>> {
    Ok(existing(context, bucket)?["configurations"][name].as_str().map(str::to_owned))
}

pub(super) fn configure(context: &Context<'_>, bucket: &str, name: &str, text: Option<String>) -> Result<()> {
    let mut document = existing(context, bucket)?;
    document["configurations"][name] = text.into();
    keep(context, bucket, &document)
}
