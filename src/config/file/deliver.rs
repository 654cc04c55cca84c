//! `delivery` and `mover`: how events become files.

use super::function::function;
use super::{Group, Usual, prefix};
use crate::config::described::Form;
use crate::config::pipeline::{Buffer, Delivery, Mover};
use crate::config::shape::Parts;
use crate::config::units::ByteSize;
use crate::config::values::{self, FunctionLimits};
use crate::config::words::{Compression, Format, Partition};
use std::time::Duration;

pub(super) fn delivery(at: Group<'_, '_, '_>, parts: &Parts) -> Delivery {
    let partitions = || Partition::ALL.iter().map(|one| one.as_str()).collect();
    let formats = || Format::ALL.iter().map(|one| one.as_str()).collect();
    let compressions = || Compression::ALL.iter().map(|one| one.as_str()).collect();
    Delivery {
        buffer: at.group("buffer", "A file is written when either is reached.", |at| Buffer {
            size: at.value("size", "1 to 128 MB.", Form::Text, ByteSize::mib(128), values::mebibytes(1, 128)),
            interval: at.time("interval", "Up to 15 minutes.", Duration::from_secs(900), values::seconds(0, 900)),
        }),
        compression: at.value(
            "compression",
            "How files of JSON are compressed.",
            Form::OneOf(compressions),
            Compression::Gzip,
            values::one_of(Compression::ALL),
        ),
        partition: at.value(
            "partition",
            "Who puts files into the folders of their days: Firehose itself, or the function `mover` after it.",
            Form::OneOf(partitions),
            parts.partition,
            values::one_of(Partition::ALL),
        ),
        format: at.value(
            "format",
            "What Firehose writes; of Parquet it makes the columns of `schema`.",
            Form::OneOf(formats),
            parts.format,
            values::one_of(Format::ALL),
        ),
        keep_json: at.flag("keep_json", "Beside Parquet, keeps the JSON under `mover.prefix`.", true),
        prefix: prefix(at, "prefix", "Where files wait for the function `mover`.", "analytics_raw/"),
        parquet: prefix(at, "parquet", "Where Firehose writes Parquet files to.", "analytics_data/"),
        errors: prefix(at, "errors", "Where goes what could not be delivered.", "analytics_errors/"),
    }
}

pub(super) fn mover(at: Group<'_, '_, '_>, usual: Usual) -> Mover {
    let default = usual.function(ByteSize::mib(512), Duration::from_secs(30));
    Mover {
        prefix: prefix(
            at,
            "prefix",
            "Where JSON lies in folders of days, whoever puts it there.",
            "partitioned_analytics_raw/",
        ),
        function: at.group("function", "The function `mover`.", |at| {
            function(at, FunctionLimits { default, longest_seconds: 900 })
        }),
    }
}
