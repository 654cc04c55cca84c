//! CREATE EXTERNAL TABLE.

use super::super::Answer;
use super::columns::{column, columns};
use super::words::Words;
use super::{Asked, failed, no_database, not_done};
use crate::api_error::Result as ApiResult;
use crate::context::Context;
use crate::service::Input as _;
use crate::services::glue::{databases, tables};
use serde_json::{Map, Value, json};

/// How files are read and written: STORED AS, input format, output format, SerDe.
type Format = (&'static str, &'static str, &'static str, &'static str);

const TEXT_INPUT: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUTPUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
pub(super) const DELIMITED: &str = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

const FORMATS: &[Format] = &[
    ("TEXTFILE", TEXT_INPUT, TEXT_OUTPUT, DELIMITED),
    ("JSONFILE", TEXT_INPUT, TEXT_OUTPUT, "org.apache.hive.hcatalog.data.JsonSerDe"),
    (
        "PARQUET",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    (
        "ORC",
        "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
        "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    ),
    (
        "AVRO",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
        "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
        "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    ),
];

/// Of JSON and of text, whose SerDes people name themselves.
pub(super) fn storage(format: &str, columns: &[Value], location: &str) -> Option<Value> {
    let (_, input, output, serde) = FORMATS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(format))?;
    Some(json!({
        "Columns": columns,
        "Location": location,
        "InputFormat": input,
        "OutputFormat": output,
        "Compressed": false,
        "NumberOfBuckets": -1,
        "SerdeInfo": {"SerializationLibrary": serde, "Parameters": {"serialization.format": "1"}},
        "BucketColumns": [],
        "SortColumns": [],
        "StoredAsSubDirectories": false,
    }))
}

pub(super) fn object(pairs: Vec<(String, String)>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name, value.into())).collect()
}

/// What a statement says of a table, clause by clause, in any order.
#[derive(Default)]
struct Told {
    comment: Option<String>,
    keys: Vec<Value>,
    serde: Option<String>,
    parameters: Map<String, Value>,
    stored: Option<String>,
    formats: Option<(String, String)>,
    location: Option<String>,
    properties: Map<String, Value>,
    buckets: Option<(Vec<String>, i64)>,
}

impl Told {
    fn read(words: &mut Words<'_>) -> Result<Self, String> {
        let mut told = Self::default();
        while !words.is_over() {
            if words.pass("COMMENT") {
                told.comment = Some(words.text()?);
            } else if words.pass("PARTITIONED BY") {
                told.keys = words.list(column)?;
            } else if words.pass("CLUSTERED BY") {
                let names = words.names()?;
                words.expect("INTO")?;
                let count = words.value()?.parse().map_err(|_| words.unexpected())?;
                words.expect("BUCKETS")?;
                told.buckets = Some((names, count));
            } else if words.pass("ROW FORMAT DELIMITED") {
                told.delimited(words)?;
            } else if words.pass("ROW FORMAT SERDE") {
                told.serde = Some(words.text()?);
            } else if words.pass("WITH SERDEPROPERTIES") {
                told.parameters.extend(object(words.properties()?));
            } else if words.pass("STORED AS INPUTFORMAT") {
                let input = words.text()?;
                words.expect("OUTPUTFORMAT")?;
                told.formats = Some((input, words.text()?));
            } else if words.pass("STORED AS") {
                told.stored = Some(words.name()?);
            } else if words.pass("LOCATION") {
                told.location = Some(words.text()?);
            } else if words.pass("TBLPROPERTIES") {
                told.properties.extend(object(words.properties()?));
            } else {
                return Err(words.unexpected());
            }
        }
        Ok(told)
    }

    /// `FIELDS TERMINATED BY ',' ESCAPED BY '\\' LINES TERMINATED BY '\n' ...`
    fn delimited(&mut self, words: &mut Words<'_>) -> Result<(), String> {
        self.serde = Some(DELIMITED.to_owned());
        for (clause, names) in [
            ("FIELDS TERMINATED BY", &["field.delim", "serialization.format"][..]),
            ("ESCAPED BY", &["escape.delim"]),
            // As Hive spells it.
            ("COLLECTION ITEMS TERMINATED BY", &["colelction.delim"]),
            ("MAP KEYS TERMINATED BY", &["mapkey.delim"]),
            ("LINES TERMINATED BY", &["line.delim"]),
            ("NULL DEFINED AS", &["serialization.null.format"]),
        ] {
            if words.pass(clause) {
                let text = words.text()?;
                for name in names {
                    self.parameters.insert((*name).to_owned(), text.as_str().into());
                }
            }
        }
        Ok(())
    }

