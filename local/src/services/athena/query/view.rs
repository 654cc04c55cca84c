//! Views: queries that the catalog keeps, as Presto writes them into its tables.

use crate::service::Input as _;
use crate::services::glue::hive::HiveType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef};
use serde_json::{Value, json};

const BEFORE: &str = "/* Presto View: ";
const AFTER: &str = " */";

/// What a view stands for.
pub(super) struct View {
    pub(super) sql: String,
    /// In which names without one are looked for.
    pub(super) database: String,
}

pub(super) fn is_view(table: &Value) -> bool {
    table["TableType"] == "VIRTUAL_VIEW"
}

impl View {
    /// `None` of a table that is none.
    pub(super) fn of(table: &Value) -> Option<Self> {
        let text = table.optional("ViewOriginalText").filter(|_| is_view(table))?;
        let coded = text.trim().strip_prefix(BEFORE)?.strip_suffix(AFTER)?;
        let told: Value = serde_json::from_slice(&STANDARD.decode(coded.trim()).ok()?).ok()?;
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        Some(Self { sql: text("originalSql")?, database: text("schema")?.to_lowercase() })
    }
}

/// A type as Trino calls it.
pub(super) fn trino_type(kind: &DataType) -> String {
    match kind {
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "integer".to_owned(),
        DataType::Float32 => "real".to_owned(),
        DataType::Timestamp(_, None) => "timestamp(3)".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp(3) with time zone".to_owned(),
        DataType::List(item) => format!("array({})", trino_type(item.data_type())),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                format!("map({}, {})", trino_type(fields[0].data_type()), trino_type(fields[1].data_type()))
            }
            _ => "varchar".to_owned(),
        },
        DataType::Struct(fields) => {
            let one = |field: &std::sync::Arc<Field>| format!("{} {}", field.name(), trino_type(field.data_type()));
            format!("row({})", fields.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        other => match HiveType::of(other) {
            HiveType::String => "varchar".to_owned(),
            HiveType::Binary => "varbinary".to_owned(),
            hive => hive.to_string(),
        },
    }
}

/// As the catalog has it.
pub(super) fn table(name: &str, database: &str, sql: &str, schema: &SchemaRef) -> Value {
    let fields = schema.fields();
    let columns: Vec<_> =
        fields.iter().map(|field| json!({"name": field.name(), "type": trino_type(field.data_type())})).collect();
    let told = json!({"originalSql": sql, "catalog": "awsdatacatalog", "schema": database, "columns": columns});
    let hive: Vec<_> = fields
        .iter()
        .map(|field| json!({"Name": field.name(), "Type": HiveType::of(field.data_type()).to_string()}))
        .collect();
    json!({
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "StorageDescriptor": {"Columns": hive, "Location": "", "SerdeInfo": {}},
        "PartitionKeys": [],
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": format!("{BEFORE}{}{AFTER}", STANDARD.encode(told.to_string())),
        "ViewExpandedText": "/* Presto View */",
        "Retention": 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::Schema;
    use std::sync::Arc;

    #[test]
    fn a_view_is_kept_as_presto_writes_it() {
        let fields = vec![Field::new("a", DataType::Utf8, true), Field::new("n", DataType::Int32, true)];
        let table = table("v", "d", "SELECT a, n\nFROM t", &Arc::new(Schema::new(fields)));
        let text = table["ViewOriginalText"].as_str().unwrap();
        let told =
            STANDARD.decode(text.strip_prefix("/* Presto View: ").unwrap().strip_suffix(" */").unwrap()).unwrap();
        let told: Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(told["columns"], json!([{"name": "a", "type": "varchar"}, {"name": "n", "type": "integer"}]));
        let view = View::of(&table).unwrap();
        assert_eq!((view.sql.as_str(), view.database.as_str()), ("SELECT a, n\nFROM t", "d"));
        assert!(View::of(&json!({"TableType": "EXTERNAL_TABLE"})).is_none());
    }
}
