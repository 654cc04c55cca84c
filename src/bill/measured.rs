//! What AWS tells of a pipeline's days beside the bill: CloudWatch's metrics, runs, crawls, queries.

use super::Days;
use crate::aws::{Aws, Result, pages, read};
use crate::cost::Billed;
use aws_sdk_athena::types::QueryExecution;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use aws_smithy_types::DateTime;
use std::collections::BTreeMap;

/// Calls of a function, and their milliseconds together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Calls {
    pub(crate) count: f64,
    pub(crate) millis: f64,
}

/// Of all crawlers together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Crawls {
    pub(crate) count: f64,
    pub(crate) dpu_hours: f64,
    /// The longest.
    pub(crate) minutes: f64,
}

/// `None` and 0: there is none of it, or it was not told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// That API Gateway has counted.
    pub(crate) requests: Option<f64>,
    pub(crate) track: Option<Calls>,
    pub(crate) mover: Option<Calls>,
    /// Of Firehose: bytes and records that came, and files that were delivered.
    pub(crate) bytes: Option<f64>,
    pub(crate) records: Option<f64>,
    pub(crate) files: Option<f64>,
    /// Seconds of each run of the job.
    pub(crate) runs: Option<Vec<f64>>,
    pub(crate) crawls: Option<Crawls>,
    /// Bytes that each query has scanned and is billed for.
    pub(crate) queries: Option<Vec<f64>>,
    /// What could not be read, and why.
    pub(crate) untold: Vec<String>,
}

/// Whatever may be read; what may not is told, and no failure.
pub(crate) async fn measure(aws: &Aws, billed: &Billed, days: Days) -> Measured {
    let mut all = Measured::default();
    let metrics = metrics(aws, days).await;
    let mut metrics = all.told("metrics", metrics).unwrap_or_default();
    let mut take = |name: &str| metrics.remove(name);
    let calls = |count: Option<f64>, millis: Option<f64>| Some(Calls { count: count?, millis: millis? });
    all.requests = take("requests");
    all.track = calls(take("track_calls"), take("track_millis"));
    all.mover = calls(take("mover_calls"), take("mover_millis"));
    (all.bytes, all.records, all.files) = (take("bytes"), take("records"), take("files"));
    if billed.has_job() {
        let runs = runs(aws, days).await;
        all.runs = all.told("runs of the job", runs);
    }
    let mut crawls = Crawls::default();
    for crawler in billed.crawlers() {
        let found = crawled(aws, crawler, days).await;
        let Some(one) = all.told("crawls", found) else { continue };
        crawls.count += one.count;
        crawls.dpu_hours += one.dpu_hours;
        crawls.minutes = crawls.minutes.max(one.minutes);
        all.crawls = Some(crawls);
    }
    let queries = queries(aws, days).await;
    all.queries = all.told("queries", queries);
    all
}

impl Measured {
    fn told<T>(&mut self, what: &str, found: Result<T>) -> Option<T> {
        found.map_err(|error| self.untold.push(format!("{what}: {error}"))).ok()
    }
}

