//! How a table's files are read, and as which columns.

use crate::config::ColumnType;
use crate::engine::value::{Canonical, Value};
use aws_sdk_glue::types::{Column, SerDeInfo, Table as Description};
use std::collections::{BTreeMap, HashMap};

/// What a table's files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One object a line.
    Json,
    Parquet,
    /// What a live one is read as otherwise, in words.
    Other(String),
}

/// What the catalog says of a format.
pub(super) struct Classes {
    pub(super) classification: &'static str,
    pub(super) input: &'static str,
    pub(super) output: &'static str,
    pub(super) library: &'static str,
    /// Parameters of the library.
    pub(super) parameters: &'static [(&'static str, &'static str)],
}

/// Athena's DDL fails for a table without it: `FAILED: NullPointerException Name is null`.
pub(super) const TABLE_TYPE: &str = "EXTERNAL_TABLE";

const JSON: Classes = Classes {
    classification: "json",
    input: "org.apache.hadoop.mapred.TextInputFormat",
    output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    library: "org.openx.data.jsonserde.JsonSerDe",
    // Without it one line that is cut ends every query with HIVE_CURSOR_ERROR, as it does for a table that a crawler made.
    parameters: &[("ignore.malformed.json", "true")],
};

const PARQUET: Classes = Classes {
    classification: "parquet",
    input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    parameters: &[("serialization.format", "1")],
};

/// Parameters of the libraries that change nothing where they are so: a crawler writes the first two.
const IDLE: [(&str, Option<&str>); 4] = [
    ("paths", None),
    ("serialization.format", Some("1")),
    ("case.insensitive", Some("true")),
    ("dots.in.keys", Some("false")),
];

impl Format {
    /// `None` of what pipectl does not make.
    pub(super) fn classes(&self) -> Option<&'static Classes> {
        match self {
            Self::Json => Some(&JSON),
            Self::Parquet => Some(&PARQUET),
            Self::Other(_) => None,
        }
    }

    pub(super) fn read(table: &Description) -> Self {
        let known = [Self::Json, Self::Parquet].into_iter();
        let mut matching = known.filter(|format| format.classes().is_some_and(|classes| classes.describe(table)));
        matching.next().unwrap_or_else(|| Self::Other(in_words(table)))
    }
}

impl Classes {
    fn describe(&self, table: &Description) -> bool {
        let storage = table.storage_descriptor();
        let serde = storage.and_then(|storage| storage.serde_info());
        let classification = table.parameters().and_then(|all| all.get("classification"));
        table.table_type() == Some(TABLE_TYPE)
            && classification.is_some_and(|found| found.eq_ignore_ascii_case(self.classification))
            && storage.and_then(|storage| storage.input_format()) == Some(self.input)
            && storage.and_then(|storage| storage.output_format()) == Some(self.output)
            && serde.and_then(|serde| serde.serialization_library()) == Some(self.library)
            && meaning(serde) == plain(self.parameters.iter().copied())
    }

    pub(super) fn parameters(&self) -> HashMap<String, String> {
        self.parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
}

/// The parameters of a library that change what is read.
fn meaning(serde: Option<&SerDeInfo>) -> BTreeMap<String, String> {
    let all = serde.and_then(|serde| serde.parameters()).into_iter().flatten();
    plain(all.map(|(name, value)| (name.as_str(), value.as_str())))
}

fn plain<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let idle = |name: &str, value: &str| {
        IDLE.iter().any(|(known, usual)| *known == name && usual.is_none_or(|usual| usual.eq_ignore_ascii_case(value)))
    };
    let all = parameters.map(|(name, value)| (name.to_lowercase(), value));
    // Values of our own are words; a mapping's are names, in which case counts.
    let folded = |name: &str, value: &str| {
        if name.starts_with("mapping.") { value.to_owned() } else { value.to_lowercase() }
    };
    let all = all.filter(|(name, value)| !idle(name, value));
    all.map(|(name, value)| (name.clone(), folded(&name, value))).collect()
}

fn in_words(table: &Description) -> String {
    let storage = table.storage_descriptor();
    let serde = storage.and_then(|storage| storage.serde_info());
    let library = serde.and_then(|serde| serde.serialization_library()).unwrap_or("no library");
    let parameters: Vec<_> = meaning(serde).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let classification = table.parameters().and_then(|all| all.get("classification")).map_or("", String::as_str);
    let library = library.rsplit('.').next().unwrap_or(library);
    let all = [classification.to_owned(), library.to_owned()].into_iter().chain(parameters);
    all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

impl Canonical for Format {
    fn canonical(&self) -> Value {
        match self {
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Other(words) => words,
        }
        .canonical()
    }
}

/// Columns in their order, which means nothing: both formats are read by name, also within structs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns(Vec<(String, String)>);

impl Columns {
    pub(crate) fn of(columns: &[crate::config::Column]) -> Self {
        Self(columns.iter().map(|column| (column.name.clone(), column.column_type.to_string())).collect())
    }

    pub(super) fn read(columns: &[Column]) -> Self {
        let column = |column: &Column| (column.name().to_owned(), column.r#type().unwrap_or_default().to_owned());
        Self(columns.iter().map(column).collect())
    }

    /// Those whose types are known.
    pub(crate) fn known(&self) -> Vec<crate::config::Column> {
        let column = |(name, text): &(String, String)| {
            let column_type = ColumnType::parse(text).ok()?;
            Some(crate::config::Column { name: name.clone(), column_type })
        };
        self.0.iter().filter_map(column).collect()
    }

    /// As the catalog wants them. A comment that somebody wrote beside a column stays there.
    pub(super) fn declared(&self, live: &[Column]) -> Vec<Column> {
        let comment = |name: &str| live.iter().find(|column| column.name() == name)?.comment.clone();
        let column = |(name, kind): &(String, String)| {
            Column::builder().name(name).r#type(kind).set_comment(comment(name)).build().expect("the name is set")
        };
        self.0.iter().map(column).collect()
    }
}

impl Canonical for Columns {
    fn canonical(&self) -> Value {
        let kind =
            |text: &str| ColumnType::parse(text).map_or_else(|_| text.to_owned(), |kind| kind.sorted().to_string());
        Value::Map(self.0.iter().map(|(name, text)| (name.to_lowercase(), kind(text).canonical())).collect())
    }
}
