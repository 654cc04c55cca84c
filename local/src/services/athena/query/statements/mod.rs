//! Statements other than queries, one file each: what looks at the catalog, what changes it, and what writes rows.

mod alter;
mod columns;
mod create_table;
mod create_view;
mod ctas;
mod databases;
mod describe;
mod drop;
mod format;
mod insert;
pub(in super::super) mod kind;
mod parameters;
mod prepared;
mod properties;
mod repair;
mod show;
mod show_create;
mod unload;
mod words;
mod written;

use super::super::rights;
use super::select::Reader;
use super::{Answer, Kept, print, trino, view};
use crate::api_error::{ApiError, Result as ApiResult};
use crate::context::Context;
use crate::services::glue::tables;
use serde_json::Value;
use words::Words;

/// A statement, and who asks for it.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) id: &'a str,
    pub(super) execution: &'a Value,
    pub(super) database: &'a str,
    pub(super) sql: &'a str,
    /// `ExecutionParameters`
    pub(super) values: &'a [String],
}

type Run = for<'a> fn(Asked<'a>, Words<'a>) -> Result<Answer, String>;

/// What looks at the catalog or changes it, by the words that it begins with.
const STATEMENTS: &[(&str, Run)] = &[
    ("SHOW DATABASES", show::databases),
    ("SHOW SCHEMAS", show::databases),
    ("SHOW TABLES", show::tables),
    ("SHOW VIEWS", show::views),
    ("SHOW COLUMNS", show::columns),
    ("SHOW PARTITIONS", show::partitions),
    ("SHOW TBLPROPERTIES", show::properties),
    ("SHOW CREATE TABLE", show_create::table),
    ("SHOW CREATE VIEW", show_create::view),
    ("DESCRIBE", describe::describe),
    ("DESC", describe::describe),
    ("CREATE DATABASE", databases::create),
    ("CREATE SCHEMA", databases::create),
    ("DROP DATABASE", databases::drop),
    ("DROP SCHEMA", databases::drop),
    ("ALTER DATABASE", databases::alter),
    ("ALTER SCHEMA", databases::alter),
    ("CREATE EXTERNAL TABLE", create_table::create),
    ("DROP TABLE", drop::table),
    ("DROP VIEW", drop::view),
    ("ALTER TABLE", alter::alter),
    ("MSCK REPAIR TABLE", repair::repair),
    ("PREPARE", prepared::prepare),
    ("DEALLOCATE PREPARE", prepared::deallocate),
];

/// What a statement makes of a query.
enum Writes {
    View,
    Table,
    Rows,
    Files,
}

const WRITING: &[(&str, Writes)] = &[
    ("CREATE OR REPLACE VIEW", Writes::View),
    ("CREATE VIEW", Writes::View),
    ("CREATE TABLE", Writes::Table),
    ("INSERT INTO", Writes::Rows),
    ("UNLOAD", Writes::Files),
];

impl<'a> Asked<'a> {
    /// # Errors
    /// In Athena's words.
    pub(super) async fn answer(self) -> Result<Answer, String> {
        let Some(mut words) = Words::of(self.sql) else { return self.reader.select(self.sql, self.database).await };
        // The question marks of what is prepared stay.
        if words.are("PREPARE") {
            return self.run(words).await;
        }
        if words.pass("EXECUTE") {
            let sql = prepared::execute(self, words)?;
            return Box::pin(Asked { sql: &sql, values: &[], ..self }.answer()).await;
        }
        if self.values.is_empty() && words.placeholders().is_empty() {
            return self.run(words).await;
        }
        let sql = parameters::fill(self.sql, self.values)?;
        Box::pin(Asked { sql: &sql, values: &[], ..self }.answer()).await
    }

    async fn run(self, mut words: Words<'_>) -> Result<Answer, String> {
        if let Some((_, run)) = STATEMENTS.iter().find(|(beginning, _)| words.pass(beginning)) {
            self.may_keep()?;
            return run(self, words);
        }
        for (beginning, writes) in WRITING {
            if words.pass(beginning) {
                self.may_keep()?;
                return match writes {
                    Writes::View => create_view::create(self, words).await,
                    Writes::Table => ctas::create(self, words).await,
                    Writes::Rows => insert::insert(self, words).await,
                    Writes::Files => unload::unload(self, words).await,
                };
            }
        }
        match words.keywords(1).first().map(String::as_str) {
            Some("SELECT" | "WITH" | "VALUES" | "TABLE" | "EXPLAIN") | None => {
                self.reader.select(self.sql, self.database).await
            }
            Some(_) => {
                Err(format!("NOT_SUPPORTED: Local AWS does not run this statement: {}", trino::first_words(self.sql)))
            }
        }
    }

    /// What has no place for its result is not begun.
    fn may_keep(self) -> Result<(), String> {
        let kept = |context: &Context<'_>| super::ended::may_keep(context, self.execution);
        self.reader.core.run(self.reader.region, kept).map_err(|error| format!("{}: {}", error.code, error.message))
    }

    /// Looks at the catalog, or changes it as a whole.
    fn catalog<T>(self, work: impl FnOnce(&Context<'_>) -> ApiResult<T>) -> Result<T, String> {
        self.reader.core.run(self.reader.region, work).map_err(|error| error.message)
    }

    /// Whether who asks may do all this in the catalog.
    fn may(self, context: &Context<'_>, actions: &[&str], place: (&str, Option<&str>)) -> ApiResult<()> {
        rights::of_catalog(context, self.reader.role, actions, place)
    }

    /// A table or view that has to be there, for who may see it.
    fn table(self, context: &Context<'_>, (database, name): (&str, &str)) -> ApiResult<Value> {
        rights::of_table(context, self.reader.role, database, name)?;
        tables::find(context, database, name)?.ok_or_else(|| no_table(name))
    }
}

/// What Hive says of a statement that it does not run.
fn failed(words: impl std::fmt::Display) -> ApiError {
    super::super::invalid(format!("FAILED: {words}"))
}

/// What Hive says of a change that the catalog does not make.
fn not_done(kind: &str, message: impl std::fmt::Display) -> ApiError {
    failed(format!(
        "Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {kind}(message:{message})"
    ))
}

fn no_table(name: &str) -> ApiError {
    failed(format!("SemanticException [Error 10001]: Table not found {name}"))
}

fn no_database(name: &str) -> ApiError {
    failed(format!("SemanticException [Error 10072]: Database does not exist: {name}"))
}

impl Answer {
    /// Lines of text; what is in columns has tabs between them.
    fn lines(columns: &[&str], lines: &[String]) -> Self {
        let columns = columns.iter().map(|name| print::described(name, "string", 0, 0)).collect();
        Self {
            columns,
            kept: Kept::File(lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes()),
        }
    }

    /// Of what says nothing when it is done.
    fn nothing() -> Self {
        Self { columns: vec![], kept: Kept::File(vec![]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statement_of_the_catalog_has_a_kind_of_its_own() {
        for (beginning, _) in STATEMENTS {
            let kind = kind::of(&format!("{beginning} x"));
            assert_eq!(kind.output, kind::Output::Text, "{beginning}");
            assert_eq!(kind.substatement, beginning.replace(' ', "_"), "{beginning}");
        }
    }
}
