//! What Athena runs of all that DataFusion would, and how large it may be.
//!
//! Whatever walks through a statement does so by calling itself. So before anything does, its depth is bounded: brackets
//! and chains of operators by the words that it is made of, tables and joins by its tree. What people do write in long
//! chains, a thousand ORs or UNION ALLs, becomes a tree that is as shallow as it can be: all of these may be bracketed as one
//! likes.

use super::gathered::gather;
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, SetExpr, SetOperator, SetQuantifier, Statement as Inner, Visit, VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};
use std::mem::replace;
use std::ops::ControlFlow;

/// Brackets in brackets, or anything else in itself.
const DEEPEST: usize = 200;
/// How often the parser may call itself: twice for a bracket.
pub(super) const PARSER: usize = 2 * DEEPEST;
/// Operators in one expression, such as `1 + 1 + 1`, that are no AND or OR. DataFusion looks at
/// each with all of those below it.
const LONGEST_CHAIN: usize = 1000;
/// Words and literals that stand behind one another. The parser calls itself for some of them, and does not count that.
const MOST_WORDS: usize = 200;
/// Terms of AND and OR. What DataFusion does with them takes four times as long for twice as many.
const MOST_TERMS: usize = 3000;
/// Kinds of set operations that take turns.
const MOST_TURNS: usize = 200;

/// What Trino says of a statement that is too large to look at.
fn too_deep(what: &str) -> String {
    format!("STACK_OVERFLOW: statement is too large ({what})")
}

/// What stands in one pair of brackets, up to where another expression begins.
#[derive(Default)]
struct Level {
    operators: usize,
    /// BETWEENs whose AND is still to come, which begins nothing.
    betweens: usize,
    /// Words and literals without an operator between them: some words go before an expression, such as INTERVAL.
    words: usize,
}

impl Level {
    fn add(&mut self, token: &Token, word: &str) {
        match token {
            Token::Comma | Token::SemiColon => *self = Self::default(),
            Token::Word(_) if self.betweens > 0 && word.eq_ignore_ascii_case("and") => self.betweens -= 1,
            Token::Word(_) if begins_anew(word) => *self = Self::default(),
            Token::Word(_) if !lengthens(word) => self.words += 1,
            Token::Number(..) | Token::SingleQuotedString(_) => self.words += 1,
            _ => {
                self.betweens += usize::from(word.eq_ignore_ascii_case("between"));
                self.operators += 1;
                self.words = 0;
            }
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self { operators, .. } if *operators > LONGEST_CHAIN => {
                Err(too_deep("too many operators in one expression"))
            }
            Self { words, .. } if *words > MOST_WORDS => Err(too_deep("too many words without an operator")),
            _ => Ok(()),
        }
    }
}

/// # Errors
/// Its words alone show that it is too deep.
pub(super) fn check_words(tokens: &[TokenWithSpan]) -> Result<(), String> {
    let (mut levels, mut before) = (vec![Level::default()], "");
    for token in tokens {
        let word = match &token.token {
            Token::Word(word) => word.value.as_str(),
            Token::Whitespace(_) => continue,
            _ => "",
        };
        let inner = levels.len() - 1;
        match &token.token {
            // `a[1][2]`, `int[][]`
            Token::LBracket => {
                levels[inner].operators += 1;
                levels[inner].check()?;
                levels.push(Level::default());
            }
            Token::LParen | Token::LBrace => levels.push(Level::default()),
            // `ARRAY<ARRAY<...`
            Token::Lt if is_type(before) => levels.push(Level::default()),
            Token::RParen | Token::RBracket | Token::RBrace if inner > 0 => drop(levels.pop()),
            token => {
                levels[inner].add(token, word);
                levels[inner].check()?;
            }
        }
        if levels.len() > DEEPEST {
            return Err(too_deep("too many brackets in brackets"));
        }
        before = word;
    }
    Ok(())
}

