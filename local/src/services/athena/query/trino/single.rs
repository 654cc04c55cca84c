//! Subqueries of one value that the engine does not join by: each row is joined with all that the subquery has for it, and the
//! value is that of the group.

use super::typed::{failed, function, given};
use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, Result};
use datafusion::error::DataFusionError;
use datafusion::functions_aggregate::expr_fn::{count, count_distinct, first_value};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::expr::{AggregateFunction, Sort};
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{
    BinaryExpr, Distinct, Expr, FetchType, JoinType, LogicalPlan, LogicalPlanBuilder, Operator, ScalarUDF, SkipType,
    lit,
};
use datafusion::optimizer::decorrelate::PullUpCorrelatedExpr;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The column that it is in.
pub(super) const VALUE: &str = "value";
const ROW: &str = "$row";
const THERE: &str = "$there";

/// What passes a value where there is one row at most.
pub(super) fn single() -> ScalarUDF {
    function(
        "$single",
        |all| Ok(given(all, 0).clone()),
        |all, _| match all[1].as_primitive::<Int64Type>().iter().flatten().any(|count| count > 1) {
            true => failed("SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows"),
            false => Ok(Arc::clone(&all[0])),
        },
    )
}

/// Whether the engine joins by it: it asks for nothing around it, or for what equals its columns, and counts that.
pub(super) fn is_joined(subquery: &LogicalPlan) -> bool {
    if subquery.all_out_ref_exprs().is_empty() {
        return true;
    }
    let (mut is_counted, mut is_joined) = (false, true);
    let walked = subquery.apply(|node| {
        is_counted |= matches!(node, LogicalPlan::Aggregate(of) if of.group_expr.is_empty());
        is_joined &= match node {
            LogicalPlan::Distinct(_) | LogicalPlan::Limit(_) | LogicalPlan::Sort(_) => false,
            LogicalPlan::Filter(filter) => {
                split_conjunction(&filter.predicate).into_iter().all(|expr| !expr.contains_outer() || is_equality(expr))
            }
            other => !other.expressions().iter().any(Expr::contains_outer),
        };
        Ok(TreeNodeRecursion::Continue)
    });
    walked.is_ok() && is_counted && is_joined
}

fn is_equality(expr: &Expr) -> bool {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = expr else { return false };
    let is = |one: &Expr, other: &Expr| matches!(one, Expr::Column(_)) && !other.any_column_refs();
    is(left, right) || is(right, left)
}

/// A subquery without what it asks for of the rows around it, that, and its columns in it.
pub(super) fn pulled(subquery: LogicalPlan) -> Result<(LogicalPlan, Expr, BTreeSet<Column>)> {
    let mut pull_up = PullUpCorrelatedExpr::new().with_exists_sub_query(true);
    let inner = subquery.rewrite(&mut pull_up)?.data;
    if !pull_up.can_pull_up {
        let words = "a subquery that asks for the rows around it below an aggregate, a limit or a set: a join with \
                     GROUP BY, or a window, can say it";
        return Err(DataFusionError::NotImplemented(words.to_owned()));
    }
    let columns = pull_up.correlated_subquery_cols_map.into_values().flatten().collect();
    Ok((inner, conjunction(pull_up.join_filters).unwrap_or(lit(true)), columns))
}

/// A subquery taken apart.
pub(super) struct Single {
    /// What it is of.
    rows: LogicalPlan,
    aggregates: Vec<Expr>,
    /// Of the aggregates' columns, which are `$a0`, `$a1`.
    value: Expr,
}

impl Single {
    pub(super) fn of(subquery: LogicalPlan, single: &ScalarUDF) -> Result<Self> {
        let mut value = Expr::Column(Column::from(subquery.schema().qualified_field(0)));
        let (mut rows, mut order, mut is_first, mut is_distinct) = (subquery, vec![], false, false);
        loop {
            rows = match rows {
                LogicalPlan::Projection(projection) => {
                    let columns = projection.schema.columns().into_iter();
                    let made: HashMap<_, _> = columns.zip(projection.expr.into_iter().map(Expr::unalias)).collect();
                    value = replaced(value, &made)?;
                    for Sort { expr, .. } in &mut order {
                        *expr = replaced(std::mem::take(expr), &made)?;
                    }
                    Arc::unwrap_or_clone(projection.input)
                }
                LogicalPlan::Limit(limit) if is_one(&limit.get_skip_type()?, &limit.get_fetch_type()?) => {
                    is_first = true;
                    Arc::unwrap_or_clone(limit.input)
                }
                LogicalPlan::Distinct(Distinct::All(input)) => {
                    is_distinct = true;
                    Arc::unwrap_or_clone(input)
                }
                LogicalPlan::Sort(sort) if sort.fetch.is_none() && order.is_empty() => {
                    order = sort.expr;
                    Arc::unwrap_or_clone(sort.input)
                }
                LogicalPlan::Aggregate(of) if of.group_expr.is_empty() => {
                    let columns = of.schema.columns().into_iter().enumerate();
                    let made = columns.map(|(number, column)| (column, aggregate(number))).collect();
                    let (value, rows) = (replaced(value, &made)?, Arc::unwrap_or_clone(of.input));
                    return Ok(Self { rows, aggregates: of.aggr_expr, value });
                }
                rows => {
                    let all = if is_distinct { count_distinct(value.clone()) } else { count(lit(1_i64)) };
                    let plain = if is_first { aggregate(0) } else { single.call(vec![aggregate(0), aggregate(1)]) };
                    return Ok(Self { rows, aggregates: vec![first_value(value, order), all], value: plain });
                }
            }
        }
    }

