//! The shape of `pipeline.yaml`: every key, what it means and what it is when it is left out.

use super::column::{Column, ColumnType};
use super::pipeline::{
    Architecture, AssumedRole, Bucket, Buffer, Catalog, Compression, Cors, Crawler, Crawlers, Delivery, Etl, Execution,
    Expire, Function, GlueVersion, Ingest, Mover, Period, Pipeline, Query, QueryResults, Quota, Security, Throttle,
    WorkerType, Workers,
};
use super::places::Places;
use super::reader::{Form, Section};
use super::schedule::Schedule;
use super::units::{ByteSize, Days, Rate};
use super::values::{self, FunctionLimits};
use crate::names::IgnoredTags;
use std::collections::BTreeSet;
use std::time::Duration;

/// Placeholders that only AWS can fill in.
const PLACE: &[&str] = &["account", "region"];
/// Placeholders of queries.
const TABLES: &[&str] = &["account", "region", "raw_table", "parquet_table", "database"];

/// The queries of a file that has none of its own: the article's, with the column that each needs.
const QUERIES: &[(&str, &str, &str)] = &[
    ("distinct_users_this_month", include_str!("../../templates/queries/distinct_users_this_month.sql"), "userid"),
    ("events_by_day", include_str!("../../templates/queries/events_by_day.sql"), "event"),
    ("distinct_users_by_month", include_str!("../../templates/queries/distinct_users_by_month.sql"), "userid"),
];

type Group<'s, 'r, 'a> = &'s mut Section<'r, 'a>;

/// How long functions' logs are kept unless the file says otherwise, and with `security: strict`.
const FORTNIGHT: Days = Days(14);
const YEAR: Days = Days(365);

const NAME: Form = Form::Pattern("^[a-z][a-z0-9-]{2,31}$");

/// Reads a whole file but for its stage, which decides how the rest is read, and the name that the command line gives. Where a value is wrong, its problem is noted and its default taken.
pub(super) fn pipeline(at: Group<'_, '_, '_>, given: Option<&str>, stage: &str) -> Pipeline {
    let name = at.required("name", "What every resource's name begins with.", NAME, values::name);
    let name = given.map(str::to_owned).or(name).unwrap_or_else(|| "pipeline".to_owned());
    at.known("stage", "One of several copies of the pipeline; `--stage` overrides it.", Form::Text, "dev");
    let region = at.optional(
        "region",
        "Where it is made; without it, where the AWS configuration says. `--region` overrides it.",
        Form::Text,
        values::region,
    );
    let account = at.by_stage(
        "account",
        "The account that it may be in, or one for each stage: `{ prod: \"123456789012\" }`; credentials of another one are refused.",
        Form::Quantity,
        stage,
        values::account,
    );
    let role = role(at, stage);
    let mut taken = BTreeSet::new();
    let tags = at.names(
        "tags",
        "On everything that can be tagged.",
        false,
        PLACE,
        |key| values::tag_key(key, &mut taken),
        values::tag_value,
    );
    let boundary = at.optional(
        "permissions_boundary",
        "The policy that every role is bounded by, as its ARN, or as its name in the account.",
        Form::Text,
        values::managed_policy,
    );
    let role_path = at.value(
        "role_path",
        "What the paths of roles begin with.",
        Form::Pattern("^/"),
        "/".to_owned(),
        values::role_path,
    );
    let ignored =
        at.group("ignore_tags", "Tags that others put on resources: they are not shown, and stay.", |at| IgnoredTags {
            keys: at.list("keys", "Whole keys, such as `CreatedBy`.", Form::Text, vec![], values::ignored_tag),
            prefixes: at.list("prefixes", "What keys begin with.", Form::Text, vec![], values::ignored_tag),
        });
    let security = at.value(
        "security",
        "`strict` adds what scanners ask for and AWS bills: a key of the pipeline's own (docs/security.md).",
        Form::OneOf(|| Security::ALL.iter().map(|one| one.as_str()).collect()),
        Security::Standard,
        values::one_of(Security::ALL),
    );
    let logs = if security == Security::Strict { YEAR } else { FORTNIGHT };
    let schema = schema(at);
    Pipeline {
        security,
        region,
        account,
        role,
        tags: tags.unwrap_or_default().into_iter().collect(),
        boundary,
        role_path,
        ignored,
        bucket: at.group("bucket", "The S3 bucket that holds every stage of the data.", |at| {
            bucket(at, (&name, stage), security)
        }),
        ingest: at.group("ingest", "The HTTP API and the function `track` behind it.", |at| ingest(at, logs)),
        delivery: at.group("delivery", "The Firehose stream.", delivery),
        mover: at.group("mover", "The function that moves files into Hive partitions.", |at| mover(at, logs)),
        catalog: at.group("catalog", "The Glue database and its crawlers.", |at| catalog(at, &name, stage)),
        etl: at.group("etl", "The Glue job that turns JSON into Parquet.", etl),
        query: at.group("query", "The Athena workgroup and its named queries.", |at| query(at, &schema)),
        usage: at.group(
            "usage",
            "What is expected to go through it; only cost-estimate reads this.",
            super::usage::usage,
        ),
        schema,
        places: Places::default(),
        name,
        stage: stage.to_owned(),
    }
}

