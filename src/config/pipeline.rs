//! What a pipeline file asks for, checked and with every default filled in.
//!
//! An `Option` is left only where absence means something of its own, and its comment says what.

use super::column::Column;
use super::dashboard::{Dashboard, with_database};
use super::places::Places;
use super::schedule::Schedule;
use super::units::{ByteSize, Days, Rate};
use super::words::{
    Architecture, Compression, Execution, Format, Front, GlueVersion, LogLevel, Partition, Period, Security, Shape,
    Tables, WorkerType,
};
use crate::chart::Hint;
use crate::names::{IgnoredTags, Names};
use std::collections::BTreeMap;
use std::time::Duration;

/// A whole `pipeline.yaml`.
///
/// As loaded, strings may hold `${account}` and `${region}`, which only AWS can tell;
/// [`Pipeline::resolve`] fills them in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pipeline {
    /// Prefix of every resource name: `[a-z][a-z0-9-]{2,31}`.
    pub(crate) name: String,
    pub(crate) stage: String,
    /// `None`: whatever region the AWS configuration chain gives.
    pub(crate) region: Option<String>,
    /// The only account that this stage may be in. `None`: whichever the credentials are of.
    pub(crate) account: Option<String>,
    /// What is worked as. `None`: as who the credentials are of.
    pub(crate) role: Option<AssumedRole>,
    /// On everything that can be tagged, beside the tags that pipectl keeps for itself.
    pub(crate) tags: BTreeMap<String, String>,
    /// The managed policy that bounds every role, by ARN or by name. `None`: none does.
    pub(crate) boundary: Option<String>,
    /// What the paths of roles begin with; empty for nothing.
    pub(crate) role_path: String,
    /// What resources are called that somebody else has made, by address: `lambda.function.track`.
    pub(crate) names: BTreeMap<String, String>,
    /// Tags of others, which stay as they are.
    pub(crate) ignored: IgnoredTags,
    /// How much is spent on what AWS does well enough by itself.
    pub(crate) security: Security,
    /// Which parts are the default.
    pub(crate) shape: Shape,
    pub(crate) bucket: Bucket,
    pub(crate) ingest: Ingest,
    pub(crate) delivery: Delivery,
    pub(crate) mover: Mover,
    /// The columns of an event, in the order of the file.
    pub(crate) schema: Vec<Column>,
    pub(crate) events: Events,
    pub(crate) catalog: Catalog,
    /// `None`: there is no job.
    pub(crate) etl: Option<Etl>,
    pub(crate) query: Query,
    pub(crate) alarms: Option<Alarms>,
    pub(crate) dashboard: Option<Dashboard>,
    pub(crate) usage: Usage,
    /// Where in the file all this is.
    pub(crate) places: Places,
}

/// A role that the caller takes on before anything is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AssumedRole {
    pub(crate) arn: String,
    /// `None`: the role's trust policy asks for none.
    pub(crate) external_id: Option<String>,
}

/// The S3 bucket that holds every stage of the data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bucket {
    /// [`Names::bucket`] unless the file says otherwise.
    pub(crate) name: String,
    /// Whether the file says it.
    pub(crate) is_named: bool,
    pub(crate) expire: Expire,
    pub(crate) versioning: bool,
    /// The ARN of a key that is somebody else's. `None`: S3's own keys, or the pipeline's.
    pub(crate) kms_key: Option<String>,
}

/// Lifecycle rules; `None` keeps the objects for ever.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Expire {
    /// The JSON in Hive partitions: under `mover.prefix`.
    pub(crate) partitioned: Option<Days>,
    /// The Parquet files: under `etl.output` or `delivery.parquet`.
    pub(crate) parquet: Option<Days>,
}

/// What takes events: the function `track`, and what stands in front of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ingest {
    /// One, or several while clients move.
    pub(crate) front: Vec<Front>,
    /// Begins with `/`.
    pub(crate) path: String,
    pub(crate) cors: Cors,
    /// Names of the API keys; none makes the method public.
    pub(crate) api_keys: Vec<String>,
    pub(crate) throttle: Throttle,
    /// `None`: no limit but the throttle.
    pub(crate) quota: Option<Quota>,
    pub(crate) function: Function,
}

/// Which web pages may post events. Without an origin there is no `OPTIONS` method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cors {
    /// `*` alone, or origins such as `https://example.com`.
    pub(crate) origins: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Throttle {
    pub(crate) rate: Rate,
    /// Requests at once.
    pub(crate) burst: u32,
}

