//! Firehose stream: direct put, delivered to S3.
//!
//! Encryption and processing (transformation, dynamic partitioning) are not managed: `UpdateDestination` keeps what a
//! request leaves out, so what somebody turned on stays on, and plans show it. What is managed is always sent whole, in one
//! request: conversion is checked against the compression and the buffer of the same request.

mod backup;
mod conversion;
mod usual;

pub(crate) use backup::Backup;
pub(crate) use conversion::Conversion;

use super::fields::DESCRIBE_DELIVERY_STREAM;
use super::managed::{Managed, Word};
use super::named::{Found, Named, ladders};
use super::tags::{Stamp, Tags};
use super::trust::explain_role;
use crate::aws::{Aws, Class, Error, Expect, Look, Patience, Raw, Result, call, read, until, whole, write};
use crate::config::Compression;
use crate::engine::extra::Extra;
use crate::engine::resource::Resource;
use crate::names::Names;
use aws_sdk_firehose::types::{
    CompressionFormat, DeliveryStreamDescription, DeliveryStreamStatus, DeliveryStreamType,
    ExtendedS3DestinationConfiguration, ExtendedS3DestinationDescription, ExtendedS3DestinationUpdate, S3BackupMode,
    Tag,
};
use backup::{buffering, hints, log, logging};
use std::collections::BTreeMap;
use std::time::Duration;

/// Seconds in practice; AWS names no limit.
const SETTLES_WITHIN: Duration = Duration::from_secs(600);

/// Gathers events for some minutes and writes them into the bucket as files.
#[derive(Clone, Debug, Managed)]
pub(crate) struct Stream {
    #[fixed]
    pub(crate) name: String,
    /// Where records come from: `DirectPut` is what pipectl makes; a stream that reads from elsewhere cannot be changed into
    /// one.
    #[fixed]
    pub(crate) source: Word<DeliveryStreamType>,
    /// What Firehose becomes to write objects and error logs.
    #[sent(Destination)]
    pub(crate) role_arn: String,
    /// Where files go.
    #[sent(Destination)]
    pub(crate) bucket_arn: String,
    /// Below what files lie. Ends with `/`. Behind one without an expression, `!{...}`, Firehose puts `YYYY/MM/DD/HH/` (UTC).
    #[sent(Destination)]
    pub(crate) prefix: String,
    /// Below what lies that could not be converted. Has `!{firehose:error-output-type}` in it if the prefix has expressions.
    #[sent(Destination)]
    pub(crate) error_prefix: String,
    /// How much is gathered for a file at most: 1 to 128 MiB, which Firehose calls MB.
    #[sent(Destination)]
    pub(crate) buffer_mb: i32,
    /// How long is gathered for a file at most: 0 to 900 s.
    #[sent(Destination)]
    pub(crate) buffer_seconds: i32,
    /// How files are packed.
    #[sent(Destination)]
    pub(crate) compression: Word<CompressionFormat>,
    /// Where errors of delivery are logged; empty where logging is off.
    #[sent(Destination)]
    pub(crate) log_group: String,
    /// The stream of that group.
    #[sent(Destination)]
    pub(crate) log_stream: String,
    #[flat]
    pub(crate) backup: Option<Backup>,
    /// How what comes in becomes Parquet. `None`: it is delivered as it was sent.
    #[sent(Destination)]
    pub(crate) conversion: Option<Conversion>,
    /// Why it takes no records and never will again: only another stream does then. `None`: it works.
    #[fixed]
    pub(crate) status: Option<String>,
    #[tags]
    pub(crate) tags: Tags,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Destination,
}

#[derive(Clone, Debug)]
pub(crate) struct StreamOutputs {
    pub(crate) name: String,
    pub(crate) arn: String,
}

impl Stream {
    /// The log stream that the console makes for the errors of an S3 destination.
    pub(crate) const LOG_STREAM: &'static str = "DestinationDelivery";