    /// The rows with its value beside each.
    pub(super) fn beside(self, rows: LogicalPlan, alias: &str) -> Result<LogicalPlan> {
        let columns = rows.schema().columns();
        let (joined, renamed) = joined(rows, self.rows, alias)?;
        let there = Expr::Column(Column::new(Some(alias), THERE));
        // A row's own columns are the same in all of its group.
        let own = |number: usize| format!("$r{number}");
        let firsts = columns.iter().enumerate();
        let firsts =
            firsts.map(|(number, column)| Ok(first_value(Expr::Column(column.clone()), vec![]).alias(own(number))));
        let counted = self.aggregates.into_iter().enumerate().map(|(number, expr)| {
            let expr = around(replaced(expr.unalias(), &renamed)?, Expr::Column)?;
            Ok(only(expr, &there).alias(format!("$a{number}")))
        });
        let all = firsts.chain(counted).collect::<Result<Vec<_>>>()?;
        let grouped = joined.aggregate([Expr::Column(Column::from_name(ROW))], all)?;

        let own = |number: usize| Expr::Column(Column::from_name(own(number)));
        let place = |column: &Column| columns.iter().position(|other| other == column);
        let value = around(self.value, |column| place(&column).map_or(Expr::Column(column), own))?;
        let again = columns
            .iter()
            .enumerate()
            .map(|(number, Column { relation, name, .. })| own(number).alias_qualified(relation.clone(), name));
        let value = value.alias_qualified(Some(alias), VALUE);
        grouped.project(again.chain([value]).collect::<Vec<_>>())?.build()
    }
}

/// Each row, with a number of its own, beside those that the subquery has for it; and how the subquery's columns are called.
fn joined(rows: LogicalPlan, of: LogicalPlan, alias: &str) -> Result<(LogicalPlanBuilder, HashMap<Column, Expr>)> {
    let columns = rows.schema().columns().into_iter().map(Expr::Column);
    let numbered = LogicalPlanBuilder::from(rows).window([row_number()])?.build()?;
    let number = numbered.schema().columns().pop().map(Expr::Column).unwrap_or_default().alias(ROW);
    let numbered = LogicalPlanBuilder::from(numbered).project(columns.chain([number]).collect::<Vec<_>>())?;

    let (inner, on, _) = pulled(of)?;
    let columns = inner.schema().columns().into_iter().enumerate();
    let columns: Vec<_> = columns.map(|(number, column)| (column, format!("$c{number}"))).collect();
    let called = |name: &String| Expr::Column(Column::new(Some(alias), name));
    let renamed = columns.iter().map(|(column, name)| (column.clone(), called(name))).collect();
    let all = columns.into_iter().map(|(column, name)| Expr::Column(column).alias(name));
    let inner = LogicalPlanBuilder::from(inner).project(all.chain([lit(true).alias(THERE)]).collect::<Vec<_>>())?;
    let inner = inner.alias(alias)?.build()?;
    Ok((numbered.join_on(inner, JoinType::Left, [replaced(on, &renamed)?])?, renamed))
}

fn aggregate(number: usize) -> Expr {
    Expr::Column(Column::from_name(format!("$a{number}")))
}

fn is_one(skip: &SkipType, fetch: &FetchType) -> bool {
    matches!((skip, fetch), (SkipType::Literal(0), FetchType::Literal(Some(1))))
}

/// What is asked for of the rows around, which stand beside now.
fn around(expr: Expr, by: impl Fn(Column) -> Expr) -> Result<Expr> {
    let seen = |expr: Expr| {
        Ok(match expr {
            Expr::OuterReferenceColumn(_, column) => Transformed::yes(by(column)),
            other => Transformed::no(other),
        })
    };
    Ok(expr.transform_up(seen)?.data)
}

/// Columns by what they stand for.
fn replaced(expr: Expr, made: &HashMap<Column, Expr>) -> Result<Expr> {
    let replace = |expr: Expr| {
        Ok(match expr {
            Expr::Column(column) => match made.get(&column) {
                Some(other) => Transformed::new(other.clone(), true, TreeNodeRecursion::Jump),
                None => Transformed::no(Expr::Column(column)),
            },
            other => Transformed::no(other),
        })
    };
    Ok(expr.transform_down(replace)?.data)
}

/// Of the rows that the subquery has.
fn only(aggregate: Expr, there: &Expr) -> Expr {
    match aggregate {
        Expr::AggregateFunction(AggregateFunction { func, mut params }) => {
            let filter = params.filter.take().map_or_else(|| there.clone(), |filter| filter.and(there.clone()));
            params.filter = Some(Box::new(filter));
            Expr::AggregateFunction(AggregateFunction { func, params })
        }
        other => other,
    }
}
