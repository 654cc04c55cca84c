//! `pipectl connect`: what other tools want to be told to reach the tables.

use super::iam_policy::placed;
use super::session::Session;
use crate::blueprint::{self, Functions};
use crate::commands::Global;
use crate::config::Pipeline;
use crate::connect::{Place, Tool, policy, told};
use crate::error::{Error, Exit, Result};
use crate::names::Names;
use crate::permissions::{Document, Purpose, grants};
use crate::report::{document, exact, say};
use clap::Args;
use serde_json::json;

/// The version of what `--json` prints.
const SCHEMA: &str = "pipectl-connect/1";

#[derive(Debug, Args)]
pub(crate) struct ConnectArgs {
    /// The tool that is to reach the tables.
    #[arg(value_enum)]
    tool: Tool,
    /// Print what IAM has to allow for it, in place of its settings.
    #[arg(long)]
    policy: bool,
    /// The account, where neither the file nor credentials say it.
    #[arg(long, value_name = "ID", value_parser = super::iam_policy::parse_account)]
    account: Option<String>,
}

pub(crate) async fn run(global: &Global, args: &ConnectArgs) -> Result<Exit> {
    let (pipeline, names, endpoint) = match global.is_local() {
        true => {
            let session = Session::open(global).await?;
            if session.ends_with_us {
                say("nobody serves this Local AWS yet: `pipectl local` does");
            }
            (session.pipeline, session.aws.names, session.aws.endpoint)
        }
        false => {
            let (pipeline, names) = placed(global, args.account.as_deref()).await?;
            (pipeline, names, None)
        }
    };
    let place = place(&pipeline, &names, endpoint);
    let Some(text) = told(args.tool, &place) else {
        let message = format!("{} reads Parquet files, and the pipeline makes none", args.tool.word());
        return Err(Error::usage(
            message,
            "write `etl` or `delivery.format: parquet`, or choose a tool that asks Athena",
        ));
    };
    let policy = allowed(args.tool, &pipeline, &names);
    document(json!({
        "schema": SCHEMA,
        "tool": args.tool.word(),
        "text": text,
        "notes": args.tool.notes(),
        "policy": policy,
    }));
    if args.policy {
        exact(format_args!("{policy:#}\n"));
        return Ok(Exit::Done);
    }
    exact(text);
    args.tool.notes().iter().for_each(say);
    say(format_args!("what IAM has to allow for it: `pipectl connect {} --policy`", args.tool.word()));
    Ok(Exit::Done)
}

fn place(pipeline: &Pipeline, names: &Names, endpoint: Option<String>) -> Place {
    let bucket = pipeline.bucket.name.clone();
    let url = |prefix: &str| format!("s3://{bucket}/{prefix}");
    Place {
        name: format!("{}/{}", names.pipeline, names.stage),
        region: names.region.clone(),
        domain: if names.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" },
        database: pipeline.catalog.database.clone(),
        workgroup: names.workgroup(),
        results: url(&pipeline.query.results.prefix),
        parquet: pipeline.parquet_table().zip(pipeline.parquet_prefix().map(url)),
        bucket,
        endpoint,
    }
}

fn allowed(tool: Tool, pipeline: &Pipeline, names: &Names) -> serde_json::Value {
    let functions = Functions::without_code();
    let graph = blueprint::graph(pipeline, names, &functions);
    let query = Document::of(names, &grants(pipeline, names, &graph, &[Purpose::Query]));
    let prefix = pipeline.parquet_prefix().unwrap_or_default();
    let policy = |query| policy(tool, names, query, &pipeline.bucket.name, prefix, &pipeline.catalog.database);
    query.first().map(policy).unwrap_or_default()
}
