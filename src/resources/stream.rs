//! Firehose stream: direct put, delivered to S3.
//!
//! Encryption, processing (transformation, record conversion, dynamic partitioning) and backup are not
//! managed: `UpdateDestination` keeps what a request leaves out, so what somebody turned on stays on.

use crate::aws::{Aws, Error, Expect, Look, Patience, Result, Sort, Stamp, Tags, call, read, until, write};
use crate::config::Compression;
use crate::engine::diff::{Attributes, Change, Changes};
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::names::Names;
use crate::resources::found::{Found, by_id, resume};
use aws_sdk_firehose::types::{
    BufferingHints, CloudWatchLoggingOptions, CompressionFormat, DeliveryStreamDescription, DeliveryStreamStatus,
    DeliveryStreamType, ExtendedS3DestinationConfiguration, ExtendedS3DestinationDescription,
    ExtendedS3DestinationUpdate, Tag,
};
use std::collections::BTreeMap;
use std::time::Duration;

/// Seconds in practice; AWS names no limit.
const SETTLES_WITHIN: Duration = Duration::from_secs(600);

#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) name: String,
    /// `DirectPut` is what pipectl makes; a stream that reads from elsewhere cannot be changed into one.
    pub(crate) source: DeliveryStreamType,
    /// What Firehose becomes to write objects and error logs.
    pub(crate) role_arn: String,
    pub(crate) bucket_arn: String,
    /// Ends with `/`; Firehose puts `YYYY/MM/DD/HH/` (UTC) behind it.
    pub(crate) prefix: String,
    pub(crate) error_prefix: String,
    /// 1 to 128 MiB, which Firehose calls MB.
    pub(crate) buffer_mb: i32,
    /// 0 to 900 s.
    pub(crate) buffer_seconds: i32,
    pub(crate) compression: CompressionFormat,
    /// Where errors of delivery are logged; empty where logging is off.
    pub(crate) log_group: String,
    pub(crate) log_stream: String,
    pub(crate) tags: Tags,
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
    pub(crate) fn format(compression: Compression) -> CompressionFormat {
        match compression {
            Compression::Gzip => CompressionFormat::Gzip,
            Compression::None => CompressionFormat::Uncompressed,
            Compression::Snappy => CompressionFormat::Snappy,
            Compression::Zip => CompressionFormat::Zip,
        }
    }

    fn outputs(&self, names: &Names) -> StreamOutputs {
        StreamOutputs { name: self.name.clone(), arn: names.arn("firehose", &format!("deliverystream/{}", self.name)) }
    }

    /// Firehose does not make the log stream, and without it logs nothing (boto3#1460); Terraform has
    /// the resource `aws_cloudwatch_log_stream` because of that (hashicorp/terraform#8626).
    async fn ensure_log_stream(&self, aws: &Aws) -> Result<()> {
        let made = write("logs:CreateLogStream", || {
            aws.logs.create_log_stream().log_group_name(&self.log_group).log_stream_name(&self.log_stream).send()
        });
        match made.await {
            Err(error) if error.sort() != Sort::Exists => Err(error),
            _ => Ok(()),
        }
    }

    fn buffering(&self) -> BufferingHints {
        BufferingHints::builder().size_in_mbs(self.buffer_mb).interval_in_seconds(self.buffer_seconds).build()
    }

    fn logging(&self) -> CloudWatchLoggingOptions {
        CloudWatchLoggingOptions::builder()
            .enabled(true)
            .log_group_name(&self.log_group)
            .log_stream_name(&self.log_stream)
            .build()
    }

    fn destination(&self) -> ExtendedS3DestinationConfiguration {
        ExtendedS3DestinationConfiguration::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(self.buffering())
            .compression_format(self.compression.clone())
            .cloud_watch_logging_options(self.logging())
            .build()
            .expect("role and bucket are set")
    }

    async fn request(&self, aws: &Aws, name: &str) -> Result<()> {
        let tags = tag_list(self.tags.stamped(aws, name, &self.attributes()));
        let created = write("firehose:CreateDeliveryStream", || {
            aws.firehose
                .create_delivery_stream()
                .delivery_stream_name(&self.name)
                .delivery_stream_type(self.source.clone())
                .extended_s3_destination_configuration(self.destination())
                .set_tags(Some(tags.clone()))
                .send()
        });
        match created.await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.explain(aws, error).await),
        }
    }

    async fn explain(&self, aws: &Aws, error: Error) -> Error {
        aws.explain_role(error, &self.role_arn, "firehose.amazonaws.com").await
    }

    async fn update_destination(&self, aws: &Aws) -> Result<()> {
        let update = ExtendedS3DestinationUpdate::builder()
            .role_arn(&self.role_arn)
            .bucket_arn(&self.bucket_arn)
            .prefix(&self.prefix)
            .error_output_prefix(&self.error_prefix)
            .buffering_hints(self.buffering())
            .compression_format(self.compression.clone())
            .cloud_watch_logging_options(self.logging())
            .build();
        // A repeated call would carry a version that is no longer current: read it again instead.
        let once = Patience { busy: Duration::ZERO, ..Patience::USUAL };
        until("firehose:UpdateDestination", "free of other changes", Patience::USUAL.busy, async || {
            let live = describe(aws, &self.name).await?;
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
                Err(error) if error.sort() == Sort::Busy => Ok(Look::NotYet(error.message().to_owned())),
                Err(error) => Err(self.explain(aws, error).await),
            }
        })
        .await
    }

    async fn put_tags(&self, aws: &Aws, name: &str, live: &Tags) -> Result<()> {
        let removed = self.tags.removed_from(live);
        if !removed.is_empty() {
            write("firehose:UntagDeliveryStream", || {
                let request = aws.firehose.untag_delivery_stream().delivery_stream_name(&self.name);
                request.set_tag_keys(Some(removed.clone())).send()
            })
            .await?;
        }
        let tags = tag_list(self.tags.stamped(aws, name, &self.attributes()));
        write("firehose:TagDeliveryStream", || {
            aws.firehose.tag_delivery_stream().delivery_stream_name(&self.name).set_tags(Some(tags.clone())).send()
        })
        .await
        .map(|_| ())
    }

    fn read(description: &DeliveryStreamDescription, tags: Tags) -> Self {
        let s3 = description.destinations().first().and_then(|all| all.extended_s3_destination_description());
        let text = |read: fn(&ExtendedS3DestinationDescription) -> Option<&str>| {
            s3.and_then(read).unwrap_or_default().to_owned()
        };
        let hints = s3.and_then(|s3| s3.buffering_hints());
        let logging =
            s3.and_then(|s3| s3.cloud_watch_logging_options()).filter(|logging| logging.enabled() == Some(true));
        Self {
            name: description.delivery_stream_name().to_owned(),
            source: description.delivery_stream_type().clone(),
            role_arn: text(|s3| Some(s3.role_arn())),
            bucket_arn: text(|s3| Some(s3.bucket_arn())),
            prefix: text(|s3| s3.prefix()),
            error_prefix: text(|s3| s3.error_output_prefix()),
            buffer_mb: hints.and_then(|hints| hints.size_in_mbs()).unwrap_or_default(),
            buffer_seconds: hints.and_then(|hints| hints.interval_in_seconds()).unwrap_or_default(),
            compression: s3.map_or(CompressionFormat::Uncompressed, |s3| s3.compression_format().clone()),
            log_group: logging.and_then(|logging| logging.log_group_name()).unwrap_or_default().to_owned(),
            log_stream: logging.and_then(|logging| logging.log_stream_name()).unwrap_or_default().to_owned(),
            tags,
        }
    }
}

