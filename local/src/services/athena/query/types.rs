//! Columns of the catalog as Athena reads them.
//!
//! The catalog takes whatever a crawler writes; what Athena makes of it is the parser's of Hive's types that Trino has (`TypeInfoUtils` in
//! trinodb/trino). A single type that it cannot read, and no query reads the table: <https://github.com/trinodb/trino/pull/16677>.

use super::super::invalid;
use crate::api_error::Result;
use crate::services::glue::hive::HiveType;
use serde_json::Value;
use std::collections::HashSet;
use unicode_general_category::{GeneralCategory, get_general_category};

/// What stands between the words of a type.
const BETWEEN: [char; 7] = ['<', '>', '(', ')', ',', ':', ';'];

/// `TypeInfoUtils.isTypeChar`: these four, and what are letters and digits to Java in a single unit of UTF-16.
fn is_of_words(letter: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LowercaseLetter, ModifierLetter, OtherLetter, TitlecaseLetter, UppercaseLetter,
    };
    let category = get_general_category(letter);
    let is_letter =
        matches!(category, UppercaseLetter | LowercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter);
    matches!(letter, '_' | '.' | ' ' | '$') || letter.len_utf16() == 1 && (is_letter || category == DecimalNumber)
}

/// Columns with their types, those of files and then the partition keys.
pub(super) type Columns = Vec<(String, HiveType)>;

/// Of the table `database.name`.
///
/// # Errors
/// `HIVE_INVALID_METADATA`: for the table as a whole, whatever columns a query names.
pub(super) fn of(table: &Value, name: &str) -> Result<(Columns, Columns)> {
    let read = |list: &Value| -> Result<Columns> {
        list.as_array().into_iter().flatten().map(|column| one(column, name)).collect()
    };
    let (columns, keys) = (read(&table["StorageDescriptor"]["Columns"])?, read(&table["PartitionKeys"])?);
    let mut seen = HashSet::new();
    if !columns.iter().chain(&keys).all(|(column, _)| seen.insert(column)) {
        return Err(invalid(format!(
            "HIVE_INVALID_METADATA: Hive metadata for table {name} is invalid: Table descriptor contains duplicate columns"
        )));
    }
    Ok((columns, keys))
}

fn one(column: &Value, table: &str) -> Result<(String, HiveType)> {
    let name = column["Name"].as_str().unwrap_or_default().to_lowercase();
    let text = column["Type"].as_str().unwrap_or("string");
    match read(&text.to_lowercase()) {
        Some(hive) => Ok((name, hive)),
        None => Err(invalid(format!(
            "HIVE_INVALID_METADATA: Glue table '{table}' column '{name}' has invalid data type: {text}"
        ))),
    }
}

/// A type in lower case; `None` where Trino knows none.
fn read(text: &str) -> Option<HiveType> {
    // Spaces are parts of words, and no type has one; the name of a field may.
    let is_name = |end: usize| text[end..].starts_with(':');
    let mut start = 0;
    for end in text.match_indices(BETWEEN).map(|(at, _)| at).chain([text.len()]) {
        let word = &text[start..end];
        if !word.chars().all(is_of_words) || !is_name(end) && word.contains(' ') {
            return None;
        }
        start = end + 1;
    }
    // Trino has no limit here, and nobody asks for what is that deep but as text.
    if HiveType::is_too_deep(text) { Some(HiveType::String) } else { HiveType::parse(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(columns: &[(&str, &str)], keys: &[&str]) -> Option<String> {
        let columns: Vec<_> = columns.iter().map(|(name, hive)| json!({"Name": name, "Type": hive})).collect();
        let keys: Vec<_> = keys.iter().map(|name| json!({"Name": name, "Type": "string"})).collect();
        let table = json!({"StorageDescriptor": {"Columns": columns}, "PartitionKeys": keys});
        of(&table, "web.raw").err().map(|error| error.message)
    }

    /// The ranges of `type_letters.txt`: those of Java, and what is newer, with their first letter and their last.
    fn ranges() -> Vec<(u32, u32)> {
        let lines =
            include_str!("../../../../../tests/judges/type_letters.txt").lines().filter(|line| !line.starts_with('#'));
        let range = |line: &str| {
            let (first, last) = line.trim_start_matches('+').split_once('-').unwrap();
            (u32::from_str_radix(first, 16).unwrap(), u32::from_str_radix(last, 16).unwrap())
        };
        let mut ranges: Vec<_> = lines.map(range).collect();
        ranges.sort_unstable();
        ranges
    }

    #[test]
    fn names_in_types_are_of_what_java_reads() {
        let ranges = ranges();
        for letter in '\0'..=char::MAX {
            let before = ranges.partition_point(|(first, _)| *first <= u32::from(letter));
            let is_listed = before > 0 && u32::from(letter) <= ranges[before - 1].1;
            assert_eq!(letter.to_lowercase().all(is_of_words), is_listed, "{letter:?}");
        }
    }

    #[test]
    fn a_type_that_trino_cannot_read_makes_a_table_unreadable() {
        let deep = format!("{}int{}", "array<".repeat(200), ">".repeat(200));
        for fine in [
            "string",
            &deep,
            "DECIMAL(10,2)",
            "struct<a b:int,a.b:string,$os:array<double>,_x1:map<string,date>>",
            "struct<É:int,名:int,ſ:varchar(3)>",
        ] {
            assert_eq!(told(&[("c", fine)], &[]), None, "{fine}");
        }
        for odd in [
            "uuid",
            "decimal(24, 16)",
            "array< int>",
            "struct<utm-source:string>",
            "struct<a:b:string>",
            "array<struct<a/b:int>>",
            "map<string,struct<`a`:int>>",
            "struct<a,b<c>:int>",
            "struct<a\u{301}:int>",
            "struct<\u{130}:int>",
            "struct<😀:int>",
            "struct<a@b:int>",
        ] {
            let message = told(&[("fine", "int"), ("c", odd)], &[]);
            let wanted = format!("HIVE_INVALID_METADATA: Glue table 'web.raw' column 'c' has invalid data type: {odd}");
            assert_eq!(message.as_deref(), Some(wanted.as_str()));
        }
    }

    #[test]
    fn names_of_columns_are_free_but_for_those_that_are_there_already() {
        assert_eq!(told(&[("utm-source", "string"), ("a:b", "int")], &["year"]), None);
        let twice = "HIVE_INVALID_METADATA: Hive metadata for table web.raw is invalid: Table descriptor contains duplicate columns";
        assert_eq!(told(&[("Year", "int")], &["year"]).as_deref(), Some(twice));
        assert_eq!(told(&[("a", "int"), ("A", "int")], &[]).as_deref(), Some(twice));
    }
}
