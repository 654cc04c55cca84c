//! DataFusion's errors in Trino's words.

use super::names::without_marks;
use super::parse::Trino;
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// What Athena says of a query that needs more memory than there is.
pub(in super::super) const EXHAUSTED: &str = "EXCEEDED_MEMORY_LIMIT: Query exhausted resources at this scale factor";

/// Where a word stands, as `line 1:15`.
fn place(sql: &str, word: &str) -> String {
    let lower = sql.to_lowercase();
    let at = lower.find(&word.to_lowercase()).unwrap_or(0);
    let before = lower.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}:{column}")
}

/// Where a token stands first, outside of texts.
fn place_of_token(sql: &str, word: &str) -> String {
    let tokens = Tokenizer::new(&Trino, sql).tokenize_with_location().unwrap_or_default();
    let found = tokens.iter().find(|token| token.token.to_string().eq_ignore_ascii_case(word));
    let at = found.map(|token| token.span.start);
    at.map_or_else(|| "line 1:1".to_owned(), |at| format!("line {}:{}", at.line, at.column))
}

/// Where a column is asked for, which is not where something is given its name.
fn place_of_column(sql: &str, column: &Column) -> String {
    let tokens = Tokenizer::new(&Trino, sql).tokenize_with_location().unwrap_or_default();
    let tokens: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let is = |index: usize, name: &str| match tokens.get(index).map(|token| &token.token) {
        Some(Token::Word(word)) => word.value.eq_ignore_ascii_case(name),
        _ => false,
    };
    let found = (0..tokens.len()).find(|index| match &column.relation {
        Some(table) => is(*index, table.table()) && is(index + 2, &column.name),
        None => is(*index, &column.name) && !(*index > 0 && is(index - 1, "as")),
    });
    match found.and_then(|index| tokens.get(index)).map(|token| token.span.start) {
        Some(at) => format!("line {}:{}", at.line, at.column),
        None => place(sql, &column.name),
    }
}

pub(in super::super) fn table_not_found(sql: &str, database: &str, table: &str) -> String {
    format!("TABLE_NOT_FOUND: {}: Table 'awsdatacatalog.{database}.{table}' does not exist", place(sql, table))
}

/// The reason as Athena gives it.
pub(in super::super) fn explain(error: &DataFusionError, sql: &str) -> String {
    let words = match error.find_root() {
        DataFusionError::SchemaError(error, _) => schema(error, sql),
        DataFusionError::SQL(error, _) => syntax(&error.to_string()),
        DataFusionError::Plan(text) => planned(text, sql),
        DataFusionError::Execution(text) => match is_named(text) {
            true => text.clone(),
            false => format!("INVALID_FUNCTION_ARGUMENT: {text}"),
        },
        DataFusionError::ResourcesExhausted(_) => EXHAUSTED.to_owned(),
        DataFusionError::ArrowError(error, _) => match error.as_ref() {
            ArrowError::DivideByZero => "DIVISION_BY_ZERO: Division by zero".to_owned(),
            ArrowError::ArithmeticOverflow(text) => format!("NUMERIC_VALUE_OUT_OF_RANGE: {text}"),
            ArrowError::CastError(text) | ArrowError::ParseError(text) => format!("INVALID_CAST_ARGUMENT: {text}"),
            other => format!("INVALID_FUNCTION_ARGUMENT: {other}"),
        },
        DataFusionError::NotImplemented(text) => format!("NOT_SUPPORTED: Local AWS does not have this: {}", node(text)),
        other => format!("NOT_SUPPORTED: Local AWS cannot run this query: {other}"),
    };
    plain(&words)
}

/// "Unsupported ast node in sqltorel: Lambda(LambdaFunction { ...": a tree is told by its root.
fn node(text: &str) -> &str {
    let before = match text.split_once(" { ") {
        Some((before, _)) => before,
        None if text.contains(" does not support logical expression ") => text,
        None => return text,
    };
    let tree = before.rsplit(' ').next().unwrap_or(before);
    match tree.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or(tree) {
        "Exists" | "InSubquery" | "OuterReferenceColumn" | "ScalarSubquery" | "SetComparison" => OUTER,
        root => root,
    }
}

const OUTER: &str =
    "a subquery that asks for the rows around it in this way: a join with GROUP BY, or a window, can say it";

/// The reason as Athena gives it, of a query whose names were all found: what is not there any more was the engine's.
pub(in super::super) fn explain_run(error: &DataFusionError, sql: &str) -> String {
    match error.find_root() {
        DataFusionError::SchemaError(error, _) if matches!(**error, SchemaError::FieldNotFound { .. }) => {
            format!("NOT_SUPPORTED: Local AWS does not have this: {OUTER}")
        }
        _ => explain(error, sql),
    }
}

