//! The pipelines of an account.

use serde_json::{Value, json};

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-list/1";

/// A pipeline in one stage of one region.
pub(crate) struct Listed {
    pub(crate) pipeline: String,
    pub(crate) stage: String,
    /// `None`: roles that an older pipectl made, which do not tell.
    pub(crate) region: Option<String>,
    pub(crate) resources: usize,
}

pub(crate) fn list_to_text(all: &[Listed]) -> String {
    let rows = all.iter().map(|one| {
        let region = one.region.as_deref().unwrap_or("(older roles)");
        [one.pipeline.clone(), one.stage.clone(), region.to_owned(), one.resources.to_string()]
    });
    let head = ["PIPELINE", "STAGE", "REGION", "RESOURCES"].map(str::to_owned);
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (pipeline, stage, region) = (width(0), width(1), width(2));
    let line =
        |row: &[String; 4]| format!("{:<pipeline$}  {:<stage$}  {:<region$}  {}\n", row[0], row[1], row[2], row[3]);
    rows.iter().map(line).collect()
}

pub(crate) fn list_to_json(account: &str, all: &[Listed]) -> Value {
    let one = |one: &Listed| {
        let Listed { pipeline, stage, region, resources } = one;
        json!({"pipeline": pipeline, "stage": stage, "region": region, "resources": resources})
    };
    json!({"schema": SCHEMA, "account": account, "pipelines": all.iter().map(one).collect::<Vec<_>>()})
}
