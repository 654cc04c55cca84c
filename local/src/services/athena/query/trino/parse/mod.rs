//! Trino's grammar, as far as the parser of DataFusion has to be told of it: words that are reserved, types with their
//! parameters in brackets, lambdas, rows of VALUES without brackets; and what other dialects have, which is refused.

mod json;
mod json_made;
mod numbers;

use super::types;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName, Value,
};
use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Word};
use std::any::TypeId;

/// Reserved words that are no beginning of an expression either.
const RESERVED: [&str; 55] = [
    "ALTER",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CUBE",
    "DEALLOCATE",
    "DELETE",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXECUTE",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "JSON_TABLE",
    "LEFT",
    "LIKE",
    "NATURAL",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "PREPARE",
    "RECURSIVE",
    "RIGHT",
    "ROLLUP",
    "SELECT",
    "SKIP",
    "TABLE",
    "THEN",
    "UESCAPE",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

/// Words of other dialects that Trino has no meaning for where an operator may stand.
const FOREIGN: [&str; 5] = ["ILIKE", "RLIKE", "REGEXP", "QUALIFY", "DIV"];

/// The casts of Trino, which are functions: they know the types that they come from.
pub(super) const CAST: &str = "$cast";
pub(super) const TRY_CAST: &str = "$try_cast";

#[derive(Debug)]
pub(in super::super) struct Trino;

impl Dialect for Trino {
    // What the parser asks of a dialect's name, and of nothing else, such as for UNNEST.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        letter.is_alphabetic() || letter == '_'
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        letter.is_alphanumeric() || letter == '_'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_left_associative_joins_without_parens(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    // `:` stands between the key and the value of `json_object`, and is no operator.
    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        (parser.peek_token_ref().token == Token::Colon).then_some(Ok(0))
    }

    // `10_000`
    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    // `EXTRACT(day_of_week FROM x)`
    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        if let Some(number) = numbers::whole(parser) {
            return Some(Ok(number));
        }
        let token = parser.peek_token_ref();
        let Token::Word(word) = &token.token else { return None };
        if word.quote_style.is_some() {
            return None;
        }
        let (keyword, place) = (word.keyword, token.span.start);
        if RESERVED.iter().any(|reserved| word.value.eq_ignore_ascii_case(reserved)) {
            let at = format!("at Line: {}, Column: {}", place.line, place.column);
            return Some(Err(ParserError::ParserError(format!("Expected: <expression>, found: {} {at}", word.value))));
        }
        let (is_json, makes_json) = (json::is_one(word), json_made::is_one(word));
        let is_call = parser.peek_nth_token_ref(1).token == Token::LParen;
        if is_call && is_json {
            return Some(json::parse(parser));
        }
        if is_call && makes_json {
            return Some(json_made::parse(parser));
        }
        match keyword {
            Keyword::CAST if is_call => Some(cast(parser, CAST)),
            Keyword::TRY_CAST if is_call => Some(cast(parser, TRY_CAST)),
            Keyword::TRIM if is_call && is_side(parser) && is_word(parser, 3, Keyword::FROM) => Some(trim(parser)),
            _ => None,
        }
    }
}

fn is_word(parser: &Parser<'_>, place: usize, keyword: Keyword) -> bool {
    matches!(&parser.peek_nth_token_ref(place).token, Token::Word(word) if word.keyword == keyword)
}

fn is_side(parser: &Parser<'_>) -> bool {
    [Keyword::BOTH, Keyword::LEADING, Keyword::TRAILING].into_iter().any(|side| is_word(parser, 2, side))
}

/// `TRIM(LEADING FROM x)`, which has no letters to take away but spaces.
fn trim(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let trim_where = Some(parser.parse_trim_where()?);
    parser.expect_keyword_is(Keyword::FROM)?;
    let expr = Box::new(parser.parse_expr()?);
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Trim { expr, trim_where, trim_what: None, trim_characters: None })
}

/// `CAST(x AS array(integer))`.
fn cast(parser: &mut Parser<'_>, function: &str) -> Result<Expr, ParserError> {
    parser.next_token();
    parser.expect_token(&Token::LParen)?;
    let value = parser.parse_expr()?;
    parser.expect_keyword_is(Keyword::AS)?;
    let kind = kind(parser)?;
    parser.expect_token(&Token::RParen)?;
    Ok(call(function, vec![value, text(&kind)]))
}

pub(super) fn text(text: &str) -> Expr {
    Expr::value(Value::SingleQuotedString(text.to_owned()))
}

/// A call of a function that is ours.
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|one| FunctionArg::Unnamed(FunctionArgExpr::Expr(one))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::with_quote('"', name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

/// The words of a type, up to the bracket that closes what it is in.
fn kind(parser: &mut Parser<'_>) -> Result<String, ParserError> {
    let start = parser.peek_token_ref().span.start;
    let (mut depth, mut words) = (0_usize, vec![]);
    loop {
        match &parser.peek_token_ref().token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => break,
            Token::RParen => depth -= 1,
            Token::Word(_) | Token::Number(..) | Token::Comma => {}
            _ => return parser.expected("a type", parser.peek_token()),
        }
        words.push(parser.next_token().token.to_string());
    }
    let text = words.join(" ");
    let wrong = |why| ParserError::ParserError(format!("{why} at Line: {}, Column: {}", start.line, start.column));
    types::parse(&text).map(|_| text).map_err(wrong)
}

fn mismatched(token: &TokenWithSpan) -> String {
    let at = token.span.start;
    format!("SYNTAX_ERROR: line {}:{}: mismatched input '{}'", at.line, at.column, token.token)
}

