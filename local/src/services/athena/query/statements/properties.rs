//! `WITH (format = 'PARQUET', partitioned_by = ARRAY['day'])`, of statements that write.

use super::format::Encoding;
use super::words::Words;
use datafusion::sql::sqlparser::tokenizer::Token;
use std::collections::BTreeMap;

/// "CTAS table properties".
const OF_TABLES: &[&str] = &[
    "format",
    "external_location",
    "partitioned_by",
    "bucketed_by",
    "bucket_count",
    "write_compression",
    "parquet_compression",
    "orc_compression",
    "compression_level",
    "field_delimiter",
    "table_type",
    "is_external",
];
const OF_UNLOAD: &[&str] = &["format", "partitioned_by", "compression", "compression_level", "field_delimiter"];

/// What stands behind WITH, names in small letters; what is no list is a list of one.
#[derive(Debug, Default)]
pub(super) struct Properties(BTreeMap<String, Vec<String>>);

impl Properties {
    /// # Errors
    /// Something else, or a property that is none of these.
    fn read(words: &mut Words<'_>, known: &[&str]) -> Result<Self, String> {
        let pairs = words.list(|words| {
            let name = words.name()?;
            words.expect_symbol(&Token::Eq)?;
            let values = match words.pass("ARRAY") {
                true => words.array()?,
                false => vec![words.value()?],
            };
            Ok((name, values))
        })?;
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(format!(
                "INVALID_TABLE_PROPERTY: line 1:1: Catalog 'awsdatacatalog' table property '{name}' does not exist"
            )),
            None => Ok(Self(pairs.into_iter().collect())),
        }
    }

    /// # Errors
    /// What it does not have, by its name.
    pub(super) fn of_table(words: &mut Words<'_>) -> Result<Self, String> {
        let all = if words.pass("WITH") { Self::read(words, OF_TABLES)? } else { Self::default() };
        match all.one("table_type") {
            Some(kind) if !kind.eq_ignore_ascii_case("hive") => {
                Err(format!("NOT_SUPPORTED: Local AWS makes no tables of type {}", kind.to_uppercase()))
            }
            _ => Ok(all),
        }
    }

    /// # Errors
    /// What it does not have, by its name.
    pub(super) fn of_unload(words: &mut Words<'_>) -> Result<Self, String> {
        let all = if words.pass("WITH") { Self::read(words, OF_UNLOAD)? } else { Self::default() };
        match all.one("format") {
            Some(_) => Ok(all),
            None => Err("SYNTAX_ERROR: line 1:1: UNLOAD needs the property format".to_owned()),
        }
    }

    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.first().map(String::as_str)
    }

    /// Names of columns, in small letters.
    pub(super) fn names(&self, name: &str) -> Vec<String> {
        self.0.get(name).into_iter().flatten().map(|name| name.to_lowercase()).collect()
    }

    /// # Errors
    /// What is not written.
    pub(super) fn encoding(&self) -> Result<Encoding, String> {
        let compression = ["write_compression", "parquet_compression", "compression"];
        let compression = compression.iter().find_map(|name| self.one(name));
        Encoding::of(self.one("format").unwrap_or("PARQUET"), compression, self.one("field_delimiter"))
    }
}
