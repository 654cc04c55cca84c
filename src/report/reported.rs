//! What became of the queries of a report.

use super::query::Rows;
use crate::chart::{Chart, Chosen};
use crate::cost::grouped;
use crate::error::Result;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-report/1";

/// A query of the file, and its answer.
pub(crate) struct Reported<'a> {
    pub(crate) name: &'a str,
    pub(crate) sql: &'a str,
    pub(crate) answer: Result<Drawn>,
}

pub(crate) struct Drawn {
    pub(crate) chosen: Chosen,
    pub(crate) rows: Rows,
    pub(crate) took: Duration,
    pub(crate) bytes: u64,
    /// `None`: the book has no price.
    pub(crate) usd: Option<f64>,
    /// All that in words.
    pub(crate) told: String,
}

fn drawn(chart: &Chart) -> &'static str {
    match chart {
        Chart::Figures(_) => "number",
        Chart::Line(_) => "line",
        Chart::Bars(_) => "bar",
        Chart::Table => "table",
    }
}

/// `3 queries, 1,258,291 bytes scanned, $0.000050`
pub(crate) fn report_end(all: &[Reported<'_>], local: bool) -> String {
    let answers = || all.iter().filter_map(|one| one.answer.as_ref().ok());
    let bytes: u64 = answers().map(|answer| answer.bytes).sum();
    let usd: Option<f64> = answers().map(|answer| answer.usd).sum();
    let plural = if all.len() == 1 { "query" } else { "queries" };
    let failed = all.iter().filter(|one| one.answer.is_err()).count();
    let failed = if failed > 0 { format!(", of which {failed} failed") } else { String::new() };
    let bytes = grouped(i64::try_from(bytes).unwrap_or(i64::MAX));
    let price = match (usd, local) {
        (Some(usd), true) => format!(" (${usd:.6} on AWS)"),
        (Some(usd), false) => format!(", ${usd:.6}"),
        (None, _) => String::new(),
    };
    format!("{} {plural}{failed}, {bytes} bytes scanned{price}", all.len())
}

pub(crate) fn report_to_json(path: &Path, all: &[Reported<'_>]) -> Value {
    let one = |one: &Reported<'_>| match &one.answer {
        Ok(Drawn { chosen, rows, took, bytes, usd, .. }) => json!({
            "name": one.name,
            "chart": drawn(&chosen.chart),
            "notes": chosen.notes,
            "rows": rows.rows.len(),
            "seconds": took.as_secs_f64(),
            "scanned_bytes": bytes,
            "usd": usd,
        }),
        Err(error) => json!({"name": one.name, "failed": error.to_string()}),
    };
    json!({
        "schema": SCHEMA,
        "file": path.display().to_string(),
        "queries": all.iter().map(one).collect::<Vec<_>>(),
    })
}
