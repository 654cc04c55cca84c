//! What comes to a pipeline in its busiest second, and what it amounts to further on.

use super::table::Limit;
use crate::config::{Compression, Front, Pipeline};
use crate::cost::Inputs;

/// Months are of 30 days, as in an estimate.
pub(super) const DAYS: f64 = 30.0;
const SECONDS: f64 = DAYS * 86_400.0;

/// A month's events and how they come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Load {
    pub(crate) events_per_month: f64,
    /// The busiest second, in average ones.
    pub(crate) peak: f64,
    /// Of an event with the newline behind it.
    pub(crate) event_bytes: f64,
    pub(crate) events_per_request: f64,
    pub(super) track_ms: f64,
    pub(super) mover_ms: f64,
    pub(super) preflights: f64,
    pub(super) refused: f64,
    pub(super) crawler_minutes: f64,
    pub(super) etl_minutes: f64,
    pub(super) athena_gb_per_second: f64,
    month: f64,
    json_ratio: f64,
    parquet_ratio: f64,
}

impl Load {
    /// What an estimate would be made of.
    pub(crate) fn of(inputs: &Inputs, pipeline: &Pipeline) -> Self {
        let ratio = match pipeline.delivery.compression {
            Compression::Gzip => inputs.get("gzip_ratio"),
            Compression::None => 1.0,
        };
        Self {
            events_per_month: inputs.get("events_per_month"),
            peak: inputs.get("peak_factor").max(1.0),
            event_bytes: inputs.get("event_bytes") + 1.0,
            events_per_request: inputs.get("events_per_request").max(1.0),
            track_ms: inputs.get("track_ms"),
            mover_ms: inputs.get("mover_ms"),
            preflights: inputs.get("preflights_per_request"),
            refused: inputs.get("refused_per_request"),
            crawler_minutes: inputs.get("crawler_minutes"),
            etl_minutes: inputs.get("etl_minutes"),
            athena_gb_per_second: inputs.get("athena_gb_per_second"),
            month: inputs.get("month"),
            json_ratio: ratio,
            parquet_ratio: inputs.get("parquet_ratio"),
        }
    }

    /// The same with another number of events.
    pub(crate) fn at(&self, events_per_month: f64) -> Self {
        Self { events_per_month, ..self.clone() }
    }

    /// Requests in a month that are taken.
    pub(super) fn requests_per_month(&self) -> f64 {
        self.events_per_month / self.events_per_request
    }

    /// In the busiest second.
    pub(crate) fn requests(&self) -> f64 {
        self.requests_per_month() / SECONDS * self.peak
    }

    /// Calls of `track`: behind a function URL, it is also asked by those without a right key; behind API Gateway, by
    /// preflights where there are several origins to choose from.
    pub(super) fn calls(&self, pipeline: &Pipeline) -> f64 {
        let chooses = pipeline.ingest.cors.origins.len() > 1;
        let beside = match pipeline.has_front(Front::RestApi) {
            true if chooses => self.preflights,
            true => 0.0,
            false => self.refused,
        };
        self.requests() * (1.0 + beside)
    }

    /// Of the body of a request.
    pub(super) fn body(&self) -> f64 {
        self.events_per_request * self.event_bytes
    }

    /// Firehose records: `track` packs the events of a request into as few as hold them.
    pub(super) fn records(&self) -> f64 {
        self.requests() * in_parts(self.body(), "firehose.record")
    }

    /// `PutRecordBatch` requests: one of each request, unless it has more than these take, in base64.
    pub(super) fn batches(&self) -> f64 {
        self.requests() * in_parts(self.body() * 4.0 / 3.0, "firehose.batch")
    }

    /// Bytes in the busiest second, as Firehose takes them in.
    pub(super) fn bytes(&self) -> f64 {
        self.requests() * self.body()
    }

    /// Files that Firehose writes in the busiest second: when the buffer is full, or its time has come.
    pub(super) fn files(&self, pipeline: &Pipeline) -> f64 {
        let buffer = &pipeline.delivery.buffer;
        let by_size = self.bytes() / (buffer.size.0 as f64).max(1.0);
        let by_time = 1.0 / buffer.interval.as_secs_f64().max(1.0);
        by_size.max(by_time.min(self.requests()))
    }

    /// What a query over the whole of the table reads that people ask: Parquet, where there is some.
    pub(super) fn table_bytes(&self, pipeline: &Pipeline) -> f64 {
        let expire = &pipeline.bucket.expire;
        let (ratio, days) = match pipeline.parquet_prefix() {
            Some(_) => (self.parquet_ratio, expire.parquet),
            None => (self.json_ratio, expire.partitioned),
        };
        let months = days.map_or(self.month, |days| self.month.min(f64::from(days.0) / DAYS));
        self.events_per_month * self.event_bytes * ratio * months
    }
}

/// How many parts of a limit's size hold so many bytes.
fn in_parts(bytes: f64, limit: &str) -> f64 {
    let size = Limit::of(limit).map_or(f64::INFINITY, |limit| limit.value(""));
    (bytes / size).ceil().max(1.0)
}
