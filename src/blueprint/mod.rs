//! What a pipeline is made of: the resources of its graph, and the documents that they carry.

mod alarms;
mod dashboard;
mod deliver;
mod etl_script;
mod ingest;
mod key;
mod policies;
mod store;
mod transform;

#[cfg(test)]
mod article;

pub(crate) use alarms::ALARMS;
pub(crate) use dashboard::QUICKSIGHT;
pub(crate) use deliver::sweep_order;
pub(crate) use etl_script::again_arguments;
pub(crate) use store::{EXPIRE_PARQUET, EXPIRE_PARTITIONED};

use crate::artifact::{Artifacts, Code};
use crate::aws::Result;
use crate::config::Pipeline;
use crate::engine::graph::Handle;
use crate::engine::value::Pending;
use crate::names::Names;
use crate::resources::{Graph, Key, LogGroup, Policy, Role, RoleId, Tags};

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
            mover: match pipeline.has_mover() {
                true => artifacts.code("mover", pipeline.mover.function.architecture)?,
                false => Code::live(""),
            },
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
    /// The pipeline's own, if it has one.
    key: Option<Added<Key>>,
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
            boundary: self.pipeline.boundary.as_deref().map(|policy| self.names.policy_arn(policy)),
            trust: self.policy(trust, &[]),
            policy,
            tags: self.tags(),
            foreign: vec![],
            id: RoleId::default(),
        }
    }

    fn log_group(
        &self,
        log_group: String,
        retention: Option<crate::config::Days>,
        kms_key: Option<Pending<String>>,
    ) -> LogGroup {
        let days = retention.map(|days| i32::try_from(days.0).unwrap_or(i32::MAX));
        LogGroup { log_group, retention_days: days, kms_key, streams: None, tags: self.tags() }
    }
}

/// Every resource of a pipeline, each after those that it takes something from.
pub(crate) fn graph<'a>(pipeline: &'a Pipeline, names: &'a Names, functions: &'a Functions) -> Graph<'a> {
    graph_in_parts(pipeline, names, functions).0
}

/// The same, and which part of the data's way each resource is of, in the order of the graph.
pub(crate) fn graph_in_parts<'a>(
    pipeline: &'a Pipeline,
    names: &'a Names,
    functions: &'a Functions,
) -> (Graph<'a>, Vec<Part>) {
    let (mut graph, mut parts) = (Graph::new(names), vec![]);
    // Whatever was added since is of this part, so that none can be without.
    let mut were = |graph: &Graph<'_>, part: Part| parts.resize(graph.nodes().len(), part);
    let design = Design { pipeline, names, functions, key: None };
    let design = Design { key: key::add(&mut graph, design), ..design };
    let bucket = store::add(&mut graph, design);
    were(&graph, Part::Store);
    let catalog = transform::add_catalog(&mut graph, design, bucket);
    were(&graph, Part::Transform);
    let converts_by = catalog.parquet.filter(|_| pipeline.converts());
    let stream = deliver::add_stream(&mut graph, design, bucket, converts_by);
    were(&graph, Part::Deliver);
    ingest::add(&mut graph, design, stream);
    were(&graph, Part::Ingest);
    if pipeline.has_mover() {
        deliver::add_mover(&mut graph, design, bucket);
    }
    were(&graph, Part::Deliver);
    transform::add(&mut graph, design, bucket, catalog);
    were(&graph, Part::Transform);
    let workgroup = transform::add_queries(&mut graph, design, bucket, catalog);
    let below = dashboard::Below { bucket, database: catalog.database, workgroup };
    dashboard::add(&mut graph, design, below);
    were(&graph, Part::Query);
    alarms::add(&mut graph, design);
    were(&graph, Part::Watch);
    (graph, parts)
}

/// A piece of the data's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Ingest,
    Deliver,
    Store,
    Transform,
    Query,
    /// Beside it: what tells that something is wrong.
    Watch,
}

impl Part {
    /// In the order in which events pass them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Ingest, Self::Deliver, Self::Store, Self::Transform, Self::Query, Self::Watch];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Deliver => "deliver",
            Self::Store => "store",
            Self::Transform => "transform",
            Self::Query => "query",
            Self::Watch => "watch",
        }
    }
}