fn role(at: Group<'_, '_, '_>, stage: &str) -> Option<AssumedRole> {
    let arn = at.by_stage(
        "role_arn",
        "The role to work as, or one for each stage.",
        Form::Pattern("^arn:[a-z-]+:iam::[0-9]{12}:role/"),
        stage,
        values::role,
    );
    let external_id = at.by_stage(
        "external_id",
        "What the role's trust policy wants to be told, or one for each stage.",
        Form::Text,
        stage,
        values::external_id,
    );
    arn.map(|arn| AssumedRole { arn, external_id })
}

fn bucket(at: Group<'_, '_, '_>, (name, stage): (&str, &str), security: Security) -> Bucket {
    let default = format!("{name}-{stage}-${{account}}-${{region}}");
    Bucket {
        name: at.value_with("name", "Unique in all of AWS.", Form::Text, default, PLACE, values::bucket),
        is_named: at.reader.has("bucket.name"),
        expire: at.group("expire", "Deletes objects of this age; without it they are kept for ever.", |at| Expire {
            partitioned: at.optional("partitioned", "The JSON in Hive partitions.", Form::Text, values::expiry),
            parquet: at.optional("parquet", "The Parquet files.", Form::Text, values::expiry),
        }),
        versioning: at.flag("versioning", "Keeps what is overwritten or deleted.", security == Security::Strict),
        kms_key: at.optional(
            "kms_key",
            "The ARN of a key that the bucket is encrypted with; its policy has to let the pipeline's roles use it.",
            Form::Pattern("^arn:[a-z-]+:kms:"),
            values::kms_key,
        ),
    }
}

fn ingest(at: Group<'_, '_, '_>, logs: Days) -> Ingest {
    let default = Function {
        memory: ByteSize::mib(128),
        timeout: Duration::from_secs(5),
        architecture: Architecture::Arm64,
        reserved_concurrency: None,
        log_retention: Some(logs),
    };
    Ingest {
        path: at.value("path", "Events are posted here.", Form::Pattern("^/"), "/track".to_owned(), values::path),
        cors: at.group("cors", "Which web pages may post events.", |at| Cors {
            origins: at.list(
                "origins",
                "`*`, or origins such as `https://example.com`; none turns CORS off.",
                Form::Text,
                vec!["*".to_owned()],
                values::origin,
            ),
        }),
        api_keys: at.list(
            "api_keys",
            "Names of the API keys; `[]` makes the API public.",
            Form::Text,
            vec!["client".to_owned()],
            values::api_key,
        ),
        throttle: at.group("throttle", "How many requests the API takes.", |at| Throttle {
            rate: at.value("rate", "For longer than a moment.", Form::Quantity, Rate::new(1000.0), positive_rate),
            burst: at.value("burst", "At once.", Form::Quantity, 2000, values::count(1, 1_000_000)),
        }),
        quota: quota(at),
        // API Gateway gives up after 29 s.
        function: at.group("function", "The function `track`.", |at| {
            function(at, FunctionLimits { default, longest_seconds: 29 })
        }),
    }
}

