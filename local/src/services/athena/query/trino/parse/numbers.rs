//! Whole numbers that are not written in tens.

use datafusion::sql::sqlparser::ast::{Expr, Value};
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Token;

/// `0x1F`, `0o17` and `0b11`. The tokenizer takes the first for bytes, `X'1F'`, which are a letter longer, and the others for
/// a zero with a name.
pub(super) fn whole(parser: &mut Parser<'_>) -> Option<Expr> {
    let (first, second) = (parser.peek_token_ref(), parser.peek_nth_token_ref(1));
    let width = first.span.end.column - first.span.start.column;
    let (number, tokens) = match (&first.token, &second.token) {
        (Token::HexStringLiteral(digits), _) if width == digits.len() as u64 + 2 => {
            (i64::from_str_radix(digits, 16).ok()?, 1)
        }
        (Token::Number(zero, false), Token::Word(word)) if zero == "0" && second.span.start == first.span.end => {
            let (base, digits) = word.value.split_at_checked(1)?;
            let radix = match base {
                "b" | "B" => 2,
                "o" | "O" => 8,
                _ => return None,
            };
            (i64::from_str_radix(&digits.replace('_', ""), radix).ok()?, 2)
        }
        _ => return None,
    };
    (0..tokens).for_each(|_| {
        parser.next_token();
    });
    Some(Expr::value(Value::Number(number.to_string(), false)))
}
