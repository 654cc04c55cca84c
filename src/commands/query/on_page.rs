//! A statement for the page: its rows, and its chart.

use super::execution::{Execution, answered_at_most, start, wait};
use super::named;
use crate::chart::{Chart, Hint, choose};
use crate::commands::session::Session;
use crate::error::Result;
use crate::report::{Rows, Width, chart_style, chart_to_svg};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long the page waits for a query.
const PATIENCE: Duration = Duration::from_secs(300);
/// Rows that the page has room for: one answer of Athena's.
const ROOM: usize = 1000;

/// Columns and rows are lists, for columns may have the same name.
pub(crate) async fn for_page(session: &Session, sql: Option<String>, name: Option<String>) -> Result<Value> {
    let began = Instant::now();
    let sql = match &name {
        Some(name) => named(&session.pipeline, name)?,
        None => session.pipeline.fill_tables(sql.as_deref().unwrap_or_default()),
    };
    let id = start(session, &sql).await?;
    let done = wait(session, &id, PATIENCE).await?;
    let Execution { rows, end } = answered_at_most(session, &id, &done, (began, ROOM)).await?;
    let mut answer = json!({"sql": sql, "columns": rows.columns, "rows": rows.rows, "end": end.to_string()});
    let hint = name.as_ref().and_then(|name| session.pipeline.query.charts.get(name));
    answer["chart"] = chart(&rows, name.as_deref().unwrap_or("The answer"), hint);
    Ok(answer)
}

/// Drawn for two widths, of which the page shows the one that it has room for.
fn chart(rows: &Rows, title: &str, hint: Option<&Hint>) -> Value {
    let chosen = choose(rows.answer(), hint.unwrap_or(&Hint::default()));
    let figures = if let Chart::Figures(figures) = &chosen.chart { figures.as_slice() } else { &[] };
    let drawn = |width, id| chart_to_svg(&chosen, title, id, width);
    json!({
        "figures": figures,
        "wide": drawn(Width::Wide, "wide"),
        "narrow": drawn(Width::Narrow, "narrow"),
        "notes": chosen.notes,
        "style": chart_style(),
    })
}
