//! IN, EXISTS, ANY and ALL with a subquery as values: in what is selected, counted, grouped and ordered by, and within what a
//! filter asks for. The engine knows them as filters only; here they become columns, of joins that mark each row.

use super::marked::Marks;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::{Exists, InSubquery, SetComparison, SetQuantifier};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Expr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, Operator, Subquery, lit, not, when,
};
use datafusion::optimizer::AnalyzerRule;
use std::cell::Cell;

/// Before types are coerced: those of what it compares are, after it.
#[derive(Debug)]
pub(super) struct Told;

impl AnalyzerRule for Told {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let marks = Cell::new(0);
        Ok(plan.transform_up_with_subqueries(|plan| node(plan, &marks))?.data)
    }

    fn name(&self) -> &str {
        "told"
    }
}

fn node(node: LogicalPlan, count: &Cell<usize>) -> Result<Transformed<LogicalPlan>> {
    let inputs = node.inputs();
    if inputs.len() != 1 || matches!(node, LogicalPlan::Join(_)) || !node.expressions().iter().any(asks) {
        return Ok(Transformed::no(node));
    }
    let columns = node.schema().columns().into_iter().map(Expr::Column).collect::<Vec<_>>();
    let mut marks = Marks::beside(inputs[0].clone(), count);
    let names = NamePreserver::new(&node);
    let is_filter = matches!(node, LogicalPlan::Filter(_));
    let done = node.map_expressions(|expr| {
        let name = names.save(&expr);
        let done = match is_filter {
            true => filtered(expr, &mut marks)?,
            false => replaced(expr, &mut marks)?,
        };
        Ok(done.update_data(|expr| name.restore(expr)))
    })?;
    if !done.transformed {
        return Ok(done);
    }
    let expressions = done.data.expressions();
    let plan = done.data.with_new_exprs(expressions, vec![marks.joined()])?;
    let is_as_it_was = plan.schema().fields().len() == columns.len();
    let plan = LogicalPlanBuilder::from(plan);
    Ok(Transformed::yes(if is_as_it_was { plan } else { plan.project(columns)? }.build()?))
}

/// What has to hold by itself is left to the engine.
fn filtered(predicate: Expr, marks: &mut Marks<'_>) -> Result<Transformed<Expr>> {
    let mut is_changed = false;
    let mut all = vec![];
    for expr in split_conjunction_owned(predicate) {
        if is_alone(&expr) {
            all.push(expr);
            continue;
        }
        let done = replaced(expr, marks)?;
        is_changed |= done.transformed;
        all.push(done.data);
    }
    Ok(Transformed::new_transformed(conjunction(all).unwrap_or(lit(true)), is_changed))
}

fn replaced(expr: Expr, marks: &mut Marks<'_>) -> Result<Transformed<Expr>> {
    expr.transform_up(|expr| match is_asking(&expr) {
        true => told(expr, marks).map(Transformed::yes),
        false => Ok(Transformed::no(expr)),
    })
}

fn is_asking(expr: &Expr) -> bool {
    matches!(expr, Expr::InSubquery(_) | Expr::Exists(_) | Expr::SetComparison(_))
}

fn is_alone(expr: &Expr) -> bool {
    match expr {
        Expr::Not(inner) => is_alone(inner),
        Expr::InSubquery(InSubquery { expr, .. }) | Expr::SetComparison(SetComparison { expr, .. }) => !asks(expr),
        other => is_asking(other),
    }
}

fn asks(expr: &Expr) -> bool {
    expr.exists(|expr| Ok(is_asking(expr))).unwrap_or(false)
}

fn told(expr: Expr, marks: &mut Marks<'_>) -> Result<Expr> {
    let negated = |expr, is_negated| if is_negated { not(expr) } else { expr };
    Ok(match expr {
        Expr::Exists(Exists { subquery, negated: is_negated }) => {
            negated(marks.exists(LogicalPlan::clone(&subquery.subquery))?, is_negated)
        }
        Expr::InSubquery(InSubquery { expr, subquery, negated: is_negated }) => {
            negated(any(*expr, Operator::Eq, &subquery, marks)?, is_negated)
        }
        Expr::SetComparison(SetComparison { expr, subquery, op, quantifier }) => match (quantifier, op.negate()) {
            (SetQuantifier::All, Some(op)) => not(any(*expr, op, &subquery, marks)?),
            _ => any(*expr, op, &subquery, marks)?,
        },
        other => other,
    })
}

/// Whether it holds for any row: NULL where that is not known, as one of the sides is NULL.
fn any(value: Expr, op: Operator, of: &Subquery, marks: &mut Marks<'_>) -> Result<Expr> {
    let rows = || LogicalPlan::clone(&of.subquery);
    let null = || Expr::Literal(ScalarValue::Boolean(None), None);
    let mut told = when(marks.any(value.clone(), op, rows())?, lit(true));
    if value.nullable(marks.schema())? {
        told = told.when(value.is_null().and(marks.exists(rows())?), null());
    }
    if of.subquery.schema().field(0).is_nullable() {
        told = told.when(marks.exists_null(rows())?, null());
    }
    told.otherwise(lit(false))
}
