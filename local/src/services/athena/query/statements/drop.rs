//! DROP TABLE and DROP VIEW. Files stay, as of each table that Athena does not own.

use super::super::Answer;
use super::words::Words;
use super::{Asked, failed, no_table, view};
use crate::services::glue::tables;
use serde_json::json;

fn drop(asked: Asked<'_>, mut words: Words<'_>, of_views: bool) -> Result<Answer, String> {
    let is_lenient = words.pass("IF EXISTS");
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase"], (&database, None))?;
        asked.may(context, &["glue:GetTable", "glue:DeleteTable"], (&database, Some(&name)))?;
        match tables::find(context, &database, &name)? {
            None if is_lenient => return Ok(()),
            None => return Err(no_table(&name)),
            Some(table) if of_views && !view::is_view(&table) => {
                return Err(failed("SemanticException Cannot drop a base table with DROP VIEW"));
            }
            Some(table) if !of_views && view::is_view(&table) => {
                return Err(failed("SemanticException Cannot drop a view with DROP TABLE"));
            }
            Some(_) => {}
        }
        tables::delete_table(context, &json!({"DatabaseName": database, "Name": name})).map(std::mem::drop)
    })?;
    Ok(Answer::nothing())
}

pub(super) fn table(asked: Asked<'_>, words: Words<'_>) -> Result<Answer, String> {
    drop(asked, words, false)
}

pub(super) fn view(asked: Asked<'_>, words: Words<'_>) -> Result<Answer, String> {
    drop(asked, words, true)
}
