//! What somebody needs to use a pipeline.

use crate::config::{Front, Pipeline};
use serde_json::{Value, json};

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-output/1";

/// A pipeline, and what only AWS knows of it.
pub(crate) struct Output<'a> {
    pub(crate) pipeline: &'a Pipeline,
    /// Where events are posted to, by what takes them there; the first is the one to use.
    pub(crate) endpoints: Vec<(Front, String)>,
    pub(crate) keys: Vec<Key>,
    pub(crate) workgroup: String,
}

/// An API key.
pub(crate) struct Key {
    pub(crate) name: String,
    /// If that was asked for.
    pub(crate) value: Option<String>,
}

pub(crate) fn output_to_text(output: &Output<'_>) -> String {
    let pipeline = output.pipeline;
    let several = output.endpoints.len() > 1;
    let by = |front: &Front| if several { format!("  ({front})") } else { String::new() };
    let mut lines: Vec<_> =
        output.endpoints.iter().map(|(front, url)| ("endpoint", format!("{url}{}", by(front)))).collect();
    for Key { name, value } in &output.keys {
        lines.push(("api key", value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}  {value}"))));
    }
    lines.push(("bucket", format!("s3://{}", pipeline.bucket.name)));
    lines.push(("database", pipeline.catalog.database.clone()));
    let tables = pipeline.raw_table().into_iter().chain(pipeline.parquet_table());
    lines.push(("tables", tables.collect::<Vec<_>>().join(", ")));
    lines.push(("workgroup", output.workgroup.clone()));
    lines.iter().map(|(name, value)| format!("{name:<10} {value}\n")).collect()
}

pub(crate) fn output_to_json(output: &Output<'_>) -> Value {
    let pipeline = output.pipeline;
    let key = |Key { name, value }: &Key| match value {
        Some(value) => json!({"name": name, "value": value}),
        None => json!({"name": name}),
    };
    let endpoints: serde_json::Map<_, _> =
        output.endpoints.iter().map(|(front, url)| (front.to_string(), url.as_str().into())).collect();
    json!({
        "schema": SCHEMA,
        "endpoint": output.endpoints.first().map(|(_, url)| url),
        "endpoints": endpoints,
        "api_keys": output.keys.iter().map(key).collect::<Vec<_>>(),
        "bucket": pipeline.bucket.name,
        "database": pipeline.catalog.database,
        "tables": {"raw": pipeline.raw_table(), "parquet": pipeline.parquet_table()},
        "workgroup": output.workgroup,
        "queries": pipeline.query.queries.keys().collect::<Vec<_>>(),
    })
}
