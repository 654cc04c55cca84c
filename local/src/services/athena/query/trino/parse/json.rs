//! The grammar of `json_exists`, `json_value` and `json_query`, as calls of functions.

use super::{CAST, TRY_CAST, call, kind, text};
use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{CaseWhen, Expr, Value};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

const FUNCTIONS: [&str; 3] = ["json_exists", "json_value", "json_query"];

/// Where one begins.
pub(super) fn is_one(word: &Word) -> bool {
    FUNCTIONS.iter().any(|known| word.value.eq_ignore_ascii_case(known))
}

pub(super) fn takes(parser: &mut Parser<'_>, word: &str) -> bool {
    let is_it = matches!(&parser.peek_token_ref().token, Token::Word(known) if known.value.eq_ignore_ascii_case(word));
    if is_it {
        parser.next_token();
    }
    is_it
}

pub(super) fn wants(parser: &mut Parser<'_>, words: &[&str]) -> Result<(), ParserError> {
    match words.iter().all(|word| takes(parser, word)) {
        true => Ok(()),
        false => parser.expected(&words.join(" "), parser.peek_token()),
    }
}

pub(super) fn format_json(parser: &mut Parser<'_>) -> Result<bool, ParserError> {
    let is_there = takes(parser, "format");
    if is_there {
        wants(parser, &["json"])?;
    }
    Ok(is_there)
}

/// What is passed, by name.
fn passing(parser: &mut Parser<'_>) -> Result<(Vec<String>, Vec<Expr>), ParserError> {
    let (mut names, mut all) = (vec![], vec![]);
    if !takes(parser, "passing") {
        return Ok((names, all));
    }
    loop {
        all.push(parser.parse_expr()?);
        let mark = if format_json(parser)? { "*" } else { "" };
        parser.expect_keyword_is(Keyword::AS)?;
        let name = parser.parse_identifier()?;
        let name = if name.quote_style.is_some() { name.value } else { name.value.to_uppercase() };
        names.push(format!("{mark}{name}"));
        if !parser.consume_token(&Token::Comma) {
            return Ok((names, all));
        }
    }
}

/// `NULL ON EMPTY`, `DEFAULT 1 ON ERROR`, `WITH CONDITIONAL ARRAY WRAPPER`, `OMIT QUOTES ON SCALAR STRING` ...
fn options(parser: &mut Parser<'_>) -> Result<(Vec<String>, [Option<Expr>; 2]), ParserError> {
    let (mut all, mut defaults) = (vec![], [None, None]);
    while parser.peek_token_ref().token != Token::RParen {
        if takes(parser, "with") || takes(parser, "without") {
            let wrapper = if takes(parser, "conditional") { "conditional" } else { "unconditional" };
            let _ = takes(parser, "unconditional");
            let is_with = !takes(parser, "array") || parser.peek_keyword(Keyword::WRAPPER);
            wants(parser, &["wrapper"])?;
            all.extend(is_with.then(|| wrapper.to_owned()));
            continue;
        }
        if let Some(word) = ["omit", "keep"].into_iter().find(|word| takes(parser, word)) {
            wants(parser, &["quotes"])?;
            if takes(parser, "on") {
                wants(parser, &["scalar", "string"])?;
            }
            all.push(format!("{word} quotes"));
            continue;
        }
        let (mut what, mut default) = (String::new(), None);
        if takes(parser, "default") {
            (what, default) = ("default".to_owned(), Some(parser.parse_expr()?));
        } else if takes(parser, "empty") {
            let which = if takes(parser, "object") { "object" } else { "array" };
            let _ = takes(parser, "array");
            what = format!("empty {which}");
        } else if let Some(word) =
            ["null", "error", "true", "false", "unknown"].into_iter().find(|word| takes(parser, word))
        {
            word.clone_into(&mut what);
        }
        wants(parser, &["on"])?;
        let is_empty = takes(parser, "empty");
        if !is_empty {
            wants(parser, &["error"])?;
        }
        if default.is_some() {
            defaults[usize::from(!is_empty)] = default;
        }
        all.push(format!("{what} on {}", if is_empty { "empty" } else { "error" }));
    }
    Ok((all, defaults))
}

