//! The Firehose stream, and the function `mover` behind it.

use super::etl_script::CONVERTED;
use super::ingest::add_log_group;
use super::{Added, Design, policies};
use crate::config::{Compression, Days, Format, Partition, Pipeline};
use crate::engine::value::Pending;
use crate::resources::{
    Backup, Bucket, Conversion, EventRule, Function, Grant, Graph, LogGroup, Notification, Permission, Role, Stream,
    Table, TableOutputs, Word,
};
use aws_sdk_firehose::types::DeliveryStreamType;
use serde_json::json;
use std::collections::BTreeMap;

/// For how long the log of failed deliveries is kept.
const ERROR_LOG: Days = Days(30);
/// How often what the mover has left is swept up. Rules on a schedule cost nothing; a sweep costs an invocation and a
/// list, a thousandth of a cent.
const SWEEP: &str = "rate(1 hour)";
/// The folders of a day, by the arrival (UTC) of the oldest record of a file.
const BY_DAY: &str = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/";
const BY_KIND: &str = "!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/";

/// `table` is the one that Firehose converts by, if it does.
pub(super) fn add_stream<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    table: Option<Added<Table>>,
) -> Added<Stream> {
    let Design { pipeline, names, .. } = design;
    let log = graph.add("delivery", move |out| {
        let name = format!("/aws/kinesisfirehose/{}", names.stream());
        let key = design.key.map(|key| out[key].arn.clone());
        let days = if pipeline.is_strict() { Days(365) } else { ERROR_LOG };
        LogGroup { streams: Some(LogGroup::streams_of_firehose()), ..design.log_group(name, Some(days), key) }
    });
    let role = add_stream_role(graph, design, bucket, log);
    graph.add("delivery", move |out| {
        let delivery = &pipeline.delivery;
        let stream = Stream {
            name: names.stream(),
            source: Word(DeliveryStreamType::DirectPut),
            role_arn: out[role].arn.clone(),
            bucket_arn: out[bucket].arn.clone(),
            prefix: prefix(pipeline),
            error_prefix: errors(pipeline),
            buffer_mb: i32::try_from(delivery.buffer.size.as_mib()).unwrap_or(i32::MAX),
            buffer_seconds: i32::try_from(delivery.buffer.interval.as_secs()).unwrap_or(i32::MAX),
            compression: Stream::format(delivery.compression),
            log_group: out[log].log_group.clone(),
            log_stream: Stream::LOG_STREAM.to_owned(),
            backup: None,
            conversion: None,
            status: None,
            tags: design.tags(),
        };
        match table {
            Some(table) => converting(design, stream, &out[table]),
            None => stream,
        }
    })
}

/// The stream that writes Parquet, and keeps the JSON if the file wants it. Parquet is compressed page by page.
fn converting(design: Design<'_>, stream: Stream, table: &TableOutputs) -> Stream {
    let Design { pipeline, names, .. } = design;
    let backup = pipeline.delivery.keep_json.then(|| Backup {
        role_arn: stream.role_arn.clone(),
        bucket_arn: stream.bucket_arn.clone(),
        prefix: format!("{}{BY_DAY}{CONVERTED}", pipeline.mover.prefix),
        error_prefix: stream.error_prefix.clone(),
        buffer_mb: stream.buffer_mb,
        buffer_seconds: stream.buffer_seconds,
        compression: stream.compression.clone(),
        log_group: stream.log_group.clone(),
        log_stream: Backup::LOG_STREAM.to_owned(),
    });
    let conversion = Conversion {
        role_arn: stream.role_arn.clone(),
        database: table.database.clone(),
        table: table.name.clone(),
        region: names.region.clone(),
        unusual: BTreeMap::new(),
    };
    let compression = Stream::format(Compression::None);
    Stream { backup, conversion: Some(conversion), compression, ..stream }
}

/// Where files go: below it Firehose sorts by the hour, unless there are expressions.
fn prefix(pipeline: &Pipeline) -> String {
    let delivery = &pipeline.delivery;
    match (delivery.partition, delivery.format) {
        (Partition::Mover, _) => delivery.prefix.clone(),
        (Partition::Firehose, Format::Json) => format!("{}{BY_DAY}", pipeline.mover.prefix),
        (Partition::Firehose, Format::Parquet) => format!("{}{BY_DAY}", delivery.parquet),
    }
}