fn schema(error: &SchemaError, sql: &str) -> String {
    match error {
        SchemaError::FieldNotFound { field, .. } => format!(
            "COLUMN_NOT_FOUND: {}: Column '{}' cannot be resolved or requester is not authorized to access requested \
             resources",
            place_of_column(sql, field),
            field.flat_name()
        ),
        SchemaError::AmbiguousReference { field } => {
            format!("AMBIGUOUS_NAME: {}: Column '{}' is ambiguous", place_of_column(sql, field), field.flat_name())
        }
        other => format!("SYNTAX_ERROR: {other}"),
    }
}

/// "Expected: an expression, found: order at Line: 1, Column: 8"
fn syntax(text: &str) -> String {
    let text = text.trim_start_matches("sql parser error: ");
    let (what, at) = text.rsplit_once(" at Line: ").unwrap_or((text, "1, Column: 1"));
    let at = at.replace(", Column: ", ":");
    match what.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: ")) {
        // Trino's grammar has it, the parser's does not.
        Some((_, found)) if found.eq_ignore_ascii_case("MATCH_RECOGNIZE") => {
            "NOT_SUPPORTED: Local AWS does not have MATCH_RECOGNIZE".to_owned()
        }
        Some((expected, found)) => {
            let found = if found == "EOF" { "<EOF>" } else { found };
            format!("SYNTAX_ERROR: line {at}: mismatched input '{found}'. Expecting: {expected}")
        }
        None => format!("SYNTAX_ERROR: line {at}: {what}"),
    }
}

/// Whether a text begins with the name of an error, as `TYPE_MISMATCH: `.
fn is_named(text: &str) -> bool {
    let name = text.split_once(": ").map_or("", |(name, _)| name);
    name.contains('_') && name.bytes().all(|letter| letter.is_ascii_uppercase() || letter == b'_')
        || text.starts_with("Query cancelled")
}

fn planned(text: &str, sql: &str) -> String {
    if let Some((name, words)) = text.split_once(": ").filter(|_| is_named(text)) {
        let at = match words.strip_prefix("Cannot apply operator: ") {
            Some(operator) => operator.split(' ').find(|part| !part.contains(|letter: char| letter.is_alphanumeric())),
            None if words.starts_with("Cannot cast") => Some("cast"),
            None if words.starts_with("Cannot check") => Some("between"),
            None if words.starts_with("IN value") => Some("in"),
            None if words.starts_with("Cannot unnest") || name == "MISMATCHED_COLUMN_ALIASES" => Some("unnest"),
            None if words.contains("for function concat") => Some("||"),
            None if words.contains("subscript") => Some("["),
            None => None,
        };
        return match at {
            Some(at) => format!("{name}: {}: {words}", place_of_token(sql, at)),
            None => text.to_owned(),
        };
    }
    let quoted = |from: &str, to: char| Some(text.split_once(from)?.1.split_once(to)?.0);
    if let Some(name) = quoted("Invalid function '", '\'') {
        return format!("FUNCTION_NOT_FOUND: {}: Function '{name}' not registered", place(sql, name));
    }
    if text.contains("must appear in the GROUP BY clause")
        && let Some(column) = quoted("column \"", '"')
    {
        let column = column.rsplit('.').next().unwrap_or(column);
        return format!(
            "EXPRESSION_NOT_AGGREGATE: {}: '{column}' must be an aggregate expression or appear in GROUP BY clause",
            place(sql, column)
        );
    }
    if let Some(name) = quoted("given name and argument types '", '(') {
        return format!("FUNCTION_NOT_FOUND: {}: Unexpected parameters for function {name}", place(sql, name));
    }
    format!("SYNTAX_ERROR: {text}")
}

/// In one line, without the words of the engine.
fn plain(words: &str) -> String {
    const TYPES: [(&str, &str); 12] = [
        ("Int64", "bigint"),
        ("Int32", "integer"),
        ("Int16", "smallint"),
        ("Int8", "tinyint"),
        ("Float64", "double"),
        ("Float32", "real"),
        ("LargeUtf8", "json"),
        ("Utf8View", "varchar"),
        ("Utf8", "varchar"),
        ("Date32", "date"),
        ("DataFusion", "the engine"),
        ("Arrow error: ", ""),
    ];
    let line = words.lines().next().unwrap_or_default();
    let all = TYPES.iter().fold(line.to_owned(), |all, (own, name)| all.replace(own, name));
    without_marks(&all)
}
