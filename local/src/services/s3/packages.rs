//! Code of functions that lies in a bucket: Lambda takes it from there with the rights of who asks.

use super::{buckets, permissions, versions};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

/// The input of `CreateFunction` or `UpdateFunctionCode` with the zip in the place of the object's name; `None` where no
/// object is named.
///
/// # Errors
/// What Lambda says of an object that cannot be had.
pub(crate) fn with_code(context: &Context<'_>, input: &Value) -> Result<Option<Value>> {
    let is_whole = input["Code"].is_object();
    let code = if is_whole { &input["Code"] } else { input };
    let (Some(bucket), Some(key)) = (code.optional("S3Bucket"), code.optional("S3Key")) else { return Ok(None) };
    let zip = read(context, bucket, key, code.optional("S3ObjectVersion"))?;
    let mut whole = input.clone();
    let code = if is_whole { &mut whole["Code"] } else { &mut whole };
    code["ZipFile"] = BASE64_STANDARD.encode(zip).into();
    Ok(Some(whole))
}

fn read(context: &Context<'_>, bucket: &str, key: &str, version: Option<&str>) -> Result<Vec<u8>> {
    let failed = |code: &str, message: &str| {
        let words = format!("Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}");
        ApiError::new("InvalidParameterValueException", words)
    };
    match buckets::region_of(context, bucket)? {
        Some(region) if region != context.region => {
            return Err(failed(
                "PermanentRedirect",
                &format!(
                    "The bucket is in this region: {region}. Please use this \
                region to retry the request"
                ),
            ));
        }
        Some(_) => {}
        None => return Err(failed("NoSuchBucket", "The specified bucket does not exist")),
    }
    permissions::may_read(context, (bucket, key), version.is_some()).map_err(|error| {
        let words = format!(
            "Your access has been denied by S3, please make sure your request credentials have permission to GetObject \
             for {bucket}/{key}. S3 Error Code: AccessDenied. S3 Error Message: {}",
            error.message
        );
        ApiError::new("AccessDeniedException", words).with_status(403)
    })?;
    let found = versions::find(context, bucket, key, version);
    let found = found.map_err(|error| failed(&error.code, &error.message))?;
    context.blobs.get(&found.blob).map_err(ApiError::internal)
}
