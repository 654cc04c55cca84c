//! Athena: what queries scan, and what it asks of S3 for them.

use super::tables::{Lying, parquet, raw};
use super::{DAYS, Meter, Month};
use std::fmt::Write as _;

/// A query scans 10 MB at least.
const LEAST_GB: f64 = 10.0 / 1024.0;
/// Folders that a table with projected partitions looks for in a year: 12 months of 31 days each.
const PROJECTED: f64 = 372.0;
const SCANS: [&str; 3] = ["athena_scans_of_all", "athena_scans_of_a_month", "athena_scans_of_a_column"];

/// QuickSight's data sets that are kept in SPICE, each once a day.
const COPIES: &str = "SPICE copies";

/// How often the same is asked for, and what that takes each time.
struct Scan {
    name: &'static str,
    times: f64,
    gb: f64,
    lists: f64,
    files: f64,
}

/// A workgroup that somebody has disabled refuses every query.
pub(super) fn scanned(month: &Month<'_>) -> Option<Meter> {
    let workgroup = month.billed.workgroup.as_ref()?;
    let kind = ("DataScannedInTB", "athena_tb_scanned");
    let line = |tb: f64, how: String| {
        Meter::new("query", "Athena data scanned", kind, tb, how).from(&["athena_tb"]).from(&SCANS)
    };
    if !workgroup.enabled {
        return Some(line(0.0, "the workgroup is disabled".to_owned()));
    }
    let (mut tb, mut how) = (month.get("athena_tb"), "athena_tb".to_owned());
    for Scan { name, times, gb, .. } in scans(month).filter(|scan| scan.times > 0.0) {
        tb += times * gb / 1024.0;
        let _ = write!(how, " + {times} {name} x {gb:.3} GB");
    }
    Some(line(tb, how).from(&["events_per_month", "month"]))
}

/// LISTs and GETs of a month's queries: a LIST for each folder of a day, and a GET for each file at least.
pub(super) fn requests(month: &Month<'_>) -> (f64, f64) {
    let of_one = |scan: Scan| (scan.times * scan.lists, scan.times * scan.files);
    scans(month).map(of_one).fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// Of the Parquet, which most queries read, or of the JSON where there is none.
fn scans(month: &Month<'_>) -> impl Iterator<Item = Scan> {
    let billed = month.billed;
    let asked = billed.workgroup.as_ref().is_some_and(|workgroup| workgroup.enabled);
    let columns = parquet(month);
    let share = if columns.is_some() { month.get("column_share") } else { 1.0 };
    let projected = billed.raw_table.is_some() || billed.parquet_table.is_some();
    let table = columns.or_else(|| raw(month)).filter(|_| asked);
    let years = (month.get("month") / 12.0).ceil();
    let all = move |table: Lying| {
        let days = if projected { PROJECTED * years } else { table.days() };
        (table.monthly_gb * table.months, days + table.files() / 1000.0, table.files())
    };
    let newest = |table: Lying| {
        let part = if table.months > 1.0 { table.months.recip() } else { 1.0 };
        let files = table.files() * part;
        (table.monthly_gb * table.months * part, DAYS + files / 1000.0, files)
    };
    // SPICE asks for all of the table each time, whatever of it a query reads: that is not known.
    let copied = billed.data_sets.iter().filter(|set| set.refresh.is_some()).count() as f64 * DAYS;
    let times = SCANS.map(|name| month.get(name));
    table.into_iter().flat_map(move |table| {
        let of_all = all(table);
        let scans = [of_all, newest(table), (of_all.0 * share, of_all.1, of_all.2), of_all];
        let named = SCANS.into_iter().chain([COPIES]).zip(times.into_iter().chain([copied]));
        named.zip(scans).map(|((name, times), (gb, lists, files))| Scan {
            name,
            times,
            gb: gb.max(LEAST_GB),
            lists,
            files,
        })
    })
}
