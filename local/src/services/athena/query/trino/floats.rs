//! Decimals beside floating numbers, which become those in Trino; the engine would make decimals of both, and zero of 1e-20.

use super::floated::{self, are_floated, beside, has_floats};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr::{InSubquery, SetComparison};
use datafusion::logical_expr::expr_rewriter::{NamePreserver, coerce_plan_expr_for_schema};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable as _, Join, LogicalPlan, LogicalPlanBuilder, Subquery, Union, Values, cast,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::optimizer::analyzer::type_coercion::coerce_union_schema;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Floats;

impl AnalyzerRule for Floats {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let node = |node: LogicalPlan| {
            let mut schema = DFSchema::empty();
            node.inputs().iter().for_each(|input| schema.merge(input.schema()));
            if let LogicalPlan::TableScan(scan) = &node {
                schema.merge(&scan.projected_schema);
            }
            let names = NamePreserver::new(&node);
            let done = node.map_expressions(|expr| {
                let name = names.save(&expr);
                let done = expr.transform_up(|expr| of_expression(expr, &schema))?;
                Ok(if done.transformed { done.update_data(|expr| name.restore(expr)) } else { done })
            })?;
            // Also of what is above a change: its columns have other types now.
            done.transform_data(of_plan)?.map_data(LogicalPlan::recompute_schema)
        };
        Ok(plan.transform_up_with_subqueries(node)?.data)
    }

    fn name(&self) -> &str {
        "floats"
    }
}

fn of_expression(mut expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let mut is_changed = false;
    match &mut expr {
        Expr::InSubquery(InSubquery { expr, subquery, .. })
        | Expr::SetComparison(SetComparison { expr, subquery, .. }) => {
            is_changed = of_subquery(expr, subquery, schema)?;
        }
        Expr::WindowFunction(call) if ["lag", "lead"].contains(&call.fun.name()) => {
            // The engine makes what stands in for a row of the type that the others have.
            if let [value, _, instead] = call.params.args.as_mut_slice()
                && let Some(wanted) = floated::common(&kind(value, schema), &kind(instead, schema))
            {
                *value = cast(std::mem::take(value), wanted.clone());
                *instead = cast(std::mem::take(instead), wanted);
                is_changed = true;
            }
        }
        other => {
            for together in together(other) {
                is_changed |= align(together, schema);
            }
        }
    }
    Ok(Transformed::new_transformed(expr, is_changed))
}

/// What has one type in Trino, be it compared or one of several results.
fn together(expr: &mut Expr) -> Vec<Vec<&mut Expr>> {
    use datafusion::logical_expr::Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    match expr {
        Expr::Case(case) => {
            let whens = case.when_then_expr.iter_mut().map(|(when, then)| (when.as_mut(), then.as_mut()));
            let (mut compared, mut results): (Vec<_>, Vec<_>) = whens.unzip();
            results.extend(case.else_expr.as_deref_mut());
            match case.expr.as_deref_mut() {
                Some(of) => compared.push(of),
                None => compared.clear(),
            }
            vec![compared, results]
        }
        Expr::Between(between) => vec![vec![&mut between.expr, &mut between.low, &mut between.high]],
        Expr::InList(list) => vec![std::iter::once(list.expr.as_mut()).chain(&mut list.list).collect()],
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom,
            right,
        }) => vec![vec![left, right]],
        Expr::ScalarFunction(call)
            if ["$equals", "array_concat", "coalesce", "make_array", "nullif"].contains(&call.func.name()) =>
        {
            vec![call.args.iter_mut().collect()]
        }
        _ => vec![],
    }
}

fn kind(expr: &Expr, schema: &DFSchema) -> DataType {
    expr.get_type(schema).unwrap_or(DataType::Null)
}

fn align(mut all: Vec<&mut Expr>, schema: &DFSchema) -> bool {
    let kinds: Vec<_> = all.iter().map(|expr| kind(expr, schema)).collect();
    let mut is_changed = false;
    for (expr, wanted) in all.iter_mut().zip(are_floated(&kinds)) {
        if let Some(wanted) = wanted {
            **expr = cast(std::mem::take(*expr), wanted);
            is_changed = true;
        }
    }
    is_changed
}

fn of_subquery(expr: &mut Expr, subquery: &mut Subquery, schema: &DFSchema) -> Result<bool> {
    let [one, other] = [kind(expr, schema), subquery.subquery.schema().field(0).data_type().clone()];
    if let Some(wanted) = beside(&one, &other) {
        *expr = cast(std::mem::take(expr), wanted);
        return Ok(true);
    }
    let Some(wanted) = beside(&other, &one) else { return Ok(false) };
    let inner = LogicalPlan::clone(&subquery.subquery);
    let column = Column::from(inner.schema().qualified_field(0));
    let floated = cast(Expr::Column(column.clone()), wanted).alias_qualified(column.relation, column.name);
    *subquery = subquery.with_plan(Arc::new(LogicalPlanBuilder::from(inner).project([floated])?.build()?));
    Ok(true)
}

