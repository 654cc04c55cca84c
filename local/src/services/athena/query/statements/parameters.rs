//! Question marks of a statement, and what stands in their places.
//!
//! "Execution parameters" are texts of SQL: a number as it is, a text in single quotes.

use super::words::Words;
use datafusion::sql::sqlparser::ast::{Expr, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;
use std::ops::ControlFlow;

/// Finds what is no constant: columns and queries.
struct Columns;

impl Visitor for Columns {
    type Break = String;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Subquery(_) | Expr::Exists { .. } => {
                ControlFlow::Break(expr.to_string())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

/// # Errors
/// What is not one constant, so that nobody changes a statement by its parameters.
fn check(value: &str) -> Result<(), String> {
    let parsed = Parser::new(&GenericDialect {}).try_with_sql(value).and_then(|mut parser| {
        let expr = parser.parse_expr()?;
        parser.expect_token(&Token::EOF).map(|_| expr)
    });
    // A remark behind it would hide what follows.
    let is_bare = Words::of(value).is_some_and(|words| words.rest() == value.trim());
    match parsed.map(|expr| expr.visit(&mut Columns)) {
        _ if !is_bare => Err(format!("SYNTAX_ERROR: line 1:1: {value} is no value of a parameter")),
        Ok(ControlFlow::Continue(())) => Ok(()),
        Ok(ControlFlow::Break(column)) => {
            Err(format!("SYNTAX_ERROR: line 1:1: Constant expression cannot contain column references: {column}"))
        }
        Err(_) => Err(format!("SYNTAX_ERROR: line 1:1: {value} is no value of a parameter")),
    }
}

/// The statement with its parameters in it.
///
/// # Errors
/// More or fewer of them than question marks, in Trino's words.
pub(in super::super) fn fill(sql: &str, values: &[String]) -> Result<String, String> {
    let places = Words::of(sql).map(|words| words.placeholders()).unwrap_or_default();
    if places.len() != values.len() {
        return Err(format!(
            "INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected {} but found {}",
            places.len(),
            values.len()
        ));
    }
    let (mut filled, mut after) = (String::with_capacity(sql.len()), 0);
    for (place, value) in places.into_iter().zip(values) {
        check(value)?;
        filled.push_str(&sql[after..place.start]);
        filled.push_str(value.trim());
        after = place.end;
    }
    filled.push_str(&sql[after..]);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(sql: &str, values: &[&str]) -> Result<String, String> {
        fill(sql, &values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn each_question_mark_has_its_value() {
        for (sql, values, whole) in [
            ("SELECT ? + ?", &["1", "-2.5"][..], "SELECT 1 + -2.5"),
            (
                "SELECT 'what?', \"a?\" FROM t WHERE x = ?",
                &["'it''s ?'"],
                "SELECT 'what?', \"a?\" FROM t WHERE x = 'it''s ?'",
            ),
            (
                "SELECT * FROM t -- why?\nWHERE d > ?",
                &["DATE '2026-11-01'"],
                "SELECT * FROM t -- why?\nWHERE d > DATE '2026-11-01'",
            ),
            ("SELECT 'ä' LIMIT ?", &["5"], "SELECT 'ä' LIMIT 5"),
        ] {
            assert_eq!(filled(sql, values).unwrap(), whole);
        }
    }

    #[test]
    fn a_parameter_is_one_constant() {
        for value in ["1 OR 1=1; DROP", "column", "(SELECT 1)", "1, 2", "", "'a' --"] {
            assert!(filled("SELECT ?", &[value]).is_err(), "{value}");
        }
        let wrong = filled("SELECT ?, ?", &["1"]).unwrap_err();
        assert!(wrong.ends_with("Incorrect number of parameters: expected 2 but found 1"), "{wrong}");
    }
}
