//! Partition projection: partitions that a table's properties tell, in place of those that the catalog has.
//!
//! The files below the table are listed once, and the place of each is read backwards: the values that its folders have, if
//! the properties give such a partition. So ranges of any size cost nothing, and what is outside of them is not there, as
//! for Athena.

mod column;

use crate::service::Input as _;
use column::Column;
use jiff::Timestamp;
use serde_json::Value;

/// The projection of one table.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    /// By the order of the partition keys.
    columns: Vec<(String, Column)>,
    bucket: String,
    parts: Vec<Part>,
}

/// A piece of the template: text, or which column's value.
#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Column(usize),
}

fn property<'a>(table: &'a Value, name: &str) -> Option<&'a str> {
    table["Parameters"][name].as_str()
}

impl Projection {
    /// `None` where the table has none, or it is not enabled.
    ///
    /// # Errors
    /// Properties that are missing or wrong, in Athena's words where they are known.
    pub(super) fn of(table: &Value, name: &str, keys: &[String], now: Timestamp) -> Result<Option<Self>, String> {
        if !property(table, "projection.enabled").is_some_and(|text| text.eq_ignore_ascii_case("true"))
            || keys.is_empty()
        {
            return Ok(None);
        }
        let kind = |key: &&String| property(table, &format!("projection.{key}.type")).is_none();
        let missing: Vec<_> = keys.iter().filter(kind).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(format!(
                "HIVE_METASTORE_ERROR: Table {name} is configured for partition projection, but the following partition \
                 columns are missing projection configuration: [{}]",
                missing.join(", ")
            ));
        }
        let column = |key: &String| {
            let read = Column::of(&|field| property(table, &format!("projection.{key}.{field}")), now);
            let wrong = |why| format!("INVALID_TABLE_PROPERTY: Column projection for column '{key}' failed. {why}");
            read.map(|column| (key.clone(), column)).map_err(wrong)
        };
        let columns = keys.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let (bucket, parts) = template(table, name, keys)?;
        Ok(Some(Self { columns, bucket, parts }))
    }

    /// Bucket and prefix below which all partitions are.
    pub(super) fn place(&self) -> (&str, &str) {
        let prefix = match self.parts.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        };
        (&self.bucket, prefix)
    }

    /// The values of the partition that a file is in, if it is in one.
    pub(super) fn values(&self, key: &str) -> Option<Vec<String>> {
        let mut values: Vec<Option<String>> = vec![None; self.columns.len()];
        let mut rest = key;
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Column(column) => {
                    let stop = match self.parts.get(at + 1) {
                        Some(Part::Text(text)) => text,
                        _ => "/",
                    };
                    let (value, behind) = self.columns[*column].1.take(rest, stop)?;
                    let seen = values[*column].get_or_insert_with(|| value.clone());
                    if *seen != value {
                        return None;
                    }
                    rest = behind;
                }
            }
        }
        // The file itself, or folders below the partition's.
        if rest.is_empty() { None } else { values.into_iter().collect() }
    }

    /// Columns whose values only a query tells.
    pub(super) fn injected(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|(_, column)| column.is_injected()).map(|(name, _)| name.as_str())
    }
}

/// `storage.location.template`, or the table's place with Hive's folders below it.
fn template(table: &Value, name: &str, keys: &[String]) -> Result<(String, Vec<Part>), String> {
    let location = table["StorageDescriptor"].optional("Location").unwrap_or_default();
    let text = match property(table, "storage.location.template") {
        Some(template) => template.to_owned(),
        None => {
            let folders: String = keys.iter().map(|key| format!("{key}=${{{key}}}/")).collect();
            format!("{}/{folders}", location.trim_end_matches('/'))
        }
    };
    let wrong = |why: String| format!("INVALID_TABLE_PROPERTY: Table {name}: storage.location.template {why}");
    let (bucket, path) = text
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or_else(|| wrong("must begin with s3:// and a bucket".to_owned()))?;
    let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    let mut pieces = path.split("${");
    let mut parts = vec![Part::Text(pieces.next().unwrap_or_default().to_owned())];
    for piece in pieces {
        let (key, rest) = piece.split_once('}').ok_or_else(|| wrong(format!("has no end of ${{{piece}")))?;
        let at = keys.iter().position(|known| known.eq_ignore_ascii_case(key));
        parts.push(Part::Column(at.ok_or_else(|| wrong(format!("names {key}, which is no partition column")))?));
        parts.push(Part::Text(rest.to_owned()));
    }
    let has = |at: usize| parts.iter().any(|part| matches!(part, Part::Column(column) if *column == at));
    match (0..keys.len()).find(|at| !has(*at)) {
        Some(at) => Err(wrong(format!("must have every partition column, and lacks ${{{}}}", keys[at]))),
        None => Ok((bucket.to_owned(), parts)),
    }
}

#[cfg(test)]
mod tests;
