//! What a pipeline is made of: the resources of its graph, and the documents that they carry.

mod deliver;
mod etl_script;
mod ingest;
mod policies;
mod store;
mod transform;

#[cfg(test)]
mod article;

pub(crate) use store::{EXPIRE_PARQUET, EXPIRE_PARTITIONED, EXPIRE_RAW};

use crate::artifact::{Artifacts, Code};
use crate::aws::Result;
use crate::config::Pipeline;
use crate::engine::graph::Handle;
use crate::names::Names;
use crate::resources::{Graph, LogGroup, Policy, Role, Tags};

/// The code of the two functions.
#[derive(Clone, Debug)]
pub(crate) struct Functions {
    track: Code,
    mover: Code,
}

impl Functions {
    /// # Errors
    /// If prebuilt zips are asked for, and one is missing or not what Lambda takes.
    pub(crate) fn new(artifacts: &Artifacts, pipeline: &Pipeline) -> Result<Self> {
        Ok(Self {
            track: artifacts.code("track", pipeline.ingest.function.architecture)?,
            mover: artifacts.code("mover", pipeline.mover.function.architecture)?,
        })
    }

    /// For what is never deployed: an estimate asks only what there is and how large.
    pub(crate) fn without_code() -> Self {
        Self { track: Code::live(""), mover: Code::live("") }
    }
}

/// What every part of the blueprint is drawn from.
#[derive(Clone, Copy)]
struct Design<'a> {
    pipeline: &'a Pipeline,
    names: &'a Names,
    functions: &'a Functions,
}

impl Design<'_> {
    fn tags(&self) -> Tags {
        Tags(self.pipeline.tags.clone())
    }

    /// One sentence for AWS's consoles.
    fn description(&self, what: &str) -> String {
        format!("{what} of {}/{}, made by pipectl", self.names.pipeline, self.names.stage)
    }

    fn policy(&self, template: &str, arns: &[(&str, &str)]) -> Policy {
        let document = policies::policy(template, self.names, self.pipeline, arns);
        Policy::parse(&document).expect("the templates are under test")
    }

    fn role(&self, name: String, what: &str, trust: &str, policy: Policy) -> Role {
        Role {
            name,
            path: self.names.iam_path(),
            description: self.description(what),
            trust: self.policy(trust, &[]),
            policy,
            tags: self.tags(),
            foreign: vec![],
        }
    }

    fn log_group(&self, log_group: String, retention: Option<crate::config::Days>) -> LogGroup {
        let days = retention.map(|days| i32::try_from(days.0).unwrap_or(i32::MAX));
        LogGroup { log_group, retention_days: days, tags: self.tags() }
    }
}

/// Every resource of a pipeline, each after those that it takes something from.
pub(crate) fn graph<'a>(pipeline: &'a Pipeline, names: &'a Names, functions: &'a Functions) -> Graph<'a> {
    let mut graph = Graph::new(names);
    let design = Design { pipeline, names, functions };
    let bucket = store::add(&mut graph, design);
    let stream = deliver::add_stream(&mut graph, design, bucket);
    ingest::add(&mut graph, design, stream);
    deliver::add_mover(&mut graph, design, bucket);
    transform::add(&mut graph, design, bucket);
    graph
}

/// Names of resources in the blueprint that commands look for.
pub(crate) const API: &str = "ingest";

type Added<R> = Handle<R>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::KINDS;

    /// So that the tests which run the example see every kind made, read back, changed and taken down.
    #[test]
    fn every_kind_is_in_the_example() {
        let (pipeline, names, functions) =
            (article::pipeline(), article::names("aws", "us-east-1"), Functions::without_code());
        let graph = graph(&pipeline, &names, &functions);
        for kind in KINDS {
            assert!(!graph.wanted(kind.name).is_empty(), "no {} in the example", kind.name);
        }
    }
}