/// Their sums, by what they are called here.
async fn metrics(aws: &Aws, days: Days) -> Result<BTreeMap<String, f64>> {
    let (track, mover) = (aws.names.function("track"), aws.names.function("mover"));
    let (front, stream) = (aws.names.rest_api(), aws.names.stream());
    let (api, lambda, firehose) = ("AWS/ApiGateway", "AWS/Lambda", "AWS/Firehose");
    let wanted = [
        ("requests", api, "Count", "ApiName", &front),
        ("track_calls", lambda, "Invocations", "FunctionName", &track),
        ("track_millis", lambda, "Duration", "FunctionName", &track),
        ("mover_calls", lambda, "Invocations", "FunctionName", &mover),
        ("mover_millis", lambda, "Duration", "FunctionName", &mover),
        ("bytes", firehose, "IncomingBytes", "DeliveryStreamName", &stream),
        ("records", firehose, "IncomingRecords", "DeliveryStreamName", &stream),
        ("files", firehose, "DeliveryToS3.Success", "DeliveryStreamName", &stream),
    ];
    let query = |(id, namespace, name, dimension, value): (&str, &str, &str, &str, &String)| {
        // Of `DeliveryToS3.Success` it is the number of samples that counts files: their sum is the same.
        let dimension = Dimension::builder().name(dimension).value(value).build();
        let metric = Metric::builder().namespace(namespace).metric_name(name).dimensions(dimension).build();
        let sum = MetricStat::builder().metric(metric).period(86_400).stat("Sum").build();
        MetricDataQuery::builder().id(id).metric_stat(sum).build()
    };
    let queries: Vec<_> = wanted.into_iter().map(query).collect();
    let (from, end) = days.seconds();
    let ask = |token: Option<String>| {
        let request = aws.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries.clone()));
        let request = request.start_time(DateTime::from_secs(from)).end_time(DateTime::from_secs(end));
        request.scan_by(ScanBy::TimestampAscending).set_next_token(token).send()
    };
    let answers = pages("cloudwatch:GetMetricData", ask, |page| page.next_token()).await?;
    let mut sums = BTreeMap::new();
    for result in answers.iter().flat_map(|page| page.metric_data_results()) {
        if let (Some(id), false) = (result.id(), result.values().is_empty()) {
            *sums.entry(id.to_owned()).or_default() += result.values().iter().sum::<f64>();
        }
    }
    Ok(sums)
}

/// The seconds of each run that began in these days.
async fn runs(aws: &Aws, days: Days) -> Result<Vec<f64>> {
    let job = aws.names.job();
    let ask = |from: Option<String>| aws.glue.get_job_runs().job_name(&job).set_next_token(from).send();
    let answers = pages("glue:GetJobRuns", ask, |page| page.next_token()).await?;
    let runs = answers.iter().flat_map(|page| page.job_runs());
    let in_time = runs.filter(|run| run.started_on().is_some_and(|time| days.has(time.secs())));
    Ok(in_time.filter(|run| run.completed_on().is_some()).map(|run| f64::from(run.execution_time())).collect())
}

async fn crawled(aws: &Aws, crawler: &str, days: Days) -> Result<Crawls> {
    let ask = |from: Option<String>| aws.glue.list_crawls().crawler_name(crawler).set_next_token(from).send();
    let answers = pages("glue:ListCrawls", ask, |page| page.next_token()).await?;
    let mut all = Crawls::default();
    for crawl in answers.iter().flat_map(|page| page.crawls()) {
        let (Some(start), Some(end)) = (crawl.start_time(), crawl.end_time()) else { continue };
        if days.has(start.secs()) {
            all.count += 1.0;
            all.dpu_hours += crawl.dpu_hour();
            all.minutes = all.minutes.max((end.secs() - start.secs()) as f64 / 60.0);
        }
    }
    Ok(all)
}

/// A query scans this much at least.
const LEAST: f64 = (10 << 20) as f64;

async fn queries(aws: &Aws, days: Days) -> Result<Vec<f64>> {
    let group = aws.names.workgroup();
    let ask = |from: Option<String>| aws.athena.list_query_executions().work_group(&group).set_next_token(from).send();
    let answers = pages("athena:ListQueryExecutions", ask, |page| page.next_token()).await?;
    let ids: Vec<_> = answers.iter().flat_map(|page| page.query_execution_ids()).cloned().collect();
    let mut all = vec![];
    for some in ids.chunks(50) {
        let ask = || aws.athena.batch_get_query_execution().set_query_execution_ids(Some(some.to_vec())).send();
        let found = read("athena:BatchGetQueryExecution", ask).await?;
        all.extend(found.query_executions().iter().filter_map(|query| scanned(query, days)));
    }
    Ok(all)
}

/// `None`: it is of other days, has failed, or reads no data.
fn scanned(query: &QueryExecution, days: Days) -> Option<f64> {
    let status = query.status()?;
    let state = status.state()?.as_str();
    let counts = ["SUCCEEDED", "CANCELLED"].contains(&state) && query.statement_type()?.as_str() == "DML";
    let in_time = status.submission_date_time().is_some_and(|time| days.has(time.secs()));
    let bytes = query.statistics()?.data_scanned_in_bytes().unwrap_or_default();
    (counts && in_time).then(|| (bytes as f64).max(LEAST))
}
