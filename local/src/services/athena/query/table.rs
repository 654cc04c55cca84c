//! A table of the catalog, as DataFusion reads it.

use super::super::rights;
use super::delimited::Delimited;
use super::engine::width;
use super::projection::Projection;
use super::pushed::Comparison;
use super::scan::{FileGroup, Kind, Meter, ScanFile};
use super::split::split;
use super::types;
use crate::api_error::Result;
use crate::context::Context;
use crate::core::Core;
use crate::service::Input;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{partitions, tables};
use crate::services::s3::versions;
use async_trait::async_trait;
use datafusion::arrow::array::{Array as _, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, Result as PlanResult};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use serde_json::Value;
use std::sync::Arc;

/// The hidden column of every table: the file that a row is from.
pub(super) const PATH: &str = "$path";

#[derive(Debug)]
pub(super) struct GlueTable {
    schema: SchemaRef,
    /// The columns that files have; behind them come the partition keys.
    columns: Vec<(String, HiveType)>,
    keys: Vec<(String, HiveType)>,
    /// Those of the keys whose values a query has to say.
    injected: Vec<String>,
    kind: Kind,
    files: Vec<ScanFile>,
    /// Database and name, where the catalog says which partitions there are.
    catalogued: Option<(String, String)>,
    meter: Option<Arc<Meter>>,
}

fn kind(table: &Value, columns: &[(String, HiveType)]) -> Result<Kind> {
    if let Some(delimited) = Delimited::of(table, columns) {
        return Ok(Kind::Delimited(Arc::new(delimited)));
    }
    let library = table["StorageDescriptor"]["SerdeInfo"].optional("SerializationLibrary").unwrap_or_default();
    match library {
        "org.openx.data.jsonserde.JsonSerDe" | "org.apache.hive.hcatalog.data.JsonSerDe" => Ok(Kind::Json),
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" => Ok(Kind::Parquet),
        other => Err(super::super::invalid(format!("HIVE_UNSUPPORTED_FORMAT: Local AWS does not read {other}"))),
    }
}

