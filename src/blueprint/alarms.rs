//! The alarms, the topic that they tell, and the budget.

use super::{Added, Design};
use crate::config::{Alarms, Front};
use crate::names::{TAG_PIPELINE, TAG_STAGE};
use crate::resources::{Alarm, Budget, Graph, Topic, Word, usual_notices};
use aws_sdk_budgets::types::Metric;
use aws_sdk_cloudwatch::types::{ComparisonOperator, Statistic};
use std::collections::BTreeMap;

/// Seconds of a period; so many in a row have to be bad, so that a moment is none.
const PERIOD: i32 = 300;
const PERIODS: i32 = 3;

/// The names of all that there may be.
pub(crate) const ALARMS: &[&str] =
    &["late", "rejected", "track-errors", "track-throttled", "api-errors", "url-errors", "mover-errors"];

/// What an alarm is over.
struct Over {
    name: &'static str,
    what: &'static str,
    namespace: &'static str,
    metric: &'static str,
    dimension: (&'static str, String),
    statistic: Statistic,
    threshold: f64,
}

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>) {
    let Some(alarms) = &design.pipeline.alarms else { return };
    let topic = graph.add("alarms", move |_| Topic {
        name: design.names.physical("alarms"),
        emails: alarms.email.iter().cloned().collect(),
        tags: design.tags(),
    });
    for over in all(design, alarms) {
        add_one(graph, design, topic, over);
    }
    if let (Some(limit), Some(email)) = (alarms.budget, &alarms.email) {
        add_budget(graph, design, topic, (limit, email));
    }
}

/// Of what `bill` shows: this region's costs with the pipeline's tags, and neither credits nor refunds nor taxes.
fn add_budget<'a>(graph: &mut Graph<'a>, design: Design<'a>, topic: Added<Topic>, (limit, email): (f64, &'a str)) {
    let names = design.names;
    let values = |all: &[&str]| all.iter().map(|value| (*value).to_owned()).collect();
    graph.add("budget", move |out| {
        // It mails by itself. It comes after the topic, since by that one it is found when nobody asks for it any more.
        let _ = &out[topic];
        Budget {
            name: names.budget(),
            limit_usd: limit,
            counts: BTreeMap::from([
                ("REGION".to_owned(), values(&[&names.region])),
                ("not RECORD_TYPE".to_owned(), values(&["Credit", "Refund", "Tax"])),
                (format!("tag {TAG_PIPELINE}"), values(&[&names.pipeline])),
                (format!("tag {TAG_STAGE}"), values(&[&names.stage])),
            ]),
            metric: Word(Metric::UnblendedCost),
            notices: usual_notices(email),
            tags: design.tags(),
        }
    });
}

/// Each over a metric that there is in the shape. No traffic is no datapoint, and no alarm.
fn all(design: Design<'_>, alarms: &Alarms) -> Vec<Over> {
    let (names, pipeline) = (design.names, design.pipeline);
    let stream = || ("DeliveryStreamName", names.stream());
    let function = |name: &str| ("FunctionName", names.function(name));
    let (lambda, firehose) = ("AWS/Lambda", "AWS/Firehose");
    // `Errors` and `5XXError` have a datapoint for each call, 0 or 1: their average is the share that failed.
    let share = alarms.errors / 100.0;
    let over = |name, what, namespace, metric, dimension, (statistic, threshold)| Over {
        name,
        what,
        namespace,
        metric,
        dimension,
        statistic,
        threshold,
    };
    let failed = || (Statistic::Average, share);
    let any = || (Statistic::Sum, 0.0);
    let late = (Statistic::Maximum, alarms.freshness.as_secs() as f64);
    let mut all = vec![
        over("late", "Events wait in Firehose", firehose, "DeliveryToS3.DataFreshness", stream(), late),
        over("rejected", "Firehose takes no more records", firehose, "ThrottledRecords", stream(), any()),
        over("track-errors", "The function `track` fails", lambda, "Errors", function("track"), failed()),
        over("track-throttled", "The function `track` is throttled", lambda, "Throttles", function("track"), any()),
    ];
    if pipeline.has_front(Front::RestApi) {
        let api = ("ApiName", names.rest_api());
        all.push(over("api-errors", "Requests to the API fail", "AWS/ApiGateway", "5XXError", api, failed()));
    }
    if pipeline.has_front(Front::FunctionUrl) {
        let url = function("track");
        all.push(over("url-errors", "Requests to the function's URL fail", lambda, "Url5xxCount", url, failed()));
    }
    if pipeline.has_mover() {
        let mover = function("mover");
        all.push(over("mover-errors", "The function `mover` fails", lambda, "Errors", mover, failed()));
    }
    all
}

fn add_one<'a>(graph: &mut Graph<'a>, design: Design<'a>, topic: Added<Topic>, over: Over) {
    graph.add(over.name, move |out| Alarm {
        name: design.names.physical(over.name),
        description: design.description(over.what),
        namespace: over.namespace.to_owned(),
        metric: over.metric.to_owned(),
        dimensions: BTreeMap::from([(over.dimension.0.to_owned(), over.dimension.1.clone())]),
        statistic: Word(over.statistic.clone()),
        period_seconds: PERIOD,
        periods: PERIODS,
        comparison: Word(ComparisonOperator::GreaterThanThreshold),
        threshold: over.threshold,
        missing_data: "notBreaching".to_owned(),
        enabled: true,
        topics: [out[topic].arn.clone()].into(),
        tags: design.tags(),
    });
}
