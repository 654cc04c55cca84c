//! One query, from its text to its result in S3.
//!
//! ```text
//! SQL of Trino -> trino (DataFusion's words) -> plan over tables of the catalog -> scan files -> results
//! ```

mod allowed;
mod bounded;
pub(super) mod engine;
mod evolved;
mod functions;
mod gathered;
mod print;
mod projection;
mod repair;
pub(super) mod results;
mod scan;
mod size;
mod table;
mod trino;
mod utility;

use super::{EXECUTIONS, OPEN, rights, workgroups};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::core::Core;
use crate::metering::SCANNED;
use crate::services::s3::{self, objects};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::TableReference;
use datafusion::common::config::ConfigNonZeroUsize;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use engine::Engine;
use futures::StreamExt as _;
use scan::Meter;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use table::GlueTable;

/// The one catalog that there is.
const CATALOG: &str = "awsdatacatalog";
/// How often a query looks whether somebody has stopped it.
const CHECK: Duration = Duration::from_millis(100);
/// "DML query timeout: 30 minutes", which Athena has unless one asks for more.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What a query gives.
pub(super) struct Answer {
    /// `ColumnInfo`s.
    columns: Vec<Value>,
    bytes: Vec<u8>,
}

pub(super) async fn execute(core: &Arc<Core>, region: &str, id: &str, execution: &Value) {
    let began = Instant::now();
    if core.run(region, |context| running(context, id)).is_err() {
        return;
    }
    let meter = Arc::new(Meter::new(execution["cutoff"].as_u64()));
    let answer = tokio::select! {
        answer = answer(core, region, execution, &meter) => answer,
        why = stopped(core, region, id) => match why {
            Some(why) => Err(why),
            None => return,
        },
    };
    let _ = core.run(region, |context| finish(context, id, &answer, &meter, began.elapsed()));
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
async fn answer(core: &Arc<Core>, region: &str, execution: &Value, meter: &Arc<Meter>) -> Result<Answer, String> {
    let sql = execution["Query"].as_str().unwrap_or_default().trim().trim_end_matches(';').trim();
    let database = execution["QueryExecutionContext"]["Database"].as_str().unwrap_or("default").to_lowercase();
    if let Some(answer) = utility::answer(core, region, sql, &database)? {
        return Ok(answer);
    }
    if execution["StatementType"] != "DML" {
        return Err(format!("NOT_SUPPORTED: Local AWS does not run this statement: {}", trino::first_words(sql)));
    }
    let (schema, batches) = select(core, region, (sql, &database, &execution["role"]), meter).await?;
    let columns = schema.fields().iter().map(|field| print::column(field)).collect();
    Ok(Answer { columns, bytes: results::write_csv(&schema, &batches).map_err(|error| error.to_string())? })
}

async fn select(
    core: &Arc<Core>,
    region: &str,
    (sql, database, role): (&str, &str, &Value),
    meter: &Arc<Meter>,
) -> Result<(SchemaRef, Vec<RecordBatch>), String> {
    let config = SessionConfig::new().with_default_catalog_and_schema(CATALOG, database).with_target_partitions(2);
    let mut config = config;
    if let Ok(limit) = ConfigNonZeroUsize::try_new(allowed::PARSER) {
        config.options_mut().sql_parser.recursion_limit = limit;
    }
    let environment = core.slot::<Engine>().environment(core).map_err(|error| error.to_string())?;
    let session = SessionContext::new_with_config_rt(config, environment);
    functions::register(&session);
    bounded::register(&session);
    let statement = trino::translate(&session, sql)?;
    let words = |error: DataFusionError| trino::explain(&error, sql);
    let tables = session.state().resolve_table_references(&statement).map_err(words)?;
    for table in tables {
        let table = table.resolve(CATALOG, database);
        let found = core.run(region, |context| {
            rights::of_table(context, role, &table.schema, &table.table)?;
            let found = GlueTable::read(context, &table.schema, &table.table)?;
            found.iter().try_for_each(|found| found.permit(context, role)).map(|()| found)
        });
        match found.map_err(|error| error.message)? {
            Some(found) => {
                schema_for(&session, &table.catalog, &table.schema);
                let provider = Arc::new(found.with(core, meter));
                session.register_table(TableReference::from(table.clone()), provider).map_err(words)?;
            }
            None if table.schema.as_ref() == "information_schema" => {}
            None => return Err(trino::table_not_found(sql, &table.schema, &table.table)),
        }
    }
    let plan = session.state().statement_to_plan(statement).await.map_err(words)?;
    // Nothing of it writes, whatever it looks like.
    let reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    reads.verify_plan(&plan).map_err(words)?;
    let frame = session.execute_logical_plan(plan).await.map_err(words)?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    Ok((schema, rows(&session, frame).await.map_err(words)?))
}

/// All rows; they count as the query's memory.
async fn rows(session: &SessionContext, frame: DataFrame) -> datafusion::error::Result<Vec<RecordBatch>> {
    let reservation = MemoryConsumer::new("result").register(&session.runtime_env().memory_pool);
    let (mut rows, mut stream) = (vec![], frame.execute_stream().await?);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        // Once as columns, once as text.
        reservation.try_grow(batch.get_array_memory_size() * 2)?;
        rows.push(batch);
    }
    Ok(rows)
}

