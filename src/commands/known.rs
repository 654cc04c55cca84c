//! The names in the pipeline's file, as far as that can be read: for completions.

use super::global::assumed_region;
use super::session::load;
use crate::blueprint::{Functions, graph};
use crate::commands::Global;
use crate::names::Names;

#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) addresses: Vec<String>,
    pub(crate) queries: Vec<String>,
    pub(crate) keys: Vec<String>,
}

/// Nothing, where the file is missing or wrong.
pub(crate) fn known(global: &Global) -> Known {
    let Ok(pipeline) = load(global) else { return Known::default() };
    let region = assumed_region(&pipeline);
    let names = Names::without_account(&pipeline.name, &pipeline.stage, &region);
    let pipeline = pipeline.resolve(&names.account, &region);
    let functions = Functions::without_code();
    let graph = graph(&pipeline, &names, &functions);
    Known {
        addresses: graph.nodes().iter().map(|node| node.address().to_string()).collect(),
        queries: pipeline.query.queries.keys().cloned().collect(),
        keys: pipeline.ingest.api_keys.to_vec(),
    }
}
