//! Amazon Data Firehose: delivery streams to S3.

mod destination;
mod streams;

use super::Service;
use crate::api_error::ApiError;
use crate::protocol::Protocol;

pub(super) const SERVICE: Service = Service {
    scope: "firehose",
    prefix: "firehose",
    protocol: Protocol::Json {
        operations: &[
            ("CreateDeliveryStream", streams::create_delivery_stream),
            ("DeleteDeliveryStream", streams::delete_delivery_stream),
            ("DescribeDeliveryStream", streams::describe_delivery_stream),
            ("ListDeliveryStreams", streams::list_delivery_streams),
            ("UpdateDestination", destination::update_destination),
            ("TagDeliveryStream", streams::tag_delivery_stream),
            ("UntagDeliveryStream", streams::untag_delivery_stream),
            ("ListTagsForDeliveryStream", streams::list_tags_for_delivery_stream),
        ],
        message: "message",
    },
};

/// Key: the stream's name.
const STREAMS: &str = "firehose.stream";

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidArgumentException", message)
}
