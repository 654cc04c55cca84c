//! What CloudWatch has counted of the last day, in steps of five minutes.

use crate::aws::{Aws, Result, pages};
use crate::config::{Front, Pipeline};
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Seconds.
const STEP: i64 = 300;
const DAY: i64 = 24 * 3600;
const HOUR: i64 = 3600;

/// By what they are called here: the beginnings of steps, in seconds since 1970, and what was in them.
pub(super) struct Series {
    all: BTreeMap<String, Vec<(i64, f64)>>,
    now: i64,
}

impl Series {
    /// Of the last hour, and of the step that it began in.
    pub(super) fn hour(&self, name: &str) -> u64 {
        let hour = self.of(name).iter().filter(|(at, _)| *at + STEP > self.now - HOUR);
        hour.map(|(_, value)| value.round() as u64).sum()
    }

    /// When something came, the latest last: beginnings of steps.
    pub(super) fn times(&self, name: &str) -> Vec<Timestamp> {
        let some = self.of(name).iter().filter(|(_, value)| *value > 0.0);
        let mut times: Vec<_> = some.filter_map(|(at, _)| Timestamp::from_second(*at).ok()).collect();
        times.sort_unstable();
        times
    }

    fn of(&self, name: &str) -> &[(i64, f64)] {
        self.all.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

type Wanted<'a> = (&'static str, &'static str, &'static str, &'static str, &'a str, &'static str);

/// AWS bills each of them: $0.01 for a thousand.
fn queries(aws: &Aws, pipeline: &Pipeline) -> Vec<MetricDataQuery> {
    let (track, mover) = (aws.names.function("track"), aws.names.function("mover"));
    let (front, queue) = (aws.names.rest_api(), aws.names.stream());
    let (api, lambda, firehose) = ("AWS/ApiGateway", "AWS/Lambda", "AWS/Firehose");
    let (function, stream) = ("FunctionName", "DeliveryStreamName");
    let mut wanted: Vec<Wanted<'_>> = vec![
        ("track_calls", lambda, "Invocations", function, &track, "Sum"),
        ("track_errors", lambda, "Errors", function, &track, "Sum"),
        ("track_throttles", lambda, "Throttles", function, &track, "Sum"),
        ("records", firehose, "IncomingRecords", stream, &queue, "Sum"),
        ("throttled_records", firehose, "ThrottledRecords", stream, &queue, "Sum"),
        ("delivered", firehose, "DeliveryToS3.Success", stream, &queue, "Sum"),
        ("deliveries", firehose, "DeliveryToS3.Success", stream, &queue, "SampleCount"),
    ];
    if pipeline.has_mover() {
        wanted.extend([
            ("mover_calls", lambda, "Invocations", function, &*mover, "Sum"),
            ("mover_errors", lambda, "Errors", function, &mover, "Sum"),
            ("mover_throttles", lambda, "Throttles", function, &mover, "Sum"),
        ]);
    }
    if pipeline.has_front(Front::RestApi) {
        wanted.extend([
            ("api_requests", api, "Count", "ApiName", &*front, "Sum"),
            ("api_errors", api, "5XXError", "ApiName", &front, "Sum"),
        ]);
    }
    if pipeline.has_front(Front::FunctionUrl) {
        wanted.extend([
            ("url_requests", lambda, "UrlRequestCount", function, &*track, "Sum"),
            ("url_errors", lambda, "Url5xxCount", function, &track, "Sum"),
        ]);
    }
    wanted.into_iter().map(query).collect()
}

fn query((id, namespace, name, dimension, value, statistic): Wanted<'_>) -> MetricDataQuery {
    let dimension = Dimension::builder().name(dimension).value(value).build();
    let metric = Metric::builder().namespace(namespace).metric_name(name).dimensions(dimension).build();
    let stat = MetricStat::builder().metric(metric).period(STEP as i32).stat(statistic).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

/// # Errors
/// AWS's, if the caller may not read metrics.
pub(super) async fn series(aws: &Aws, pipeline: &Pipeline, now: Timestamp) -> Result<Series> {
    let now = now.as_second();
    // CloudWatch rounds the beginning down to a step; the end may lie ahead, should a clock be late.
    let (from, end) = ((now - DAY).div_euclid(STEP) * STEP, now + STEP);
    let queries = queries(aws, pipeline);
    let ask = |token: Option<String>| {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(end));
        request.scan_by(ScanBy::TimestampAscending).set_next_token(token).send()
    };
    let answers = pages("cloudwatch:GetMetricData", ask, |page| page.next_token()).await?;
    let mut all = BTreeMap::<String, Vec<(i64, f64)>>::new();
    for result in answers.iter().flat_map(|page| page.metric_data_results()) {
        let points = result.timestamps().iter().map(DateTime::secs).zip(result.values().iter().copied());
        all.entry(result.id().unwrap_or_default().to_owned()).or_default().extend(points);
    }
    Ok(Series { all, now })
}