/// Rows of several sources in one, or beside each other.
fn of_plan(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::Union(union) => of_union(union),
        LogicalPlan::Join(join) => Ok(of_join(join)),
        LogicalPlan::Values(values) => of_values(values),
        other => Ok(Transformed::no(other)),
    }
}

/// Each with the types of all: a union within another one has those of its first input, as it was planned.
fn of_union(mut union: Union) -> Result<Transformed<LogicalPlan>> {
    let first = kinds(&union.inputs[0]);
    if union.inputs.iter().all(|input| kinds(input) == first) {
        return Ok(Transformed::no(LogicalPlan::Union(union)));
    }
    let all: Vec<_> = union.inputs.iter().map(|input| kinds(input)).collect();
    let column = |column: usize| are_floated(&all.iter().map(|kinds| kinds[column].clone()).collect::<Vec<_>>());
    let columns: Vec<_> = (0..first.len()).map(column).collect();
    for (number, input) in union.inputs.iter_mut().enumerate() {
        let schema = retyped(input.schema(), columns.iter().map(|column| column[number].clone()).collect())?;
        *input = Arc::new(coerce_plan_expr_for_schema(LogicalPlan::clone(input), &schema)?);
    }
    let common = coerce_union_schema(&union.inputs)?;
    let common = common.fields().iter().map(|field| Some(field.data_type().clone())).collect();
    let schema = Arc::new(retyped(&union.schema, common)?);
    for input in &mut union.inputs {
        *input = Arc::new(coerce_plan_expr_for_schema(LogicalPlan::clone(input), &schema)?);
    }
    Ok(Transformed::yes(LogicalPlan::Union(Union { inputs: union.inputs, schema })))
}

fn kinds(plan: &LogicalPlan) -> Vec<DataType> {
    plan.schema().fields().iter().map(|field| field.data_type().clone()).collect()
}

fn of_join(mut join: Join) -> Transformed<LogicalPlan> {
    let mut is_changed = false;
    for (one, other) in &mut join.on {
        let [left, right] = [kind(one, join.left.schema()), kind(other, join.right.schema())];
        for (side, wanted) in [(one, beside(&left, &right)), (other, beside(&right, &left))] {
            if let Some(wanted) = wanted {
                *side = cast(std::mem::take(side), wanted);
                is_changed = true;
            }
        }
    }
    Transformed::new_transformed(LogicalPlan::Join(join), is_changed)
}

/// They have one type already, the engine's: what they had before is below its casts. (Trino's casts are functions.)
fn of_values(mut values: Values) -> Result<Transformed<LogicalPlan>> {
    let nothing = DFSchema::empty();
    let written = |cell: &Expr| match cell {
        Expr::Cast(cast) => kind(&cast.expr, &nothing),
        other => kind(other, &nothing),
    };
    let mut wanted = vec![];
    for (column, field) in values.schema.fields().iter().enumerate() {
        let kinds = values.values.iter().map(|row| written(&row[column])).filter(has_floats);
        let floated = kinds.fold(field.data_type().clone(), |kind, other| beside(&kind, &other).unwrap_or(kind));
        wanted.push((&floated != field.data_type()).then_some(floated));
    }
    if wanted.iter().all(Option::is_none) {
        return Ok(Transformed::no(LogicalPlan::Values(values)));
    }
    for row in &mut values.values {
        for (cell, wanted) in row.iter_mut().zip(&wanted) {
            if let Some(wanted) = wanted {
                let inner = match std::mem::take(cell) {
                    Expr::Cast(cast) => *cast.expr,
                    other => other,
                };
                *cell = inner.cast_to(wanted, &nothing)?;
            }
        }
    }
    values.schema = Arc::new(retyped(&values.schema, wanted)?);
    Ok(Transformed::yes(LogicalPlan::Values(values)))
}

fn retyped(schema: &DFSchema, wanted: Vec<Option<DataType>>) -> Result<DFSchema> {
    let fields = schema.iter().zip(wanted).map(|((relation, field), wanted)| {
        let field = match wanted {
            Some(wanted) => Arc::new(field.as_ref().clone().with_data_type(wanted)),
            None => Arc::clone(field),
        };
        (relation.cloned(), field)
    });
    DFSchema::new_with_metadata(fields.collect(), schema.metadata().clone())
}
