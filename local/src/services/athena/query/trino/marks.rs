//! Rows with columns beside them that tell what a subquery has for each.

use super::single::{Single, VALUE, pulled};
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{
    Expr, JoinType, LogicalPlan, LogicalPlanBuilder, Operator, ScalarUDF, binary_expr, lit, scalar_subquery,
};
use std::cell::Cell;
use std::sync::Arc;

pub(super) struct Marks<'a> {
    rows: LogicalPlan,
    /// Of the whole query: each mark has a name of its own.
    count: &'a Cell<usize>,
    single: &'a ScalarUDF,
}

impl<'a> Marks<'a> {
    pub(super) fn beside(rows: LogicalPlan, count: &'a Cell<usize>, single: &'a ScalarUDF) -> Self {
        Self { rows, count, single }
    }

    pub(super) fn schema(&self) -> &DFSchema {
        self.rows.schema()
    }

    pub(super) fn joined(self) -> LogicalPlan {
        self.rows
    }

    /// Whether there is any row.
    pub(super) fn exists(&mut self, subquery: LogicalPlan) -> Result<Expr> {
        if !subquery.all_out_ref_exprs().is_empty() {
            return self.marked(subquery);
        }
        // The same for all rows.
        let one = LogicalPlanBuilder::from(subquery).limit(0, Some(1))?;
        let one = one.aggregate(Vec::<Expr>::new(), [count(lit(1_i64))])?.build()?;
        Ok(scalar_subquery(Arc::new(one)).gt(lit(0_i64)))
    }

    /// Whether there is any row whose first column is NULL.
    pub(super) fn exists_null(&mut self, subquery: LogicalPlan) -> Result<Expr> {
        let is_null = first(&subquery).is_null();
        self.exists(LogicalPlanBuilder::from(subquery).filter(is_null)?.build()?)
    }

    /// Whether there is any row beside whose first column the comparison holds.
    pub(super) fn any(&mut self, value: Expr, op: Operator, subquery: LogicalPlan) -> Result<Expr> {
        let holds = binary_expr(outer(value, self.schema())?, op, first(&subquery));
        self.marked(LogicalPlanBuilder::from(subquery).filter(holds)?.build()?)
    }

    /// What it has of one value.
    pub(super) fn value(&mut self, subquery: LogicalPlan) -> Result<Expr> {
        let alias = self.name();
        let rows = std::mem::take(&mut self.rows);
        self.rows = Single::of(subquery, self.single)?.beside(rows, &alias)?;
        Ok(Expr::Column(Column::new(Some(alias), VALUE)))
    }

    fn name(&self) -> String {
        let number = self.count.get();
        self.count.set(number + 1);
        format!("$told{number}")
    }

    fn marked(&mut self, subquery: LogicalPlan) -> Result<Expr> {
        let alias = self.name();
        let (inner, on, columns) = pulled(subquery)?;
        let inner = LogicalPlanBuilder::from(inner).alias(alias.as_str())?.build()?;
        let on = on.transform_up(|expr| match expr {
            Expr::Column(column) if columns.contains(&column) => {
                Ok(Transformed::yes(Expr::Column(Column::new(Some(alias.as_str()), column.name))))
            }
            other => Ok(Transformed::no(other)),
        })?;
        let rows = LogicalPlanBuilder::from(self.rows.clone());
        self.rows = rows.join_on(inner, JoinType::LeftMark, Some(on.data))?.build()?;
        Ok(Expr::Column(Column::new(Some(alias), "mark")))
    }
}

fn first(plan: &LogicalPlan) -> Expr {
    Expr::Column(Column::from(plan.schema().qualified_field(0)))
}

/// Seen from within the subquery.
fn outer(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let seen = |expr: Expr| {
        Ok(match expr {
            Expr::Column(column) => {
                let (_, field) = schema.qualified_field_from_column(&column)?;
                Transformed::yes(Expr::OuterReferenceColumn(Arc::clone(field), column))
            }
            other => Transformed::no(other),
        })
    };
    Ok(expr.transform_up(seen)?.data)
}
