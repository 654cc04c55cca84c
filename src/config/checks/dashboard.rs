//! `dashboard`: what QuickSight could not draw, and whom it would be for.

use super::report;
use crate::config::dashboard::is_drawable;
use crate::config::pipeline::Pipeline;
use crate::config::reader::Reader;
use crate::config::words::Import;

pub(super) fn check(reader: &Reader<'_>, pipeline: &Pipeline) {
    let Some(dashboard) = &pipeline.dashboard else { return };
    if dashboard.owners.is_empty() && dashboard.readers.is_empty() {
        let message = "nobody could see the dashboard: QuickSight shows what is permitted to somebody".to_owned();
        report(
            reader,
            ("dashboard", &["dashboard.owners", "dashboard.readers"]),
            message,
            "write `owners: [user/NAME]`, as QuickSight calls you (`aws quicksight list-users`)",
        );
    }
    for both in dashboard.owners.intersection(&dashboard.readers) {
        report(
            reader,
            ("dashboard.readers", &["dashboard.owners"]),
            format!("`{both}` is one of the owners, who may do more"),
            "leave it out of one of them",
        );
    }
    if dashboard.refresh.is_some() && dashboard.data == Import::Direct {
        let message = "there is no copy to make anew: `dashboard.data` is `direct`".to_owned();
        report(reader, ("dashboard.refresh", &["dashboard.data"]), message, "write `data: spice`, or leave this out");
    }
    for name in &dashboard.chosen {
        chosen(reader, pipeline, name);
    }
    for (name, sql) in dashboard.drawn(&pipeline.query.charts, &pipeline.query.queries) {
        if !names_its_database(pipeline, sql) {
            let message =
                format!("the query `{name}` names its tables without their database, and QuickSight has none for it");
            let hint = "write `${parquet_table}` or `${raw_table}`, or `DATABASE.TABLE`; or leave the query out of `dashboard.queries`";
            let others = ["catalog.database", "dashboard.queries"];
            report(reader, (&format!("query.queries.{name}"), &others), message, hint);
        }
    }
}

fn chosen(reader: &Reader<'_>, pipeline: &Pipeline, name: &str) {
    let query = format!("query.queries.{name}");
    if !pipeline.query.queries.contains_key(name) {
        let message = format!("there is no query `{name}`");
        report(reader, ("dashboard.queries", &[&query]), message, "write one of `query.queries`");
        return;
    }
    if !pipeline.query.charts.get(name).is_some_and(is_drawable) {
        let message = format!("QuickSight has to be told the columns of the query `{name}`, and its `chart` does not");
        let hint = "write `chart: { type: bar, x: COLUMN, y: COLUMN }`, of a number `y` alone";
        report(reader, ("dashboard.queries", &[&query]), message, hint);
    }
}

/// As far as its text tells.
fn names_its_database(pipeline: &Pipeline, sql: &str) -> bool {
    let database = format!("{}.", pipeline.catalog.database);
    let quoted = format!("\"{}\".", pipeline.catalog.database);
    let told = ["${raw_table}", "${parquet_table}", "${database}", &database, &quoted];
    told.iter().any(|told| sql.contains(told)) || !sql.to_lowercase().contains("from")
}