    fn table(self, name: &str, columns: &[Value], location: &str) -> Result<Value, String> {
        let format = self.stored.as_deref().unwrap_or("textfile");
        let mut storage = storage(format, columns, location).ok_or_else(|| {
            format!("FAILED: SemanticException Unrecognized file format in STORED AS clause: '{format}'")
        })?;
        if let Some((input, output)) = self.formats {
            storage["InputFormat"] = input.into();
            storage["OutputFormat"] = output.into();
        }
        if let Some(serde) = self.serde {
            storage["SerdeInfo"]["SerializationLibrary"] = serde.into();
        }
        for (name, value) in self.parameters {
            storage["SerdeInfo"]["Parameters"][name] = value;
        }
        if let Some((names, count)) = self.buckets {
            storage["BucketColumns"] = json!(names);
            storage["NumberOfBuckets"] = count.into();
        }
        let mut properties = self.properties;
        properties.insert("EXTERNAL".to_owned(), "TRUE".into());
        if let Some(comment) = self.comment {
            properties.insert("comment".to_owned(), comment.into());
        }
        Ok(json!({
            "Name": name,
            "Owner": "hadoop",
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": storage,
            "PartitionKeys": self.keys,
            "Parameters": properties,
            "Retention": 0,
        }))
    }
}

pub(super) fn create(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let is_lenient = words.pass("IF NOT EXISTS");
    let (database, name) = words.table(asked.database)?;
    let columns = columns(&mut words)?;
    let told = Told::read(&mut words)?;
    check_names(&columns, &told.keys)?;
    asked.catalog(|context| {
        asked.may(context, &["glue:GetDatabase"], (&database, None))?;
        asked.may(context, &["glue:GetTable", "glue:CreateTable"], (&database, Some(&name)))?;
        let location = location(context, (&database, &name), told.location.as_deref())?;
        let table = told.table(&name, &columns, &location).map_err(super::super::super::invalid)?;
        match make(context, &database, &table) {
            Err(error) if is_lenient && error.code == "AlreadyExistsException" => Ok(()),
            Err(error) if error.code == "AlreadyExistsException" => {
                Err(not_done("AlreadyExistsException", format!("Table {name} already exists.")))
            }
            other => other,
        }
    })?;
    Ok(Answer::nothing())
}

/// # Errors
/// What the catalog has against it.
pub(super) fn make(context: &Context<'_>, database: &str, table: &Value) -> ApiResult<()> {
    let input = json!({"DatabaseName": database, "TableInput": table});
    tables::create_table(context, &input).map(drop)
}

/// Where it lies: a folder of S3, or one below that of the database.
fn location(context: &Context<'_>, (database, name): (&str, &str), told: Option<&str>) -> ApiResult<String> {
    let kept = databases::find(context, database)?.ok_or_else(|| no_database(database))?;
    let found = match (told, kept.optional("LocationUri")) {
        (Some(location), _) => location.to_owned(),
        (None, Some(below)) => format!("{}/{name}", below.trim_end_matches('/')),
        (None, None) => return Err(not_done("MetaException", "No location was specified for the table")),
    };
    match found.strip_prefix("s3://").is_some_and(|place| !place.is_empty()) {
        true => Ok(found),
        false => Err(failed(format!("SemanticException Location {found} is not a location of S3"))),
    }
}

fn check_names(columns: &[Value], keys: &[Value]) -> Result<(), String> {
    let mut names: Vec<_> = columns.iter().chain(keys).filter_map(|column| column["Name"].as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|two| two[0] == two[1]) {
        Some(two) if keys.iter().any(|key| key["Name"] == two[0]) => {
            Err("FAILED: SemanticException [Error 10035]: Column repeated in partitioning columns".to_owned())
        }
        Some(two) => Err(format!("FAILED: SemanticException [Error 10036]: Duplicate column name: {}", two[0])),
        None => Ok(()),
    }
}
