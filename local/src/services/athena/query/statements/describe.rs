//! DESCRIBE, as Hive prints it: three columns of 20 letters.

use super::super::Answer;
use super::Asked;
use super::columns::{list, text};
use super::words::Words;
use serde_json::Value;

const BLANK: &str = " \t \t ";

fn line(name: &str, kind: &str, remark: &str) -> String {
    format!("{name:<20}\t{kind:<20}\t{remark:<20}")
}

fn rows(columns: &Value) -> Vec<String> {
    list(columns).map(|column| line(text(column, "Name"), text(column, "Type"), text(column, "Comment"))).collect()
}

/// `DESCRIBE [EXTENDED | FORMATTED] [database.]table`
pub(super) fn describe(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let is_whole = words.pass_one_of(&["EXTENDED", "FORMATTED"]);
    words.pass("TABLE");
    let (database, name) = words.table(asked.database)?;
    words.end()?;
    let table = asked.catalog(|context| asked.table(context, (&database, &name)))?;
    let (columns, keys) = (rows(&table["StorageDescriptor"]["Columns"]), rows(&table["PartitionKeys"]));
    let mut lines = vec![];
    let heading = || [line("# col_name", "data_type", "comment"), BLANK.to_owned()];
    if is_whole {
        lines.extend(heading());
    }
    lines.extend(columns);
    if !keys.is_empty() {
        // Without more, they stand among the columns too.
        lines.extend(keys.iter().filter(|_| !is_whole).cloned());
        lines.extend([BLANK.to_owned(), "# Partition Information\t \t ".to_owned()]);
        lines.extend(heading());
        lines.extend(keys);
    }
    if is_whole {
        lines.extend(details(&database, &table));
    }
    Ok(Answer::lines(&["col_name", "data_type", "comment"], &lines))
}

fn details(database: &str, table: &Value) -> Vec<String> {
    let storage = &table["StorageDescriptor"];
    let of = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let one = |name: &str, value: String| format!("{name:<20}\t{value:<20}\t ");
    let inner = |(name, value): (&String, &Value)| format!(" \t{name:<20}\t{:<20}", of(value));
    let mut lines = vec![
        BLANK.to_owned(),
        "# Detailed Table Information\t \t ".to_owned(),
        one("Database:", database.to_owned()),
        one("Owner:", of(&table["Owner"])),
        one("CreateTime:", created(&table["CreateTime"])),
        one("LastAccessTime:", "UNKNOWN".to_owned()),
        one("Protect Mode:", "None".to_owned()),
        one("Retention:", table["Retention"].as_i64().unwrap_or(0).to_string()),
        one("Location:", of(&storage["Location"])),
        one("Table Type:", of(&table["TableType"])),
        "Table Parameters:\t \t ".to_owned(),
    ];
    lines.extend(table["Parameters"].as_object().into_iter().flatten().map(inner));
    lines.extend([
        BLANK.to_owned(),
        "# Storage Information\t \t ".to_owned(),
        one("SerDe Library:", of(&storage["SerdeInfo"]["SerializationLibrary"])),
        one("InputFormat:", of(&storage["InputFormat"])),
        one("OutputFormat:", of(&storage["OutputFormat"])),
        one("Compressed:", if storage["Compressed"] == true { "Yes" } else { "No" }.to_owned()),
        one("Num Buckets:", storage["NumberOfBuckets"].as_i64().unwrap_or(-1).to_string()),
        one("Bucket Columns:", "[]".to_owned()),
        one("Sort Columns:", "[]".to_owned()),
        "Storage Desc Params:\t \t ".to_owned(),
    ]);
    lines.extend(storage["SerdeInfo"]["Parameters"].as_object().into_iter().flatten().map(inner));
    lines
}

fn created(time: &Value) -> String {
    let millis = (time.as_f64().unwrap_or(0.0) * 1000.0) as i64;
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    time.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}
