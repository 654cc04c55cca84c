//! One query, from its text to its result in S3.
//!
//! ```text
//! SQL of Trino -> trino (DataFusion's words) -> plan over tables of the catalog -> scan files -> results
//! ```

mod allowed;
mod bounded;
mod delimited;
mod ended;
pub(super) mod engine;
mod evolved;
mod functions;
mod gathered;
mod groups;
mod print;
mod projection;
mod pushed;
pub(super) mod results;
mod row_groups;
mod scan;
mod select;
mod size;
mod spans;
mod split;
pub(super) mod statements;
mod table;
mod told;
mod trino;
mod types;
mod view;
mod zones;

use super::EXECUTIONS;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use scan::Meter;
use select::Reader;
use serde_json::Value;
use statements::Asked;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The one catalog that there is.
const CATALOG: &str = "awsdatacatalog";
/// How often a query looks whether somebody has stopped it.
const CHECK: Duration = Duration::from_millis(100);
/// "DML query timeout: 30 minutes", which Athena has unless one asks for more.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What a statement gives.
struct Answer {
    /// `ColumnInfo`s.
    columns: Vec<Value>,
    kept: Kept,
}

/// What of it is kept where results are.
enum Kept {
    /// The result.
    File(Vec<u8>),
    /// The rows that were written elsewhere, and the URIs of their files.
    Written { rows: u64, files: Vec<String> },
}

pub(super) async fn execute(core: &Arc<Core>, region: &str, id: &str, execution: &Value) {
    let began = Instant::now();
    if core.run(region, |context| running(context, id)).is_err() {
        return;
    }
    let meter = Arc::new(Meter::new(execution["cutoff"].as_u64()));
    let answer = tokio::select! {
        answer = answer(core, (region, id), execution, &meter) => answer,
        why = stopped(core, region, id) => match why {
            Some(why) => Err(why),
            None => return,
        },
    };
    let _ = core.run(region, |context| ended::finish(context, id, &answer, &meter, began.elapsed()));
}

fn running(context: &Context<'_>, id: &str) -> Result<()> {
    let mut execution = context.get(EXECUTIONS, id)?.unwrap_or_default();
    if execution["Status"]["State"] != "QUEUED" {
        return Err(ApiError::new("NotQueued", ""));
    }
    execution["Status"]["State"] = "RUNNING".into();
    context.put(EXECUTIONS, id, &execution)
}

/// Waits until somebody has stopped it; or until it has used too much, and why.
async fn stopped(core: &Core, region: &str, id: &str) -> Option<String> {
    let began = Instant::now();
    // What is not counted by the pool: rows on their way, and what functions make of them.
    let most = engine::resident().unwrap_or(0).saturating_add(core.options.query_memory.saturating_mul(2));
    loop {
        tokio::time::sleep(CHECK).await;
        if engine::resident().is_some_and(|used| used > most) {
            return Some(trino::EXHAUSTED.to_owned());
        }
        if began.elapsed() > LONGEST {
            return Some("Query timeout".to_owned());
        }
        let execution = core.store.read(EXECUTIONS, &format!("{region}/{id}")).ok().flatten().unwrap_or_default();
        if execution["Status"]["State"] != "RUNNING" {
            return None;
        }
    }
}

/// # Errors
/// The reason of the failure, in Athena's words.
async fn answer(
    core: &Arc<Core>,
    (region, id): (&str, &str),
    execution: &Value,
    meter: &Arc<Meter>,
) -> Result<Answer, String> {
    let sql = execution["Query"].as_str().unwrap_or_default().trim().trim_end_matches(';').trim();
    let database = execution["QueryExecutionContext"]["Database"].as_str().unwrap_or("default");
    // awswrangler sends it in the quotes of DDL.
    let database = database.trim_matches('`').to_lowercase();
    let reader = Reader { core, region, role: &execution["role"], meter };
    let values = execution["ExecutionParameters"].as_array().into_iter().flatten();
    let values: Vec<_> = values.filter_map(Value::as_str).map(str::to_owned).collect();
    Asked { reader, id, execution, database: &database, sql, values: &values }.answer().await
}
