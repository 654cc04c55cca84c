//! What Trino writes in a form of its own, `substring(a FROM 2)` or `a[1]`, as a call of the function that it is.

use super::parse::call;
use datafusion::sql::sqlparser::ast::{AccessExpr, Expr, Subscript};
use std::mem::replace;

fn taken(expr: &mut Expr) -> Expr {
    replace(expr, Expr::value(datafusion::sql::sqlparser::ast::Value::Null))
}

pub(super) fn rewrite(expr: &mut Expr) {
    let made = match expr {
        Expr::Substring { expr, substring_from: Some(from), substring_for, .. } => {
            let length = substring_for.as_mut().map(|length| taken(length));
            let start = [taken(expr), taken(from)];
            call("substr", start.into_iter().chain(length).collect())
        }
        Expr::Position { expr, r#in } => call("strpos", vec![taken(r#in), taken(expr)]),
        Expr::Extract { field, expr, .. } => call(&field.to_string().to_lowercase(), vec![taken(expr)]),
        Expr::AtTimeZone { timestamp, time_zone } => call("at_timezone", vec![taken(timestamp), taken(time_zone)]),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let Some(AccessExpr::Subscript(Subscript::Index { index })) = access_chain.last_mut() else { return };
            let index = taken(index);
            access_chain.pop();
            let mut inner = match access_chain.is_empty() {
                true => taken(root),
                false => {
                    let access_chain = std::mem::take(access_chain);
                    Expr::CompoundFieldAccess { root: Box::new(taken(root)), access_chain }
                }
            };
            rewrite(&mut inner);
            call("subscript", vec![inner, index])
        }
        _ => return,
    };
    *expr = made;
}
