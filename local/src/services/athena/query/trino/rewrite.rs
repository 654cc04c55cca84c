//! Expressions of Trino in DataFusion's words.

use super::super::functions::REWRITTEN;
use datafusion::sql::sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

pub(super) fn rewrite(expr: &mut Expr) {
    super::forms::rewrite(expr);
    match expr {
        // Names mean the same in any case, in quotes too.
        Expr::Identifier(ident) => fold(ident),
        Expr::CompoundIdentifier(parts) => parts.iter_mut().for_each(fold),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            let FunctionArguments::List(list) = &function.args else { return };
            let arguments: Vec<_> = list.args.iter().filter_map(argument).collect();
            let known = REWRITTEN.iter().find(|(known, count, _)| *known == name && *count == arguments.len());
            let Some((_, _, template)) = known else { return };
            let mut text = (*template).to_owned();
            for (index, argument) in arguments.iter().enumerate() {
                text = text.replace(&format!("{{{index}}}"), &argument.to_string());
            }
            if let Some(over) = &function.over {
                text.push_str(&format!(" OVER {}", over));
            }
            if let Ok(parsed) =
                Parser::new(&GenericDialect {}).try_with_sql(&text).and_then(|mut parser| parser.parse_expr())
            {
                *expr = parsed;
            }
        }
        _ => {}
    }
}

fn fold(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
}

fn argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
