//! Comparisons that are planned without their operator: BETWEEN and IN, before anything is coerced.

use super::operators::{is_comparable, shown};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

#[derive(Debug)]
pub(super) struct Checked;

impl AnalyzerRule for Checked {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        plan.apply_with_subqueries(|node| {
            let mut schema = DFSchema::empty();
            node.inputs().iter().for_each(|input| schema.merge(input.schema()));
            if let LogicalPlan::TableScan(scan) = node {
                schema.merge(&scan.projected_schema);
            }
            node.apply_expressions(|expr| expr.apply(|expr| check(expr, &schema).map(|()| TreeNodeRecursion::Continue)))
        })?;
        Ok(plan)
    }

    fn name(&self) -> &str {
        "comparisons"
    }
}

/// # Errors
/// Types that Trino does not compare.
fn check(expr: &Expr, schema: &DFSchema) -> Result<()> {
    let kind = |expr: &Expr| expr.get_type(schema).ok();
    let fits = |one: &Expr, other: &Expr| match (kind(one), kind(other)) {
        (Some(one), Some(other)) => is_comparable(&one, &other),
        _ => true,
    };
    let name = |expr: &Expr| kind(expr).map_or_else(|| "unknown".to_owned(), |kind| shown(expr, &kind));
    let words = match expr {
        Expr::Between(between) if !fits(&between.expr, &between.low) || !fits(&between.expr, &between.high) => {
            let (low, high) = (name(&between.low), name(&between.high));
            format!("TYPE_MISMATCH: Cannot check if {} is BETWEEN {low} and {high}", name(&between.expr))
        }
        Expr::InList(list) => match list.list.iter().find(|item| !fits(&list.expr, item)) {
            Some(item) => format!(
                "TYPE_MISMATCH: IN value and list items must be the same type: {}, {}",
                name(&list.expr),
                name(item)
            ),
            None => return Ok(()),
        },
        _ => return Ok(()),
    };
    Err(DataFusionError::Plan(words))
}
