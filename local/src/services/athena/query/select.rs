//! A query as a plan over tables of the catalog, and its rows.

use super::super::rights;
use super::engine::{Engine, width};
use super::scan::Meter;
use super::table::GlueTable;
use super::told::Told;
use super::view::View;
use super::{Answer, CATALOG, Kept, bounded, functions, print, results, trino};
use crate::core::Core;
use crate::services::glue::tables;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{ResolvedTableReference, TableReference};
use datafusion::datasource::ViewTable;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use futures::StreamExt as _;
use serde_json::Value;
use std::sync::Arc;

/// Views in views.
const DEEPEST_VIEWS: usize = 10;
/// Tables in the plan of a query and of all views in it.
const MOST_TABLES: usize = 3000;

/// Who reads, and from where.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) region: &'a str,
    pub(super) role: &'a Value,
    pub(super) meter: &'a Arc<Meter>,
}

/// What the catalog has of a name.
enum Found {
    Table(GlueTable),
    View(View),
    Told(Told),
}

struct Planned {
    session: SessionContext,
    plan: LogicalPlan,
    written: trino::Written,
}

impl Reader<'_> {
    /// # Errors
    /// In Athena's words.
    pub(super) async fn select(self, sql: &str, database: &str) -> Result<Answer, String> {
        let words = |error: DataFusionError| trino::explain(&error, sql);
        let Planned { session, plan, written } = self.plan(sql, database, 0).await?;
        let frame = session.execute_logical_plan(plan).await.map_err(words)?;
        let schema = written.shown(&trino::named(frame.schema().as_arrow()));
        let batches = rows(&session, frame).await.map_err(|error| trino::explain_run(&error, sql))?;
        let columns = schema.fields().iter().map(|field| print::column(field)).collect();
        let bytes = results::write_csv(&schema, &batches).map_err(|error| error.to_string())?;
        Ok(Answer { columns, kept: Kept::File(bytes) })
    }

    /// The rows to be, for who writes them down as they come.
    ///
    /// # Errors
    /// In Athena's words.
    pub(super) async fn frame(self, sql: &str, database: &str) -> Result<(SessionContext, DataFrame), String> {
        let Planned { session, plan, .. } = self.plan(sql, database, 0).await?;
        let frame = session.execute_logical_plan(plan).await.map_err(|error| trino::explain(&error, sql))?;
        Ok((session, frame))
    }

    /// The columns that it would give.
    ///
    /// # Errors
    /// In Athena's words.
    pub(super) async fn columns(self, sql: &str, database: &str) -> Result<SchemaRef, String> {
        let plan = self.plan(sql, database, 0).await?.plan;
        Ok(trino::named(plan.schema().as_arrow()))
    }

    fn session(self, database: &str) -> Result<SessionContext, String> {
        let config = SessionConfig::new().with_default_catalog_and_schema(CATALOG, database);
        let config = config.with_target_partitions(width());
        let environment = self.core.slot::<Engine>().environment(self.core).map_err(|error| error.to_string())?;
        let session = trino::session(config, environment);
        functions::register(&session);
        bounded::register(&session);
        Ok(session)
    }

    async fn plan(self, sql: &str, database: &str, depth: usize) -> Result<Planned, String> {
        let session = self.session(database)?;
        let (statement, written) = trino::translate(sql)?;
        let words = |error: DataFusionError| trino::explain(&error, sql);
        let tables = session.state().resolve_table_references(&statement).map_err(words)?;
        let mut has_views = false;
        for table in tables {
            let table = table.resolve(CATALOG, database);
            let provider: Arc<dyn TableProvider> = match self.find(&table, trino::names_path(sql))? {
                Some(Found::Table(found)) => Arc::new(found.with(self.core, self.meter)),
                Some(Found::Told(told)) => Arc::new(told.provider().map_err(words)?),
                Some(Found::View(view)) => {
                    has_views = true;
                    self.view(&view, &table, depth).await?
                }
                None => return Err(trino::table_not_found(sql, &table.schema, &table.table)),
            };
            schema_for(&session, &table.catalog, &table.schema);
            session.register_table(TableReference::from(table), provider).map_err(words)?;
        }
        let plan = session.state().statement_to_plan(statement).await.map_err(words)?;
        // Nothing of it writes, whatever it looks like.
        let reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        reads.verify_plan(&plan).map_err(words)?;
        if has_views && tables_of(&plan) > MOST_TABLES {
            return Err("STACK_OVERFLOW: statement is too large (too many tables in views)".to_owned());
        }
        Ok(Planned { session, plan: trino::unmarked(plan).map_err(words)?, written })
    }

    fn find(self, table: &ResolvedTableReference, with_path: bool) -> Result<Option<Found>, String> {
        let found = self.core.run(self.region, |context| {
            let (database, name) = (table.schema.as_ref(), table.table.as_ref());
            if let Some(told) = Told::of(context, self.role, (database, name))? {
                return Ok(Some(Found::Told(told)));
            }
            rights::of_table(context, self.role, database, name)?;
            if let Some(view) = tables::find(context, database, name)?.as_ref().and_then(View::of) {
                return Ok(Some(Found::View(view)));
            }
            let found = GlueTable::read(context, (database, name), with_path)?;
            found.iter().try_for_each(|found| found.permit(context, self.role))?;
            Ok(found.map(Found::Table))
        });
        found.map_err(|error| error.message)
    }

    /// A view is a query of its own, in its own database, with the rights of who asks.
    async fn view(
        self,
        view: &View,
        table: &ResolvedTableReference,
        depth: usize,
    ) -> Result<Arc<dyn TableProvider>, String> {
        let name = format!("awsdatacatalog.{}.{}", table.schema, table.table);
        if depth >= DEEPEST_VIEWS {
            return Err(format!("VIEW_IS_RECURSIVE: View '{name}' stands on too many others, or on itself"));
        }
        let planned = Box::pin(self.plan(&view.sql, &view.database, depth + 1)).await;
        let Planned { plan, .. } =
            planned.map_err(|why| format!("INVALID_VIEW: Failed analyzing stored view '{name}': {why}"))?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}

fn tables_of(plan: &LogicalPlan) -> usize {
    let mut tables = 0;
    let counted = plan.apply_with_subqueries(|node| {
        tables += usize::from(matches!(node, LogicalPlan::TableScan(_)));
        Ok(if tables > MOST_TABLES { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    counted.map_or(usize::MAX, |_| tables)
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
        // The catalog is in memory: nothing of it can be refused.
        let _ = catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new()));
    }
}
