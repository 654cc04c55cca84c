//! SHOW: what is in the catalog.

use super::super::Answer;
use super::columns::{self, list, text};
use super::words::Words;
use super::{Asked, no_database, view};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::glue::{self, partitions as of_glue, tables as catalog};
use crate::services::iam::like;
use serde_json::Value;

/// "To match any character, you can use the `*` or `.*` wildcard", with `|` between choices.
fn matches(pattern: Option<&str>, name: &str) -> bool {
    let pattern = pattern.map(|pattern| pattern.to_lowercase().replace(".*", "*"));
    pattern.is_none_or(|pattern| pattern.split('|').any(|one| like(one, name)))
}

/// `[IN database] [LIKE] ['pattern']`, to the end.
fn filter(asked: Asked<'_>, words: &mut Words<'_>) -> Result<(String, Option<String>), String> {
    let database = match words.pass_one_of(&["IN", "FROM"]) {
        true => words.name()?,
        false => asked.database.to_owned(),
    };
    let is_like = words.pass("LIKE");
    let pattern = if is_like || !words.is_over() { Some(words.text()?) } else { None };
    words.end()?;
    Ok((database, pattern))
}

pub(super) fn databases(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (_, pattern) = filter(asked, &mut words)?;
    let mut names = asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabases"], ("*", None))?;
        glue::databases::names(context)
    })?;
    names.retain(|name| matches(pattern.as_deref(), name));
    Ok(Answer::lines(&["database_name"], &names))
}

/// The names of a database's tables and views that pass.
fn names(
    asked: Asked<'_>,
    context: &Context<'_>,
    (database, pattern): (&str, Option<&str>),
    passes: impl Fn(&Value) -> bool,
) -> ApiResult<Vec<String>> {
    asked.may(context, &["glue:GetDatabase"], (database, None))?;
    asked.may(context, &["glue:GetTables"], (database, Some("*")))?;
    glue::databases::find(context, database)?.ok_or_else(|| no_database(database))?;
    let mut found = vec![];
    for name in catalog::names(context, database)? {
        if matches(pattern, &name) && passes(&catalog::find(context, database, &name)?.unwrap_or_default()) {
            found.push(name);
        }
    }
    Ok(found)
}

pub(super) fn tables(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, pattern) = filter(asked, &mut words)?;
    let names = asked.catalog(|context| names(asked, context, (&database, pattern.as_deref()), |_| true))?;
    Ok(Answer::lines(&["tab_name"], &names))
}

pub(super) fn views(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, pattern) = filter(asked, &mut words)?;
    let names = asked.catalog(|context| names(asked, context, (&database, pattern.as_deref()), view::is_view))?;
    Ok(Answer::lines(&["views"], &names))
}

/// `{FROM|IN} [database.]table [{FROM|IN} database]`
pub(super) fn columns(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    if !words.pass_one_of(&["IN", "FROM"]) {
        return Err(words.unexpected());
    }
    let (mut database, name) = words.table(asked.database)?;
    if words.pass_one_of(&["IN", "FROM"]) {
        database = words.name()?;
    }
    words.end()?;
    let table = asked.catalog(|context| asked.table(context, (&database, &name)))?;
    let all = list(&table["StorageDescriptor"]["Columns"]).chain(list(&table["PartitionKeys"]));
    // Hive fills names up to 20 letters.
    let lines: Vec<_> = all.map(|column| format!("{:<20}", text(column, "Name"))).collect();
    Ok(Answer::lines(&["field"], &lines))
}

pub(super) fn partitions(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    let lines = asked.catalog(|context| {
        let table = asked.table(context, (&database, &name))?;
        asked.may(context, &["glue:GetPartitions"], (&database, Some(&name)))?;
        let keys = columns::keys(&table);
        if keys.is_empty() {
            let words = format!("SemanticException Table {name} is not a partitioned table");
            return Err(super::failed(words));
        }
        let line = |partition: Value| path(&keys, &partition.texts("Values"));
        Ok(of_glue::all(context, &format!("{database}/{name}"))?.into_iter().map(line).collect::<Vec<_>>())
    })?;
    Ok(Answer::lines(&["partition"], &lines))
}

/// `year=2026/month=11`
pub(super) fn path(keys: &[String], values: &[String]) -> String {
    let pairs = keys.iter().zip(values).map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join("/")
}

/// All, or the value of one: `('name')`.
pub(super) fn properties(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let (database, name) = words.table(asked.database)?;
    let wanted = if words.is_over() { None } else { Some(words.list(Words::text)?) };
    words.end()?;
    let table = asked.catalog(|context| asked.table(context, (&database, &name)))?;
    let all = columns::sorted(&table["Parameters"]).into_iter();
    let lines: Vec<_> = match &wanted {
        None => all.map(|(name, value)| format!("{name}\t{value}")).collect(),
        Some(wanted) => {
            let found: Vec<_> = all.filter(|(name, _)| wanted.iter().any(|one| one == name)).collect();
            let missing = wanted.iter().filter(|one| !found.iter().any(|(name, _)| name == one));
            let missing = missing.map(|one| format!("Table {database}.{name} does not have property: {one}"));
            found.iter().map(|(_, value)| (*value).to_owned()).chain(missing).collect()
        }
    };
    Ok(Answer::lines(&["prpt_name", "prpt_value"], &lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_of_stars_and_choices() {
        for (pattern, name, is) in [
            ("*data*", "analytics_data", true),
            ("Sales.*", "sales_2026", true),
            ("a|b*", "bees", true),
            ("a|b", "bees", false),
            ("data", "analytics_data", false),
        ] {
            assert_eq!(matches(Some(pattern), name), is, "{pattern}");
        }
        assert!(matches(None, "x"));
    }
}