/// How many requests one API key may make.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quota {
    pub(crate) requests: u32,
    pub(crate) per: Period,
}

/// A Lambda function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    /// Whole mebibytes, which Lambda calls MB.
    pub(crate) memory: ByteSize,
    /// Whole seconds.
    pub(crate) timeout: Duration,
    pub(crate) architecture: Architecture,
    /// `None`: shares the concurrency of the account. Zero stops the function.
    pub(crate) reserved_concurrency: Option<u32>,
    /// `None`: CloudWatch Logs keeps them for ever.
    pub(crate) log_retention: Option<Days>,
    pub(crate) log_level: LogLevel,
}

/// The Firehose stream.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) buffer: Buffer,
    /// Of JSON: Parquet compresses its own pages.
    pub(crate) compression: Compression,
    pub(crate) partition: Partition,
    pub(crate) format: Format,
    /// Whether Parquet has the JSON beside it that it was made of.
    pub(crate) keep_json: bool,
    /// Where it writes for the mover; ends with `/`.
    pub(crate) prefix: String,
    /// Where it writes Parquet, where it does; ends with `/`.
    pub(crate) parquet: String,
    /// Where it writes what it could not deliver; ends with `/`.
    pub(crate) errors: String,
}

/// Firehose writes a file when either is reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Buffer {
    /// Whole mebibytes, which Firehose calls MB.
    pub(crate) size: ByteSize,
    /// Whole seconds.
    pub(crate) interval: Duration,
}

/// The JSON in Hive partitions, and the function that moves files there unless Firehose writes them there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mover {
    /// Where the folders of the days lie; ends with `/`.
    pub(crate) prefix: String,
    pub(crate) function: Function,
}

/// The Glue database, and how its tables come about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Catalog {
    /// `{name}_{stage}` unless the file says otherwise.
    pub(crate) database: String,
    pub(crate) tables: Tables,
    /// The first year that queries over declared tables look for. `None`: that of the first file when a table is made.
    pub(crate) since: Option<i32>,
    /// Where tables are crawled.
    pub(crate) crawlers: Crawlers,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Crawlers {
    pub(crate) raw: Crawler,
    pub(crate) parquet: Crawler,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Crawler {
    pub(crate) schedule: Schedule,
}

/// The Glue job that turns JSON into Parquet, and its trigger.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Etl {
    pub(crate) schedule: Schedule,
    /// Where it writes; ends with `/`.
    pub(crate) output: String,
    pub(crate) workers: Workers,
    pub(crate) glue_version: GlueVersion,
    /// Whole minutes.
    pub(crate) timeout: Duration,
    pub(crate) execution: Execution,
    /// Whether its runs report to CloudWatch, which bills each figure.
    pub(crate) metrics: bool,
    /// What its bookmark is kept under, within the job.
    pub(crate) bookmark: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Workers {
    pub(crate) worker_type: WorkerType,
    pub(crate) count: u32,
}

/// Who is told of what goes wrong, and when it does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Alarms {
    pub(crate) email: Option<String>,
    /// Events that wait longer in Firehose are late.
    pub(crate) freshness: Duration,
    /// Of a hundred calls and requests, so many may fail.
    pub(crate) errors: f64,
    /// What the pipeline may cost in a month, in US dollars.
    pub(crate) budget: Option<f64>,
}

/// What is agreed about events beside their columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Events {
    /// The column that tells an event from all others.
    pub(crate) id: Option<String>,
    /// The columns that `track` writes into each, whatever a client says.
    pub(crate) added: Vec<Column>,
    /// Which `track` rejects, as it is told: `unknown` fields, `invalid` values.
    pub(crate) rejected: Vec<&'static str>,
}

/// The Athena workgroup and its named queries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Query {
    /// Athena cancels a query that scans more.
    pub(crate) scan_limit: ByteSize,
    pub(crate) results: QueryResults,
    /// SQL by name. As loaded, `${raw_table}`, `${parquet_table}` and `${database}` stand for themselves.
    pub(crate) queries: BTreeMap<String, String>,
    /// How their answers are drawn, of those of which the file says it. No resource has anything of it.
    pub(crate) charts: BTreeMap<String, Hint>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryResults {
    /// Ends with `/`.
    pub(crate) prefix: String,
    /// `None`: kept for ever.
    pub(crate) expire: Option<Days>,
}

