//! `pipectl output`, and what an apply ends with.

use super::session::Session;
use crate::blueprint::API;
use crate::cli::Global;
use crate::engine::value::{Pending, Secret};
use crate::error::{Error, Exit, Result};
use crate::report::data;
use crate::resources::{ApiKey, ApiKeyOutputs, RestApi, RestApiOutputs};
use clap::Args;
use serde_json::json;

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Print JSON (schema pipectl-output/1).
    #[arg(long)]
    json: bool,
    /// Print the values of the API keys too.
    #[arg(long)]
    show_secrets: bool,
}

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-output/1";

/// What only AWS knows about a pipeline.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) api: Option<RestApiOutputs>,
    pub(super) keys: Vec<ApiKeyOutputs>,
}

/// A key's name, and its value if that was asked for.
type Shown = (String, Option<String>);

/// What there is by now.
///
/// # Errors
/// The pipeline was never applied.
async fn made(session: &Session) -> Result<Made> {
    let graph = session.graph();
    let live = session.observe(&graph).await?;
    let key = |name: &String| live.live::<ApiKey>(name).map(|live| live.outputs.clone());
    let made = Made {
        api: live.live::<RestApi>(API).map(|live| live.outputs.clone()),
        keys: session.pipeline.ingest.api_keys.iter().filter_map(key).collect(),
    };
    if made.api.is_none() {
        let message = format!("there is no pipeline {}/{} yet", session.aws.names.pipeline, session.aws.names.stage);
        return Err(Error::other(message, "`pipectl apply` makes it"));
    }
    Ok(made)
}

/// Where events are posted to, and the value of a key that opens it, if one is needed.
pub(super) async fn front_door(session: &Session) -> Result<(String, Option<Secret<String>>)> {
    let made = made(session).await?;
    let key = match made.keys.first().map(|key| &key.id) {
        Some(Pending::Known(id)) => Some(ApiKey::value(&session.aws, id).await?),
        _ => None,
    };
    Ok((endpoint(session, &made), key))
}

pub(crate) async fn run(global: &Global, args: &OutputArgs) -> Result<Exit> {
    let session = Session::open(global).await?;
    let made = made(&session).await?;
    let mut keys = vec![];
    for key in &made.keys {
        keys.push((key.name.clone(), if args.show_secrets { value(&session, key).await? } else { None }));
    }
    if args.json {
        data(format_args!("{:#}\n", to_json(&session, &made, &keys)));
    } else {
        data(to_text(&session, &made, &keys));
    }
    session.print_timings(global);
    Ok(Exit::Done)
}

async fn value(session: &Session, key: &ApiKeyOutputs) -> Result<Option<String>> {
    let Pending::Known(id) = &key.id else { return Ok(None) };
    Ok(Some(ApiKey::value(&session.aws, id).await?.0))
}

/// What an apply ends with.
pub(super) fn print(session: &Session, made: &Made) {
    let keys: Vec<_> = made.keys.iter().map(|key| (key.name.clone(), None)).collect();
    data(format_args!("\n{}", to_text(session, made, &keys)));
}

fn endpoint(session: &Session, made: &Made) -> String {
    let url = made.api.as_ref().and_then(|api| api.url(&session.aws, &session.pipeline.ingest.path));
    url.unwrap_or_default()
}

fn to_text(session: &Session, made: &Made, keys: &[Shown]) -> String {
    let pipeline = &session.pipeline;
    let mut lines = vec![("endpoint", endpoint(session, made))];
    for (name, value) in keys {
        lines.push(("api key", value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}  {value}"))));
    }
    lines.push(("bucket", format!("s3://{}", pipeline.bucket.name)));
    lines.push(("database", pipeline.catalog.database.clone()));
    lines.push(("tables", format!("{}, {}", pipeline.raw_table(), pipeline.parquet_table())));
    lines.push(("workgroup", session.aws.names.base()));
    lines.iter().map(|(name, value)| format!("{name:<10} {value}\n")).collect()
}

fn to_json(session: &Session, made: &Made, keys: &[Shown]) -> serde_json::Value {
    let pipeline = &session.pipeline;
    let keys: Vec<_> = keys
        .iter()
        .map(|(name, value)| match value {
            Some(value) => json!({"name": name, "value": value}),
            None => json!({"name": name}),
        })
        .collect();
    json!({
        "schema": SCHEMA,
        "endpoint": endpoint(session, made),
        "api_keys": keys,
        "bucket": pipeline.bucket.name,
        "database": pipeline.catalog.database,
        "tables": {"raw": pipeline.raw_table(), "parquet": pipeline.parquet_table()},
        "workgroup": session.aws.names.base(),
        "queries": pipeline.query.queries.keys().collect::<Vec<_>>(),
    })
}
