//! Deletions, of one object and of many.

use super::super::{Front, error, objects};
use crate::api_error::Result as ApiResult;
use s3s::S3Result;
use s3s::dto::*;

/// AWS's limit of one DeleteObjects.
const MOST_KEYS: usize = 1000;

impl Front {
    pub(super) fn delete_object(&self, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
        let deleted =
            self.run(|context| objects::delete(context, &input.bucket, &input.key, input.version_id.as_deref()))?;
        objects::sweep(&self.core, &deleted.blobs);
        let delete_marker = deleted.marker.then_some(true);
        Ok(DeleteObjectOutput { delete_marker, version_id: deleted.version, ..Default::default() })
    }

    pub(super) fn delete_objects(&self, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
        let DeleteObjectsInput { bucket, delete, .. } = input;
        if delete.objects.is_empty() || delete.objects.len() > MOST_KEYS {
            return Err(error("MalformedXML", 400, super::super::configurations::MALFORMED));
        }
        let all = self.run(|context| {
            let each = delete.objects.iter().map(|one| {
                let id = one.version_id.as_deref();
                Ok((one, objects::delete(context, &bucket, &one.key, id)?))
            });
            each.collect::<ApiResult<Vec<_>>>()
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
        Ok(DeleteObjectsOutput { deleted: told, ..Default::default() })
    }
}
