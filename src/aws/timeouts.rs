//! How long AWS may take: to connect, for one attempt, for an operation with all its repetitions.
//!
//! The SDK has no limit of its own but for connecting (awslabs/aws-sdk-rust#1034): a server that takes a connection and
//! says nothing, such as a dead VPN or a hung emulator, would be waited for for ever.

use aws_smithy_types::timeout::TimeoutConfig;
use std::time::Duration;

/// The slowest line for which a large request is waited for, in bytes a second: half a megabit.
const SLOWEST_LINE: usize = 62_500;
/// For a connection; the SDK's own 3.1 s are few for a handshake through a proxy on another continent.
const LONGEST_CONNECT: Duration = Duration::from_secs(5);

/// The limits of every client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// From a request to the end of its answer.
    attempt: Duration,
}

impl Timeouts {
    /// Of one attempt, as `--request-timeout` says.
    pub(crate) fn of(attempt: Duration) -> Self {
        Self { attempt }
    }

    /// From a request to the end of its answer, or from one piece of a long answer to the next.
    pub(super) fn attempt(self) -> Duration {
        self.attempt
    }

    /// For requests of a few kilobytes.
    pub(super) fn usual(self) -> TimeoutConfig {
        self.within(self.attempt)
    }

    /// For a request with as many bytes as these.
    pub(crate) fn upload(self, bytes: usize) -> TimeoutConfig {
        self.within(self.attempt + Duration::from_secs((bytes / SLOWEST_LINE) as u64))
    }

    /// An operation may take two attempts that come to nothing, and half of one that goes well.
    fn within(self, attempt: Duration) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(LONGEST_CONNECT.min(attempt))
            .read_timeout(attempt)
            .operation_attempt_timeout(attempt)
            .operation_timeout(attempt * 5 / 2)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_has_the_time_that_its_bytes_need_on_a_slow_line() {
        let timeouts = Timeouts::of(Duration::from_secs(60));
        let attempt = |config: TimeoutConfig| config.operation_attempt_timeout().map_or(0, |time| time.as_secs());
        assert_eq!(attempt(timeouts.usual()), 60);
        assert_eq!(attempt(timeouts.upload(0)), 60);
        assert_eq!(attempt(timeouts.upload(6_250_000)), 160);
    }

    #[test]
    fn an_operation_has_time_for_a_second_attempt() {
        let usual = Timeouts::of(Duration::from_secs(60)).usual();
        assert_eq!(usual.operation_timeout(), Some(Duration::from_secs(150)));
        assert_eq!(usual.connect_timeout(), Some(Duration::from_secs(5)));
    }
}
