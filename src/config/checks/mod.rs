//! What no single key can tell: combinations that AWS refuses, or that would eat their own output.

mod alarms;
mod dashboard;
mod events;
mod shape;

use super::given;
use super::pipeline::{Etl, Pipeline, table_name};
use super::problem::Problem;
use super::reader::Reader;
use super::schedule::Schedule;
use super::values;
use super::words::{Execution, GlueVersion, Tables, WorkerType};
use crate::names::{Names, leave_room};

/// AWS allows 50 tags on a resource; pipectl keeps up to five of its own.
const MOST_TAGS: usize = 45;

pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    reader.doubt();
    prefixes(reader, pipeline);
    names(reader, pipeline);
    expiry(reader, pipeline);
    shape::check(reader, pipeline);
    pipeline.etl.iter().for_each(|etl| job(reader, etl));
    ingest(reader, pipeline);
    events::check(reader, pipeline);
    alarms::check(reader, pipeline);
    dashboard::check(reader, pipeline);
    caller(reader, pipeline);
    for (address, message, hint) in given::wrong(&pipeline.names, &pipeline.ingest.api_keys) {
        report(reader, (&format!("names.{address}"), &["ingest.api_keys"]), message, hint);
    }
    for key in pipeline.tags.keys().filter(|key| pipeline.ignored.has(key)) {
        let message = format!("the tag `{key}` is to be set, and to be ignored");
        report(reader, ("ignore_tags", &["tags"]), message, "leave it out of `tags` or of `ignore_tags`");
    }
    if pipeline.tags.len() > MOST_TAGS {
        report(
            reader,
            ("tags", &[]),
            format!("{} tags are more than the {MOST_TAGS} that fit", pipeline.tags.len()),
            "",
        );
    }
}

/// Problems of a key that rest on others: where one of them was refused, its default stands in its place, and what would
/// follow from that is nobody's problem.
fn report(reader: &Reader<'_>, (key, others): (&str, &[&str]), message: String, hint: &str) {
    if others.iter().chain([&key]).any(|key| reader.is_in_doubt(key)) {
        return;
    }
    let problem = Problem::new(reader.place(key), message);
    reader.problem(if hint.is_empty() { problem } else { problem.hint(hint) });
}

/// Whom the file wants to be: the account of a role stands in its ARN.
fn caller(reader: &Reader<'_>, pipeline: &Pipeline) {
    let Some(role) = &pipeline.role else {
        if reader.has("external_id") && !reader.has("role_arn") {
            let message = "an `external_id` is told when a role is assumed, and there is no `role_arn`".to_owned();
            report(reader, ("external_id", &["role_arn"]), message, "write the role's `role_arn`, or leave this out");
        }
        return;
    };
    let of_role = role.arn.split(':').nth(4).unwrap_or_default();
    if let Some(account) = pipeline.account.as_deref().filter(|account| *account != of_role) {
        let message = format!("the role is of account {of_role}, and `account` says {account}");
        report(
            reader,
            ("role_arn", &["account"]),
            message,
            "write the role of that account, or the account of that role",
        );
    }
}

/// A stage that writes below what another one reads would be fed its own output, for ever.
fn prefixes(reader: &Reader<'_>, pipeline: &Pipeline) {
    let parquet = if pipeline.converts() { "delivery.parquet" } else { "etl.output" };
    let parquet = pipeline.parquet_prefix().map(|prefix| (parquet, prefix));
    let all: Vec<_> = [("delivery.prefix", &pipeline.delivery.prefix), ("delivery.errors", &pipeline.delivery.errors)]
        .into_iter()
        .chain([("mover.prefix", &pipeline.mover.prefix), ("query.results.prefix", &pipeline.query.results.prefix)])
        .map(|(key, prefix)| (key, prefix.as_str()))
        .chain(parquet)
        .collect();
    for (index, (key, prefix)) in all.iter().enumerate() {
        let clash = all[..index].iter().find(|(_, other)| other.starts_with(prefix) || prefix.starts_with(other));
        if let Some((other_key, other)) = clash {
            let message = format!("`{key}` ({prefix}) and `{other_key}` ({other}) overlap");
            let others = [*other_key, "delivery.format"];
            report(reader, (key, &others), message, "give each stage of the data a prefix of its own");
        }
    }
    if let Some((key, prefix)) = parquet.filter(|(_, prefix)| table_name(prefix) == table_name(&pipeline.mover.prefix))
    {
        let message = format!("`mover.prefix` and `{key}` both make a table called `{}`", table_name(prefix));
        let others = ["mover.prefix", "delivery.format"];
        report(
            reader,
            (key, &others),
            message,
            "a table is called after the last part of its prefix: let these differ",
        );
    }
}

