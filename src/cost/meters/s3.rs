//! S3: what lies in the bucket, and the requests of all who read and write it.

use super::clock::job_runs;
use super::flow::Flow;
use super::glue::crawled;
use super::tables::{Lying, json, parquet, raw, taken_away};
use super::{Meter, Month, athena};

/// Nothing where no event finds its way into a bucket.
pub(super) fn all(month: &Month<'_>) -> Vec<Meter> {
    let (Some(bucket), Some(flow)) = (&month.billed.bucket, &month.flow) else { return vec![] };
    let old = bucket.versioned.then(|| old_versions(month));
    let kept = [stored_json(month, flow), stored_parquet(month, flow), old];
    kept.into_iter().flatten().chain([puts(month, flow)]).chain(gets(month, flow)).collect()
}

const STORED: (&str, &str) = ("TimedStorage-ByteHrs", "s3_standard_gb_month");

fn stored(item: &'static str, flow: &Flow, lying: &Lying) -> Meter {
    let Lying { months, ratio, .. } = lying;
    let how = format!("{:.2} GB of JSON a month x {months:.4} months on average x {ratio}", flow.json_gb);
    let line = Meter::new("store", item, STORED, lying.monthly_gb * months, how);
    line.from(&["events_per_month", "event_bytes", "month"])
}

fn stored_json(month: &Month<'_>, flow: &Flow) -> Option<Meter> {
    let lying = json(month)?;
    let line = match lying.by_day {
        true => stored("S3 partitioned JSON", flow, &lying).from(&["bucket.expire.partitioned"]),
        false => stored("S3 raw JSON", flow, &lying),
    };
    Some(line.from(&["delivery.compression", "gzip_ratio", "snappy_ratio"]))
}

fn stored_parquet(month: &Month<'_>, flow: &Flow) -> Option<Meter> {
    let line = stored("S3 Parquet", flow, &parquet(month)?);
    Some(line.from(&["bucket.expire.parquet", "parquet_ratio"]))
}

/// In a bucket with versions, what expires or is taken away stays until the lifecycle takes old versions.
fn old_versions(month: &Month<'_>) -> Meter {
    let expired = |lying: Option<Lying>| lying.map_or(0.0, |lying| lying.monthly_gb * lying.old_months);
    let (json, parquet, moved) = (expired(json(month)), expired(parquet(month)), taken_away(month));
    let how =
        format!("{json:.2} GB of expired JSON + {parquet:.2} of Parquet + {moved:.2} that the mover has taken away");
    let line = Meter::new("store", "S3 old versions", STORED, json + parquet + moved, how);
    line.from(&["bucket.versioning", "events_per_month", "event_bytes", "month"])
}

const FILES: &[&str] = &["events_per_month", "events_per_request", "delivery.buffer.size", "delivery.buffer.interval"];

/// Firehose puts a file, and another one into its backup; the mover copies it; each run of the job looks for all files and
/// writes at least one; a crawler looks for all.
fn puts(month: &Month<'_>, flow: &Flow) -> Meter {
    let mut how = match (flow.backup, flow.moved) {
        (0.0, 0.0) => format!("{:.0} files", flow.files),
        (0.0, moved) if flow.files == moved => format!("2 x {:.0} files", flow.files),
        (0.0, moved) => format!("{:.0} files + {moved:.0} copies", flow.files),
        (backup, _) => format!("{:.0} files + {backup:.0} of the backup", flow.files),
    };
    let mut from = FILES.to_vec();
    let mut puts = flow.written();
    if month.billed.job.is_some() {
        let found = || raw(month).map_or(1.0, |raw| raw.lists());
        let (job, lists) = (job_runs(month), month.inputs.known("job_lists").unwrap_or_else(found));
        how.push_str(&format!(" + {job:.0} runs of the job x (1 PUT + {lists:.1} LIST)"));
        from.extend(["etl.schedule", "job_lists", "month"]);
        puts += job * (1.0 + lists);
    }
    for (name, crawls, lists) in crawled(month) {
        how.push_str(&format!(" + {crawls:.0} crawls of {name} x {lists:.1} LIST"));
        from.extend(["catalog.crawlers.raw.schedule", "catalog.crawlers.parquet.schedule", "crawler_lists", "month"]);
        puts += crawls * lists;
    }
    let (lists, _) = athena::requests(month);
    if lists > 0.0 {
        how.push_str(&format!(" + {lists:.0} LISTs of queries"));
        puts += lists;
    }
    let kind = ("Requests-Tier1", "s3_put_copy_post_list_1k");
    Meter::new("store", "S3 PUT, COPY and LIST", kind, puts / 1000.0, how).from(&from)
}

/// Of whom reads files: only queries, where Firehose puts them in their place and converts them.
fn gets(month: &Month<'_>, flow: &Flow) -> Option<Meter> {
    let (mover, job) = (month.billed.mover.is_some(), month.billed.job.is_some());
    let (moved, read) = (flow.moved, if job { flow.partitioned } else { 0.0 });
    let (_, asked) = athena::requests(month);
    let mut how = match (mover, job) {
        (false, false) if asked == 0.0 => return None,
        (false, false) => vec![],
        (true, true) if read == moved => vec![format!("the mover's copy and the job's read of {moved:.0} files")],
        (true, true) => vec![format!("the mover's copy of {moved:.0} files, the job's read of {read:.0}")],
        (true, false) => vec![format!("the mover's copy of {moved:.0} files")],
        (false, true) => vec![format!("the job's read of {read:.0} files")],
    };
    if asked > 0.0 {
        how.push(format!("{asked:.0} files that queries read"));
    }
    let kind = ("Requests-Tier2", "s3_get_select_1k");
    Some(Meter::new("store", "S3 GET", kind, (moved + read + asked) / 1000.0, how.join(" + ")).from(FILES))
}
