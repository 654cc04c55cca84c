//! `pipeline.yaml`: from its text to a checked [`Pipeline`].

mod column;
mod cron_field;
mod pipeline;
mod schedule;
mod units;

pub(crate) use column::{Column, ColumnType};
pub(crate) use pipeline::{
    Architecture, Bucket, Buffer, Catalog, Compression, Cors, Crawler, Crawlers, Delivery, Etl, Execution, Expire,
    Function, GlueVersion, Ingest, Mover, Period, Pipeline, Query, QueryResults, Quota, Throttle, Usage, WorkerType,
    Workers, table_name,
};
pub(crate) use schedule::Schedule;
pub(crate) use units::{ByteSize, Days, Rate, show_count, show_duration};