fn positive_rate(text: &str) -> Result<Rate, String> {
    let rate = Rate::parse(text)?;
    if rate.per_second() > 0.0 {
        Ok(rate)
    } else {
        Err("a rate of 0 lets nothing through: write more than 0".to_owned())
    }
}

fn quota(at: Group<'_, '_, '_>) -> Option<Quota> {
    let (given, (requests, per)) =
        at.group_if("quota", "How many requests each key may make; without it there is no limit.", |at| {
            let most = u64::from(i32::MAX.unsigned_abs());
            let requests = at.optional("requests", "For example `10M`.", Form::Quantity, values::count(1, most));
            let per = at.value(
                "per",
                "The period that they are counted in.",
                Form::OneOf(|| Period::ALL.iter().map(|one| one.as_str()).collect()),
                Period::Month,
                values::one_of(Period::ALL),
            );
            (requests, per)
        });
    match requests {
        Some(requests) => Some(Quota { requests, per }),
        None if given => {
            let problem = super::problem::Problem::new(
                at.reader.place("ingest.quota"),
                "`ingest.quota` has no `requests` that could be read",
            );
            at.reader.problem(problem.hint("write `quota: { requests: 10M, per: month }`"));
            None
        }
        None => None,
    }
}

fn function(at: Group<'_, '_, '_>, limits: FunctionLimits) -> Function {
    let FunctionLimits { default, longest_seconds } = limits;
    let retention = default.log_retention.unwrap_or(FORTNIGHT);
    let architectures = || Architecture::ALL.iter().map(|one| one.as_str()).collect();
    Function {
        memory: at.value(
            "memory",
            "Also decides the share of a processor.",
            Form::Text,
            default.memory,
            values::mebibytes(128, 10_240),
        ),
        timeout: at.time("timeout", "When a call is given up.", default.timeout, values::seconds(1, longest_seconds)),
        architecture: at.value(
            "architecture",
            "The processor it is built for.",
            Form::OneOf(architectures),
            default.architecture,
            values::one_of(Architecture::ALL),
        ),
        reserved_concurrency: at.optional(
            "reserved_concurrency",
            "How many calls at once it may take of the account's, and no other function; 0 stops it.",
            Form::Quantity,
            values::count(0, 100_000),
        ),
        log_retention: Some(at.value(
            "log_retention",
            "How long its log is kept.",
            Form::Text,
            retention,
            values::retention,
        )),
    }
}

fn delivery(at: Group<'_, '_, '_>) -> Delivery {
    let compressions = || Compression::ALL.iter().map(|one| one.as_str()).collect();
    Delivery {
        buffer: at.group("buffer", "A file is written when either is reached.", |at| Buffer {
            size: at.value("size", "1 to 128 MB.", Form::Text, ByteSize::mib(128), values::mebibytes(1, 128)),
            interval: at.time("interval", "Up to 15 minutes.", Duration::from_secs(900), values::seconds(0, 900)),
        }),
        compression: at.value(
            "compression",
            "How files are compressed.",
            Form::OneOf(compressions),
            Compression::Gzip,
            values::one_of(Compression::ALL),
        ),
        prefix: prefix(at, "prefix", "Where files are written to.", "analytics_raw/"),
        errors: prefix(at, "errors", "Where goes what could not be delivered.", "analytics_errors/"),
    }
}

fn prefix(at: Group<'_, '_, '_>, key: &'static str, doc: &'static str, default: &str) -> String {
    at.value(key, doc, Form::Text, default.to_owned(), values::prefix)
}

fn mover(at: Group<'_, '_, '_>, logs: Days) -> Mover {
    let default = Function {
        memory: ByteSize::mib(512),
        timeout: Duration::from_secs(30),
        architecture: Architecture::Arm64,
        reserved_concurrency: None,
        log_retention: Some(logs),
    };
    Mover {
        prefix: prefix(at, "prefix", "Where files are moved to.", "partitioned_analytics_raw/"),
        function: at.group("function", "The function `mover`.", |at| {
            function(at, FunctionLimits { default, longest_seconds: 900 })
        }),
    }
}

