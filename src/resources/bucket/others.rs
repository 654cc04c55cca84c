//! What people and tools set for a bucket beside what the pipeline needs.

use crate::aws::{Aws, Expect, Raw, Result, whole, write};
use crate::engine::extra::Extra;
use crate::resources::fields::{
    GET_BUCKET_CORS, GET_BUCKET_LOGGING, GET_BUCKET_REPLICATION, GET_BUCKET_WEBSITE, GET_OBJECT_LOCK_CONFIGURATION,
};
use aws_sdk_s3::types::BucketLoggingStatus;

/// Each has a call of its own; all are made at once.
pub(super) async fn find(aws: &Aws, bucket: &str) -> Result<Vec<Extra>> {
    let s3 = &aws.s3;
    let cors =
        whole("s3:GetBucketCORS", |keep| s3.get_bucket_cors().bucket(bucket).customize().interceptor(keep).send());
    let website = whole("s3:GetBucketWebsite", |keep| {
        s3.get_bucket_website().bucket(bucket).customize().interceptor(keep).send()
    });
    let replication = whole("s3:GetReplicationConfiguration", |keep| {
        s3.get_bucket_replication().bucket(bucket).customize().interceptor(keep).send()
    });
    let logging = whole("s3:GetBucketLogging", |keep| {
        s3.get_bucket_logging().bucket(bucket).customize().interceptor(keep).send()
    });
    let lock = whole("s3:GetBucketObjectLockConfiguration", |keep| {
        s3.get_object_lock_configuration().bucket(bucket).customize().interceptor(keep).send()
    });
    let (cors, website, replication, logging, lock) = futures::join!(cors, website, replication, logging, lock);
    // Of an answer, only what it says counts; a bucket that has none of it answers so with an error.
    let raw = |found: Option<Raw>| found.unwrap_or_default();
    let cors = GET_BUCKET_CORS.extras(&raw(cors.absent()?.map(|(_, raw)| raw)));
    let website = GET_BUCKET_WEBSITE.extras(&raw(website.absent()?.map(|(_, raw)| raw)));
    let replication = raw(replication.absent()?.map(|(_, raw)| raw)).within("ReplicationConfiguration");
    let logging = GET_BUCKET_LOGGING.extras(&raw(logging.absent()?.map(|(_, raw)| raw)));
    let lock = raw(lock.absent()?.map(|(_, raw)| raw)).within("ObjectLockConfiguration");
    let (replication, lock) =
        (GET_BUCKET_REPLICATION.extras(&replication), GET_OBJECT_LOCK_CONFIGURATION.extras(&lock));
    let all = [
        ("cors", cors),
        ("website", website),
        ("replication", replication),
        ("logging", logging),
        ("object_lock", lock),
    ];
    Ok(all.into_iter().flat_map(|(setting, extras)| extras.into_iter().map(move |extra| of(setting, extra))).collect())
}

fn of(setting: &str, extra: Extra) -> Extra {
    Extra { name: format!("{setting}.{}", extra.name).into(), ..extra }
}

/// Takes these away: each setting as a whole, once.
pub(super) async fn take_off(aws: &Aws, bucket: &str, extras: &[&Extra]) -> Result<()> {
    let s3 = &aws.s3;
    let goes = |setting: &str| extras.iter().any(|extra| extra.name.starts_with(setting));
    if goes("cors.") {
        write("s3:PutBucketCORS", || s3.delete_bucket_cors().bucket(bucket).send()).await.gone()?;
    }
    if goes("website.") {
        write("s3:DeleteBucketWebsite", || s3.delete_bucket_website().bucket(bucket).send()).await.gone()?;
    }
    if goes("replication.") {
        write("s3:PutReplicationConfiguration", || s3.delete_bucket_replication().bucket(bucket).send())
            .await
            .gone()?;
    }
    if goes("logging.") {
        let off = BucketLoggingStatus::builder().build();
        write("s3:PutBucketLogging", || {
            s3.put_bucket_logging().bucket(bucket).bucket_logging_status(off.clone()).send()
        })
        .await?;
    }
    Ok(())
}
