//! What each shape has for parts.

use super::words::{Format, Front, LogLevel, Partition, Shape, Tables};

/// What a key is where the file does not say it.
pub(super) struct Parts {
    pub(super) front: Front,
    pub(super) partition: Partition,
    pub(super) format: Format,
    pub(super) tables: Tables,
    pub(super) has_job: bool,
    pub(super) log_level: LogLevel,
}

impl Shape {
    pub(super) fn parts(self) -> Parts {
        match self {
            Self::Article => Parts {
                front: Front::RestApi,
                partition: Partition::Mover,
                format: Format::Json,
                tables: Tables::Crawled,
                has_job: true,
                log_level: LogLevel::All,
            },
            Self::Lean => Parts {
                front: Front::FunctionUrl,
                partition: Partition::Firehose,
                format: Format::Parquet,
                tables: Tables::Declared,
                has_job: false,
                log_level: LogLevel::Warn,
            },
        }
    }
}
