//! Trino's SQL in DataFusion's words, and DataFusion's errors in Trino's.

mod arithmetic;
mod average;
mod cast;
mod checked;
mod equality;
mod errors;
mod evened;
mod floated;
mod floats;
mod folded;
mod forms;
mod hidden;
mod intervals;
mod lambdas;
mod literals;
mod marks;
mod moment;
mod names;
mod operators;
mod parse;
mod patterns;
mod relations;
mod rewrite;
mod sameness;
mod scalars;
mod session;
mod single;
mod subqueries;
pub(super) mod typed;
pub(super) mod types;
pub(super) mod values;
mod written;

use super::allowed;
use super::table::PATH;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::VisitMut as _;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;
pub(super) use errors::{EXHAUSTED, explain, explain_run, table_not_found};
pub(super) use names::{named, unmarked};
use rewrite::Translation;
pub(super) use session::session;
use std::collections::HashSet;
use std::ops::ControlFlow;
pub(super) use written::Written;

pub(super) fn first_words(sql: &str) -> String {
    sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// # Errors
/// A statement that Athena would not take either, in its words.
pub(super) fn translate(sql: &str) -> Result<(Statement, Written), String> {
    let tokens = Tokenizer::new(&parse::Trino, sql).tokenize_with_location();
    let tokens = tokens.map_err(|error| format!("SYNTAX_ERROR: {error}"))?;
    parse::check(&tokens)?;
    allowed::check_words(&tokens)?;
    let parser = DFParserBuilder::new(parse::bracket_rows(tokens))
        .with_dialect(&parse::Trino)
        .with_recursion_limit(allowed::PARSER)
        .build();
    let statements = parser.and_then(|mut parser| parser.parse_statements()).map_err(|error| explain(&error, sql))?;
    let [mut statement] = <[Statement; 1]>::try_from(Vec::from(statements))
        .map_err(|_| "SYNTAX_ERROR: Athena runs one statement at a time".to_owned())?;
    allowed::check_kind(&statement)?;
    let written = Written::of(&statement);
    allowed::balance(&mut statement)?;
    translate_tree(&mut statement, names_path(sql))?;
    Ok((statement, written))
}

/// Whether a statement asks for the file of a row, which no `*` gives.
pub(super) fn names_path(sql: &str) -> bool {
    sql.to_lowercase().contains(&format!("\"{PATH}\""))
}

fn translate_tree(statement: &mut Statement, has_path: bool) -> Result<(), String> {
    match statement {
        Statement::Statement(inner) => match inner.visit(&mut Translation { has_path, named: HashSet::new() }) {
            ControlFlow::Break(why) => Err(why),
            ControlFlow::Continue(()) => Ok(()),
        },
        Statement::Explain(explained) => translate_tree(&mut explained.statement, has_path),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(sql: &str) -> String {
        let text = translate(sql).map_or_else(|error| error, |(statement, _)| statement.to_string());
        text.replace('\u{1}', "#")
    }

    #[test]
    fn functions_of_trino_become_those_of_datafusion() {
        assert_eq!(
            translated("SELECT if(a > 1, 'x', 'y') FROM t"),
            "SELECT CASE WHEN (a > 1) THEN 'x' ELSE 'y' END AS \"#0#\" FROM t"
        );
        assert_eq!(
            translated("SELECT max(url, 2), substring(url FROM 3), tags[1] FROM t"),
            "SELECT max_n(url, 2) AS \"#0#\", \"substr\"(url, 3) AS \"#1#\", \"subscript\"(tags, 1) AS \"#2#\" FROM t"
        );
        assert_eq!(translated("SELECT \"Event\" FROM t OFFSET 2 LIMIT 3"), "SELECT \"event\" FROM t LIMIT 3 OFFSET 2");
    }

    #[test]
    fn what_athena_refuses_is_refused_in_its_words() {
        assert!(translated("SELECT `a` FROM t").starts_with("INVALID_IDENTIFIER: line 1:8: backquoted"));
        let error = translated("SELECT a FROM t WHERE a = AND b");
        assert!(error.starts_with("SYNTAX_ERROR: line 1:"), "{error}");
        assert_eq!(
            table_not_found("SELECT *\nFROM Clicks", "db", "clicks"),
            "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.db.clicks' does not exist"
        );
    }
}
