//! CREATE VIEW.

use super::super::Answer;
use super::super::view::{is_view, table};
use super::Asked;
use super::words::Words;
use super::{create_table, failed};
use crate::services::glue::tables;
use datafusion::arrow::datatypes::SchemaRef;
use serde_json::json;

/// `CREATE [OR REPLACE] VIEW [database.]name AS query`
pub(super) async fn create(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let replaces = Words::of(asked.sql).is_some_and(|words| words.are("CREATE OR REPLACE"));
    let (database, name) = words.table(asked.database)?;
    words.expect("AS")?;
    let sql = words.rest();
    let schema = asked.reader.columns(sql, asked.database).await?;
    check(&schema)?;
    let table = table(&name, asked.database, sql, &schema);
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase"], (&database, None))?;
        asked.may(context, &["glue:GetTable"], (&database, Some(&name)))?;
        let input = json!({"DatabaseName": database, "TableInput": table});
        match tables::find(context, &database, &name)? {
            None => {
                asked.may(context, &["glue:CreateTable"], (&database, Some(&name)))?;
                create_table::make(context, &database, &table)
            }
            Some(there) if replaces && is_view(&there) => {
                asked.may(context, &["glue:UpdateTable"], (&database, Some(&name)))?;
                tables::update_table(context, &input).map(drop)
            }
            Some(there) if is_view(&there) => {
                Err(failed(format!("SemanticException View already exists: {database}.{name}")))
            }
            Some(_) => Err(failed(format!("SemanticException Table already exists: {database}.{name}"))),
        }
    })?;
    Ok(Answer::nothing())
}

/// # Errors
/// A column without a name, or two of the same.
pub(super) fn check(schema: &SchemaRef) -> Result<(), String> {
    let mut names = std::collections::HashSet::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        if !name.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            || name.contains(['(', ')', ' ', '*'])
            || name.starts_with("_col")
        {
            return Err(format!("SYNTAX_ERROR: line 1:1: Column name not specified at position {}", index + 1));
        }
        if !names.insert(name) {
            return Err(format!("SYNTAX_ERROR: line 1:1: Column name '{name}' specified more than once"));
        }
    }
    Ok(())
}
