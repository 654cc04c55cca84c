//! Lines of a bill beside lines of an estimate.

use super::{Charges, Learned, Measured};
use crate::cost::{Estimate, Line, Priced};
use std::collections::BTreeMap;

/// What differs by more wants a reason.
const TOLERATED: f64 = 0.02;

/// So much of a usage type, in the bill's unit, and for how much; `None` where no price is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Side {
    pub(crate) quantity: f64,
    pub(crate) dollars: Option<f64>,
}

/// One usage type.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// As the estimate calls it; as the bill does, where there is no such line.
    pub(crate) item: String,
    /// As on the bill; as the estimate has it, where nothing is billed.
    pub(crate) usage_type: String,
    pub(crate) unit: String,
    pub(crate) billed: Option<Side>,
    pub(crate) estimated: Option<Side>,
    /// By the figures as they have turned out.
    pub(crate) again: Option<f64>,
    /// Why they differ, where they do by more than 2 %.
    pub(crate) reason: Option<String>,
}

impl Row {
    /// What the bill is of the estimate, less one.
    pub(crate) fn apart(&self) -> Option<f64> {
        let (billed, estimated) = (self.billed?.quantity, self.estimated?.quantity);
        (estimated != 0.0).then(|| billed / estimated - 1.0)
    }
}

/// A usage type without its region, and whether it is of the logs: S3's storage is called as theirs is.
type Key = (&'static str, bool);

/// Lines of an estimate that are one on the bill.
#[derive(Clone, Debug, Default)]
struct Together<'a> {
    lines: Vec<&'a Line>,
    quantity: f64,
    dollars: Option<f64>,
}

fn together(estimate: &Estimate) -> BTreeMap<Key, Together<'_>> {
    let mut all = BTreeMap::<Key, Together<'_>>::new();
    for line in &estimate.lines {
        let new = Together { dollars: Some(0.0), ..Together::default() };
        let one = all.entry((line.usage_type, line.part == "logs")).or_insert(new);
        // The bill counts requests, the book their thousands.
        one.quantity += line.quantity * if line.unit.starts_with("1000 ") { 1000.0 } else { 1.0 };
        one.dollars = one.dollars.zip(dollars(line)).map(|(before, more)| before + more);
        one.lines.push(line);
    }
    all
}

/// At the list price. What is not used costs nothing at any.
fn dollars(line: &Line) -> Option<f64> {
    match &line.priced {
        Priced::At { dollars, .. } => Some(*dollars),
        Priced::Missing => line.cents().map(|cents| cents as f64 / 100.0),
    }
}

/// Whether a usage type of a bill is this one: `USE2-Requests-Tier1` is `Requests-Tier1`. Requests to functions have their
/// processor in the name, at one price.
fn is(billed: &str, plain: &str) -> bool {
    let billed = if plain == "Request" { billed.trim_end_matches("-ARM") } else { billed };
    billed == plain || billed.strip_suffix(plain).is_some_and(|prefix| prefix.ends_with('-'))
}

/// In the order of the estimate, then what is billed beside it.
pub(crate) fn compare(
    charges: &Charges,
    (told, as_learned): (&Estimate, &Estimate),
    learned: &[Learned],
    measured: &Measured,
) -> Vec<Row> {
    let (told_all, again) = (together(told), together(as_learned));
    let mut left = charges.all.clone();
    let mut rows = vec![];
    let mut seen = vec![];
    for line in &told.lines {
        let key = (line.usage_type, line.part == "logs");
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let ours = |(service, usage): &(String, String)| {
            is(usage, key.0) && (key.0 != "TimedStorage-ByteHrs" || service.contains("CloudWatch") == key.1)
        };
        let found: Vec<_> = left.keys().filter(|name| ours(name)).cloned().collect();
        let billed: Vec<_> = found.iter().filter_map(|name| left.remove(name)).collect();
        let side = Side {
            quantity: billed.iter().map(|charge| charge.quantity).sum(),
            dollars: billed.iter().map(|charge| charge.dollars).sum(),
        };
        let one = &told_all[&key];
        let mut items: Vec<_> = one.lines.iter().map(|line| line.item).collect();
        items.dedup();
        let mut row = Row {
            item: items.join(", "),
            usage_type: found.first().map_or_else(|| key.0.to_owned(), |(_, usage)| usage.clone()),
            unit: billed.first().map_or_else(|| unit_of(line), |charge| charge.unit.clone()),
            billed: (!billed.is_empty()).then_some(side),
            estimated: Some(Side { quantity: one.quantity, dollars: one.dollars }),
            again: again.get(&key).map(|one| one.quantity),
            reason: None,
        };
        row.reason = reason(&row, &one.lines, learned, measured);
        rows.push(row);
    }
    let beside = left.into_iter().map(|((service, usage_type), charge)| Row {
        item: service,
        usage_type,
        unit: charge.unit,
        billed: Some(Side { quantity: charge.quantity, dollars: charge.dollars }),
        estimated: None,
        again: None,
        reason: Some("billed, and nothing of it is estimated".to_owned()),
    });
    rows.extend(beside);
    rows
}

