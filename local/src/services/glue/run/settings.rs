//! What a script says of itself: a literal `SETTINGS = {...}` of strings and lists, which Python and JSON write in the
//! same way.

use crate::services::glue::hive::HiveType;
use serde::Deserialize;

/// The mapping that a job makes: JSON files of a catalog table into Parquet of these columns.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) database: String,
    pub(super) table: String,
    /// Bucket and prefix of the files that are read.
    pub(super) bucket: String,
    pub(super) input: String,
    /// Bucket and prefix of those that are written, with its slash.
    pub(super) output: (String, String),
    pub(super) columns: Vec<(String, HiveType)>,
}

#[derive(Deserialize)]
struct Written {
    database: String,
    table: String,
    bucket: String,
    input: String,
    output: String,
    columns: Vec<(String, String)>,
}

/// # Errors
/// In words for the run's error message.
pub(super) fn read(script: &str) -> Result<Settings, String> {
    const WHERE: &str = "Local AWS runs scripts that say as data what they map: a line `SETTINGS = {...}` with database, \
                         table, bucket, input, output and columns";
    let literal = script.split("\nSETTINGS = ").nth(1).ok_or_else(|| format!("{WHERE}; this script has none"))?;
    let mut reader = serde_json::Deserializer::from_str(literal);
    let written =
        Written::deserialize(&mut reader).map_err(|error| format!("{WHERE}; this script's is not: {error}"))?;
    let output = written.output.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let (bucket, prefix) = output.ok_or_else(|| format!("the output {} is not a place in S3", written.output))?;
    let columns = written.columns.into_iter().map(|(name, text)| match HiveType::parse(&text) {
        Some(hive) => Ok((name.to_lowercase(), hive)),
        None => Err(format!("the type {text} of column {name} is not one of Hive's")),
    });
    Ok(Settings {
        output: (bucket.to_owned(), prefix.to_owned()),
        columns: columns.collect::<Result<_, _>>()?,
        database: written.database.to_lowercase(),
        table: written.table.to_lowercase(),
        bucket: written.bucket,
        input: written.input,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_is_read_wherever_it_ends() {
        let script = "import sys\n\nSETTINGS = {\n \"database\": \"db\", \"table\": \"Raw\", \"bucket\": \"b\", \"input\": \"in/\",\
                      \"output\": \"s3://b/out/\", \"columns\": [[\"N\", \"decimal(5,2)\"]]}\n\nKEYS = [\"year\"]\n";
        let settings = read(script).unwrap();
        assert_eq!(settings.output, ("b".to_owned(), "out/".to_owned()));
        assert_eq!(settings.columns, [("n".to_owned(), HiveType::Decimal(5, 2))]);
        assert!(read("print('hello')").unwrap_err().contains("this script has none"));
        assert!(read("\nSETTINGS = {\"a\": 1}").unwrap_err().contains("this script's is not"));
    }
}
