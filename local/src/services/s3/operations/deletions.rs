//! Deletions, of one object and of many.

use super::super::conditions::WriteConditions;
use super::super::permissions::{caller, check_deletion};
use super::super::{Front, error, from_api, objects};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use s3s::S3Result;
use s3s::dto::*;

/// AWS's limit of one DeleteObjects.
const MOST_KEYS: usize = 1000;

impl Front {
    pub(super) fn delete_object(&self, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        // S3 takes the condition for general purpose buckets since September 2025.
        let conditions = WriteConditions { matches: input.if_match, only_new: false };
        let deleted = self.run(|context| {
            objects::check_write(context, &input.bucket, &input.key, &conditions)?;
            objects::delete(context, &input.bucket, &input.key, input.version_id.as_deref())
        })?;
        objects::sweep(&self.core, &deleted.blobs);
        let delete_marker = deleted.marker.then_some(true);
        Ok(DeleteObjectOutput { delete_marker, version_id: deleted.version, ..Default::default() })
    }

    pub(super) fn delete_objects(&self, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
        let DeleteObjectsInput { bucket, delete, .. } = input;
        if delete.objects.is_empty() || delete.objects.len() > MOST_KEYS {
            return Err(error("MalformedXML", 400, super::super::MALFORMED));
        }
        let caller = caller(&self.core, &self.scope).map_err(from_api)?;
        let mut denied = vec![];
        let all = self.run(|context| {
            let mut all = vec![];
            for one in &delete.objects {
                let id = one.version_id.as_deref();
                let place = (&*bucket, &*one.key);
                let allowed = check_deletion(context, &caller, place, id, one.e_tag.is_some());
                match allowed.and_then(|()| check_condition(context, place, one)) {
                    Ok(()) => all.push((one, objects::delete(context, &bucket, &one.key, id)?)),
                    Err(error) => denied.push(refused(one, error)),
                }
            }
            Ok(all)
        })?;
        let mut told = vec![];
        for (one, deleted) in all {
            objects::sweep(&self.core, &deleted.blobs);
            told.push(DeletedObject {
                key: Some(one.key.clone()),
                version_id: one.version_id.clone(),
                delete_marker: deleted.marker.then_some(true),
                delete_marker_version_id: deleted.version.filter(|_| deleted.marker),
            });
        }
        let told = (delete.quiet != Some(true)).then_some(told);
        let errors = (!denied.is_empty()).then_some(denied);
        Ok(DeleteObjectsOutput { deleted: told, errors, ..Default::default() })
    }
}

/// Of one key; it holds for what is current, whatever version is meant.
fn check_condition(context: &Context<'_>, (bucket, key): (&str, &str), one: &ObjectIdentifier) -> Result<()> {
    let Some(etag) = &one.e_tag else { return Ok(()) };
    let conditions = WriteConditions { matches: Some(ETagCondition::ETag(etag.clone())), only_new: false };
    objects::check_write(context, bucket, key, &conditions)
}

fn refused(one: &ObjectIdentifier, error: ApiError) -> Error {
    Error {
        code: Some(error.code),
        key: Some(one.key.clone()),
        message: Some(error.message),
        version_id: one.version_id.clone(),
    }
}