/// Firehose wants the kind of error in it where the prefix has expressions.
fn errors(pipeline: &Pipeline) -> String {
    let errors = &pipeline.delivery.errors;
    match pipeline.delivery.partition {
        Partition::Mover => errors.clone(),
        Partition::Firehose => format!("{errors}{BY_KIND}"),
    }
}

fn add_stream_role<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    log: Added<LogGroup>,
) -> Added<Role> {
    let Design { names, .. } = design;
    graph.add("delivery", move |out| {
        let arns = [("bucket_arn", out.predicted(bucket).arn.as_str()), ("log_group_arn", &out.predicted(log).arn)];
        let policy = design.policy_with_key(policies::DELIVERY, &arns);
        design.role(names.role("delivery"), "Role of the Firehose stream", policies::TRUST_FIREHOSE, policy)
    })
}

pub(super) fn add_mover<'a>(graph: &mut Graph<'a>, design: Design<'a>, bucket: Added<Bucket>) {
    let Design { pipeline, names, functions, .. } = design;
    let log = add_log_group(graph, design, "mover", &pipeline.mover.function);
    let role = graph.add("mover", move |out| {
        let arns = [("bucket_arn", out.predicted(bucket).arn.as_str()), ("log_group_arn", &out.predicted(log).arn)];
        let policy = design.policy_with_key(policies::MOVER, &arns);
        design.role(names.role("mover"), "Role of the function `mover`", policies::TRUST_LAMBDA, policy)
    });
    let function = graph.add("mover", move |out| {
        let environment = [
            Function::variable("RAW_PREFIX", pipeline.delivery.prefix.as_str()),
            Function::variable("PARTITIONED_PREFIX", pipeline.mover.prefix.as_str()),
        ];
        Function {
            code: functions.mover.clone(),
            role_arn: out[role].arn.clone(),
            role_id: Some(out[role].id.clone()),
            log_group: out[log].log_group.clone(),
            environment: environment.into(),
            kms_key: design.key.map(|key| out[key].arn.clone()),
            ..design.function("mover", "Moves files into partitions", &pipeline.mover.function)
        }
    });
    let permission = graph.add("mover", move |out| Permission {
        name: "mover".to_owned(),
        function: out[function].name.clone(),
        grant: Grant::Service {
            principal: "s3.amazonaws.com".to_owned(),
            source_arn: Pending::Known(out[bucket].arn.clone()),
            source_account: Some(names.account.clone()),
        },
    });
    add_sweep(graph, design, function);
    // S3 asks at once whether it may call the function: the permission comes first.
    graph.add("mover", move |out| Notification {
        bucket: out[bucket].bucket.clone(),
        function_arn: out[permission].function_arn.clone(),
        prefix: pipeline.delivery.prefix.clone(),
        events: ["s3:ObjectCreated:*".to_owned()].into(),
    });
}

/// S3 tells of a file once, and Lambda gives an event up after three failures: what was left then is moved by a schedule.
fn add_sweep<'a>(graph: &mut Graph<'a>, design: Design<'a>, function: Added<Function>) {
    let Design { pipeline, names, .. } = design;
    let rule = names.physical("sweep");
    let arn = names.arn("events", &format!("rule/{rule}"));
    graph.add("sweep", move |out| Permission {
        name: "sweep".to_owned(),
        function: out[function].name.clone(),
        grant: Grant::Service {
            principal: "events.amazonaws.com".to_owned(),
            source_arn: Pending::Known(arn.clone()),
            source_account: None,
        },
    });
    graph.add("sweep", move |out| EventRule {
        name: rule.clone(),
        schedule: SWEEP.to_owned(),
        enabled: true,
        description: design.description("Has the function `mover` move what it left"),
        // A target may be what is not there yet, and the first call comes an hour later.
        function_arn: out.predicted(function).arn.clone(),
        input: sweep_order(&pipeline.bucket.name),
        tags: design.tags(),
    });
}

/// What the function `mover` is called with to move all that lies below the raw prefix.
pub(crate) fn sweep_order(bucket: &str) -> String {
    json!({"sweep": {"bucket": bucket}}).to_string()
}