impl GlueTable {
    /// With the files of its partitions that the catalog knows: what is in no partition is not there for Athena. Where they
    /// are projected, the catalog's are of no interest.
    /// `with_path` is whether it has the column of [`PATH`] too, which is asked for by its name alone.
    pub(super) fn read(context: &Context<'_>, (database, name): (&str, &str), with_path: bool) -> Result<Option<Self>> {
        let place = format!("{database}/{name}").to_lowercase();
        let Some(table) = tables::find(context, database, name)? else { return Ok(None) };
        let (columns, mut keys) = types::of(&table, &place.replace('/', "."))?;
        let names: Vec<_> = keys.iter().map(|(name, _)| name.clone()).collect();
        let projection = Projection::of(&table, &place.replace('/', "."), &names, context.now);
        let projection = projection.map_err(super::super::invalid)?;
        let mut files = vec![];
        if let Some(projection) = &projection {
            let (bucket, prefix) = projection.place();
            add_files(context, (bucket, prefix), |key| projection.values(key), &mut files)?;
        } else if keys.is_empty() {
            add_files_of(context, &table["StorageDescriptor"], &[], &mut files)?;
        } else {
            for partition in partitions::all(context, &place)? {
                add_files_of(context, &partition["StorageDescriptor"], &partition.texts("Values"), &mut files)?;
            }
        }
        let catalogued = (projection.is_none() && !keys.is_empty()).then(|| (database.to_owned(), name.to_owned()));
        if with_path {
            files
                .iter_mut()
                .filter(|file| file.values.len() == keys.len())
                .for_each(|file| file.values.push(file.key.clone()));
            keys.push((PATH.to_owned(), HiveType::String));
        }
        let injected = projection.iter().flat_map(Projection::injected).map(str::to_owned).collect();
        let fields = columns.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
        let fields = fields.chain(keys.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true)));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let kind = kind(&table, &columns)?;
        Ok(Some(Self { schema, columns, keys, injected, kind, files, catalogued, meter: None }))
    }

    /// Whether who asks may see its partitions and read its files.
    pub(super) fn permit(&self, context: &Context<'_>, role: &Value) -> Result<()> {
        if let Some((database, name)) = &self.catalogued {
            rights::of_partitions(context, role, (database, name))?;
        }
        let places = self.files.iter().filter_map(|file| file.key.strip_prefix("s3://")?.split_once('/'));
        places.into_iter().try_for_each(|place| rights::of_file(context, role, place))
    }

    pub(super) fn with(mut self, core: &Core, meter: &Arc<Meter>) -> Self {
        self.files.iter_mut().for_each(|file| file.path = core.blobs.path(&file.blob));
        self.meter = Some(Arc::clone(meter));
        self
    }

    /// Whether a filter is about partition keys only.
    fn is_of_keys(&self, filter: &Expr) -> bool {
        filter.column_refs().iter().all(|column| self.keys.iter().any(|(key, _)| *key == column.name))
    }

    /// What is answered while files are read, and the type of its column.
    fn comparison(&self, filter: &Expr) -> Option<(Comparison, HiveType)> {
        let comparison = Comparison::of(filter, &self.schema).filter(|_| self.kind == Kind::Parquet)?;
        let column = self.columns.iter().find(|(name, _)| *name == comparison.column)?.1.clone();
        Some((comparison, column))
    }

    /// # Errors
    /// A query that does not say the values of what is injected.
    fn check_injected(&self, filters: &[Expr]) -> PlanResult<()> {
        let says = |name: &str| filters.iter().any(|filter| is_equality(filter, name));
        match self.injected.iter().find(|name| !says(name)) {
            Some(name) => Err(DataFusionError::Execution(format!(
                "CONSTRAINT_VIOLATION: For the injected projected partition column {name}, the WHERE clause must contain \
                 only static equality conditions, and at least one such condition must be present."
            ))),
            None => Ok(()),
        }
    }

    /// The files whose partitions pass the filters.
    fn pruned(&self, state: &dyn Session, filters: &[Expr]) -> PlanResult<Vec<ScanFile>> {
        let filters: Vec<_> = filters.iter().filter(|filter| self.is_of_keys(filter)).collect();
        if filters.is_empty() || self.files.is_empty() {
            return Ok(self.files.clone());
        }
        let fields = self.keys.iter().map(|(name, hive)| Field::new(name, hive.arrow(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let arrays = self.keys.iter().enumerate().map(|(index, (_, hive))| {
            let values = self.files.iter().map(|file| file.values.get(index).map(String::as_str));
            Ok(cast(&values.collect::<StringArray>(), &hive.arrow())?)
        });
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect::<PlanResult<_>>()?)?;
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

/// `column = 'value'`, or one of a few.
fn is_equality(filter: &Expr, name: &str) -> bool {
    let is = |expr: &Expr| matches!(expr, Expr::Column(column) if column.name == name);
    let says = |one: &Expr, other: &Expr| is(one) && other.column_refs().is_empty();
    match filter {
        Expr::BinaryExpr(both) if both.op == Operator::And => {
            is_equality(&both.left, name) || is_equality(&both.right, name)
        }
        Expr::BinaryExpr(both) if both.op == Operator::Or => {
            is_equality(&both.left, name) && is_equality(&both.right, name)
        }
        Expr::BinaryExpr(both) => {
            both.op == Operator::Eq && (says(&both.left, &both.right) || says(&both.right, &both.left))
        }
        Expr::InList(list) => !list.negated && is(&list.expr),
        _ => false,
    }
}

fn add_files_of(context: &Context<'_>, storage: &Value, values: &[String], files: &mut Vec<ScanFile>) -> Result<()> {
    let location = storage["Location"].as_str().unwrap_or_default();
    let (bucket, prefix) = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
    let prefix = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    add_files(context, (bucket, &prefix), |_| Some(values.to_vec()), files)
}

/// The files below a place; `values` gives the partition that one is in.
fn add_files(
    context: &Context<'_>,
    (bucket, prefix): (&str, &str),
    values: impl Fn(&str) -> Option<Vec<String>>,
    files: &mut Vec<ScanFile>,
) -> Result<()> {
    for file in versions::list(context, bucket, prefix)? {
        // Hive passes over files and folders whose names begin with `_` or `.`.
        let is_hidden = file.key[prefix.len()..].split('/').any(|name| name.starts_with(['_', '.']));
        if file.is_latest && !file.is_marker && file.size > 0 && !is_hidden {
            let Some(values) = values(&file.key) else { continue };
            files.push(ScanFile {
                key: format!("s3://{bucket}/{}", file.key),
                blob: file.blob,
                path: Default::default(),
                size: file.size,
                part: 0..u64::MAX,
                values,
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
        let answered = |filter: &&Expr| match self.is_of_keys(filter) || self.comparison(filter).is_some() {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(answered).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        self.check_injected(filters)?;
        let files = self.pruned(state, filters)?;
        if let Some(meter) = &self.meter {
            meter.reads(&files);
        }
        let all: Vec<_> = (0..self.schema.fields().len()).collect();
        let wanted = projection.unwrap_or(&all);
        let schema = Arc::new(self.schema.project(wanted)?);
        let columns: Vec<_> = wanted.iter().filter_map(|index| self.columns.get(*index).cloned()).collect();
        let compared: Vec<_> = filters.iter().filter_map(|filter| self.comparison(filter)).collect();
        let groups = split(files, width(), self.kind == Kind::Parquet).into_iter().map(|files| {
            let group = FileGroup {
                schema: Arc::clone(&schema),
                columns: columns.clone(),
                keys: self.keys.iter().map(|(name, _)| name.clone()).collect(),
                wanted: compared.clone(),
                kind: self.kind.clone(),
                files,
                meter: self.meter.clone().unwrap_or_default(),
            };
            Arc::new(group) as Arc<dyn PartitionStream>
        });
        let groups = groups.collect();
        Ok(Arc::new(StreamingTableExec::try_new(schema, groups, None, vec![], false, limit)?))
    }
}