fn schema_for(session: &SessionContext, catalog: &str, schema: &str) {
    let Some(catalog) = session.catalog(catalog) else { return };
    if catalog.schema(schema).is_none() {
        let made = Arc::new(datafusion::catalog::MemorySchemaProvider::new());
        // The catalog is in memory: nothing of it can be refused.
        let _ = catalog.register_schema(schema, made);
    }
}

fn finish(
    context: &Context<'_>,
    id: &str,
    answer: &Result<Answer, String>,
    meter: &Meter,
    took: Duration,
) -> Result<()> {
    let mut execution = context.get(EXECUTIONS, id)?.unwrap_or_default();
    if execution["Status"]["State"] != "RUNNING" {
        return Ok(());
    }
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    execution["Statistics"] = json!({
        "EngineExecutionTimeInMillis": millis,
        "DataScannedInBytes": meter.scanned(),
        "TotalExecutionTimeInMillis": millis,
        "QueryQueueTimeInMillis": 0,
        "QueryPlanningTimeInMillis": 0,
        "ServiceProcessingTimeInMillis": 0,
    });
    metered(context, &execution, answer.is_ok(), meter)?;
    let kept = answer.as_ref().map_err(Clone::clone).and_then(|answer| {
        let output = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default();
        let may = ["s3:GetBucketLocation", "s3:PutObject"]
            .into_iter()
            .try_for_each(|action| rights::of_results(context, &execution["role"], action, output));
        let kept = may.and_then(|()| keep(context, &execution, answer));
        kept.map(|()| json!(answer.columns)).map_err(|error| format!("{}: {}", error.code, error.message))
    });
    execution["Status"]["CompletionDateTime"] = context.epoch().into();
    match kept {
        Ok(columns) => {
            execution["Status"]["State"] = "SUCCEEDED".into();
            execution["columns"] = columns;
        }
        Err(reason) => {
            execution["Status"]["State"] = "FAILED".into();
            execution["Status"]["AthenaError"] = json!({
                "ErrorCategory": 2, "ErrorType": 1000, "Retryable": false, "ErrorMessage": reason,
            });
            execution["Status"]["StateChangeReason"] = reason.into();
        }
    }
    context.put(EXECUTIONS, id, &execution)?;
    context.remove(OPEN, id).map(drop)
}

/// "You are charged for the number of bytes scanned per query, rounded up to the nearest megabyte, with a 10 MB minimum";
/// nothing for what fails, and nothing for statements that read no data.
fn metered(context: &Context<'_>, execution: &Value, is_well: bool, meter: &Meter) -> Result<()> {
    if !is_well || execution["StatementType"] != "DML" {
        return Ok(());
    }
    let megabytes = meter.scanned().div_ceil(1 << 20).max(10);
    let workgroup = workgroups::arn(context, execution["WorkGroup"].as_str().unwrap_or_default());
    context.meter(&SCANNED, &workgroup, megabytes as f64 / (1_u64 << 20) as f64)?;
    meter.asked().into_iter().try_for_each(|(bucket, asked)| s3::count(context, &bucket, asked))
}

fn keep(context: &Context<'_>, execution: &Value, answer: &Answer) -> Result<()> {
    let location = execution["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default();
    let (bucket, key) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let metadata = json!({"columns": answer.columns}).to_string().into_bytes();
    let kind = if key.ends_with(".csv") { "text/csv" } else { "text/plain" };
    for (key, kind, bytes) in
        [(key.to_owned(), kind, &answer.bytes), (format!("{key}.metadata"), "binary/octet-stream", &metadata)]
    {
        let blob = context.blobs.add(bytes).map_err(ApiError::internal)?;
        objects::add(context, bucket, objects::prepare(key, kind, blob, bytes))?;
    }
    Ok(())
}