/// Names of resources in the blueprint that commands look for.
pub(crate) const API: &str = "ingest";
pub(crate) const URL: &str = "track";
pub(crate) const BUCKET: &str = "data";

type Added<R> = Handle<R>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Security;
    use crate::names::leave_room;
    use crate::resources::KINDS;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// So that the tests which run the example see every kind made, read back, changed and taken down.
    #[test]
    fn every_kind_is_in_one_of_the_examples() {
        let strict = Pipeline { security: Security::Strict, ..article::pipeline() };
        let pipelines = [strict, article::lean(), article::web(), article::dashboard()];
        let (names, functions) = (article::names("aws", "us-east-1"), Functions::without_code());
        let graphs = pipelines.each_ref().map(|pipeline| graph(pipeline, &names, &functions));
        for kind in KINDS {
            let there = graphs.iter().any(|graph| !graph.wanted(kind.name).is_empty());
            assert!(there, "no {} in the examples", kind.name);
        }
    }

    /// Names that begin with one another, and regions: all that is easily taken for something else.
    fn places() -> impl Strategy<Value = (String, String, &'static str)> {
        let word = || prop::sample::select(vec!["clicks", "dev", "eu", "us", "east", "track", "mover", "etl"]);
        let pipeline = prop::collection::vec(word(), 1..5).prop_map(|words| format!("a{}", words.join("-")));
        let long = "[a-z][a-z0-9-]{2,22}[a-z0-9]";
        let pipeline = prop_oneof![pipeline, long];
        let stage = prop_oneof![word().prop_map(str::to_owned), "[a-z0-9]{1,16}"];
        let regions = ["us-east-1", "us-east-2", "eu-west-1", "ap-southeast-1", "us-gov-east-1"];
        (pipeline, stage, prop::sample::select(regions.to_vec()))
    }

    /// What AWS tells apart by name alone, in a place: kind and id, and what IAM and the Tagging API are asked for.
    fn physical((name, stage, region): &(String, String, &'static str)) -> (BTreeSet<(String, String)>, Names) {
        let names = Names { account: "123456789012".into(), ..Names::without_account(name, stage, region) };
        let mut pipeline = article::pipeline();
        let default = Names::bucket(name, stage, &names.account, region);
        pipeline.bucket.name = default.clone();
        pipeline.catalog.database = format!("{}_{stage}", name.replace('-', "_"));
        let functions = Functions::without_code();
        let graph = graph(&pipeline, &names, &functions);
        let kinds = ["s3.bucket", "iam.role", "logs.log_group", "firehose.stream", "lambda.function", "glue.database"]
            .into_iter()
            .chain(["glue.crawler", "glue.job", "glue.trigger", "athena.workgroup"]);
        let of_kind = |kind: &'static str| graph.wanted(kind).into_iter().map(move |one| (kind.to_owned(), one.id));
        // Regional names are another region's own.
        let apart = |(kind, id): (String, String)| match kind.as_str() {
            "s3.bucket" | "iam.role" => (kind, id),
            _ => (format!("{kind} in {region}"), id),
        };
        let all = kinds.flat_map(of_kind).map(apart).collect();
        drop(graph);
        (all, names)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn nothing_of_one_pipeline_is_taken_for_anothers(one in places(), other in places()) {
            prop_assume!(one != other && [&one, &other].iter().all(|place| leave_room(&place.0, &place.1)));
            let ((ours, us), (theirs, them)) = (physical(&one), physical(&other));
            prop_assert_eq!(ours.intersection(&theirs).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
            prop_assert!(!us.iam_path().starts_with(&them.iam_path()));
            let same_pipeline = us.owner_tags() == them.owner_tags();
            prop_assert_eq!(us.iam_path_everywhere() == them.iam_path_everywhere(), same_pipeline);
            prop_assert!(!same_pipeline || us.region != them.region);
            for (kind, id) in ours {
                match kind.as_str() {
                    "iam.role" => {
                        prop_assert!(id.len() <= 64, "{}", id);
                        let passed = format!("{}-{}-", us.pipeline, us.stage);
                        prop_assert!(id.trim_start_matches("AWSGlueServiceRole-").starts_with(&passed), "{}", id);
                    }
                    "s3.bucket" => prop_assert!(id.len() <= 63, "{}", id),
                    _ => {}
                }
            }
        }
    }
}
