//! Names of columns as Trino gives them. DataFusion names a column by the expression that it is, and does not want one name
//! twice; here a column without a name, or with one that another has too, gets a mark instead, which is taken off again
//! from the result.

use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::Result;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, GroupByExpr, Ident, Select, SelectItem, TableFactor, Value, visit_expressions,
};
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

/// No name has it.
const MARK: char = '\u{1}';

fn mark(index: usize, name: &str) -> Ident {
    Ident::with_quote('"', format!("{MARK}{index}{MARK}{name}"))
}

/// The name without its mark: empty for a column that has none.
fn without_mark(name: &str) -> Option<&str> {
    name.strip_prefix(MARK)?.split_once(MARK).map(|(_, name)| name)
}

/// A text in which no mark is left.
pub(super) fn without_marks(text: &str) -> String {
    let mut parts = text.split(MARK);
    let first = parts.next().unwrap_or_default().to_owned();
    // Of two marks, what stands between them is a number.
    parts.enumerate().fold(first, |all, (index, part)| if index % 2 == 0 { all } else { all + part })
}

/// The columns of a result: those without a name are `_col0`, `_col1` by their place.
pub(in super::super) fn named(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().enumerate().map(|(index, field)| {
        let name = match without_mark(field.name()) {
            Some("") => format!("_col{index}"),
            Some(name) => name.to_owned(),
            None => field.name().clone(),
        };
        Field::new(name, field.data_type().clone(), field.is_nullable())
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The plan without marks, where no name is there twice then: what is read of it, or written of it, has its names.
pub(in super::super) fn unmarked(plan: LogicalPlan) -> Result<LogicalPlan> {
    let schema = Arc::clone(plan.schema());
    if !schema.fields().iter().any(|field| field.name().starts_with(MARK)) {
        return Ok(plan);
    }
    let named = named(schema.as_arrow());
    let names: HashSet<_> = named.fields().iter().map(|field| field.name()).collect();
    if names.len() < named.fields().len() {
        return Ok(plan);
    }
    let columns = schema.columns().into_iter().zip(named.fields());
    let columns = columns
        .map(|(column, field)| datafusion::logical_expr::Expr::Column(column).alias(field.name()))
        .collect::<Vec<_>>();
    LogicalPlanBuilder::from(plan).project(columns)?.build()
}

pub(super) fn name(select: &mut Select) {
    let relations = relations(select);
    let has_wildcard = select
        .projection
        .iter()
        .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
    let mut seen = HashSet::new();
    for (index, item) in select.projection.iter_mut().enumerate() {
        let (expr, own, known) = match item {
            SelectItem::UnnamedExpr(expr) => {
                let name = last_name(expr);
                let is_plain = match &*expr {
                    Expr::Identifier(_) => true,
                    Expr::CompoundIdentifier(parts) => {
                        parts.first().is_some_and(|first| relations.contains(&first.value.to_lowercase()))
                    }
                    _ => false,
                };
                (expr, name, is_plain)
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                alias.value = alias.value.to_lowercase();
                (expr, Some(alias.value.clone()), true)
            }
            _ => continue,
        };
        let name = own.unwrap_or_default();
        let is_another = !name.is_empty() && !seen.insert(name.clone());
        let hides = matches!(expr, Expr::Identifier(_)) && has_wildcard;
        if known && !is_another && !hides {
            continue;
        }
        let expr = std::mem::replace(expr, Expr::value(Value::Null));
        let alias = match name.is_empty() || is_another || hides {
            true => mark(index, &name),
            false => Ident::with_quote('"', name),
        };
        *item = SelectItem::ExprWithAlias { expr, alias };
    }
}

/// The name that a column has of itself.
fn last_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(ident) => Some(ident.value.to_lowercase()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.to_lowercase()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(AccessExpr::Dot(Expr::Value(field))) => field.value.clone().into_string(),
            _ => None,
        },
        _ => None,
    }
}

/// What columns may be qualified with.
fn relations(select: &Select) -> HashSet<String> {
    let mut all = HashSet::new();
    for from in &select.from {
        add(&from.relation, &mut all);
        from.joins.iter().for_each(|join| add(&join.relation, &mut all));
    }
    all
}

fn add(factor: &TableFactor, all: &mut HashSet<String>) {
    match factor {
        TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. }
        | TableFactor::UNNEST { alias: Some(alias), .. } => {
            all.insert(alias.name.value.to_lowercase());
        }
        TableFactor::Table { name, .. } => {
            all.extend(name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.to_lowercase()));
        }
        TableFactor::NestedJoin { table_with_joins, .. } => {
            add(&table_with_joins.relation, all);
            table_with_joins.joins.iter().for_each(|join| add(&join.relation, all));
        }
        _ => {}
    }
}

/// Trino does not know the names that a SELECT gives in its GROUP BY and HAVING, DataFusion does. So each of them is asked
/// for where no such name is seen, in WHERE, which passes every row all the same.
pub(super) fn refuse_aliases(select: &mut Select) {
    let aliases: HashSet<_> = select.projection.iter().filter_map(given).collect();
    let mut asked = vec![];
    let mut look = |expr: &Expr| {
        let _ = visit_expressions(expr, |expr| {
            if let Expr::Identifier(ident) = expr
                && aliases.contains(&ident.value.to_lowercase())
            {
                asked.push(ident.clone());
            }
            ControlFlow::<()>::Continue(())
        });
    };
    if let GroupByExpr::Expressions(exprs, _) = &select.group_by {
        exprs.iter().for_each(&mut look);
    }
    select.having.iter().for_each(look);
    for ident in asked {
        let all = Expr::BinaryOp {
            left: Box::new(Expr::IsNull(Box::new(Expr::Identifier(ident)))),
            op: BinaryOperator::Or,
            right: Box::new(Expr::value(Value::Boolean(true))),
        };
        let all = Expr::Nested(Box::new(all));
        select.selection = Some(match select.selection.take() {
            None => all,
            Some(before) => {
                let left = Box::new(Expr::Nested(Box::new(before)));
                Expr::BinaryOp { left, op: BinaryOperator::And, right: Box::new(all) }
            }
        });
    }
}

/// A name that the column has not had before.
fn given(item: &SelectItem) -> Option<String> {
    let SelectItem::ExprWithAlias { expr, alias } = item else { return None };
    let name = alias.value.to_lowercase();
    (last_name(expr).as_ref() != Some(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::DataType;

    #[test]
    fn columns_without_a_name_are_counted_by_their_place() {
        let field = |name: &str| Field::new(name, DataType::Int32, true);
        let schema = Schema::new(vec![field("a"), field("\u{1}0\u{1}"), field("\u{1}7\u{1}a")]);
        let names: Vec<_> = named(&schema).fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["a", "_col1", "a"]);
        assert_eq!(without_marks("x \u{1}12\u{1}a y \u{1}3\u{1} z"), "x a y  z");
    }
}