fn schema(at: Group<'_, '_, '_>) -> Vec<Column> {
    let doc = "The columns of an event: name and Athena type, in order.";
    let mut taken = BTreeSet::new();
    let columns = at.names("schema", doc, true, &[], |name| values::column(name, &mut taken), ColumnType::parse);
    columns.unwrap_or_default().into_iter().map(|(name, column_type)| Column { name, column_type }).collect()
}

fn catalog(at: Group<'_, '_, '_>, name: &str, stage: &str) -> Catalog {
    let default = format!("{}_{stage}", name.replace('-', "_"));
    Catalog {
        database: at.value_with(
            "database",
            "The name of the Glue database.",
            Form::Text,
            default,
            PLACE,
            values::catalog_name,
        ),
        crawlers: at.group("crawlers", "They find new partitions.", |at| Crawlers {
            raw: at.group("raw", "Of the JSON.", crawler),
            parquet: at.group("parquet", "Of the Parquet files.", crawler),
        }),
    }
}

fn crawler(at: Group<'_, '_, '_>) -> Crawler {
    Crawler { schedule: schedule(at) }
}

fn schedule(at: Group<'_, '_, '_>) -> Schedule {
    at.value("schedule", "`hourly`, `daily` or `cron(...)`, in UTC.", Form::Text, Schedule::hourly(), Schedule::parse)
}

fn etl(at: Group<'_, '_, '_>) -> Etl {
    let workers = || WorkerType::ALL.iter().map(|one| one.as_str()).collect();
    let versions = || GlueVersion::ALL.iter().map(|one| one.as_str()).collect();
    let executions = || Execution::ALL.iter().map(|one| one.as_str()).collect();
    Etl {
        schedule: schedule(at),
        output: prefix(at, "output", "Where Parquet files are written to.", "analytics_data/"),
        workers: at.group("workers", "What it runs on.", |at| Workers {
            worker_type: at.value(
                "type",
                "The size of one.",
                Form::OneOf(workers),
                WorkerType::G1X,
                values::one_of(WorkerType::ALL),
            ),
            count: at.value(
                "count",
                "How many; one of them leads the others.",
                Form::Quantity,
                10,
                values::count(2, 299),
            ),
        }),
        glue_version: at.value(
            "glue_version",
            "Decides the versions of Spark and Python.",
            Form::OneOf(versions),
            GlueVersion::V5,
            values::one_of(GlueVersion::ALL),
        ),
        timeout: at.time("timeout", "When a run is given up.", Duration::from_secs(3600), values::minutes(1, 10_080)),
        execution: at.value(
            "execution",
            "`flex` is cheaper and starts when there is capacity to spare.",
            Form::OneOf(executions),
            Execution::Standard,
            values::one_of(Execution::ALL),
        ),
    }
}

fn query(at: Group<'_, '_, '_>, schema: &[Column]) -> Query {
    let scan_limit = at.value(
        "scan_limit",
        "A query that scans more is cancelled.",
        Form::Text,
        ByteSize(1 << 40),
        values::scan_limit,
    );
    let results = at.group("results", "What queries answer.", |at| QueryResults {
        prefix: prefix(at, "prefix", "Where results are written to.", "athena_results/"),
        expire: Some(at.value("expire", "How long they are kept.", Form::Text, Days(7), values::expiry)),
    });
    let doc = "Queries to keep in the workgroup, by name; `${raw_table}` and `${parquet_table}` stand for the tables.";
    let queries = at.names("queries", doc, false, TABLES, values::query_name, values::sql);
    let known = |column: &str| schema.iter().any(|known| known.name == column);
    let usable = QUERIES.iter().filter(|(.., column)| known(column));
    let defaults = || usable.map(|(name, sql, _)| ((*name).to_owned(), sql.trim().to_owned())).collect();
    Query { scan_limit, results, queries: queries.map_or_else(defaults, |all| all.into_iter().collect()) }
}
