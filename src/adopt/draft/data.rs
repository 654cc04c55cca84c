//! The bucket, the stream that writes to it, and whom it tells of new files.

use super::{BUCKET, Draft, Left};
use crate::adopt::chain::{Chain, destination};
use crate::adopt::maker::of_notification;
use crate::aws::Aws;
use aws_sdk_firehose::types::{CompressionFormat, DeliveryStreamDescription, DeliveryStreamType};

impl Draft {
    pub(super) fn data(&mut self, chain: &Chain<'_>, aws: &Aws) {
        self.lines.text("bucket.name", &chain.bucket);
        self.take_named(chain, BUCKET, &chain.bucket, &aws.names.s3_arn(&chain.bucket));
        if let Some(stream) = chain.stream {
            self.stream(chain, stream);
        }
        self.notification(chain);
        if let Some(mover) = chain.mover {
            self.function_stays(chain, mover, "told of new files in its place");
            let memory = mover.memory_size().unwrap_or(512);
            self.lines.set("mover.function.memory", format!("{memory} MB"));
            self.lines.set("mover.function.timeout", format!("{} s", mover.timeout().unwrap_or(30)));
        }
    }

    fn stream(&mut self, chain: &Chain<'_>, stream: &DeliveryStreamDescription) {
        let (name, arn) = (stream.delivery_stream_name(), stream.delivery_stream_arn());
        let Some(to) = destination(stream) else { return };
        if let Some(why) = not_taken(stream) {
            self.stay(chain, format!("stream {name}"), arn, format!("{why}: a new one is made beside it"));
            return;
        }
        self.take(chain, "firehose.stream.delivery", name, arn);
        self.role_stays(to.role_arn(), "the stream");
        if let Some(hints) = to.buffering_hints() {
            let size = hints.size_in_mbs().unwrap_or(5);
            self.lines.set("delivery.buffer.size", format!("{size} MB"));
            self.lines.set("delivery.buffer.interval", format!("{} s", hints.interval_in_seconds().unwrap_or(300)));
        }
        let compression = match to.compression_format() {
            CompressionFormat::Uncompressed => "none",
            _ => "gzip",
        };
        self.lines.set("delivery.compression", compression);
        if let Some(prefix) = to.prefix().filter(|prefix| is_plain(prefix)) {
            self.prefix(chain, prefix);
        }
        if let Some(errors) = to.error_output_prefix().filter(|prefix| is_plain(prefix)) {
            self.lines.text("delivery.errors", &format!("{}/", errors.trim_end_matches('/')));
        }
    }

    /// Firehose puts the time right behind a prefix: `analytics_raw2018/01/30/10/`.
    fn prefix(&mut self, chain: &Chain<'_>, prefix: &str) {
        let folder = format!("{}/", prefix.trim_end_matches('/'));
        self.lines.text("delivery.prefix", &folder);
        if folder == prefix {
            return;
        }
        let bucket = &chain.bucket;
        self.left.push(Left {
            what: format!("objects below s3://{bucket}/{prefix}YYYY/"),
            maker: "the stream, before".to_owned(),
            reason: format!(
                "the prefix has no `/`, so that the year is part of its name; new files go below `{folder}`. What lies there, and \
                 the last buffer, stays and can be read. To have it moved into its days, once the last buffer has been written: \
                 `aws s3 mv s3://{bucket}/{prefix}YYYY/ s3://{bucket}/{folder}YYYY/ --recursive`"
            ),
        });
    }

    fn notification(&mut self, chain: &Chain<'_>) {
        let Some((entry, id)) = chain.notification.as_ref().and_then(|entry| Some((entry, entry.id()?))) else {
            return;
        };
        let address = "s3.notification.mover";
        let name = entry.lambda_function_arn().rsplit(':').next().unwrap_or_default();
        self.take(chain, address, id, "");
        if let Some(taken) = self.taken.last_mut() {
            taken.maker = of_notification(id, name).to_owned();
        }
        if id.starts_with("tf-") {
            self.notes.push(
                "Terraform's `aws_s3_bucket_notification` writes the bucket's notifications as a whole: take that resource out of \
                 its state and its files, or its next apply takes the mover's entry away"
                    .to_owned(),
            );
        }
    }
}

/// Why a stream cannot be taken over as it stands.
fn not_taken(stream: &DeliveryStreamDescription) -> Option<&'static str> {
    let to = destination(stream)?;
    let conversion = to.data_format_conversion_configuration().and_then(|conversion| conversion.enabled());
    match () {
        () if *stream.delivery_stream_type() != DeliveryStreamType::DirectPut => {
            Some("it reads another stream, and AWS changes no source")
        }
        () if conversion == Some(true) => Some("it converts records by a table of somebody else's"),
        () if to.processing_configuration().is_some_and(|processing| processing.enabled() == Some(true)) => {
            Some("it has records transformed on their way")
        }
        () => None,
    }
}

/// A prefix that the file can say.
fn is_plain(prefix: &str) -> bool {
    let folder = prefix.trim_end_matches('/');
    !folder.is_empty() && folder.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
}