fn is_type(word: &str) -> bool {
    ["array", "map", "struct", "row"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What comes after it is another expression.
fn begins_anew(word: &str) -> bool {
    const WORDS: [&str; 14] = [
        "select", "from", "where", "group", "order", "having", "when", "then", "else", "on", "and", "or", "union",
        "join",
    ];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Operators that are words.
fn lengthens(word: &str) -> bool {
    const WORDS: [&str; 8] = ["not", "is", "like", "between", "in", "collate", "escape", "explain"];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// # Errors
/// A statement that Athena does not have, or that Local AWS does not run.
pub(super) fn check_kind(statement: &Statement) -> Result<(), String> {
    match statement {
        Statement::Statement(inner) => match inner.as_ref() {
            Inner::Query(query) if is_read_only(&query.body) => Ok(()),
            _ => Err("NOT_SUPPORTED: Local AWS runs queries only".to_owned()),
        },
        Statement::Explain(explained) => check_kind(&explained.statement),
        Statement::CopyTo(_) | Statement::CreateExternalTable(_) | Statement::Reset(_) => {
            Err("SYNTAX_ERROR: line 1:1: Athena does not have this statement".to_owned())
        }
    }
}

/// Whether nothing is written, further down the visitor looks.
fn is_read_only(body: &SetExpr) -> bool {
    !matches!(body, SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_))
}

/// Brackets chains anew, so that a statement becomes as shallow as it can be.
///
/// # Errors
/// What is too deep still, or writes.
pub(super) fn balance(statement: &mut Statement) -> Result<(), String> {
    match statement {
        Statement::Statement(inner) => match Visit::visit(inner.as_ref(), &mut super::size::Size::default()) {
            ControlFlow::Break(why) => Err(too_deep(why)),
            ControlFlow::Continue(()) => match VisitMut::visit(inner.as_mut(), &mut Balance) {
                ControlFlow::Break(why) => Err(why),
                ControlFlow::Continue(()) => Ok(()),
            },
        },
        Statement::Explain(explained) => balance(&mut explained.statement),
        _ => Ok(()),
    }
}

struct Balance;

impl VisitorMut for Balance {
    type Break = String;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        if let Expr::BinaryOp { op, .. } = expr
            && is_associative(op)
        {
            let op = op.clone();
            let mut items = gather(chain(expr, &op), &op);
            if items.len() > MOST_TERMS {
                return ControlFlow::Break(too_deep("too many terms of AND or OR"));
            }
            let join = |left, right| Expr::BinaryOp { left: Box::new(left), op: op.clone(), right: Box::new(right) };
            *expr = tree(&mut items, &join);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        if !is_read_only(&query.body) {
            return ControlFlow::Break("NOT_SUPPORTED: Local AWS runs queries only".to_owned());
        }
        match bracket(&mut query.body, MOST_TURNS) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => ControlFlow::Break(why),
        }
    }
}

fn empty() -> datafusion::sql::sqlparser::ast::Values {
    datafusion::sql::sqlparser::ast::Values { explicit_row: false, value_keyword: false, rows: vec![] }
}

/// The first operand may be a chain of another kind.
fn bracket(body: &mut SetExpr, turns: usize) -> Result<(), String> {
    let SetExpr::SetOperation { op, set_quantifier, left, .. } = body else { return Ok(()) };
    let less = turns.checked_sub(1).ok_or_else(|| too_deep("too many set operations that take turns"))?;
    let (op, quantifier) = (*op, *set_quantifier);
    if !is_bracketed_anyhow(op, quantifier) {
        return bracket(left, less);
    }
    let mut items = operands(body, op, quantifier);
    bracket(&mut items[0], less)?;
    *body = tree(&mut items, &|left, right| SetExpr::SetOperation {
        left: Box::new(left),
        op,
        set_quantifier: quantifier,
        right: Box::new(right),
    });
    Ok(())
}

fn is_associative(op: &BinaryOperator) -> bool {
    matches!(op, BinaryOperator::And | BinaryOperator::Or | BinaryOperator::StringConcat)
}

fn is_bracketed_anyhow(op: SetOperator, quantifier: SetQuantifier) -> bool {
    let plain = matches!(quantifier, SetQuantifier::All | SetQuantifier::None | SetQuantifier::Distinct);
    op == SetOperator::Union && plain
}

/// The items of `a OR b OR c`, which the parser has bracketed from the left.
fn chain(expr: &mut Expr, op: &BinaryOperator) -> Vec<Expr> {
    let nothing = || Expr::value(datafusion::sql::sqlparser::ast::Value::Null);
    let (mut items, mut at) = (vec![], replace(expr, nothing()));
    loop {
        match at {
            Expr::BinaryOp { left, op: this, right } if this == *op => {
                items.push(*right);
                at = *left;
            }
            first => {
                items.push(first);
                items.reverse();
                return items;
            }
        }
    }
}

fn operands(body: &mut SetExpr, op: SetOperator, quantifier: SetQuantifier) -> Vec<SetExpr> {
    let (mut items, mut at) = (vec![], replace(body, SetExpr::Values(empty())));
    loop {
        match at {
            SetExpr::SetOperation { left, op: this, set_quantifier, right }
                if this == op && set_quantifier == quantifier =>
            {
                items.push(*right);
                at = *left;
            }
            first => {
                items.push(first);
                items.reverse();
                return items;
            }
        }
    }
}

/// In their order, with about as many on either side.
fn tree<T>(items: &mut Vec<T>, join: &impl Fn(T, T) -> T) -> T {
    match items.len() {
        1 => items.remove(0),
        length => {
            let mut right = items.split_off(length / 2);
            let left = tree(items, join);
            join(left, tree(&mut right, join))
        }
    }
}
