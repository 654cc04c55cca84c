//! Trino's SQL in DataFusion's words, and DataFusion's errors in Trino's.

use super::allowed;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, visit_expressions_mut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use std::ops::ControlFlow;

/// Functions that DataFusion does not have, by name and number of arguments, as expressions that it has.
const FUNCTIONS: &[(&str, usize, &str)] = &[
    ("if", 2, "CASE WHEN {0} THEN {1} END"),
    ("if", 3, "CASE WHEN {0} THEN {1} ELSE {2} END"),
    ("try", 1, "({0})"),
    ("count_if", 1, "count(CASE WHEN {0} THEN 1 END)"),
    ("arbitrary", 1, "first_value({0})"),
    ("any_value", 1, "first_value({0})"),
    ("max_by", 2, "first_value({0} ORDER BY {1} DESC NULLS LAST)"),
    ("min_by", 2, "first_value({0} ORDER BY {1} ASC NULLS LAST)"),
    ("approx_percentile", 2, "approx_percentile_cont({0}, {1})"),
    ("year", 1, "CAST(date_part('year', {0}) AS BIGINT)"),
    ("quarter", 1, "CAST(date_part('quarter', {0}) AS BIGINT)"),
    ("month", 1, "CAST(date_part('month', {0}) AS BIGINT)"),
    ("week", 1, "CAST(date_part('week', {0}) AS BIGINT)"),
    ("day", 1, "CAST(date_part('day', {0}) AS BIGINT)"),
    ("day_of_week", 1, "CAST(date_part('isodow', {0}) AS BIGINT)"),
    ("hour", 1, "CAST(date_part('hour', {0}) AS BIGINT)"),
    ("minute", 1, "CAST(date_part('minute', {0}) AS BIGINT)"),
    ("second", 1, "CAST(date_part('second', {0}) AS BIGINT)"),
    ("date", 1, "CAST({0} AS DATE)"),
    ("contains", 2, "array_has({0}, {1})"),
    ("element_at", 2, "array_element({0}, {1})"),
    ("split", 2, "string_to_array({0}, {1})"),
    ("regexp_extract", 2, "array_element(regexp_match({0}, '(' || {1} || ')'), 1)"),
    ("regexp_extract", 3, "array_element(regexp_match({0}, {1}), {2})"),
    // The functions of these names are ours, and take microseconds.
    ("date_format", 2, "date_format(arrow_cast({0}, 'Timestamp(Microsecond, None)'), {1})"),
    ("date_add", 3, "date_add({0}, {1}, arrow_cast({2}, 'Timestamp(Microsecond, None)'))"),
    (
        "date_diff",
        3,
        "date_diff({0}, arrow_cast({1}, 'Timestamp(Microsecond, None)'), arrow_cast({2}, 'Timestamp(Microsecond, None)'))",
    ),
    ("sequence", 2, "generate_series({0}, {1})"),
    ("sequence", 3, "generate_series({0}, {1}, {2})"),
    ("rand", 0, "random()"),
    ("from_unixtime", 1, "to_timestamp_micros(CAST(({0}) * 1000000 AS BIGINT))"),
    ("to_unixtime", 1, "arrow_cast(arrow_cast({0}, 'Timestamp(Microsecond, None)'), 'Int64') / 1000000.0"),
];

/// What Athena says of a query that needs more memory than there is.
pub(super) const EXHAUSTED: &str = "EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor";

pub(super) fn first_words(sql: &str) -> String {
    sql.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// # Errors
/// A statement that Athena would not take either, in its words.
pub(super) fn translate(session: &SessionContext, sql: &str) -> Result<Statement, String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    let tokens = tokens.map_err(|error| format!("SYNTAX_ERROR: {error}"))?;
    check(&tokens)?;
    allowed::check_words(&tokens)?;
    let dialect = datafusion::config::Dialect::Generic;
    let mut statement = session.state().sql_to_statement(sql, &dialect).map_err(|error| explain(&error, sql))?;
    allowed::check_kind(&statement)?;
    allowed::balance(&mut statement)?;
    if let Statement::Statement(inner) = &mut statement {
        let _ = visit_expressions_mut(inner.as_mut(), |expr| {
            rewrite(expr);
            ControlFlow::<()>::Continue(())
        });
    }
    Ok(statement)
}

