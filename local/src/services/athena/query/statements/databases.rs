//! CREATE, ALTER and DROP DATABASE.

use super::super::Answer;
use super::words::Words;
use super::{Asked, no_database, not_done};
use crate::services::glue::{databases as catalog, tables};
use serde_json::{Map, Value, json};

fn object(pairs: Vec<(String, String)>) -> Value {
    Value::Object(pairs.into_iter().map(|(name, value)| (name, value.into())).collect::<Map<_, _>>())
}

/// `[IF NOT EXISTS] name [COMMENT ''] [LOCATION ''] [WITH DBPROPERTIES ()]`
pub(super) fn create(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let is_lenient = words.pass("IF NOT EXISTS");
    let name = words.name()?;
    let mut input = json!({"Name": name});
    if words.pass("COMMENT") {
        input["Description"] = words.text()?.into();
    }
    if words.pass("LOCATION") {
        input["LocationUri"] = words.text()?.into();
    }
    if words.pass("WITH DBPROPERTIES") {
        input["Parameters"] = object(words.properties()?);
    }
    words.end()?;
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase", "glue:CreateDatabase"], (&name, None))?;
        match catalog::find(context, &name)? {
            Some(_) if is_lenient => Ok(()),
            Some(_) => Err(not_done("AlreadyExistsException", format!("Database {name} already exists"))),
            None => catalog::create_database(context, &json!({"DatabaseInput": input})).map(std::mem::drop),
        }
    })?;
    Ok(Answer::nothing())
}

/// `[IF EXISTS] name [RESTRICT | CASCADE]`
pub(super) fn drop(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let is_lenient = words.pass("IF EXISTS");
    let name = words.name()?;
    let takes_all = words.pass("CASCADE");
    words.pass("RESTRICT");
    words.end()?;
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase", "glue:DeleteDatabase"], (&name, None))?;
        if catalog::find(context, &name)?.is_none() {
            return if is_lenient { Ok(()) } else { Err(no_database(&name)) };
        }
        asked.may(context, &["glue:GetTables"], (&name, Some("*")))?;
        let there = tables::names(context, &name)?;
        if !there.is_empty() && !takes_all {
            let words = format!("Database {name} is not empty. One or more tables exist.");
            return Err(not_done("InvalidOperationException", words));
        }
        for table in there {
            asked.may(context, &["glue:DeleteTable"], (&name, Some(&table)))?;
        }
        catalog::delete_database(context, &json!({"Name": name})).map(std::mem::drop)
    })?;
    Ok(Answer::nothing())
}

/// `name SET DBPROPERTIES ()`
pub(super) fn alter(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let name = words.name()?;
    words.expect("SET DBPROPERTIES")?;
    let added = words.properties()?;
    words.end()?;
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase", "glue:UpdateDatabase"], (&name, None))?;
        let mut database = catalog::find(context, &name)?.ok_or_else(|| no_database(&name))?;
        database["Name"] = name.as_str().into();
        if database["Parameters"].is_null() {
            database["Parameters"] = json!({});
        }
        for (name, value) in added {
            database["Parameters"][name] = value.into();
        }
        catalog::update_database(context, &json!({"Name": name, "DatabaseInput": database})).map(std::mem::drop)
    })?;
    Ok(Answer::nothing())
}
