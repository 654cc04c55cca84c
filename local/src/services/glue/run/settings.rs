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
    /// What the names of files begin with whose rows are in the output already.
    pub(super) converted: Option<String>,
    pub(super) again: Option<Again>,
}

impl Settings {
    pub(super) fn is_converted(&self, key: &str) -> bool {
        let name = key.rsplit('/').next().unwrap_or_default();
        self.converted.as_deref().is_some_and(|converted| name.starts_with(converted))
    }
}

/// How a run is told to read days again, and what it needs for that in the bucket.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Again {
    /// The arguments of a run that name the first day and the last, `--from`.
    pub(super) from: String,
    pub(super) to: String,
    /// Prefix of the files that are not to be seen yet.
    pub(super) staging: String,
    /// Key of what is to be ended by another run, if this one is killed.
    pub(super) journal: String,
}

/// The days of a run, as `2018-01-30`, both of them included.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Days {
    first: String,
    last: String,
}

impl Days {
    /// What the run's arguments say. Without a last day, `today` is it.
    pub(super) fn of(arguments: &serde_json::Value, again: &Again, today: String) -> Option<Self> {
        let argument = |name: &str| arguments[name].as_str().map(str::to_owned);
        Some(Self { first: argument(&again.from)?, last: argument(&again.to).unwrap_or(today) })
    }

    pub(super) fn contain(&self, day: &str) -> bool {
        (self.first.as_str()..=self.last.as_str()).contains(&day)
    }
}

#[derive(Deserialize)]
struct Written {
    database: String,
    table: String,
    bucket: String,
    input: String,
    output: String,
    columns: Vec<(String, String)>,
    converted: Option<String>,
    again: Option<Again>,
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
        converted: written.converted.filter(|name| !name.is_empty()),
        again: written.again,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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

    #[test]
    fn days_are_those_between_and_both_ends() {
        let again = Again { from: "--a".into(), to: "--b".into(), staging: String::new(), journal: String::new() };
        let of = |arguments| Days::of(&arguments, &again, "2026-11-26".to_owned());
        assert_eq!(of(json!({"--b": "2026-11-25"})), None);
        let days = of(json!({"--a": "2026-11-09"})).unwrap();
        assert!(days.contain("2026-11-09") && days.contain("2026-11-26") && days.contain("2026-11-10"));
        assert!(!days.contain("2026-11-08") && !days.contain("2026-11-27"));
        assert!(!of(json!({"--a": "2026-11-09", "--b": "2026-11-10"})).unwrap().contain("2026-11-11"));
    }
}