impl Resource for Stream {
    type World = Aws;
    const KIND: &'static str = "firehose.stream";
    /// One that outlives its log group makes it again with its last words.
    const USES: &'static [&'static str] = &["iam.role", "logs.log_group", "s3.bucket"];
    /// What is buffered and not yet delivered: up to 15 minutes of events.
    const HOLDS_DATA: bool = true;
    type Outputs = StreamOutputs;

    fn id(&self) -> String {
        self.name.clone()
    }

    fn attributes(&self) -> Attributes {
        let Self {
            name,
            source,
            role_arn,
            bucket_arn,
            prefix,
            error_prefix,
            buffer_mb,
            buffer_seconds,
            compression,
            log_group,
            log_stream,
            tags,
        } = self;
        Attributes::new()
            .replace("name", name)
            .replace("source", source.as_str())
            .update("role_arn", role_arn)
            .update("bucket_arn", bucket_arn)
            .update("prefix", prefix)
            .update("error_prefix", error_prefix)
            .update("buffer_mb", buffer_mb)
            .update("buffer_seconds", buffer_seconds)
            .update("compression", compression.as_str())
            .update("log_group", log_group)
            .update("log_stream", log_stream)
            .update("tags", tags)
    }

    fn predict(&self, names: &Names, _: &str) -> StreamOutputs {
        self.outputs(names)
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = aws.names.arn("firehose", "deliverystream/");
        // A creation that failed leaves a stream that nothing can repair: where it is wanted it counts
        // as missing, and `create` clears it away; where it is not, it is an orphan like any other.
        let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted.id == name);
        by_id(aws, wanted, &prefix, async |name: String| {
            let found = observe_one(aws, &name).await?;
            Ok(found.filter(|(_, failed)| !(*failed && is_wanted(&name))).map(|(found, _)| found))
        })
        .await
    }

    async fn create(&self, aws: &Aws, name: &str) -> Result<StreamOutputs> {
        self.ensure_log_stream(aws).await?;
        match self.request(aws, name).await {
            Ok(()) => {}
            Err(error) if error.sort() == Sort::Exists => match observe_one(aws, &self.name).await? {
                Some((found, true)) if found.stamp.owner == Owner::Us => {
                    remove(aws, &self.name).await?;
                    self.request(aws, name).await?;
                }
                // On its way out, after a destroy that was killed: its name is not free yet.
                None => {
                    gone(aws, &self.name).await?;
                    self.request(aws, name).await?;
                }
                found => {
                    resume(self, aws, name, found.map(|(found, _)| found), error).await?;
                }
            },
            Err(error) => return Err(error),
        }
        active(aws, &self.name).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, changes: &[Change]) -> Result<StreamOutputs> {
        if changes.touch(&["log_group", "log_stream"]) {
            self.ensure_log_stream(aws).await?;
        }
        if changes.iter().any(|change| change.attribute != "tags") {
            self.update_destination(aws).await?;
        }
        self.put_tags(aws, &live.name, &live.resource.tags).await?;
        Ok(self.outputs(&aws.names))
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        remove(aws, &live.resource.name).await
    }
}