/// Names that are made of others, and their limits.
fn names(reader: &Reader<'_>, pipeline: &Pipeline) {
    if !leave_room(&pipeline.name, &pipeline.stage) {
        let (name, stage) = (&pipeline.name, &pipeline.stage);
        let message = format!(
            "`name` and `stage` are too long together: a role that begins with `AWSGlueServiceRole-{name}-{stage}-` would have more than 64 characters"
        );
        report(reader, ("name", &["stage"]), message, "shorten one of them");
    }
    // One that the file gives has been checked where it stands.
    let default = Names::bucket(&pipeline.name, &pipeline.stage, "123456789012", "ap-southeast-1");
    if let Err(why) = values::bucket(&default)
        && !pipeline.bucket.is_named
        && !reader.is_in_doubt("name")
    {
        let message = format!("`name` makes a name for the bucket that cannot be: {why}");
        reader.problem(
            Problem::split(Some(reader.place("name")), &message).hint("choose another `name`, or set `bucket.name`"),
        );
    }
}

/// A file that expires before the crawler has found it or the job has read it is lost.
fn expiry(reader: &Reader<'_>, pipeline: &Pipeline) {
    let Some(partitioned) = pipeline.bucket.expire.partitioned else { return };
    let job = pipeline.etl.as_ref().map(|etl| ("the job", "etl.schedule", &etl.schedule));
    let crawler = ("the crawler", "catalog.crawlers.raw.schedule", &pipeline.catalog.crawlers.raw.schedule);
    let crawler = (pipeline.catalog.tables == Tables::Crawled).then_some(crawler);
    let who: [Option<(&str, &str, &Schedule)>; 2] = [job, crawler];
    for (who, key, schedule) in who.into_iter().flatten() {
        let gap = schedule.longest_gap_days();
        // S3 deletes at the midnight after the last day, so that a run on that day still comes in time.
        if gap.is_none_or(|gap| gap > partitioned.0) {
            let every = gap.map_or_else(|| "at most once".to_owned(), |gap| format!("only every {gap} days"));
            let message = format!("the partitioned files expire after {partitioned}, and {who} may run {every}");
            let hint = format!("keep them longer, or let `{key}` fire more often");
            report(reader, ("bucket.expire.partitioned", &[key, "catalog.tables"]), message, &hint);
        }
    }
}

fn job(reader: &Reader<'_>, etl: &Etl) {
    let worker = etl.workers.worker_type;
    let flex = etl.execution == Execution::Flex;
    if flex && etl.glue_version < GlueVersion::V3 {
        report(
            reader,
            ("etl.execution", &["etl.glue_version"]),
            format!("Glue {} has no `flex`", etl.glue_version),
            "write `glue_version: \"5.0\"`",
        );
    }
    if flex && !matches!(worker, WorkerType::G1X | WorkerType::G2X) {
        report(
            reader,
            ("etl.execution", &["etl.workers.type"]),
            format!("`flex` runs on G.1X and G.2X, not on {worker}"),
            "choose one of these workers",
        );
    }
    let large = !matches!(worker, WorkerType::G1X | WorkerType::G2X);
    if large && etl.glue_version < GlueVersion::V3 {
        report(
            reader,
            ("etl.workers.type", &["etl.glue_version"]),
            format!("Glue {} has no workers of type {worker}", etl.glue_version),
            "write `glue_version: \"5.0\"`",
        );
    }
}

fn ingest(reader: &Reader<'_>, pipeline: &Pipeline) {
    let ingest = &pipeline.ingest;
    let origins = &ingest.cors.origins;
    if origins.len() > 1 && origins.iter().any(|origin| origin == "*") {
        report(
            reader,
            ("ingest.cors.origins", &[]),
            "`*` is every origin, so that the others mean nothing".to_owned(),
            "write `[\"*\"]`, or leave `*` out",
        );
    }
    for (index, key) in ingest.api_keys.iter().enumerate() {
        if ingest.api_keys[..index].contains(key) {
            report(reader, ("ingest.api_keys", &[]), format!("the key `{key}` is there twice"), "");
        }
    }
    if ingest.quota.is_some() && ingest.api_keys.is_empty() {
        let hint = "name a key in `ingest.api_keys`, or leave `quota` out";
        let message = "a quota counts the requests of a key, and there is none".to_owned();
        report(reader, ("ingest.quota", &["ingest.api_keys"]), message, hint);
    }
}
