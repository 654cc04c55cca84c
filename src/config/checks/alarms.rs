//! `alarms`: what would always ring.

use super::report;
use crate::config::pipeline::Pipeline;
use crate::config::reader::Reader;
use crate::config::units::show_duration;

/// What is in the buffer is not late.
pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    let interval = pipeline.delivery.buffer.interval;
    let Some(alarms) = pipeline.alarms.as_ref().filter(|alarms| alarms.freshness <= interval) else { return };
    let (freshness, interval) = (show_duration(alarms.freshness), show_duration(interval));
    let message = format!("events wait up to {interval} in the buffer: after {freshness} they would always be late");
    let hint = "write more than `delivery.buffer.interval`, such as twice as much";
    report(reader, ("alarms.freshness", &["delivery.buffer.interval"]), message, hint);
}
