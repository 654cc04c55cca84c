//! `DataFormatConversionConfiguration`: what it may hold, how an update changes it, and the table that it names.
//!
//! A block without `Enabled` is on; one that is off is kept and not looked at. AWS checks in this order: compression, size
//! of the buffer, the three parts, what is in them, the Glue table, the role.

use super::Failure;
use super::hive_json::HiveJson;
use super::joda;
use super::openx::OpenX;
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::services::firehose::invalid;
use crate::services::glue::hive::HiveType;
use crate::services::glue::{columns_of, table_under};
use crate::services::iam::{passed_role, role_assumable};
use serde_json::{Value, json};

const SMALLEST_BUFFER: i64 = 64;
const DENIED: &str = "Access was denied when calling Glue. Please ensure that the role specified in the data format \
                      conversion configuration has the necessary permissions.";
const NOT_FOUND: &str = "The specified table/database could not be found. Please ensure that the table/database exists and \
                         that the values provided in the schema configuration are correct, especially with regards to \
                         casing.";

/// Whether a destination converts.
pub(crate) fn is_on(destination: &Value) -> bool {
    let conversion = &destination["DataFormatConversionConfiguration"];
    conversion.is_object() && conversion["Enabled"].as_bool().unwrap_or(true)
}

/// An update's block over the one that is there: what it leaves out stays, also within the schema.
pub(crate) fn merge(before: &Value, given: &Value) -> Value {
    let mut all = if before.is_object() { before.clone() } else { json!({}) };
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        match (name.as_str(), value.as_object()) {
            ("SchemaConfiguration", Some(members)) if all[name].is_object() => {
                for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                    all[name][member] = value.clone();
                }
            }
            _ => all[name] = value.clone(),
        }
    }
    // "Enabled: defaults to true".
    if all["Enabled"].is_null() {
        all["Enabled"] = true.into();
    }
    all
}

/// # Errors
/// `InvalidArgumentException`.
pub(crate) fn check(destination: &Value) -> Result<()> {
    if !is_on(destination) {
        return Ok(());
    }
    if destination["CompressionFormat"].as_str().is_some_and(|format| format != "UNCOMPRESSED") {
        return Err(invalid(
            "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. \
             To enable compression within the converted output format, set the appropriate serialization option in the \
             output format configuration.",
        ));
    }
    if destination["BufferingHints"]["SizeInMBs"].as_i64().is_some_and(|size| size < SMALLEST_BUFFER) {
        let least = SMALLEST_BUFFER;
        let words =
            format!("BufferingHints.SizeInMBs must be at least {least} when data format conversion is enabled.");
        return Err(invalid(words));
    }
    let conversion = &destination["DataFormatConversionConfiguration"];
    for part in ["InputFormatConfiguration", "OutputFormatConfiguration", "SchemaConfiguration"] {
        if conversion[part].is_null() {
            return Err(invalid(format!("{part} must not be null")));
        }
    }
    let deserializer = &conversion["InputFormatConfiguration"]["Deserializer"];
    one_of(deserializer, "deserializer", ["OpenXJsonSerDe", "HiveJsonSerDe"])?;
    let serializer = &conversion["OutputFormatConfiguration"]["Serializer"];
    one_of(serializer, "serializer", ["ParquetSerDe", "OrcSerDe"])?;
    if !serializer["OrcSerDe"].is_null() {
        return Err(invalid("OrcSerDe: Local AWS writes Parquet only, use ParquetSerDe"));
    }
    for format in deserializer["HiveJsonSerDe"]["TimestampFormats"].as_array().into_iter().flatten() {
        let format = format.as_str().unwrap_or_default();
        if format != "millis" {
            joda::check(format).map_err(|why| invalid(format!("Invalid deserializer option(s): {why}")))?;
        }
    }
    for member in ["RoleArn", "DatabaseName", "TableName"] {
        let given = &conversion["SchemaConfiguration"][if member == "RoleArn" { "RoleARN" } else { member }];
        if given.as_str().is_none_or(str::is_empty) {
            return Err(invalid(format!("SchemaConfiguration.{member} must not be null or empty")));
        }
    }
    Ok(())
}

