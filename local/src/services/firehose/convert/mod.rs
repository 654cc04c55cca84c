//! Record format conversion: a buffer's records, which are JSON, as one Parquet file with the columns of a Glue table.
//!
//! "When Amazon Data Firehose can't parse or deserialize a record (for example, when the data doesn't match the schema), it
//! writes it to Amazon S3 with an error prefix", and the rest goes on. Where the table cannot be read, because it is gone or
//! the role may not, all of the buffer goes there.

mod hive_json;
mod joda;
mod openx;
mod parquet;
mod settings;
mod times;

pub(super) use settings::{check, check_table, is_on, merge};

use super::buffer::Record;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::services::glue::hive::HiveType;
use crate::services::glue::rows::Json;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use settings::Deserializer;

/// What a buffer has become.
pub(super) struct Converted {
    /// The Parquet file, unless no record fits.
    pub(super) file: Option<Vec<u8>>,
    /// A line of JSON for each record that does not.
    pub(super) failed: Vec<u8>,
    /// Why nothing could be converted: code and message, for the stream's log.
    pub(super) because: Option<Failure>,
}

/// A code of AWS's, and its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Failure {
    fn malformed(why: String) -> Self {
        Self { code: "DataFormatConversion.MalformedData", message: why }
    }
}

/// The columns that the stream's table has now, or why they cannot be had.
///
/// # Errors
/// Those of Local AWS itself.
pub(super) fn schema(context: &Context<'_>, stream: &Value) -> Result<Result<Vec<(String, HiveType)>, Failure>> {
    let conversion = &stream["destination"]["DataFormatConversionConfiguration"];
    match settings::table(context, &conversion["SchemaConfiguration"]) {
        Ok(columns) => Ok(Ok(columns)),
        Err(error) if error.status >= 500 => Err(error),
        Err(error) => Ok(Err(settings::failure(&error))),
    }
}

/// # Errors
/// Those of Local AWS itself.
pub(super) fn convert(
    (stream, account, region): (&Value, &str, &str),
    schema: &Result<Vec<(String, HiveType)>, Failure>,
    records: &[Record],
    now: i64,
) -> Result<Converted> {
    let conversion = &stream["destination"]["DataFormatConversionConfiguration"];
    let table = settings::catalog_table(&conversion["SchemaConfiguration"], account, region);
    let line = |record: &Record, failure: &Failure| {
        let document = json!({
            "attemptsMade": 1,
            "arrivalTimestamp": record.arrived,
            "lastErrorCode": failure.code,
            "lastErrorMessage": failure.message,
            "attemptEndingTimestamp": now,
            "rawData": BASE64_STANDARD.encode(&record.data),
            "sequenceNumber": null,
            "subSequenceNumber": null,
            "dataCatalogTable": table,
        });
        format!("{document}\n").into_bytes()
    };
    let columns = match schema {
        Ok(columns) => columns,
        Err(failure) => {
            let failed = records.iter().flat_map(|record| line(record, failure)).collect();
            return Ok(Converted { file: None, failed, because: Some(failure.clone()) });
        }
    };
    let deserializer = Deserializer::of(&conversion["InputFormatConfiguration"]["Deserializer"]);
    let (mut rows, mut failed) = (vec![], vec![]);
    for record in records {
        match read(&record.data, columns, &deserializer) {
            Ok(read) => rows.extend(read),
            Err(failure) => failed.extend(line(record, &failure)),
        }
    }
    let serializer = &conversion["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"];
    let file = match rows.is_empty() {
        true => None,
        false => Some(parquet::write(columns, &rows, serializer).map_err(ApiError::internal)?),
    };
    Ok(Converted { file, failed, because: None })
}

/// The rows of a record: of the objects that stand in it one after the other, with or without white space between them. One
/// that does not fit fails the record.
fn read(data: &[u8], columns: &[(String, HiveType)], deserializer: &Deserializer) -> Result<Vec<Value>, Failure> {
    let broken = |why: &dyn std::fmt::Display| Failure {
        code: "DataFormatConversion.ParseError",
        message: format!("Encountered malformed JSON. {why}"),
    };
    let text = std::str::from_utf8(data).map_err(|error| broken(&error))?;
    if text.trim().is_empty() {
        return Err(Failure::malformed("The record was empty or contained only whitespace.".to_owned()));
    }
    // The reader that is shared with Glue's job takes what Spark's Jackson does. Firehose's takes JSON.
    let mut strict = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let (mut rows, mut start) = (vec![], 0);
    while let Some(one) = strict.next() {
        one.map_err(|error| broken(&error))?;
        let value = Json::parse(&text[start..strict.byte_offset()])
            .map_err(|at| broken(&format_args!("at byte {}", start + at.0)))?;
        start = strict.byte_offset();
        rows.push(row(&value, columns, deserializer)?);
    }
    Ok(rows)
}

fn row(value: &Json<'_>, columns: &[(String, HiveType)], deserializer: &Deserializer) -> Result<Value, Failure> {
    let mismatch = |why: &str| Failure::malformed(format!("Data does not match the schema. {why}"));
    match value {
        Json::Object(fields) => {
            let row = match deserializer {
                Deserializer::OpenX(openx) => openx.row(fields, columns),
                Deserializer::Hive(hive) => hive.row(fields, columns),
            };
            row.map_err(|why| mismatch(&why))
        }
        Json::Array(_) => Err(mismatch("A JSON object is required.")),
        _ => {
            let words =
                "The input JSON contained a primitive at the top level. The top level must be an object or array.";
            Err(Failure::malformed(words.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests;
