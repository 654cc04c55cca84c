//! The grammar of `json_array` and `json_object`, as calls of functions: of what is to be done, of a mark for each value
//! (`*` where it is JSON), and of the values, in an object each behind its key.

use super::json::{format_json, returning, takes, wants};
use super::{CAST, call, text};
use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

const FUNCTIONS: [&str; 2] = ["json_array", "json_object"];

/// Where one begins.
pub(super) fn is_one(word: &Word) -> bool {
    FUNCTIONS.iter().any(|known| word.value.eq_ignore_ascii_case(known))
}

fn is_word(parser: &Parser<'_>, place: usize, words: &[&str]) -> bool {
    let is_it = |known: &str| words.iter().any(|word| known.eq_ignore_ascii_case(word));
    matches!(&parser.peek_nth_token_ref(place).token, Token::Word(known) if is_it(&known.value))
}

/// Whether no value follows.
fn is_end(parser: &Parser<'_>) -> bool {
    parser.peek_token_ref().token == Token::RParen
        || is_word(parser, 0, &["null", "absent"]) && is_word(parser, 1, &["on"])
        || is_word(parser, 0, &["with", "without", "returning"])
}

/// `'a' :`, `'a' VALUE`, `KEY 'a' VALUE`
fn key(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    if is_word(parser, 0, &["key"]) && parser.peek_nth_token_ref(1).token != Token::Colon {
        parser.next_token();
    }
    let key = parser.parse_expr()?;
    if !parser.consume_token(&Token::Colon) {
        wants(parser, &["value"])?;
    }
    Ok(key)
}

/// FORMAT JSON is implied for what is a call that gives JSON.
fn makes_json(value: &Expr) -> bool {
    let made = ["\"$json_query\"", "\"$json_array\"", "\"$json_object\""];
    matches!(value, Expr::Function(function) if made.contains(&function.name.to_string().as_str()))
}

/// Whether nulls stay, if that is said.
fn nulls(parser: &mut Parser<'_>) -> Result<Option<bool>, ParserError> {
    let said = ["null", "absent"].into_iter().find(|word| takes(parser, word));
    if said.is_some() {
        wants(parser, &["on", "null"])?;
    }
    Ok(said.map(|word| word == "null"))
}

fn is_unique(parser: &mut Parser<'_>) -> Result<bool, ParserError> {
    let said = ["with", "without"].into_iter().find(|word| takes(parser, word));
    if said.is_some() {
        wants(parser, &["unique"])?;
        let _ = takes(parser, "keys");
    }
    Ok(said == Some("with"))
}

/// # Errors
/// Another grammar.
pub(super) fn parse(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    let name = parser.next_token().token.to_string().to_lowercase();
    parser.expect_token(&Token::LParen)?;
    let is_object = name == "json_object";
    let (mut values, mut marks) = (vec![], String::new());
    while !is_end(parser) {
        if is_object {
            values.push(key(parser)?);
        }
        let value = parser.parse_expr()?;
        marks.push(if format_json(parser)? || makes_json(&value) { '*' } else { '-' });
        values.push(value);
        if !parser.consume_token(&Token::Comma) {
            break;
        }
    }
    let nulls = if nulls(parser)?.unwrap_or(is_object) { "null" } else { "absent" };
    let unique = if is_object && is_unique(parser)? { "unique" } else { "" };
    let returning = returning(parser)?;
    format_json(parser)?;
    parser.expect_token(&Token::RParen)?;
    // The last of these is there for its place alone: where there are no values, something has to be.
    let said = [text(nulls), text(unique), text(&marks), text("")];
    let made = call(&format!("${name}"), said.into_iter().chain(values).collect());
    Ok(match returning {
        Some(kind) => call(CAST, vec![made, text(&kind)]),
        None => made,
    })
}