    /// AWS's word for what the file calls a compression.
    pub(crate) fn format(compression: Compression) -> Word<CompressionFormat> {
        Word(match compression {
            Compression::Gzip => CompressionFormat::Gzip,
            Compression::None => CompressionFormat::Uncompressed,
        })
    }

    fn destination(&self) -> ExtendedS3DestinationConfiguration {
        ExtendedS3DestinationConfiguration::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(buffering(self.buffer_mb, self.buffer_seconds))
            .compression_format(self.compression.0.clone())
            .cloud_watch_logging_options(logging(&self.log_group, &self.log_stream))
            .set_s3_backup_mode(self.backup.as_ref().map(|_| S3BackupMode::Enabled))
            .set_s3_backup_configuration(self.backup.as_ref().map(Backup::configuration))
            .set_data_format_conversion_configuration(self.conversion.as_ref().map(Conversion::configuration))
            .build()
            .expect("role and bucket are set")
    }

    async fn explain(&self, aws: &Aws, error: Error) -> Error {
        explain_role(aws, error, &self.role_arn, "firehose.amazonaws.com").await
    }

    /// What makes the destination of `live` this one.
    fn change(&self, live: &Self) -> ExtendedS3DestinationUpdate {
        let discarded = live.backup.as_ref().map(Backup::discarded);
        let off = live.conversion.as_ref().map(|_| Conversion::off());
        ExtendedS3DestinationUpdate::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(buffering(self.buffer_mb, self.buffer_seconds))
            .compression_format(self.compression.0.clone())
            .cloud_watch_logging_options(logging(&self.log_group, &self.log_stream))
            .set_s3_backup_mode(self.backup.as_ref().map(|_| S3BackupMode::Enabled))
            .set_s3_backup_update(self.backup.as_ref().or(discarded.as_ref()).map(Backup::update))
            .set_data_format_conversion_configuration(self.conversion.as_ref().map(Conversion::configuration).or(off))
            .build()
    }

    async fn put_destination(&self, aws: &Aws, update: &ExtendedS3DestinationUpdate) -> Result<()> {
        // A repeated call would carry a version that is no longer current: read it again instead.
        let once = Patience { busy: Duration::ZERO, ..Patience::USUAL };
        until("firehose:UpdateDestination", "free of other changes", Patience::USUAL.busy, async || {
            let (live, _) = describe(aws, &self.name).await?;
            // A run that was killed may have left it in creation.
            if let Look::NotYet(status) = look(&live)? {
                return Ok(Look::NotYet(status));
            }
            let destination = live.destinations().first().map(|destination| destination.destination_id().to_owned());
            let sent = call("firehose:UpdateDestination", once, || {
                aws.firehose
                    .update_destination()
                    .delivery_stream_name(&self.name)
                    .current_delivery_stream_version_id(live.version_id())
                    .set_destination_id(destination.clone())
                    .extended_s3_destination_update(update.clone())
                    .send()
            });
            match sent.await {
                Ok(_) => Ok(Look::Done(())),
                // With AWS's code, should it never come to pass.
                Err(error) if error.class() == Class::Busy => Ok(Look::NotYet(format!("refused: {error}"))),
                Err(error) => Err(self.explain(aws, error).await),
            }
        })
        .await
    }

    fn from_description(description: &DeliveryStreamDescription, tags: Tags) -> Self {
        let s3 = description.destinations().first().and_then(|all| all.extended_s3_destination_description());
        let text = |read: fn(&ExtendedS3DestinationDescription) -> Option<&str>| {
            s3.and_then(read).unwrap_or_default().to_owned()
        };
        let (buffer_mb, buffer_seconds) = hints(s3.and_then(|s3| s3.buffering_hints()));
        let (log_group, log_stream) = log(s3.and_then(|s3| s3.cloud_watch_logging_options()));
        let conversion = s3.and_then(|s3| s3.data_format_conversion_configuration());
        Self {
            name: description.delivery_stream_name().to_owned(),
            source: Word(description.delivery_stream_type().clone()),
            role_arn: text(|s3| Some(s3.role_arn())),
            bucket_arn: text(|s3| Some(s3.bucket_arn())),
            prefix: text(|s3| s3.prefix()),
            error_prefix: text(|s3| s3.error_output_prefix()),
            buffer_mb,
            buffer_seconds,
            compression: Word(s3.map_or(CompressionFormat::Uncompressed, |s3| s3.compression_format().clone())),
            log_group,
            log_stream,
            backup: s3.and_then(Backup::read),
            conversion: conversion.and_then(Conversion::read),
            status: broken(description),
            tags,
        }
    }
}