/// # Errors
/// Another grammar.
pub(super) fn parse(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    let name = parser.next_token().token.to_string().to_lowercase();
    parser.expect_token(&Token::LParen)?;
    let input = parser.parse_expr()?;
    format_json(parser)?;
    parser.expect_token(&Token::Comma)?;
    let path = parser.parse_expr()?;
    let (names, values) = passing(parser)?;
    let returning = returning(parser)?;
    format_json(parser)?;
    let (options, defaults) = options(parser)?;
    parser.expect_token(&Token::RParen)?;
    let is_error = options.iter().any(|option| option == "error on error");
    let [on_empty, on_error] = defaults.map(|default| match default {
        Some(default) => call(CAST, vec![default, text("varchar")]),
        None => call(CAST, vec![Expr::value(Value::Null), text("varchar")]),
    });
    let all = [input, path, text(&options.join(",")), on_empty, on_error.clone(), text(&names.join("\u{1}")), text("")];
    let all: Vec<_> = all.into_iter().chain(values).collect();
    // With RETURNING a value stands in its expression three times: in itself that would be without end.
    if returning.is_some() && all.iter().any(|one| one.to_string().contains("\"$json_")) {
        return parser.expected("no function of JSON within one with RETURNING", parser.peek_token());
    }
    let made = call(&format!("${name}"), all);
    Ok(match (name.as_str(), returning.filter(|kind| !kind.eq_ignore_ascii_case("varchar"))) {
        ("json_exists", _) => call(CAST, vec![made, text("boolean")]),
        (_, None) => made,
        (_, Some(kind)) if is_error => call(CAST, vec![made, text(&kind)]),
        (_, Some(kind)) => {
            let tried = call(TRY_CAST, vec![made.clone(), text(&kind)]);
            let is_none = Box::new(Expr::IsNull(Box::new(tried.clone())));
            let is_there = Box::new(Expr::IsNotNull(Box::new(made)));
            let op = datafusion::sql::sqlparser::ast::BinaryOperator::And;
            let condition = Expr::BinaryOp { left: is_there, op, right: is_none };
            let result = call(TRY_CAST, vec![on_error, text(&kind)]);
            case(condition, result, tried)
        }
    })
}

/// The type that is asked for.
pub(super) fn returning(parser: &mut Parser<'_>) -> Result<Option<String>, ParserError> {
    if !takes(parser, "returning") {
        return Ok(None);
    }
    let mut words = vec![];
    // Up to what is done otherwise, or the end.
    while let Token::Word(_) | Token::Number(..) | Token::LParen = parser.peek_token_ref().token {
        let word = parser.peek_token_ref().token.to_string().to_lowercase();
        if STOPS.contains(&word.as_str()) {
            break;
        }
        words.push(parser.next_token().token.to_string());
        if words.last().is_some_and(|word| word == "(") {
            words.push(kind_in_brackets(parser)?);
        }
    }
    // `varchar(100)` is written without a space.
    Ok(Some(words.join(" ").replace(" ( ", "(")))
}

const STOPS: [&str; 12] =
    ["format", "null", "error", "default", "empty", "with", "without", "omit", "keep", "true", "false", "unknown"];

fn kind_in_brackets(parser: &mut Parser<'_>) -> Result<String, ParserError> {
    // `(100)`, `(10, 2)`
    let mut inner = String::new();
    while let Token::Number(..) | Token::Comma = parser.peek_token_ref().token {
        inner.push_str(&parser.next_token().token.to_string());
    }
    if inner.is_empty() {
        inner = kind(parser)?;
    }
    parser.expect_token(&Token::RParen)?;
    Ok(format!("{inner})"))
}

fn case(condition: Expr, result: Expr, other: Expr) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result }],
        else_result: Some(Box::new(other)),
    }
}
