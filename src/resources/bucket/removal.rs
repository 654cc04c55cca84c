//! A bucket that is taken down, with what is in it.

use super::contents::{Which, abort_uploads, remove_objects};
use super::lock::LeavingLock;
use crate::aws::{Aws, Class, Expect as _, Result, write};

/// Firehose may deliver while the bucket is being emptied, so that it is emptied again.
const ROUNDS: usize = 10;

/// Empties the bucket and removes it. The lock in it goes last: whoever wrote another one since has begun to work, and
/// keeps the bucket.
///
/// # Errors
/// AWS's `BucketNotEmpty`, where something is in it that is not to be removed; `PreconditionFailed` with another's lock.
pub(super) async fn remove_bucket(aws: &Aws, bucket: &str, which: Which) -> Result<()> {
    let mut round = 1;
    let mut lock = LeavingLock::new(aws, bucket);
    loop {
        futures::try_join!(remove_objects(aws, bucket, which), abort_uploads(aws, bucket))?;
        lock.remove().await?;
        let removed = write("s3:DeleteBucket", || aws.s3.delete_bucket().bucket(bucket).send()).await.gone();
        match removed {
            // In the first round, that may be the mark of the lock.
            Err(error) if error.class() == Class::NotEmpty && which == Which::Own && round > 1 => {
                return Err(
                    error.with_hint("data has come since the plan: run the same command again, and it asks for that")
                );
            }
            Err(error) if error.class() == Class::NotEmpty && round < ROUNDS => round += 1,
            Err(error) if error.class() == Class::NotEmpty => {
                let hint = "objects keep arriving: stop what writes them, then run the same command again";
                return Err(error.with_hint(hint));
            }
            done => return done,
        }
    }
}
