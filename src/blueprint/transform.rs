//! The catalog, the job and what queries them.

use super::{Added, Design, etl_script, policies};
use crate::config::{Crawler as Settings, Etl, Tables, table_name};
use crate::resources::{
    Behavior, Bucket, Columns, Configuration, Crawler, Database, Format, Graph, Job, NamedQuery, Object, Partitions,
    Role, RoleName, Since, Sql, Table, Trigger, Workgroup,
};

/// A run that fails is tried once more; what it had not finished stays unread, thanks to bookmarks.
const RETRIES: i32 = 1;

/// The database, and what it holds by itself.
#[derive(Clone, Copy)]
pub(super) struct Catalog {
    pub(super) database: Added<Database>,
    /// Declared, so that Firehose can convert by it.
    pub(super) parquet: Option<Added<Table>>,
}

/// Before the stream, which may need a table.
pub(super) fn add_catalog<'a>(graph: &mut Graph<'a>, design: Design<'a>, bucket: Added<Bucket>) -> Catalog {
    let pipeline = design.pipeline;
    let database = graph.add("catalog", move |_| Database {
        name: pipeline.catalog.database.clone(),
        description: design.description("Tables"),
        tags: design.tags(),
    });
    if pipeline.catalog.tables == Tables::Crawled {
        return Catalog { database, parquet: None };
    }
    let raw = pipeline.raw_prefix().map(|prefix| ("raw", prefix, Format::Json));
    let parquet = pipeline.parquet_prefix().map(|prefix| ("parquet", prefix, Format::Parquet));
    let [_, parquet] = [raw, parquet].map(|table| table.map(|table| add_table(graph, design, table, bucket, database)));
    Catalog { database, parquet }
}

/// Under the name that a crawler would give it.
fn add_table<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    (name, prefix, format): (&'static str, &'a str, Format),
    bucket: Added<Bucket>,
    database: Added<Database>,
) -> Added<Table> {
    let Design { pipeline, .. } = design;
    graph.add(name, move |out| {
        let location = format!("s3://{}/{prefix}", out[bucket].bucket);
        Table {
            database: out[database].name.clone(),
            name: table_name(prefix),
            description: design.description("Events"),
            format: format.clone(),
            columns: Columns::of(&pipeline.schema),
            partitions: Partitions::daily(&location),
            since: Since(pipeline.catalog.since),
            location,
        }
    })
}

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>, bucket: Added<Bucket>, catalog: Catalog) {
    let pipeline = design.pipeline;
    let database = catalog.database;
    if pipeline.catalog.tables == Tables::Crawled || pipeline.etl.is_some() {
        let role = add_role(graph, design, bucket, database);
        if pipeline.catalog.tables == Tables::Crawled {
            add_crawlers(graph, design, bucket, database, role);
        }
        if let Some(etl) = &pipeline.etl {
            add_job(graph, design, etl, bucket, role);
        }
    }
}

fn add_role<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    database: Added<Database>,
) -> Added<Role> {
    let Design { names, .. } = design;
    graph.add("etl", move |out| {
        let (bucket, database) = (out.predicted(bucket), out.predicted(database));
        let arns = [("bucket_arn", bucket.arn.as_str()), ("database", database.name.as_str())];
        let measures = design.pipeline.etl.as_ref().is_some_and(|etl| etl.metrics);
        let policy = design.policy_of(policies::ETL, if measures { &[policies::MEASURE] } else { &[] }, &arns);
        design.role(names.glue_role("etl"), "Role of the crawlers and the job", policies::TRUST_GLUE, policy)
    })
}

/// One for each table.
fn add_crawlers<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    database: Added<Database>,
    role: Added<Role>,
) {
    let Design { pipeline, .. } = design;
    let crawlers = &pipeline.catalog.crawlers;
    let tables =
        [("raw", pipeline.raw_prefix(), &crawlers.raw), ("parquet", pipeline.parquet_prefix(), &crawlers.parquet)];
    for (name, prefix, settings) in tables {
        if let Some(prefix) = prefix {
            add_crawler(graph, design, (name, prefix, settings), bucket, database, role);
        }
    }
}

fn add_crawler<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    (name, prefix, settings): (&'static str, &'a str, &'a Settings),
    bucket: Added<Bucket>,
    database: Added<Database>,
    role: Added<Role>,
) {
    let Design { names, .. } = design;
    graph.add(name, move |out| Crawler {
        name: names.crawler(name),
        role: RoleName(out[role].arn.clone()),
        database: out[database].name.clone(),
        target: format!("s3://{}/{prefix}", out[bucket].bucket),
        schedule: (&settings.schedule).into(),
        behavior: Behavior::follow(),
        configuration: Configuration::one_table(),
        description: design.description("Finds partitions"),
        tags: design.tags(),
        found: None,
    });
}

fn add_job<'a>(graph: &mut Graph<'a>, design: Design<'a>, etl: &'a Etl, bucket: Added<Bucket>, role: Added<Role>) {
    let Design { pipeline, names, .. } = design;
    let script = graph.add("etl", move |out| {
        let (text, meaning) = (etl_script::etl_script(pipeline, names), etl_script::etl_meaning(pipeline, names));
        Object::script(&out[bucket].bucket, text, &meaning)
    });
    let job = graph.add("etl", move |out| {
        let minutes = etl.timeout.as_secs() / 60;
        Job {
            name: names.job(),
            role: RoleName(out[role].arn.clone()),
            script: out[script].uri.clone(),
            glue_version: etl.glue_version.to_string(),
            worker_type: etl.workers.worker_type.to_string(),
            workers: i32::try_from(etl.workers.count).unwrap_or(i32::MAX),
            timeout: i32::try_from(minutes).unwrap_or(i32::MAX),
            concurrent_runs: 1,
            max_retries: RETRIES,
            execution_class: etl.execution.to_string().to_uppercase(),
            arguments: etl_script::etl_arguments(pipeline),
            description: design.description("JSON to Parquet"),
            tags: design.tags(),
            found: None,
        }
    });
    graph.add("etl", move |out| Trigger {
        name: names.trigger(),
        fires: None,
        schedule: (&etl.schedule).into(),
        job: out[job].name.clone(),
        enabled: true,
        description: design.description("Starts the job"),
        tags: design.tags(),
        found: vec![],
    });
}

pub(super) fn add_queries<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    bucket: Added<Bucket>,
    catalog: Catalog,
) -> Added<Workgroup> {
    let database = catalog.database;
    let Design { pipeline, names, .. } = design;
    let workgroup = graph.add("query", move |out| Workgroup {
        name: names.workgroup(),
        description: design.description("Queries"),
        output_location: format!("s3://{}/{}", out[bucket].bucket, pipeline.query.results.prefix),
        scan_limit: Some(i64::try_from(pipeline.query.scan_limit.0).unwrap_or(i64::MAX)),
        enforced: true,
        encryption: Some(if design.key.is_some() { "SSE_KMS" } else { "SSE_S3" }.to_owned()),
        kms_key: design.key.map(|key| out[key].arn.clone()),
        metrics: true,
        engine: "Athena engine version 3".to_owned(),
        enabled: true,
        tags: design.tags(),
    });
    for (name, sql) in &pipeline.query.queries {
        graph.add(name, move |out| NamedQuery {
            name: name.clone(),
            workgroup: out[workgroup].name.clone(),
            database: out[database].name.clone(),
            sql: Sql(sql.clone()),
            description: NamedQuery::mark(design.names),
        });
    }
    workgroup
}
