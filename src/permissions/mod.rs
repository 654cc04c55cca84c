//! What IAM has to allow whoever runs pipectl: from the calls that each kind makes to policies for one pipeline.
//!
//! ```text
//! tables (a kind's calls) + Graph (its resources' names) -> Grants -> statements -> documents that IAM takes
//! ```

mod arns;
mod call;
mod compute;
mod data;
mod document;
mod purpose;
mod shown;
mod trust;

pub(crate) use document::{Document, LONGEST as LONGEST_POLICY};
pub(crate) use purpose::Purpose;
pub(crate) use trust::Trust;

use crate::config::Pipeline;
use crate::names::Names;
use crate::resources::Graph;
use arns::Arns;
use call::{Call, On, Only};
use std::collections::{BTreeMap, BTreeSet};

/// The calls of each kind.
const KINDS: &[(&str, &[Call])] = &[
    ("kms.key", data::KEY),
    ("s3.bucket", data::BUCKET),
    ("s3.object", data::OBJECT),
    ("iam.role", compute::ROLE),
    ("logs.log_group", compute::LOG_GROUP),
    ("glue.database", data::DATABASE),
    ("glue.table", data::TABLE),
    ("firehose.stream", data::STREAM),
    ("apigateway.api_key", compute::API_KEY),
    ("lambda.function", compute::FUNCTION),
    ("lambda.permission", compute::PERMISSION),
    ("lambda.function_url", compute::FUNCTION_URL),
    ("s3.notification", data::NOTIFICATION),
    ("events.rule", compute::EVENT_RULE),
    ("apigateway.rest_api", compute::REST_API),
    ("apigateway.usage_plan", compute::USAGE_PLAN),
    ("glue.crawler", data::CRAWLER),
    ("glue.job", data::JOB),
    ("glue.trigger", data::TRIGGER),
    ("athena.workgroup", data::WORKGROUP),
    ("athena.named_query", data::NAMED_QUERY),
    ("sns.topic", compute::TOPIC),
    ("cloudwatch.alarm", compute::ALARM),
    ("budgets.budget", compute::BUDGET),
    ("quicksight.data_source", shown::DATA_SOURCE),
    ("quicksight.data_set", shown::DATA_SET),
    ("quicksight.analysis", shown::ANALYSIS),
    ("quicksight.dashboard", shown::DASHBOARD),
];

/// Actions that are allowed on the same, under the same condition.
pub(crate) struct Grant {
    on: On,
    only: Only,
    pub(crate) actions: BTreeSet<&'static str>,
    pub(crate) resources: Vec<String>,
}

/// Everything that the purposes need, of the pipeline in its place.
pub(crate) fn grants(pipeline: &Pipeline, names: &Names, graph: &Graph<'_>, purposes: &[Purpose]) -> Vec<Grant> {
    let arns = Arns::of(pipeline, names, graph);
    let calls = purposes.iter().flat_map(|purpose| calls(*purpose, graph, &arns));
    let mut grouped = BTreeMap::<(On, Only), BTreeSet<&'static str>>::new();
    for call in calls {
        grouped.entry((call.on, call.only)).or_default().insert(call.action);
    }
    let granted = grouped.into_iter().map(|((on, only), actions)| Grant { on, only, actions, resources: arns.on(on) });
    granted.filter(|grant| !grant.resources.is_empty()).collect()
}

/// The calls of a purpose. Of a kind that the file asks for nothing of, those that look whether something is left over.
fn calls<'a>(purpose: Purpose, graph: &'a Graph<'_>, arns: &'a Arns<'_>) -> impl Iterator<Item = &'static Call> + 'a {
    let of_kinds = KINDS.iter().flat_map(move |(kind, calls)| {
        let wanted = !graph.wanted(kind).is_empty();
        calls.iter().filter(move |call| purpose.has(kind, call) && (wanted || call.always))
    });
    of_kinds.chain(purpose.beside().filter(|call| !arns.on(call.on).is_empty()))
}

#[cfg(test)]
mod tests;
