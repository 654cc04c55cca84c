//! `pipectl schema`

use crate::config;
use crate::error::{Error, Exit, Result};
use crate::report::{data, document, exact};
use crate::schemas::{Published, all, schema};
use clap::Args;
use serde_json::{Value, json};

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Whose schema, such as `plan`; without it, that of pipeline.yaml.
    name: Option<String>,
    /// List the names that there are.
    #[arg(long, conflicts_with = "name")]
    list: bool,
}

pub(crate) fn run(args: &SchemaArgs) -> Result<Exit> {
    if args.list {
        list(&all());
        return Ok(Exit::Done);
    }
    let shown = match &args.name {
        Some(name) => named(name)?,
        None => config::json_schema(),
    };
    exact(format_args!("{shown:#}\n"));
    document(shown);
    Ok(Exit::Done)
}

fn named(name: &str) -> Result<Value> {
    schema(name)
        .ok_or_else(|| Error::usage(format!("there is no schema `{name}`"), "`pipectl schema --list` names them"))
}

fn list(all: &[Published]) {
    let one = |one: &Published| json!({"name": one.name, "schema": one.id, "title": one.title});
    document(json!({"schema": "pipectl-schemas/1", "schemas": all.iter().map(one).collect::<Vec<_>>()}));
    for Published { name, id, title } in all {
        data(format_args!("{name:<17} {id:<28} {title}\n"));
    }
}
