//! A function's code: a zip, kept by its digest.

use super::configuration::{describe, touched};
use super::versions::{describe_version, publish};
use super::{FUNCTIONS, changeable, check_revision, existing, invalid};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::service::Input;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::io::Cursor;

/// What may be uploaded in a request, and what may come out of it.
const LARGEST_ZIP: usize = 50 << 20;
const LARGEST_UNZIPPED: u64 = 250 << 20;

/// Gives a function its code and architecture.
pub(super) fn set(context: &Context<'_>, function: &mut Value, code: &Value, input: &Value) -> Result<()> {
    let Some(encoded) = code.optional("ZipFile") else {
        return Err(invalid("Please provide a source for function code."));
    };
    let zip = BASE64_STANDARD.decode(encoded).map_err(|_| invalid("ZipFile is not base64"))?;
    check(&zip)?;
    function["CodeSha256"] = BASE64_STANDARD.encode(Sha256::digest(&zip)).into();
    function["CodeSize"] = zip.len().into();
    function["blob"] = context.blobs.put(&zip).map_err(ApiError::internal)?.into();
    match input.texts("Architectures").as_slice() {
        [] => {}
        architectures => function["Architectures"] = json!(architectures),
    }
    Ok(())
}

fn check(zip: &[u8]) -> Result<()> {
    if zip.len() > LARGEST_ZIP {
        let message = "Request must be smaller than 70167211 bytes for the CreateFunction operation";
        return Err(ApiError::new("RequestEntityTooLargeException", message).with_status(413));
    }
    let broken = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    let archive = zip::ZipArchive::new(Cursor::new(zip)).map_err(|_| invalid(broken))?;
    if archive.decompressed_size().is_some_and(|size| size > u128::from(LARGEST_UNZIPPED)) {
        return Err(invalid(format!("Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes")));
    }
    Ok(())
}

pub(super) fn update_function_code(context: &Context<'_>, input: &Value) -> Result<Value> {
    let (name, mut function) = existing(context, input)?;
    changeable(context, &name, &function)?;
    check_revision(input, &function["RevisionId"])?;
    set(context, &mut function, input, input)?;
    touched(context, &mut function);
    function["updated"] = context.settles().into();
    if input["DryRun"].as_bool() == Some(true) {
        return Ok(describe(context, &name, &function));
    }
    context.put(FUNCTIONS, &name, &function)?;
    if input["Publish"].as_bool() == Some(true) {
        let version = publish(context, &name, &mut function, None)?;
        return Ok(describe_version(context, &name, &version));
    }
    Ok(describe(context, &name, &function))
}
