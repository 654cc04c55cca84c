//! Decimals beside floating numbers, which become those in Trino; the engine would make decimals of both.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan, cast};
use datafusion::optimizer::AnalyzerRule;

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
                let done = expr.transform_up(|expr| Ok(common(expr, &schema)))?;
                Ok(if done.transformed { done.update_data(|expr| name.restore(expr)) } else { done })
            })?;
            if done.transformed { done.map_data(LogicalPlan::recompute_schema) } else { Ok(done) }
        };
        Ok(plan.transform_up_with_subqueries(node)?.data)
    }

    fn name(&self) -> &str {
        "floats"
    }
}

fn common(mut expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let all: Vec<&mut Expr> = match &mut expr {
        Expr::Case(case) => {
            let results = case.when_then_expr.iter_mut().map(|(_, then)| then.as_mut());
            results.chain(case.else_expr.iter_mut().map(AsMut::as_mut)).collect()
        }
        Expr::Between(between) => vec![&mut between.expr, &mut between.low, &mut between.high],
        Expr::InList(list) => std::iter::once(list.expr.as_mut()).chain(&mut list.list).collect(),
        Expr::ScalarFunction(call) if ["coalesce", "nullif"].contains(&call.func.name()) => {
            call.args.iter_mut().collect()
        }
        _ => vec![],
    };
    let is_changed = align(all, schema).is_some();
    Transformed::new_transformed(expr, is_changed)
}

/// Makes floating numbers of decimals where any is one.
fn align(mut all: Vec<&mut Expr>, schema: &DFSchema) -> Option<()> {
    let kinds: Vec<_> = all.iter().map(|expr| expr.get_type(schema).unwrap_or(DataType::Null)).collect();
    let float = kinds.iter().find(|kind| kind.is_floating())?.clone();
    kinds.iter().any(DataType::is_decimal).then_some(())?;
    for (expr, kind) in all.iter_mut().zip(kinds) {
        if kind.is_decimal() {
            **expr = cast(expr.clone(), float.clone());
        }
    }
    Some(())
}
