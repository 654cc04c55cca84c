//! The Firehose stream, and the function `mover` behind it.

use super::ingest::add_log_group;
use super::{Added, Design, policies};
use crate::config::Days;
use crate::engine::value::Pending;
use crate::resources::{
    Bucket, EventRule, Function, Grant, Graph, LogGroup, Notification, Permission, Role, Stream, Word,
};
use aws_sdk_firehose::types::DeliveryStreamType;
use serde_json::json;

/// For how long the log of failed deliveries is kept.
const ERROR_LOG: Days = Days(30);
/// How often what the mover has left is swept up. Rules on a schedule cost nothing; a sweep costs an invocation and a
/// list, a thousandth of a cent.
const SWEEP: &str = "rate(1 hour)";

pub(super) fn add_stream<'a>(graph: &mut Graph<'a>, design: Design<'a>, bucket: Added<Bucket>) -> Added<Stream> {
    let Design { pipeline, names, .. } = design;
    let log = graph.add("delivery", move |out| {
        let name = format!("/aws/kinesisfirehose/{}", names.base());
        let key = design.key.map(|key| out[key].arn.clone());
        design.log_group(name, Some(if pipeline.is_strict() { Days(365) } else { ERROR_LOG }), key)
    });
    let role = add_stream_role(graph, design, bucket, log);
    graph.add("delivery", move |out| {
        let delivery = &pipeline.delivery;
        Stream {
            name: names.base(),
            source: Word(DeliveryStreamType::DirectPut),
            role_arn: out[role].arn.clone(),
            bucket_arn: out[bucket].arn.clone(),
            prefix: delivery.prefix.clone(),
            error_prefix: delivery.errors.clone(),
            buffer_mb: i32::try_from(delivery.buffer.size.as_mib()).unwrap_or(i32::MAX),
            buffer_seconds: i32::try_from(delivery.buffer.interval.as_secs()).unwrap_or(i32::MAX),
            compression: Stream::format(delivery.compression),
            log_group: out[log].log_group.clone(),
            log_stream: Stream::LOG_STREAM.to_owned(),
            backup: None,
            conversion: None,
            status: None,
            tags: design.tags(),
        }
    })
}

fn add_stream_role<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    log: Added<LogGroup>,
) -> Added<Role> {
    let Design { pipeline, names, .. } = design;
    graph.add("delivery", move |out| {
        let converts: &[&str] = if pipeline.converts() { &[policies::READ_SCHEMA] } else { &[] };
        let arns = [("bucket_arn", out.predicted(bucket).arn.as_str()), ("log_group_arn", &out.predicted(log).arn)];
        let policy = design.policy_of(policies::DELIVERY, converts, &arns);
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
    let permission = graph.add("sweep", move |out| Permission {
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
        function_arn: out[permission].function_arn.clone(),
        input: sweep_order(&pipeline.bucket.name),
        tags: design.tags(),
    });
}

/// What the function `mover` is called with to move all that lies below the raw prefix.
pub(crate) fn sweep_order(bucket: &str) -> String {
    json!({"sweep": {"bucket": bucket}}).to_string()
}