fn one_of(given: &Value, what: &str, kinds: [&str; 2]) -> Result<()> {
    match kinds.iter().filter(|kind| !given[**kind].is_null()).count() {
        0 => Err(invalid(format!("{}{} must not be null", what[..1].to_uppercase(), &what[1..]))),
        1 => Ok(()),
        _ => Err(invalid(format!("More than one {what} specified. Only one may be chosen."))),
    }
}

/// Whether the table can be read that a destination names.
///
/// # Errors
/// `InvalidArgumentException` with what Glue said.
pub(crate) fn check_table(context: &Context<'_>, destination: &Value) -> Result<()> {
    if !is_on(destination) {
        return Ok(());
    }
    let schema = &destination["DataFormatConversionConfiguration"]["SchemaConfiguration"];
    match table(context, schema) {
        Err(error) if error.status < 500 => Err(invalid(failure(&error).message)),
        other => other.map(drop),
    }
}

/// The columns of the table that a schema configuration names, read under its role and in its region.
pub(super) fn table(context: &Context<'_>, schema: &Value) -> Result<Vec<(String, HiveType)>> {
    let text = |name: &str| schema[name].as_str().filter(|text| !text.is_empty());
    let context = Context { region: text("Region").unwrap_or(context.region), ..*context };
    let role = passed_role(&context, text("RoleARN").unwrap_or_default())?;
    if !role_assumable(&context, &role, "firehose.amazonaws.com")? {
        let message = format!("Firehose is unable to assume role {role}. Please check the role provided.");
        return Err(ApiError::new("InvalidArgumentException", message));
    }
    let (database, name) = (text("DatabaseName").unwrap_or_default(), text("TableName").unwrap_or_default());
    if text("CatalogId").is_some_and(|catalog| catalog != context.account) {
        return Err(ApiError::new("EntityNotFoundException", format!("Table {name} not found.")));
    }
    let version = text("VersionId").unwrap_or("LATEST");
    columns_of(&table_under(&context, &role, (database, name), version)?)
}

/// What AWS makes of Glue's errors. The sentences are those that streams are refused with; of the codes, those of a denial
/// and of a bad table are not told anywhere.
pub(super) fn failure(error: &ApiError) -> Failure {
    let glue =
        format!("{} (Service: AWSGlue; Status Code: {}; Error Code: {})", error.message, error.status, error.code);
    let (code, message) = match error.code.as_str() {
        "EntityNotFoundException" => ("DataFormatConversion.EntityNotFound", format!("{NOT_FOUND} {glue}")),
        "AccessDeniedException" => ("DataFormatConversion.AccessDenied", format!("{DENIED} {glue}")),
        "InvalidArgumentException" => ("DataFormatConversion.AccessDenied", error.message.clone()),
        _ => ("DataFormatConversion.InvalidSchema", format!("The schema is invalid. {}", error.message)),
    };
    Failure { code, message }
}

/// As errors name the table.
pub(super) fn catalog_table(schema: &Value, account: &str, region: &str) -> Value {
    let text = |name: &str, default: &str| Value::from(schema[name].as_str().unwrap_or(default));
    json!({
        "catalogId": text("CatalogId", account),
        "databaseName": schema["DatabaseName"],
        "tableName": schema["TableName"],
        "region": text("Region", region),
        "versionId": text("VersionId", "LATEST"),
        "roleArn": schema["RoleARN"],
    })
}

/// Which of the two reads a stream's records.
pub(super) enum Deserializer {
    OpenX(OpenX),
    Hive(HiveJson),
}

impl Deserializer {
    pub(super) fn of(given: &Value) -> Self {
        let formats = given["HiveJsonSerDe"]["TimestampFormats"].as_array().into_iter().flatten();
        if given["HiveJsonSerDe"].is_object() {
            return Self::Hive(HiveJson {
                formats: formats.filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            });
        }
        let openx = &given["OpenXJsonSerDe"];
        Self::OpenX(OpenX {
            case_insensitive: openx["CaseInsensitive"].as_bool().unwrap_or(true),
            dots: openx["ConvertDotsInJsonKeysToUnderscores"].as_bool().unwrap_or(false),
            mappings: openx["ColumnToJsonKeyMappings"].as_object().cloned().unwrap_or_default(),
        })
    }
}