/// What the pipeline is expected to carry: only `cost-estimate` reads it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Usage {
    pub(crate) events_per_month: u64,
    pub(crate) event_size: ByteSize,
    pub(crate) events_per_request: u64,
    pub(crate) athena_scanned_per_month: ByteSize,
    /// Those of [`super::FIGURES`] that the file gives.
    pub(crate) figures: BTreeMap<&'static str, f64>,
}

impl Pipeline {
    /// The same pipeline with every placeholder filled in, for one account and region.
    pub(crate) fn resolve(mut self, account: &str, region: &str) -> Self {
        let place = |text: &str| text.replace("${account}", account).replace("${region}", region);
        self.region = Some(region.to_owned());
        self.bucket.name = match self.bucket.is_named {
            true => place(&self.bucket.name),
            false => Names::bucket(&self.name, &self.stage, account, region),
        };
        self.catalog.database = place(&self.catalog.database);
        self.tags.values_mut().for_each(|value| *value = place(value));
        self.names.values_mut().for_each(|value| *value = place(value));
        if let Some(mut dashboard) = self.dashboard.take() {
            let drawn = dashboard.drawn(&self.query.charts, &self.query.queries);
            let filled = |sql: &str| self.fill_tables(&with_database(&place(sql)));
            dashboard.charts = drawn.map(|(name, sql)| (name.clone(), filled(sql))).collect();
            self.dashboard = Some(dashboard);
        }
        let queries = self.query.queries.iter();
        self.query.queries = queries.map(|(name, sql)| (name.clone(), self.fill_tables(&place(sql)))).collect();
        self
    }

    /// Whether the pipeline has a key of its own, and all that comes with it.
    pub(crate) fn is_strict(&self) -> bool {
        self.security == Security::Strict
    }

    pub(crate) fn has_front(&self, front: Front) -> bool {
        self.ingest.front.contains(&front)
    }

    pub(crate) fn has_mover(&self) -> bool {
        self.delivery.partition == Partition::Mover
    }

    /// The columns that a client fills: all but those that `track` writes.
    pub(crate) fn sent_columns(&self) -> Vec<Column> {
        let sent = self.schema.iter().filter(|column| !self.events.added.iter().any(|added| added.name == column.name));
        sent.cloned().collect()
    }

    /// Whether Firehose writes Parquet.
    pub(crate) fn converts(&self) -> bool {
        self.delivery.format == Format::Parquet
    }

    /// SQL with the names of the tables and the database in place of their placeholders. Those of a table that is not
    /// there are left: a file cannot have them.
    pub(crate) fn fill_tables(&self, sql: &str) -> String {
        let tables = [("${raw_table}", self.raw_table()), ("${parquet_table}", self.parquet_table())];
        let filled = tables.into_iter().fold(sql.to_owned(), |sql, (name, table)| match table {
            Some(table) => sql.replace(name, &table),
            None => sql,
        });
        filled.replace("${database}", &self.catalog.database)
    }

    /// Where the partitioned JSON lies, if it is kept.
    pub(crate) fn raw_prefix(&self) -> Option<&str> {
        (!self.converts() || self.delivery.keep_json).then_some(self.mover.prefix.as_str())
    }

    /// Where the Parquet files lie, if there are any.
    pub(crate) fn parquet_prefix(&self) -> Option<&str> {
        match &self.etl {
            _ if self.converts() => Some(&self.delivery.parquet),
            etl => etl.as_ref().map(|etl| etl.output.as_str()),
        }
    }

    /// The catalog's table over the partitioned JSON.
    /// The field that tells events apart: what clients call it, unless the file says.
    pub(crate) fn event_id(&self) -> &str {
        self.events.id.as_deref().unwrap_or("event_id")
    }

    pub(crate) fn raw_table(&self) -> Option<String> {
        self.raw_prefix().map(table_name)
    }

    /// Where a replay puts files that the mover has left, out of its way.
    pub(crate) fn replayed_prefix(&self) -> String {
        format!("{}replayed/", self.delivery.errors)
    }

    /// The catalog's table over the Parquet files.
    pub(crate) fn parquet_table(&self) -> Option<String> {
        self.parquet_prefix().map(table_name)
    }
}

/// What AWS's crawler calls the table over a prefix: its last path element, in lower case, with `_` for
/// every character that a table name cannot have.
pub(crate) fn table_name(prefix: &str) -> String {
    let element = prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    element.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}