/// The stream, and whether its creation failed.
async fn observe_one(aws: &Aws, name: &str) -> Result<Option<(Found<Stream>, bool)>> {
    // AWS allows 50 tags and lists 50 on request, so there is no second page.
    let tags = read("firehose:ListTagsForDeliveryStream", || {
        aws.firehose.list_tags_for_delivery_stream().delivery_stream_name(name).limit(50).send()
    });
    let (description, tags) = futures::join!(describe(aws, name), tags);
    let (Some(description), Some(tags)) = (description.absent()?, tags.absent()?) else { return Ok(None) };
    let status = description.delivery_stream_status();
    if *status == DeliveryStreamStatus::Deleting {
        return Ok(None);
    }
    let pairs = tags.tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default()));
    let stamp = Stamp::read(&aws.names, pairs);
    let resource = Stream::read(&description, stamp.tags.clone());
    let outputs = resource.outputs(&aws.names);
    let failed = *status == DeliveryStreamStatus::CreatingFailed;
    Ok(Some((Found { resource, outputs, stamp, data: String::new() }, failed)))
}

async fn describe(aws: &Aws, name: &str) -> Result<DeliveryStreamDescription> {
    let output = read("firehose:DescribeDeliveryStream", || {
        aws.firehose.describe_delivery_stream().delivery_stream_name(name).send()
    });
    output.await?.delivery_stream_description.ok_or_else(|| {
        Error::new("firehose:DescribeDeliveryStream", "ResourceNotFoundException", "AWS described no stream")
    })
}

async fn active(aws: &Aws, name: &str) -> Result<()> {
    until("firehose:CreateDeliveryStream", "ACTIVE", SETTLES_WITHIN, async || look(&describe(aws, name).await?)).await
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
        status => Ok(Look::NotYet(status.to_string())),
    }
}

async fn remove(aws: &Aws, name: &str) -> Result<()> {
    write("firehose:DeleteDeliveryStream", || {
        // A stream whose encryption grant cannot be retired is kept, unless forced.
        aws.firehose.delete_delivery_stream().delivery_stream_name(name).allow_force_delete(true).send()
    })
    .await
    .gone()?;
    gone(aws, name).await
}

async fn gone(aws: &Aws, name: &str) -> Result<()> {
    until("firehose:DeleteDeliveryStream", "gone", SETTLES_WITHIN, async || {
        Ok(match describe(aws, name).await.absent()? {
            None => Look::Done(()),
            Some(stream) => Look::NotYet(stream.delivery_stream_status().to_string()),
        })
    })
    .await
}

fn tag_list(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build().expect("the key is set")).collect()
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
