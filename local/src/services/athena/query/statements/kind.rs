//! What kind of statement a text is, which Athena tells before it runs.

use super::words::Words;

/// Where what a statement gives is kept, below the place of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super::super) enum Output {
    /// `<id>.csv`
    Table,
    /// `<id>.txt`
    Text,
    /// `<id>`, to which the manifest's name adds.
    Manifest,
    /// `tables/<id>`, below which the new table lies.
    NewTable,
}

impl Output {
    /// Below the place of results.
    pub(in super::super::super) fn place(self, id: &str) -> String {
        match self {
            Self::Table => format!("{id}.csv"),
            Self::Text => format!("{id}.txt"),
            Self::Manifest => id.to_owned(),
            Self::NewTable => format!("tables/{id}"),
        }
    }
}

pub(in super::super::super) struct Kind {
    /// `StatementType`
    pub(in super::super::super) statement: &'static str,
    /// `SubstatementType`
    pub(in super::super::super) substatement: String,
    pub(in super::super::super) output: Output,
}

/// What changes the catalog, and what looks at it, by the words that it begins with; the longer ones first.
const BEGINNINGS: &[(&str, &str)] = &[
    ("SHOW CREATE TABLE", "UTILITY"),
    ("SHOW CREATE VIEW", "UTILITY"),
    ("SHOW DATABASES", "UTILITY"),
    ("SHOW SCHEMAS", "UTILITY"),
    ("SHOW TABLES", "UTILITY"),
    ("SHOW VIEWS", "UTILITY"),
    ("SHOW COLUMNS", "UTILITY"),
    ("SHOW PARTITIONS", "UTILITY"),
    ("SHOW TBLPROPERTIES", "UTILITY"),
    ("DESCRIBE", "UTILITY"),
    ("DESC", "UTILITY"),
    ("CREATE DATABASE", "DDL"),
    ("CREATE SCHEMA", "DDL"),
    ("CREATE EXTERNAL TABLE", "DDL"),
    ("CREATE OR REPLACE VIEW", "DDL"),
    ("CREATE VIEW", "DDL"),
    ("DROP DATABASE", "DDL"),
    ("DROP SCHEMA", "DDL"),
    ("DROP TABLE", "DDL"),
    ("DROP VIEW", "DDL"),
    ("ALTER DATABASE", "DDL"),
    ("ALTER SCHEMA", "DDL"),
    ("ALTER TABLE", "DDL"),
    ("ALTER", "DDL"),
    ("MSCK REPAIR TABLE", "DDL"),
    ("MSCK", "DDL"),
    ("PREPARE", "DDL"),
    ("DEALLOCATE PREPARE", "DDL"),
];

fn named(statement: &'static str, substatement: &str, output: Output) -> Kind {
    Kind { statement, substatement: substatement.replace(' ', "_"), output }
}

pub(in super::super::super) fn of(sql: &str) -> Kind {
    let select = named("DML", "SELECT", Output::Table);
    let Some(mut words) = Words::of(sql) else { return select };
    words.pass_brackets();
    if words.are("CREATE TABLE") {
        return match is_from_query(words) {
            true => named("DDL", "CREATE_TABLE_AS_SELECT", Output::NewTable),
            false => named("DDL", "CREATE_TABLE", Output::Text),
        };
    }
    if let Some((beginning, statement)) = BEGINNINGS.iter().find(|(beginning, _)| words.are(beginning)) {
        return named(statement, beginning, Output::Text);
    }
    match words.keywords(1).first().map(String::as_str) {
        Some("SHOW") => named("UTILITY", "SHOW", Output::Text),
        Some("CREATE") => named("DDL", "CREATE", Output::Text),
        Some("DROP") => named("DDL", "DROP", Output::Text),
        Some("INSERT") => named("DML", "INSERT", Output::Manifest),
        Some("UNLOAD") => named("DML", "UNLOAD", Output::Manifest),
        Some("EXECUTE") => named("DML", "EXECUTE", Output::Table),
        Some("EXPLAIN") => named("DML", "EXPLAIN", Output::Table),
        _ => select,
    }
}

/// `CREATE TABLE t WITH (...) AS SELECT`: between the name and AS stands nothing but properties.
fn is_from_query(mut words: Words<'_>) -> bool {
    words.pass("CREATE TABLE");
    words.pass("IF NOT EXISTS");
    if words.table("").is_err() {
        return false;
    }
    words.pass("WITH") && words.brackets().is_ok() && words.are("AS") || words.are("AS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_has_its_kind() {
        for (sql, statement, substatement, place) in [
            ("SELECT 1", "DML", "SELECT", "i.csv"),
            ("-- show\n(WITH a AS (SELECT 1) SELECT * FROM a)", "DML", "SELECT", "i.csv"),
            ("show tables in x", "UTILITY", "SHOW_TABLES", "i.txt"),
            ("/* a */ DESCRIBE `x`", "UTILITY", "DESCRIBE", "i.txt"),
            ("CREATE EXTERNAL TABLE x (a int)", "DDL", "CREATE_EXTERNAL_TABLE", "i.txt"),
            ("CREATE TABLE x (a int) LOCATION 's3://a/'", "DDL", "CREATE_TABLE", "i.txt"),
            (
                "CREATE TABLE IF NOT EXISTS a.x WITH (format='JSON') AS SELECT 1 a",
                "DDL",
                "CREATE_TABLE_AS_SELECT",
                "tables/i",
            ),
            ("create table x as (select 1 a)", "DDL", "CREATE_TABLE_AS_SELECT", "tables/i"),
            ("CREATE OR REPLACE VIEW v AS SELECT 1 a", "DDL", "CREATE_OR_REPLACE_VIEW", "i.txt"),
            ("INSERT INTO x VALUES (1)", "DML", "INSERT", "i"),
            ("UNLOAD (SELECT 1 a) TO 's3://a/' WITH (format='JSON')", "DML", "UNLOAD", "i"),
            ("MSCK REPAIR TABLE x", "DDL", "MSCK_REPAIR_TABLE", "i.txt"),
            ("it's broken", "DML", "SELECT", "i.csv"),
        ] {
            let kind = of(sql);
            assert_eq!((kind.statement, kind.substatement.as_str()), (statement, substatement), "{sql}");
            assert_eq!(kind.output.place("i"), place, "{sql}");
        }
    }
}
