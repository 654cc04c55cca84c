//! `a = 1 OR a = 2 OR ...` is `a IN (1, 2, ...)`: people and tools write thousands of them, and DataFusion takes four times
//! as long for twice as many terms of OR, but not for more items of a list. Nulls count alike in both.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr};
use std::collections::HashMap;

/// Fewer stay as they are written.
const FEWEST: usize = 16;

/// The terms of a chain of AND or OR, with those about one column in one list, where the first of them was.
pub(super) fn gather(terms: Vec<Expr>, op: &BinaryOperator) -> Vec<Expr> {
    let wanted = match op {
        BinaryOperator::Or => BinaryOperator::Eq,
        BinaryOperator::And => BinaryOperator::NotEq,
        _ => return terms,
    };
    if terms.len() < FEWEST {
        return terms;
    }
    let (mut all, mut places): (Vec<Expr>, HashMap<String, usize>) = (vec![], HashMap::new());
    for term in terms {
        match compared(term, &wanted) {
            Err(term) => all.push(*term),
            Ok((column, value)) => match places.get(&column.to_string()) {
                Some(place) => {
                    if let Expr::InList { list, .. } = &mut all[*place] {
                        list.push(value);
                    }
                }
                None => {
                    places.insert(column.to_string(), all.len());
                    let negated = wanted == BinaryOperator::NotEq;
                    all.push(Expr::InList { expr: Box::new(column), list: vec![value], negated });
                }
            },
        }
    }
    all
}

/// A column and the literal that it is compared with.
fn compared(term: Expr, wanted: &BinaryOperator) -> Result<(Expr, Expr), Box<Expr>> {
    let is_column = |expr: &Expr| matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    match term {
        Expr::BinaryOp { left, op, right } if op == *wanted && is_column(&left) && matches!(*right, Expr::Value(_)) => {
            Ok((*left, *right))
        }
        term => Err(Box::new(term)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    #[test]
    fn comparisons_with_one_column_become_a_list() {
        let dialect = GenericDialect {};
        let terms = |word: &str| -> Vec<Expr> {
            let parse = |text: &String| Parser::new(&dialect).try_with_sql(text).unwrap().parse_expr().unwrap();
            let of = |n| [format!("a {word} {n}"), format!("t.b {word} '{n}'"), format!("c < {n}")];
            (0..20).flat_map(of).map(|text| parse(&text)).collect()
        };
        for (word, op, list) in
            [("=", BinaryOperator::Or, "a IN (0, 1, "), ("<>", BinaryOperator::And, "a NOT IN (0, 1, ")]
        {
            let all = gather(terms(word), &op);
            assert_eq!(all.len(), 2 + 20);
            assert!(all[0].to_string().starts_with(list), "{}", all[0]);
            assert_eq!(gather(terms(word), &BinaryOperator::StringConcat).len(), 60);
        }
        assert_eq!(gather(terms("<>"), &BinaryOperator::Or).len(), 60);
    }
}
