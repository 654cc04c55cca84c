//! What the catalog tells of itself as tables: `information_schema`, and `"t$partitions"`.

use super::super::rights;
use super::view::{View, trino_type};
use crate::api_error::Result;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{databases, partitions, tables};
use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use serde_json::Value;
use std::sync::Arc;

const CATALOG: &str = "awsdatacatalog";
/// Behind a table's name.
const PARTITIONS: &str = "$partitions";

type Row = Vec<Option<String>>;
/// The tables of a database, by their names.
type Tables = Vec<(String, Value)>;

/// What a table of a database becomes.
type RowsOf = fn(&str, &str, &Value) -> Vec<Row>;

/// Rows of texts, which have the types of columns.
pub(super) struct Told {
    columns: Vec<(String, DataType)>,
    rows: Vec<Row>,
}

impl Told {
    fn new(names: &[&str], rows: Vec<Row>) -> Self {
        let kind = |name: &str| if name == "ordinal_position" { DataType::Int64 } else { DataType::Utf8 };
        Self { columns: names.iter().map(|name| ((*name).to_owned(), kind(name))).collect(), rows }
    }

    /// `None` of a name that stands for nothing.
    ///
    /// # Errors
    /// `AccessDeniedException`
    pub(super) fn of(context: &Context<'_>, role: &Value, (schema, name): (&str, &str)) -> Result<Option<Self>> {
        if schema == "information_schema" {
            return information(context, role, name);
        }
        match name.strip_suffix(PARTITIONS) {
            Some(table) => of_partitions(context, role, (schema, table)),
            None => Ok(None),
        }
    }

    /// # Errors
    /// A value that is not of its type.
    pub(super) fn provider(self) -> std::result::Result<MemTable, DataFusionError> {
        let fields: Vec<_> = self.columns.iter().map(|(name, kind)| Field::new(name, kind.clone(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let array = |(index, (_, kind)): (usize, &(String, DataType))| {
            let texts: StringArray = self.rows.iter().map(|row| row[index].as_deref()).collect();
            Ok::<_, DataFusionError>(cast(&texts, kind)?)
        };
        let arrays = self.columns.iter().enumerate().map(array).collect::<std::result::Result<_, _>>()?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
        MemTable::try_new(schema, vec![vec![batch]])
    }
}

fn text(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

/// The databases, and the tables in them, that who asks may see.
fn seen(context: &Context<'_>, role: &Value) -> Result<Vec<(String, Tables)>> {
    let mut all = vec![];
    for database in databases::names(context)? {
        let place = (database.as_str(), Some("*"));
        if rights::of_catalog(context, role, &["glue:GetTables"], place).is_err() {
            continue;
        }
        let mut found = vec![];
        for name in tables::names(context, &database)? {
            let table = tables::find(context, &database, &name)?.unwrap_or_default();
            found.push((name, table));
        }
        all.push((database, found));
    }
    Ok(all)
}

fn information(context: &Context<'_>, role: &Value, name: &str) -> Result<Option<Told>> {
    let row: RowsOf = match name {
        "schemata" => {
            let rows = seen(context, role)?.into_iter().map(|(database, _)| vec![text(CATALOG), Some(database)]);
            return Ok(Some(Told::new(&["catalog_name", "schema_name"], rows.collect())));
        }
        "tables" => of_table,
        "views" => of_view,
        "columns" => of_columns,
        _ => return Ok(None),
    };
    let mut rows = vec![];
    for (database, tables) in seen(context, role)? {
        for (name, table) in tables {
            rows.extend(row(&database, &name, &table));
        }
    }
    let names: &[&str] = match name {
        "tables" => &["table_catalog", "table_schema", "table_name", "table_type"],
        "views" => &["table_catalog", "table_schema", "table_name", "view_definition"],
        _ => &[
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "ordinal_position",
            "column_default",
            "is_nullable",
            "data_type",
            "comment",
            "extra_info",
        ],
    };
    Ok(Some(Told::new(names, rows)))
}

fn of_table(database: &str, name: &str, table: &Value) -> Vec<Row> {
    let kind = if View::of(table).is_some() { "VIEW" } else { "BASE TABLE" };
    vec![vec![text(CATALOG), text(database), text(name), text(kind)]]
}

fn of_view(database: &str, name: &str, table: &Value) -> Vec<Row> {
    let view = View::of(table);
    view.map(|view| vec![text(CATALOG), text(database), text(name), Some(view.sql)]).into_iter().collect()
}

fn of_columns(database: &str, name: &str, table: &Value) -> Vec<Row> {
    let list = |list: &'static str| {
        let columns = if list == "keys" { &table["PartitionKeys"] } else { &table["StorageDescriptor"]["Columns"] };
        columns.as_array().into_iter().flatten().map(move |column| (list, column))
    };
    let one = |(index, (list, column)): (usize, (&str, &Value))| {
        vec![
            text(CATALOG),
            text(database),
            text(name),
            column["Name"].as_str().map(str::to_lowercase),
            Some((index + 1).to_string()),
            None,
            text("YES"),
            Some(trino_type(&hive(column).arrow())),
            column.optional("Comment").map(str::to_owned),
            (list == "keys").then(|| "partition key".to_owned()),
        ]
    };
    list("columns").chain(list("keys")).enumerate().map(one).collect()
}

fn hive(column: &Value) -> HiveType {
    HiveType::parse(column["Type"].as_str().unwrap_or("string")).unwrap_or(HiveType::String)
}

fn of_partitions(context: &Context<'_>, role: &Value, (database, name): (&str, &str)) -> Result<Option<Told>> {
    rights::of_table(context, role, database, name)?;
    let Some(table) = tables::find(context, database, name)? else { return Ok(None) };
    let keys: Vec<_> = table["PartitionKeys"].as_array().into_iter().flatten().collect();
    if keys.is_empty() {
        return Ok(None);
    }
    rights::of_partitions(context, role, (database, name))?;
    let columns = keys.iter().map(|key| (key["Name"].as_str().unwrap_or_default().to_lowercase(), hive(key).arrow()));
    let rows = partitions::all(context, &format!("{database}/{name}"))?.into_iter().map(|partition| {
        let mut values: Vec<_> = partition.texts("Values").into_iter().map(Some).collect();
        values.resize(keys.len(), None);
        values
    });
    Ok(Some(Told { columns: columns.collect(), rows: rows.collect() }))
}