impl Resource for Stream {
    type World = Aws;
    type Outputs = StreamOutputs;
    const KIND: &'static str = "firehose.stream";
    /// One that outlives its log group makes it again with its last words.
    const USES: &'static [&'static str] = &["s3.bucket", "iam.role", "logs.log_group", "glue.table"];
    ladders!();
}

impl Named for Stream {
    fn name(&self) -> &str {
        &self.name
    }

    fn outputs(&self, names: &Names) -> StreamOutputs {
        StreamOutputs { name: self.name.clone(), arn: Self::arn(names, &self.name) }
    }

    fn arn(names: &Names, name: &str) -> String {
        names.arn("firehose", &format!("deliverystream/{name}"))
    }

    async fn read(aws: &Aws, name: &str) -> Result<Option<Found<Self>>> {
        // AWS allows 50 tags and lists 50 on request, so there is no second page.
        let tags = read("firehose:ListTagsForDeliveryStream", || {
            aws.firehose.list_tags_for_delivery_stream().delivery_stream_name(name).limit(50).send()
        });
        let (description, tags) = futures::join!(describe(aws, name), tags);
        let (Some((description, raw)), Some(tags)) = (description.absent()?, tags.absent()?) else { return Ok(None) };
        let status = description.delivery_stream_status();
        if *status == DeliveryStreamStatus::Deleting {
            return Ok(None);
        }
        let pairs = tags.tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default()));
        let stamp = Stamp::read(&aws.names, pairs);
        let resource = Self::from_description(&description, stamp.tags.clone());
        let failed = *status == DeliveryStreamStatus::CreatingFailed;
        let suspended = status.as_str() == SUSPENDED;
        let data = if suspended { "what it took and did not deliver" } else { "" }.to_owned();
        Ok(Some(Found { failed, data, extras: DESCRIBE_DELIVERY_STREAM.extras(&raw), ..Found::new(resource, stamp) }))
    }

    async fn make(&self, aws: &Aws, tags: &BTreeMap<String, String>) -> Result<()> {
        let tags = tag_list(tags);
        let created = write("firehose:CreateDeliveryStream", || {
            aws.firehose
                .create_delivery_stream()
                .delivery_stream_name(&self.name)
                .delivery_stream_type(self.source.0.clone())
                .extended_s3_destination_configuration(self.destination())
                .set_tags(Some(tags.clone()))
                .send()
        });
        match created.await {
            Ok(_) => active(aws, &self.name).await,
            Err(error) => Err(self.explain(aws, error).await),
        }
    }

    async fn clear(&self, aws: &Aws, found: Option<&Found<Self>>) -> Result<bool> {
        match found {
            Some(found) if found.is_ours() && found.failed => self.remove(aws).await.map(|()| true),
            Some(found) if found.is_ours() => active(aws, &self.name).await.map(|()| false),
            Some(_) => Ok(false),
            // On its way out, after a destroy that was killed: its name is not free yet.
            None => gone(aws, &self.name).await.map(|()| true),
        }
    }

    async fn send(&self, call: Call, aws: &Aws, live: &Self) -> Result<()> {
        match call {
            Call::Destination => self.put_destination(aws, &self.change(live)).await,
        }
    }

    async fn put_back(&self, aws: &Aws, live: &Self, extras: &[&Extra]) -> Result<()> {
        self.put_destination(aws, &usual::without(self.change(live), extras)).await
    }

    async fn tag(&self, aws: &Aws, tags: BTreeMap<String, String>, removed: Vec<String>) -> Result<()> {
        if !removed.is_empty() {
            write("firehose:UntagDeliveryStream", || {
                let request = aws.firehose.untag_delivery_stream().delivery_stream_name(&self.name);
                request.set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = tag_list(&tags);
        write("firehose:TagDeliveryStream", || {
            aws.firehose.tag_delivery_stream().delivery_stream_name(&self.name).set_tags(Some(tags.clone())).send()
        })
        .await
        .map(drop)
    }

    async fn remove(&self, aws: &Aws) -> Result<()> {
        write("firehose:DeleteDeliveryStream", || {
            // A stream whose encryption grant cannot be retired is kept, unless forced.
            let request = aws.firehose.delete_delivery_stream().delivery_stream_name(&self.name);
            request.allow_force_delete(true).send()
        })
        .await
        .gone()?;
        gone(aws, &self.name).await
    }
}

async fn describe(aws: &Aws, name: &str) -> Result<(DeliveryStreamDescription, Raw)> {
    let output = whole("firehose:DescribeDeliveryStream", |keep| {
        aws.firehose.describe_delivery_stream().delivery_stream_name(name).customize().interceptor(keep).send()
    });
    let (output, raw) = output.await?;
    let description = output.delivery_stream_description.ok_or_else(|| {
        Error::new("firehose:DescribeDeliveryStream", "ResourceNotFoundException", "AWS described no stream")
    })?;
    Ok((description, raw))
}

/// A state that AWS has beside those that the SDK knows: it takes no records, and keeps what it took.
const SUSPENDED: &str = "SUSPENDED";

/// States that do not pass. One whose creation failed is another matter: it counts as missing.
fn broken(stream: &DeliveryStreamDescription) -> Option<String> {
    let status = stream.delivery_stream_status().as_str();
    let lasts = [SUSPENDED, DeliveryStreamStatus::DeletingFailed.as_str()].contains(&status);
    lasts.then(|| match stream.failure_description() {
        Some(why) => format!("{status} ({}: {})", why.r#type().as_str(), why.details()),
        None => status.to_owned(),
    })
}

async fn active(aws: &Aws, name: &str) -> Result<()> {
    until("firehose:CreateDeliveryStream", "ACTIVE", SETTLES_WITHIN, async || look(&describe(aws, name).await?.0)).await
}

fn look(stream: &DeliveryStreamDescription) -> Result<Look<()>> {
    match stream.delivery_stream_status() {
        DeliveryStreamStatus::Active => Ok(Look::Done(())),
        DeliveryStreamStatus::CreatingFailed => {
            let reason = stream.failure_description().map(|why| format!("{}: {}", why.r#type(), why.details()));
            let message = reason.unwrap_or_else(|| "AWS gave no reason".to_owned());
            Err(Error::new("firehose:CreateDeliveryStream", "CREATING_FAILED", &message)
                .with_hint("run `pipectl apply` again: it removes the failed stream first"))
        }
        status => match broken(stream) {
            Some(why) => Err(Error::new("firehose:UpdateDestination", status.as_str(), &why)
                .with_hint("`pipectl plan` shows how to replace the stream")),
            None => Ok(Look::NotYet(status.to_string())),
        },
    }
}

async fn gone(aws: &Aws, name: &str) -> Result<()> {
    until("firehose:DeleteDeliveryStream", "gone", SETTLES_WITHIN, async || {
        Ok(match describe(aws, name).await.absent()? {
            None => Look::Done(()),
            Some((stream, _)) => Look::NotYet(stream.delivery_stream_status().to_string()),
        })
    })
    .await
}

fn tag_list(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build().expect("the key is set")).collect()
}

#[cfg(test)]
mod tests;