/// Athena takes back quotes in DDL only.
fn check(tokens: &[TokenWithSpan]) -> Result<(), String> {
    for token in tokens {
        if let Token::Word(word) = &token.token
            && word.quote_style == Some('`')
        {
            let at = token.span.start;
            return Err(format!(
                "INVALID_IDENTIFIER: line {}:{}: backquoted identifiers are not supported; use double quotes to quote identifiers",
                at.line, at.column
            ));
        }
    }
    Ok(())
}

fn rewrite(expr: &mut Expr) {
    match expr {
        // Names mean the same in any case, in quotes too.
        Expr::Identifier(ident) => fold(ident),
        Expr::CompoundIdentifier(parts) => parts.iter_mut().for_each(fold),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let FunctionArguments::List(list) = &function.args else { return };
            let arguments: Vec<_> = list.args.iter().filter_map(argument).collect();
            let known = FUNCTIONS.iter().find(|(known, count, _)| *known == name && *count == arguments.len());
            let Some((_, _, template)) = known else { return };
            let mut text = (*template).to_owned();
            for (index, argument) in arguments.iter().enumerate() {
                text = text.replace(&format!("{{{index}}}"), &argument.to_string());
            }
            if let Some(over) = &function.over {
                text.push_str(&format!(" OVER {}", over_text(over)));
            }
            if let Ok(parsed) =
                Parser::new(&GenericDialect {}).try_with_sql(&text).and_then(|mut parser| parser.parse_expr())
            {
                *expr = parsed;
            }
        }
        _ => {}
    }
}

fn over_text(over: &datafusion::sql::sqlparser::ast::WindowType) -> String {
    over.to_string()
}

fn fold(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
}

fn argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}

/// Where a word stands, as `line 1:15`.
fn place(sql: &str, word: &str) -> String {
    let lower = sql.to_lowercase();
    let at = lower.find(&word.to_lowercase()).unwrap_or(0);
    let before = lower.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}:{column}")
}

pub(super) fn table_not_found(sql: &str, database: &str, table: &str) -> String {
    format!("TABLE_NOT_FOUND: {}: Table 'awsdatacatalog.{database}.{table}' does not exist", place(sql, table))
}

/// The reason as Athena gives it, where DataFusion's error has a counterpart.
pub(super) fn explain(error: &DataFusionError, sql: &str) -> String {
    match error.find_root() {
        DataFusionError::SchemaError(error, _) => match error.as_ref() {
            SchemaError::FieldNotFound { field, .. } => format!(
                "COLUMN_NOT_FOUND: {}: Column '{}' cannot be resolved or requester is not authorized to access \
                 requested resources",
                place(sql, &field.name),
                field.name
            ),
            other => format!("SYNTAX_ERROR: {other}"),
        },
        DataFusionError::SQL(error, _) => {
            let text = error.to_string();
            let text = text.trim_start_matches("sql parser error: ");
            let (what, at) = text.rsplit_once(" at Line: ").unwrap_or((text, "1, Column: 1"));
            format!("SYNTAX_ERROR: line {}: {what}", at.replace(", Column: ", ":"))
        }
        DataFusionError::Plan(text) => match text
            .strip_prefix("Invalid function '")
            .and_then(|rest| rest.split_once('\''))
        {
            Some((name, _)) => format!("FUNCTION_NOT_FOUND: {}: Function '{name}' not registered", place(sql, name)),
            None => format!("SYNTAX_ERROR: {text}"),
        },
        DataFusionError::Execution(text) => text.clone(),
        DataFusionError::ResourcesExhausted(_) => EXHAUSTED.to_owned(),
        other => format!("GENERIC_INTERNAL_ERROR: {other}"),
    }
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