fn unit_of(line: &Line) -> String {
    line.unit.trim_start_matches("1000 ").to_owned()
}

/// What a bill has no resource for, so that no tag leads to it.
const UNTAGGED: [(&str, &str); 5] = [
    ("DataTransfer-Out-Bytes", "data transfer carries no tags on a bill"),
    ("Catalog-Storage", "the Data Catalog is billed for all of an account, and the first million objects are free"),
    ("CW:MetricMonitorUsage", "custom metrics carry no tags on a bill"),
    ("QuickSight", "QuickSight is billed for its users, without our tags"),
    ("KMS-Requests", "most requests to KMS are S3's own, without our tags"),
];

fn reason(row: &Row, lines: &[&Line], learned: &[Learned], measured: &Measured) -> Option<String> {
    let estimated = row.estimated?.quantity;
    let Some(billed) = row.billed else {
        if estimated <= 0.0 {
            return None;
        }
        let untagged = UNTAGGED.iter().find(|(usage, _)| row.usage_type.starts_with(usage));
        let explained =
            follows(lines, learned).filter(|_| row.again.is_some_and(|again| again < estimated * TOLERATED));
        let words = explained.or_else(|| untagged.map(|(_, why)| (*why).to_owned()));
        return Some(words.unwrap_or_else(|| "estimated, and nothing of it is billed under the tags".to_owned()));
    };
    if row.apart().is_some_and(|apart| apart.abs() <= TOLERATED) {
        return None;
    }
    let mut words: Vec<_> = follows(lines, learned).into_iter().collect();
    let rest = row.again.filter(|again| *again != 0.0).map(|again| billed.quantity / again - 1.0);
    if rest.is_none_or(|rest| rest.abs() > TOLERATED) {
        words.extend(hint(row, measured));
        words.push(match rest {
            Some(rest) => format!("{:+.0}% is left that no figure explains", rest * 100.0),
            None => "what is billed is of nothing that is estimated".to_owned(),
        });
    }
    Some(words.join("; "))
}

/// What queries ask of S3 follows from these, though lines of requests name the files alone.
const ASKED_OF_S3: [&str; 3] = ["athena_scans_of_all", "athena_scans_of_a_month", "athena_scans_of_a_column"];

/// The figures behind a line that turned out otherwise.
fn follows(lines: &[&Line], learned: &[Learned]) -> Option<String> {
    let behind = |one: &&Learned| {
        let asked = |line: &Line| line.usage_type.starts_with("Requests-Tier") && ASKED_OF_S3.contains(&one.name);
        lines.iter().any(|line| asked(line) || line.from.iter().any(|origin| origin.name == one.name))
    };
    let words = |one: &Learned| format!("{} is {} and not {}", one.name, short(one.is), short(one.was));
    // One that is written into the file so that nothing is assumed in its place may be what it was.
    let changed = learned.iter().filter(|one| short(one.is) != short(one.was));
    let all: Vec<_> = changed.filter(behind).map(words).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn short(value: f64) -> String {
    let digits = if value.abs() >= 100.0 || value == value.trunc() { 0 } else { 3 };
    format!("{value:.digits$}")
}

/// What is known of a line for which there is no figure.
fn hint(row: &Row, measured: &Measured) -> Option<String> {
    let usage = row.usage_type.as_str();
    if usage.contains("Request-ARM") || usage.ends_with("Request") || usage.contains("Lambda-GB-Second") {
        let (calls, files) = (measured.mover?.count, measured.files?);
        return Some(format!(
            "the mover was called {calls:.0} times for {files:.0} files: its hourly sweep is not estimated"
        ));
    }
    if usage.ends_with("Requests-Tier1") {
        let files = measured.files?;
        return Some(format!("Firehose has delivered {files:.0} times; `crawler_lists` and `job_lists` are assumed"));
    }
    if usage.ends_with("Requests-Tier2") {
        let crawls = measured.crawls.map_or(0.0, |crawls| crawls.count);
        return Some(format!("what {crawls:.0} crawls read of files, and the sweeps of the mover, is not estimated"));
    }
    if usage.contains("ETL-") {
        return Some(format!("the job has run {} times", measured.runs.as_ref()?.len()));
    }
    if usage.contains("Crawler-") {
        return Some(format!("{:.0} crawls", measured.crawls?.count));
    }
    if usage.ends_with("DataProcessing-Bytes") || (usage.ends_with("TimedStorage-ByteHrs") && row.item.contains("Logs"))
    {
        return Some(
            "what the job and the crawlers log lies in groups of the whole account, without our tags".to_owned(),
        );
    }
    if usage.ends_with("TimedStorage-ByteHrs") {
        return Some("how well events pack is assumed: `cost-estimate --measure` finds it".to_owned());
    }
    None
}
