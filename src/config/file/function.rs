//! What each function may be set to.

use super::{FORTNIGHT, Group, Usual};
use crate::config::described::Form;
use crate::config::pipeline::Function;
use crate::config::units::ByteSize;
use crate::config::values::{self, FunctionLimits};
use crate::config::words::{Architecture, LogLevel};
use std::time::Duration;

impl Usual {
    /// A function as it is unless the file says otherwise.
    pub(super) fn function(self, memory: ByteSize, timeout: Duration) -> Function {
        Function {
            memory,
            timeout,
            architecture: Architecture::Arm64,
            reserved_concurrency: None,
            log_retention: Some(self.logs),
            log_level: self.log_level,
        }
    }
}

pub(super) fn function(at: Group<'_, '_, '_>, limits: FunctionLimits) -> Function {
    let FunctionLimits { default, longest_seconds } = limits;
    let retention = default.log_retention.unwrap_or(FORTNIGHT);
    let levels = || LogLevel::ALL.iter().map(|one| one.as_str()).collect();
    let architectures = || Architecture::ALL.iter().map(|one| one.as_str()).collect();
    Function {
        memory: at.value(
            "memory",
            "Also decides the share of a processor.",
            Form::Text,
            default.memory,
            values::mebibytes(128, 10_240),
        ),
        timeout: at.time("timeout", "When a call is given up.", default.timeout, values::seconds(1, longest_seconds)),
        architecture: at.value(
            "architecture",
            "The processor it is built for.",
            Form::OneOf(architectures),
            default.architecture,
            values::one_of(Architecture::ALL),
        ),
        reserved_concurrency: at.optional(
            "reserved_concurrency",
            "How many calls at once it may take of the account's, and no other function; 0 stops it.",
            Form::Quantity,
            values::count(0, 100_000),
        ),
        log_retention: Some(at.value(
            "log_retention",
            "How long its log is kept.",
            Form::Text,
            retention,
            values::retention,
        )),
        log_level: at.value(
            "log_level",
            "The least that its log keeps, as JSON, of Lambda's own lines, too; `all` keeps everything, as text.",
            Form::OneOf(levels),
            default.log_level,
            values::one_of(LogLevel::ALL),
        ),
    }
}
