//! The article's pipeline, for tests of what is rendered from one.

use crate::config::{
    Architecture, Bucket, Buffer, ByteSize, Catalog, Column, ColumnType, Compression, Cors, Crawler, Crawlers,
    Delivery, Etl, Execution, Expire, Function, GlueVersion, Ingest, Mover, Pipeline, Query, QueryResults, Rate,
    Schedule, Throttle, Usage, WorkerType, Workers,
};
use crate::names::Names;
use std::time::Duration;

pub(super) fn names(partition: &str, region: &str) -> Names {
    let [partition, account, region] = [partition, "123456789012", region].map(str::to_owned);
    Names { partition, account, region, pipeline: "clickstream".into(), stage: "prod".into() }
}

pub(super) fn pipeline() -> Pipeline {
    let crawler = || Crawler { schedule: Schedule::hourly() };
    Pipeline {
        name: "clickstream".into(),
        stage: "prod".into(),
        region: Some("us-east-1".into()),
        tags: [].into(),
        bucket: Bucket { name: "acme-clickstream".into(), expire: Expire::default(), versioning: false },
        ingest: ingest(),
        delivery: Delivery {
            buffer: Buffer { size: ByteSize::mib(128), interval: Duration::from_secs(900) },
            compression: Compression::Gzip,
            prefix: "analytics_raw/".into(),
            errors: "analytics_errors/".into(),
        },
        mover: Mover { prefix: "partitioned_analytics_raw/".into(), function: function() },
        schema: [("event", ColumnType::String), ("userid", ColumnType::String), ("datetime", ColumnType::Timestamp)]
            .map(|(name, column_type)| Column { name: name.into(), column_type })
            .into(),
        catalog: Catalog { database: "clickstream".into(), crawlers: Crawlers { raw: crawler(), parquet: crawler() } },
        etl: etl(),
        query: Query {
            scan_limit: ByteSize::mib(1 << 20),
            results: QueryResults { prefix: "athena_results/".into(), expire: None },
            queries: [].into(),
        },
        usage: Usage {
            events_per_month: 200_000_000,
            event_size: ByteSize(200),
            events_per_request: 1,
            athena_scanned_per_month: ByteSize::mib(500 << 20),
        },
    }
}

fn ingest() -> Ingest {
    Ingest {
        path: "/track".into(),
        cors: Cors { origins: vec!["*".into()] },
        api_keys: vec!["client".into()],
        throttle: Throttle { rate: Rate::parse("1000/s").unwrap(), burst: 2000 },
        quota: None,
        function: function(),
    }
}

fn function() -> Function {
    Function {
        memory: ByteSize::mib(128),
        timeout: Duration::from_secs(5),
        architecture: Architecture::Arm64,
        reserved_concurrency: None,
        log_retention: None,
    }
}

fn etl() -> Etl {
    Etl {
        schedule: Schedule::hourly(),
        output: "analytics_data/".into(),
        workers: Workers { worker_type: WorkerType::G1X, count: 10 },
        glue_version: GlueVersion::V5,
        timeout: Duration::from_secs(3600),
        execution: Execution::Standard,
    }
}
