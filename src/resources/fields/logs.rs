//! Log groups.

use super::{Answer, extra, ignored, managed};

pub(crate) const DESCRIBE_LOG_GROUPS: Answer = Answer {
    operation: "logs:DescribeLogGroups",
    at: "logGroups",
    fields: &[
        managed("logGroups.logGroupName", "log_group"),
        ignored("logGroups.creationTime", "when, not what"),
        managed("logGroups.retentionInDays", "retention_days"),
        extra("logGroups.metricFilterCount", "metrics are made of its lines").unless_number(0).by_hand(),
        ignored("logGroups.arn", "follows from the name"),
        ignored("logGroups.storedBytes", "what is in it, not how it is set"),
        managed("logGroups.kmsKeyId", "kms_key"),
        extra("logGroups.dataProtectionStatus", "masks what looks like personal data").by_hand(),
        ignored("logGroups.inheritedProperties", "the account's"),
        extra("logGroups.logGroupClass", "fixed when it was made").unless("STANDARD").by_hand(),
        ignored("logGroups.logGroupArn", "follows from the name"),
        extra("logGroups.deletionProtectionEnabled", "keeps it from being taken down").by_hand(),
        extra("logGroups.bearerTokenAuthenticationEnabled", "lets senders in with a token").by_hand(),
        ignored("nextToken", "of the list"),
    ],
};

/// Nothing in it is an extra.
#[cfg(test)]
pub(super) const DESCRIBE_LOG_STREAMS: Answer = Answer {
    operation: "logs:DescribeLogStreams",
    at: "",
    fields: &[
        managed("logStreams.logStreamName", "streams, of those that Firehose writes to"),
        ignored("logStreams.creationTime", "when, not what"),
        ignored("logStreams.firstEventTimestamp", "what is in it"),
        ignored("logStreams.lastEventTimestamp", "what is in it"),
        ignored("logStreams.lastIngestionTime", "what is in it"),
        ignored("logStreams.uploadSequenceToken", "AWS asks for none any more"),
        ignored("logStreams.arn", "follows from the name"),
        ignored("logStreams.storedBytes", "what is in it"),
        ignored("nextToken", "of the list"),
    ],
};