/// Athena takes back quotes in DDL only, and nothing of what other dialects have.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), String> {
    let words: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let is = |token: &TokenWithSpan, keyword| matches!(&token.token, Token::Word(word) if word.keyword == keyword);
    let grouped = [Keyword::GROUP, Keyword::BY, Keyword::DISTINCT];
    if words.windows(3).any(|three| three.iter().zip(grouped).all(|(token, keyword)| is(token, keyword))) {
        return Err("NOT_SUPPORTED: Local AWS does not have GROUP BY DISTINCT".to_owned());
    }
    for token in tokens {
        let is_foreign = match &token.token {
            Token::Word(Word { quote_style: Some('`'), .. }) => {
                let at = token.span.start;
                return Err(format!(
                    "INVALID_IDENTIFIER: line {}:{}: backquoted identifiers are not supported; use double quotes to \
                     quote identifiers",
                    at.line, at.column
                ));
            }
            Token::Word(Word { quote_style: None, value, .. }) => {
                FOREIGN.iter().any(|foreign| value.eq_ignore_ascii_case(foreign))
            }
            Token::DoubleEq | Token::DoubleColon | Token::Spaceship | Token::ExclamationMark | Token::Tilde => true,
            Token::Ampersand | Token::Pipe | Token::Caret | Token::LBrace | Token::RBrace => true,
            Token::LongArrow | Token::HashArrow | Token::AtArrow | Token::ArrowAt | Token::Sharp => true,
            Token::EscapedStringLiteral(_) | Token::DollarQuotedString(_) => true,
            _ => false,
        };
        if is_foreign {
            return Err(mismatched(token));
        }
    }
    Ok(())
}

/// Gives rows of VALUES their brackets, `VALUES 1, 2`, and takes `ROW` away from before them.
pub(super) fn bracket_rows(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut all = Vec::with_capacity(tokens.len());
    // Of each VALUES that is open: the brackets around it.
    let (mut open, mut depth): (Vec<Rows>, usize) = (vec![], 0);
    for (index, token) in tokens.iter().enumerate() {
        let is_space = matches!(token.token, Token::Whitespace(_));
        let here = open.last_mut().filter(|rows| rows.depth == depth && !is_space);
        if let Some(rows) = here {
            let ends = matches!(token.token, Token::RParen | Token::SemiColon | Token::EOF) || ends_rows(&token.token);
            if rows.begins && !ends {
                rows.begins = false;
                if is_row(&token.token) && next(&tokens, index).is_some_and(|next| next == &Token::LParen) {
                    rows.bracketed = false;
                    continue;
                }
                rows.bracketed = !(token.token == Token::LParen && is_whole(&tokens[index..]));
                if rows.bracketed {
                    all.push(TokenWithSpan { token: Token::LParen, span: token.span });
                }
            } else if token.token == Token::Comma || ends {
                if std::mem::take(&mut rows.bracketed) {
                    all.push(TokenWithSpan { token: Token::RParen, span: token.span });
                }
                rows.begins = true;
                if ends {
                    open.pop();
                }
            }
        }
        match &token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.saturating_sub(1),
            Token::Word(Word { keyword: Keyword::VALUES, quote_style: None, .. }) => {
                open.push(Rows { depth, begins: true, bracketed: false });
            }
            _ => {}
        }
        all.push(token.clone());
    }
    if open.last().is_some_and(|rows| rows.bracketed) {
        let span =
            tokens.last().map(|token| token.span).unwrap_or_else(datafusion::sql::sqlparser::tokenizer::Span::empty);
        all.push(TokenWithSpan { token: Token::RParen, span });
    }
    all
}

struct Rows {
    depth: usize,
    begins: bool,
    /// Brackets were put around the row.
    bracketed: bool,
}

fn is_row(token: &Token) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("row"))
}

fn next(tokens: &[TokenWithSpan], index: usize) -> Option<&Token> {
    let mut behind = tokens.get(index + 1..)?.iter().map(|token| &token.token);
    behind.find(|token| !matches!(token, Token::Whitespace(_)))
}

fn ends_rows(token: &Token) -> bool {
    const WORDS: [&str; 7] = ["ORDER", "LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT"];
    matches!(token, Token::Word(word) if word.quote_style.is_none()
        && WORDS.iter().any(|known| word.value.eq_ignore_ascii_case(known)))
}

/// Whether the bracket that is first closes right before the row's end.
fn is_whole(tokens: &[TokenWithSpan]) -> bool {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            let next = next(tokens, index);
            return next.is_none_or(|next| {
                matches!(next, Token::Comma | Token::RParen | Token::SemiColon | Token::EOF) || ends_rows(next)
            });
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    #[test]
    fn rows_of_values_have_brackets() {
        for (sql, expected) in [
            ("VALUES 1, 2", "VALUES (1), (2)"),
            ("VALUES (1, 'a'), (2, 'b')", "VALUES (1, 'a'), (2, 'b')"),
            ("VALUES ROW(1, 2), ROW(3, 4) ORDER BY 1", "VALUES (1, 2), (3, 4) ORDER BY 1"),
            ("SELECT * FROM (VALUES (1) + 2, f(3, 4)) AS t(x)", "SELECT * FROM (VALUES ((1) + 2), (f(3, 4))) AS t(x)"),
            ("VALUES 1 LIMIT 1", "VALUES (1 )LIMIT 1"),
            ("VALUES (VALUES 1), 2", "VALUES (VALUES (1)), (2)"),
            ("VALUES ARRAY[1, 2], ARRAY[]", "VALUES (ARRAY[1, 2]), (ARRAY[])"),
        ] {
            let tokens = Tokenizer::new(&Trino, sql).tokenize_with_location().unwrap();
            let text: String = bracket_rows(tokens).iter().map(|token| token.token.to_string()).collect();
            assert_eq!(text, expected);
        }
    }
}
