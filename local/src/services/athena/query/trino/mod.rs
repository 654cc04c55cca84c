//! Trino's SQL in DataFusion's words, and DataFusion's errors in Trino's.

mod errors;
mod forms;
mod parse;
mod rewrite;

use super::allowed;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::visit_expressions_mut;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::Tokenizer;
pub(super) use errors::{EXHAUSTED, explain, table_not_found};
use std::ops::ControlFlow;

pub(super) fn first_words(sql: &str) -> String {
    sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// # Errors
/// A statement that Athena would not take either, in its words.
pub(super) fn translate(session: &SessionContext, sql: &str) -> Result<Statement, String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    let tokens = tokens.map_err(|error| format!("SYNTAX_ERROR: {error}"))?;
    parse::check(&tokens)?;
    allowed::check_words(&tokens)?;
    let dialect = datafusion::config::Dialect::Generic;
    let mut statement = session.state().sql_to_statement(sql, &dialect).map_err(|error| explain(&error, sql))?;
    allowed::check_kind(&statement)?;
    allowed::balance(&mut statement)?;
    if let Statement::Statement(inner) = &mut statement {
        let _ = visit_expressions_mut(inner.as_mut(), |expr| {
            rewrite::rewrite(expr);
            ControlFlow::<()>::Continue(())
        });
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(sql: &str) -> String {
        translate(&SessionContext::new(), sql).map_or_else(|error| error, |statement| statement.to_string())
    }

    #[test]
    fn functions_of_trino_become_those_of_datafusion() {
        assert_eq!(
            translated("SELECT if(a > 1, 'x', 'y') FROM t"),
            "SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END FROM t"
        );
        assert_eq!(
            translated("SELECT max_by(url, if(n > 1, n)) FROM t"),
            "SELECT first_value(url ORDER BY CASE WHEN n > 1 THEN n END DESC NULLS LAST) FROM t"
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
