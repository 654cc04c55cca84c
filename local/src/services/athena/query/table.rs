//! A table of the catalog, as DataFusion reads it.

use super::scan::{FileGroup, Kind, Meter, ScanFile};
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::service::Input;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{partitions, tables};
use crate::services::s3::versions;
use async_trait::async_trait;
use datafusion::arrow::array::{Array as _, ArrayRef, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result as PlanResult};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use serde_json::Value;
use std::sync::Arc;

/// How many files are read at once.
const GROUPS: usize = 2;

#[derive(Debug)]
pub(super) struct GlueTable {
    schema: SchemaRef,
    /// The columns that files have; behind them come the partition keys.
    columns: Vec<(String, HiveType)>,
    keys: Vec<String>,
    kind: Kind,
    files: Vec<ScanFile>,
    meter: Option<Arc<Meter>>,
}

fn columns(list: &Value) -> Vec<(String, HiveType)> {
    let all = list.as_array().into_iter().flatten();
    all.map(|column| {
        let name = column["Name"].as_str().unwrap_or_default().to_lowercase();
        (name, HiveType::parse(column["Type"].as_str().unwrap_or("string")).unwrap_or(HiveType::String))
    })
    .collect()
}

fn kind(table: &Value) -> Result<Kind> {
    let library = table["StorageDescriptor"]["SerdeInfo"].optional("SerializationLibrary").unwrap_or_default();
    match library {
        "org.openx.data.jsonserde.JsonSerDe" | "org.apache.hive.hcatalog.data.JsonSerDe" => Ok(Kind::Json),
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" => Ok(Kind::Parquet),
        other => Err(super::super::invalid(format!("HIVE_UNSUPPORTED_FORMAT: Local AWS does not read {other}"))),
    }
}

impl GlueTable {
    /// With the files of its partitions that the catalog knows: what is in no partition is not there for Athena.
    pub(super) fn read(context: &Context<'_>, database: &str, name: &str) -> Result<Option<Self>> {
        let place = format!("{database}/{name}").to_lowercase();
        let Some(table) = tables::find(context, database, name)? else { return Ok(None) };
        let columns = columns(&table["StorageDescriptor"]["Columns"]);
        let keys: Vec<_> = self::columns(&table["PartitionKeys"]).into_iter().map(|(name, _)| name).collect();
        let mut files = vec![];
        if keys.is_empty() {
            add_files(context, &table["StorageDescriptor"], &[], &mut files)?;
        }
        for partition in partitions::all(context, &place)? {
            add_files(context, &partition["StorageDescriptor"], &partition.texts("Values"), &mut files)?;
        }
        let fields = columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
        let fields = fields.chain(keys.iter().map(|name| Field::new(name, HiveType::String.arrow(), true)));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(Some(Self { schema, columns, keys, kind: kind(&table)?, files, meter: None }))
    }

    pub(super) fn with(mut self, core: &Core, meter: &Arc<Meter>) -> Self {
        self.files.iter_mut().for_each(|file| file.path = core.blobs.path(&file.blob));
        self.meter = Some(Arc::clone(meter));
        self
    }

    /// Whether a filter is about partition keys only.
    fn is_of_keys(&self, filter: &Expr) -> bool {
        filter.column_refs().iter().all(|column| self.keys.contains(&column.name))
    }

    /// The files whose partitions pass the filters.
    fn pruned(&self, state: &dyn Session, filters: &[Expr]) -> PlanResult<Vec<ScanFile>> {
        let filters: Vec<_> = filters.iter().filter(|filter| self.is_of_keys(filter)).collect();
        if filters.is_empty() || self.files.is_empty() {
            return Ok(self.files.clone());
        }
        let fields = self.keys.iter().map(|name| Field::new(name, HiveType::String.arrow(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = (0..self.keys.len()).map(|index| {
            let values = self.files.iter().map(|file| file.values.get(index).map(String::as_str));
            Arc::new(values.collect::<StringArray>()) as ArrayRef
        });
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect())?;
        let schema = DFSchema::try_from(schema)?;
        let mut passes = vec![true; self.files.len()];
        for filter in filters {
            // Table names are of no use here.
            let filter = datafusion::logical_expr::expr_rewriter::unnormalize_col(filter.clone());
            let filter = unqualified(filter)?;
            let mask = state.create_physical_expr(filter, &schema)?.evaluate(&batch)?.into_array(batch.num_rows())?;
            let Some(mask) = mask.as_any().downcast_ref::<BooleanArray>() else { continue };
            for (index, passed) in passes.iter_mut().enumerate() {
                *passed &= mask.is_valid(index) && mask.value(index);
            }
        }
        let kept = self.files.iter().zip(passes).filter(|(_, passed)| *passed);
        Ok(kept.map(|(file, _)| file.clone()).collect())
    }
}

fn unqualified(filter: Expr) -> PlanResult<Expr> {
    use datafusion::common::tree_node::{Transformed, TreeNode as _};
    let done = filter.transform(|expr| {
        Ok(match expr {
            Expr::Column(column) => Transformed::yes(Expr::Column(datafusion::common::Column::from_name(column.name))),
            other => Transformed::no(other),
        })
    })?;
    Ok(done.data)
}

fn add_files(context: &Context<'_>, storage: &Value, values: &[String], files: &mut Vec<ScanFile>) -> Result<()> {
    let location = storage["Location"].as_str().unwrap_or_default();
    let (bucket, prefix) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let prefix = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    for file in versions::list(context, bucket, &prefix)? {
        let name = file.key.rsplit('/').next().unwrap_or_default();
        // Hive passes over files whose names begin with `_` or `.`.
        if file.is_latest && !file.is_marker && file.size > 0 && !name.starts_with(['_', '.']) {
            files.push(ScanFile {
                key: format!("s3://{bucket}/{}", file.key),
                blob: file.blob,
                path: Default::default(),
                size: file.size,
                values: values.to_vec(),
            });
        }
    }
    Ok(())
}

#[async_trait]
impl TableProvider for GlueTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> PlanResult<Vec<TableProviderFilterPushDown>> {
        let of_keys = |filter: &&Expr| match self.is_of_keys(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(of_keys).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        let files = self.pruned(state, filters)?;
        let all: Vec<_> = (0..self.schema.fields().len()).collect();
        let wanted = projection.unwrap_or(&all);
        let schema = Arc::new(self.schema.project(wanted)?);
        let columns: Vec<_> = wanted.iter().filter_map(|index| self.columns.get(*index).cloned()).collect();
        let mut groups: Vec<Vec<ScanFile>> = vec![vec![]; GROUPS];
        for (index, file) in files.into_iter().enumerate() {
            groups[index % GROUPS].push(file);
        }
        let groups = groups.into_iter().map(|files| {
            let group = FileGroup {
                schema: Arc::clone(&schema),
                columns: columns.clone(),
                keys: self.keys.clone(),
                kind: self.kind,
                files,
                meter: self.meter.clone().unwrap_or_default(),
            };
            Arc::new(group) as Arc<dyn PartitionStream>
        });
        let groups = groups.collect();
        Ok(Arc::new(StreamingTableExec::try_new(schema, groups, None, vec![], false, limit)?))
    }
}
