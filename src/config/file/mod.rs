//! The shape of `pipeline.yaml`: every key, what it means and what it is when it is left out.

mod alarms;
mod dashboard;
mod deliver;
mod events;
mod function;
mod ingest;
mod queries;
mod transform;

use super::column::{Column, ColumnType};
use super::described::Form;
use super::given;
use super::pipeline::{AssumedRole, Bucket, Events, Expire, Pipeline, Query, QueryResults};
use super::places::Places;
use super::reader::Section;
use super::units::{ByteSize, Days};
use super::values;
use super::words::{Format, LogLevel, Security, Shape};
use crate::names::IgnoredTags;
use queries::Named;
use std::collections::{BTreeMap, BTreeSet};

/// Placeholders that only AWS can fill in.
const PLACE: &[&str] = &["account", "region"];
/// Placeholders of queries.
const TABLES: &[&str] = &["account", "region", "raw_table", "parquet_table", "database"];

/// The queries of a file that has none of its own: the article's, with the column that each needs.
const QUERIES: &[(&str, &str, &str)] = &[
    ("distinct_users_this_month", include_str!("../../../templates/queries/distinct_users_this_month.sql"), "userid"),
    ("events_by_day", include_str!("../../../templates/queries/events_by_day.sql"), "event"),
    ("distinct_users_by_month", include_str!("../../../templates/queries/distinct_users_by_month.sql"), "userid"),
];

type Group<'s, 'r, 'a> = &'s mut Section<'r, 'a>;

/// How long functions' logs are kept unless the file says otherwise, and with `security: strict`.
const FORTNIGHT: Days = Days(14);
const YEAR: Days = Days(365);

/// What functions have unless the file says otherwise.
#[derive(Clone, Copy)]
struct Usual {
    logs: Days,
    log_level: LogLevel,
}

/// Which tables there are.
#[derive(Clone, Copy)]
struct HasTables {
    raw: bool,
    parquet: bool,
}

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
    let names = at.names(
        "names",
        "What resources are called that others have made, by address: `glue.crawler.raw: raw_discovery` (docs/adopt.md).",
        false,
        PLACE,
        given::address,
        |name| Ok(name.to_owned()),
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
    let shape = at.value(
        "shape",
        "Whose parts are the default: `lean` costs nothing while no event comes, `article` has crawlers, a job and API Gateway.",
        Form::OneOf(|| Shape::ALL.iter().map(|one| one.as_str()).collect()),
        Shape::Article,
        values::one_of(Shape::ALL),
    );
    let parts = shape.parts();
    let logs = if security == Security::Strict { YEAR } else { FORTNIGHT };
    let usual = Usual { logs, log_level: parts.log_level };
    let schema = schema(at);
    let events = at.group("events", "What is agreed about events beside their columns.", events::events);
    let schema = events.columns(schema);
    let delivery = at.group("delivery", "The Firehose stream.", |at| deliver::delivery(at, &parts));
    let etl = at.group_or_none(
        "etl",
        "The Glue job that turns JSON into Parquet; `none` for none.",
        parts.has_job,
        transform::etl,
    );
    let tables = HasTables {
        raw: delivery.format == Format::Json || delivery.keep_json,
        parquet: delivery.format == Format::Parquet || etl.is_some(),
    };
    Pipeline {
        security,
        shape,
        region,
        account,
        role,
        tags: tags.unwrap_or_default().into_iter().collect(),
        boundary,
        role_path,
        names: names.unwrap_or_default().into_iter().collect(),
        ignored,
        bucket: at.group("bucket", "The S3 bucket that holds every stage of the data.", |at| {
            bucket(at, (&name, stage), security)
        }),
        ingest: at.group("ingest", "The function `track`, and what takes requests for it.", |at| {
            ingest::ingest(at, &parts, usual)
        }),
        delivery,
        mover: at.group("mover", "The JSON in Hive partitions, and the function that moves files there.", |at| {
            deliver::mover(at, usual)
        }),
        catalog: at
            .group("catalog", "The Glue database and its tables.", |at| transform::catalog(at, &parts, (&name, stage))),
        etl,
        query: at
            .group("query", "The Athena workgroup and its named queries.", |at| query(at, &schema, &events, tables)),
        alarms: at.group_or_none(
            "alarms",
            "CloudWatch alarms, and who is told; without it, none.",
            false,
            alarms::alarms,
        ),
        dashboard: at.group_or_none(
            "dashboard",
            "A dashboard in QuickSight, of the events and of named queries; without it, none.",
            false,
            dashboard::dashboard,
        ),
        usage: at.group(
            "usage",
            "What is expected to go through it; only cost-estimate reads this.",
            super::usage::usage,
        ),
        schema,
        events,
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

fn prefix(at: Group<'_, '_, '_>, key: &'static str, doc: &'static str, default: &str) -> String {
    at.value(key, doc, Form::Text, default.to_owned(), values::prefix)
}

fn schema(at: Group<'_, '_, '_>) -> Vec<Column> {
    let doc = "The columns of an event: name and Athena type, in order.";
    let mut taken = BTreeSet::new();
    let columns = at.names("schema", doc, true, &[], |name| values::column(name, &mut taken), ColumnType::parse);
    columns.unwrap_or_default().into_iter().map(|(name, column_type)| Column { name, column_type }).collect()
}

impl HasTables {
    /// A query of ours, over the table that is there: both hold the same events.
    fn at_hand(self, sql: &str) -> String {
        match self {
            Self { raw: false, .. } => sql.replace("${raw_table}", "${parquet_table}"),
            Self { parquet: false, .. } => sql.replace("${parquet_table}", "${raw_table}"),
            _ => sql.to_owned(),
        }
    }
}

fn query(at: Group<'_, '_, '_>, schema: &[Column], events: &Events, tables: HasTables) -> Query {
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
    let named = queries::named(at);
    let known = |column: &str| schema.iter().any(|known| known.name == column);
    let usable = QUERIES.iter().filter(|(.., column)| known(column));
    let defaults = || usable.map(|(name, sql, _)| ((*name).to_owned(), tables.at_hand(sql.trim()))).collect();
    let Named { sql: mut queries, charts } =
        named.unwrap_or_else(|| Named { sql: defaults(), charts: BTreeMap::new() });
    events.queries(&mut queries, tables);
    Query { scan_limit, results, queries, charts }
}
