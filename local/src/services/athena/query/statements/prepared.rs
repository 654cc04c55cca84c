//! PREPARE, EXECUTE and DEALLOCATE PREPARE: statements that a workgroup keeps by their names.

use super::super::super::prepared_statements as kept;
use super::super::Answer;
use super::words::Words;
use super::{Asked, parameters};
use crate::service::Input as _;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;

fn workgroup(asked: Asked<'_>) -> &str {
    asked.execution.optional("WorkGroup").unwrap_or("primary")
}

fn missing(name: &str) -> String {
    format!("NOT_FOUND: PreparedStatement {name} was not found in the workgroup")
}

/// `PREPARE name FROM statement`
pub(super) fn prepare(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let name = words.name()?;
    words.expect("FROM")?;
    let of_queries = ["SELECT", "WITH", "VALUES", "INSERT INTO", "CREATE TABLE", "UNLOAD"];
    let mut beginning = words.clone();
    beginning.pass_brackets();
    if !of_queries.iter().any(|word| beginning.are(word)) {
        return Err(words.unexpected());
    }
    asked.catalog(|context| kept::keep(context, workgroup(asked), &name, words.rest()))?;
    Ok(Answer::nothing())
}

/// `EXECUTE name USING value, ...`: the statement that it stands for. Parameters may come with the request instead.
pub(super) fn execute(asked: Asked<'_>, mut words: Words<'_>) -> Result<String, String> {
    let name = words.name()?;
    let found = asked.catalog(|context| kept::find(context, workgroup(asked), &name))?;
    let found = found.ok_or_else(|| missing(&name))?;
    let values = match words.pass("USING") {
        true => values(words.rest())?,
        false => {
            words.end()?;
            asked.values.to_vec()
        }
    };
    let sql = parameters::fill(found["QueryStatement"].as_str().unwrap_or_default(), &values)?;
    match Words::of(&sql).is_some_and(|words| words.are("EXECUTE")) {
        true => Err(format!("NOT_SUPPORTED: PreparedStatement {name} runs another one")),
        false => Ok(sql),
    }
}

fn values(list: &str) -> Result<Vec<String>, String> {
    let parsed = Parser::new(&GenericDialect {}).try_with_sql(list).and_then(|mut parser| {
        let values = parser.parse_comma_separated(Parser::parse_expr)?;
        parser.expect_token(&Token::EOF).map(|_| values)
    });
    let values = parsed.map_err(|error| format!("SYNTAX_ERROR: {error}"))?;
    Ok(values.iter().map(ToString::to_string).collect())
}

pub(super) fn deallocate(asked: Asked<'_>, mut words: Words<'_>) -> Result<Answer, String> {
    let name = words.name()?;
    words.end()?;
    match asked.catalog(|context| kept::forget(context, workgroup(asked), &name))? {
        true => Ok(Answer::nothing()),
        false => Err(missing(&name)),
    }
}
