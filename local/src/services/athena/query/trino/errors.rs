//! DataFusion's errors in Trino's words.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

/// What Athena says of a query that needs more memory than there is.
pub(in super::super) const EXHAUSTED: &str = "EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor";

/// Where a word stands, as `line 1:15`.
fn place(sql: &str, word: &str) -> String {
    let lower = sql.to_lowercase();
    let at = lower.find(&word.to_lowercase()).unwrap_or(0);
    let before = lower.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}:{column}")
}

pub(in super::super) fn table_not_found(sql: &str, database: &str, table: &str) -> String {
    format!("TABLE_NOT_FOUND: {}: Table 'awsdatacatalog.{database}.{table}' does not exist", place(sql, table))
}

/// The reason as Athena gives it, where DataFusion's error has a counterpart.
pub(in super::super) fn explain(error: &DataFusionError, sql: &str) -> String {
    match error.find_root() {
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { field, .. } => format!(
                "COLUMN_NOT_FOUND: {}: Column '{}' cannot be resolved or requester is not authorized to access \
                 requested resources",
                place(sql, &field.name),
                field.name
            ),
            other => format!("SYNTAX_ERROR: {other}"),
        },
        DataFusionError::SQL(error, _) => {
            let text = error.to_string();
            let text = text.trim_start_matches("sql parser error: ");
            let (what, at) = text.rsplit_once(" at Line: ").unwrap_or((text, "1, Column: 1"));
            format!("SYNTAX_ERROR: line {}: {what}", at.replace(", Column: ", ":"))
        }
        DataFusionError::Plan(text) => match text
            .strip_prefix("Invalid function '")
            .and_then(|rest| rest.split_once('\''))
        {
            Some((name, _)) => format!("FUNCTION_NOT_FOUND: {}: Function '{name}' not registered", place(sql, name)),
            None => format!("SYNTAX_ERROR: {text}"),
        },
        DataFusionError::Execution(text) => text.clone(),
        DataFusionError::ResourcesExhausted(_) => EXHAUSTED.to_owned(),
        other => format!("GENERIC_INTERNAL_ERROR: {other}"),
    }
}
