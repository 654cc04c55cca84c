//! Words that Athena takes, and those that it does not.

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// Athena takes back quotes in DDL only.
pub(super) fn check(tokens: &[TokenWithSpan]) -> Result<(), String> {
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
