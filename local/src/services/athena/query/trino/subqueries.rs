//! Subqueries as values. IN, EXISTS, ANY and ALL in what is selected, counted, grouped and ordered by, and within what a filter
//! asks for: the engine knows them as filters only. And those of one value that it does not join by, as they compare with the
//! rows around them otherwise than by `=`, or take the first one. They become columns beside the rows.

use super::marks::Marks;
use super::single::is_joined;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::{Exists, InSubquery, SetComparison, SetQuantifier};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Expr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, Operator, ScalarUDF, Subquery, lit, not, when,
};
use datafusion::optimizer::AnalyzerRule;
use std::cell::Cell;
use std::sync::Arc;

/// Before types are coerced: those of what it compares are, after it.
#[derive(Debug)]
pub(super) struct Subqueries {
    pub(super) single: Arc<ScalarUDF>,
}

impl AnalyzerRule for Subqueries {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let count = Cell::new(0);
        let beside = |rows: LogicalPlan| Marks::beside(rows, &count, &self.single);
        Ok(plan.transform_up_with_subqueries(|plan| node(plan, &beside))?.data)
    }

    fn name(&self) -> &str {
        "subqueries"
    }
}

fn node<'a>(node: LogicalPlan, beside: &dyn Fn(LogicalPlan) -> Marks<'a>) -> Result<Transformed<LogicalPlan>> {
    let inputs = node.inputs();
    if inputs.len() != 1 || !node.expressions().iter().any(asks) {
        return Ok(Transformed::no(node));
    }
    let columns = node.schema().columns().into_iter().map(Expr::Column).collect::<Vec<_>>();
    let mut marks = beside(inputs[0].clone());
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
        if is_alone(&expr) || !asks(&expr) {
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
    match expr {
        Expr::InSubquery(_) | Expr::Exists(_) | Expr::SetComparison(_) => true,
        Expr::ScalarSubquery(of) => !is_joined(&of.subquery),
        _ => false,
    }
}

fn is_alone(expr: &Expr) -> bool {
    match expr {
        Expr::Not(inner) => is_alone(inner),
        Expr::InSubquery(InSubquery { expr, .. }) | Expr::SetComparison(SetComparison { expr, .. }) => !asks(expr),
        Expr::Exists(_) => true,
        _ => false,
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
        Expr::ScalarSubquery(of) => marks.value(LogicalPlan::clone(&of.subquery))?,
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
