//! Which values are the same: the engine compares floating numbers by their bits, so that NaN equals NaN and -0.0 is less
//! than 0.0, and maps by the places of their entries. Trino takes NaN for no number in comparisons, for one value in groups,
//! and for the last one in an order. Where a type has one form for each value, nothing is changed.

use super::equality::has_map;
use super::evened::{Forms, has_forms};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, DFSchema, NullEquality, Result, ScalarValue};
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::logical_expr::expr::{AggregateFunction, Case, InList, InSubquery, Sort, WindowFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Distinct, Expr, ExprSchemable as _, Join, LogicalPlan, LogicalPlanBuilder, Operator,
    ScalarUDF, Union, WindowFunctionDefinition, binary_expr, not, when,
};
use datafusion::optimizer::AnalyzerRule;
use std::sync::Arc;

/// After types are coerced, so that both sides of a comparison have one.
#[derive(Debug)]
pub(super) struct Sameness {
    pub(super) forms: Forms,
    pub(super) equals: Arc<ScalarUDF>,
}

impl AnalyzerRule for Sameness {
    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(|node| self.node(node))?.data)
    }

    fn name(&self) -> &str {
        "sameness"
    }
}

impl Sameness {
    fn node(&self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        let mut schema = DFSchema::empty();
        node.inputs().iter().for_each(|input| schema.merge(input.schema()));
        let names = NamePreserver::new(&node);
        let done = node.map_expressions(|expr| {
            let name = names.save(&expr);
            let done = expr.transform_up(|expr| self.expression(expr, &schema))?;
            Ok(if done.transformed { done.update_data(|expr| name.restore(expr)) } else { done })
        })?;
        // Also of what is above a change: its columns may be NULL now.
        done.map_data(LogicalPlan::recompute_schema)?.transform_data(|node| self.keys(node))
    }

    /// What rows are put together by, or in order.
    fn keys(&self, node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
        match node {
            LogicalPlan::Distinct(Distinct::All(input)) if any_forms(input.schema()) => {
                let columns = input.schema().columns().into_iter().map(Expr::Column).collect();
                self.groups(Aggregate::try_new(input, columns, vec![])?)
            }
            LogicalPlan::Aggregate(aggregate) => self.groups(aggregate),
            LogicalPlan::Join(join) => Ok(self.join(join)),
            LogicalPlan::Union(union) => nullable(union),
            LogicalPlan::Sort(mut sort) => {
                let is_changed = self.order(&mut sort.expr, sort.input.schema());
                Ok(Transformed::new_transformed(LogicalPlan::Sort(sort), is_changed))
            }
            other => Ok(Transformed::no(other)),
        }
    }

    /// A group of maps is shown as the first of them: its entries stand as they do there. Of others, the one form is shown;
    /// of the two zeros that is 0.0, where Trino shows the first one.
    fn groups(&self, aggregate: Aggregate) -> Result<Transformed<LogicalPlan>> {
        let input = aggregate.input.schema();
        let is_plain = |expr: &Expr| !matches!(expr, Expr::GroupingSet(_));
        let is = |expr: &Expr, of: fn(&DataType) -> bool| expr.get_type(input).is_ok_and(|kind| of(&kind));
        let groups = &aggregate.group_expr;
        if !groups.iter().all(is_plain) || !groups.iter().any(|expr| is(expr, has_forms)) {
            return Ok(Transformed::no(LogicalPlan::Aggregate(aggregate)));
        }
        let (mut keys, mut firsts, mut shown) = (vec![], vec![], vec![]);
        let columns = aggregate.schema.columns();
        let (grouped, aggregated) = columns.split_at(groups.len());
        for (place, (expr, column)) in groups.iter().zip(grouped).enumerate() {
            let key = if is(expr, has_forms) { self.forms.above.call(vec![expr.clone()]) } else { expr.clone() };
            keys.push(key.alias(format!("$key{place}")));
            let mut from = format!("$key{place}");
            if is(expr, has_map) {
                from = format!("$first{place}");
                firsts.push(first_of(expr).alias(&from));
            }
            shown.push(named(Expr::Column(Column::from_name(from)), column));
        }
        shown.extend(aggregated.iter().cloned().map(Expr::Column));
        let all = aggregate.aggr_expr.into_iter().chain(firsts).collect();
        let plan = LogicalPlan::Aggregate(Aggregate::try_new(aggregate.input, keys, all)?);
        Ok(Transformed::yes(LogicalPlanBuilder::from(plan).project(shown)?.build()?))
    }

    fn join(&self, mut join: Join) -> Transformed<LogicalPlan> {
        // INTERSECT and EXCEPT take NULL for NULL, and NaN for NaN.
        let is_identity = join.null_equality == NullEquality::NullEqualsNull;
        let mut is_changed = false;
        for (one, other) in &mut join.on {
            let forms = one.get_type(join.left.schema()).ok().filter(has_forms);
            if let Some([left, right]) = forms.map(|kind| self.sides(&kind, is_identity)) {
                *one = left.call(vec![one.clone()]);
                *other = right.call(vec![other.clone()]);
                is_changed = true;
            }
        }
        Transformed::new_transformed(LogicalPlan::Join(join), is_changed)
    }

    /// What makes equal bits of equal values.
    fn sides(&self, kind: &DataType, is_identity: bool) -> [&ScalarUDF; 2] {
        let Forms { above, below, written, known, .. } = &self.forms;
        match (kind.is_floating(), is_identity) {
            (true, true) => [above, above],
            (true, false) => [above, below],
            (false, true) => [written, written],
            (false, false) => [known, known],
        }
    }

    /// NaN is the last of all.
    fn order(&self, all: &mut [Sort], schema: &DFSchema) -> bool {
        let mut is_changed = false;
        for sort in all {
            if is_float(&sort.expr, schema) {
                sort.expr = self.forms.last.call(vec![sort.expr.clone()]);
                is_changed = true;
            }
        }
        is_changed
    }

    fn expression(&self, expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
        let forms = |expr: &Expr| expr.get_type(schema).is_ok_and(|kind| has_forms(&kind));
        Ok(Transformed::yes(match expr {
            Expr::BinaryExpr(BinaryExpr { left, op, right }) if forms(&left) && compares(op) => {
                match self.compared(*left, op, *right, schema) {
                    Ok(compared) => compared,
                    Err(as_it_was) => return Ok(Transformed::no(as_it_was)),
                }
            }
            Expr::Between(between) if is_float(&between.expr, schema) => {
                let least = self.ordered((*between.expr).clone(), Operator::GtEq, *between.low);
                let inside = least.and(self.ordered(*between.expr, Operator::LtEq, *between.high));
                if between.negated { not(inside) } else { inside }
            }
            Expr::InList(list) if forms(&list.expr) => self.listed(list, schema),
            Expr::InSubquery(one) if forms(&one.expr) => self.among(one, schema)?,
            Expr::Case(Case { expr: Some(of), when_then_expr, else_expr }) if forms(&of) => {
                let when_then_expr = when_then_expr
                    .into_iter()
                    .map(|(value, then)| (Box::new(self.equal((*of).clone(), *value, schema)), then));
                Expr::Case(Case { expr: None, when_then_expr: when_then_expr.collect(), else_expr })
            }
            Expr::ScalarFunction(mut call) if call.func.name() == "nullif" && call.args.first().is_some_and(forms) => {
                let (Some(unless), Some(value)) = (call.args.pop(), call.args.pop()) else {
                    return Ok(Transformed::no(Expr::ScalarFunction(call)));
                };
                let kind = value.get_type(schema)?;
                let null = Expr::Literal(ScalarValue::try_from(&kind)?, None);
                when(self.equal(value.clone(), unless, schema), null).otherwise(value)?
            }
            other => return Ok(self.call(other, schema)),
        }))
    }

    fn call(&self, mut expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
        let is_changed = match &mut expr {
            Expr::AggregateFunction(call) => {
                self.aggregated(call.func.name(), &mut call.params.args, call.params.distinct, schema)
            }
            Expr::WindowFunction(window) => self.window(window, schema),
            _ => false,
        };
        Transformed::new_transformed(expr, is_changed)
    }

    fn window(&self, window: &mut WindowFunction, schema: &DFSchema) -> bool {
        let params = &mut window.params;
        let mut is_changed = self.order(&mut params.order_by, schema);
        for key in &mut params.partition_by {
            if key.get_type(schema).is_ok_and(|kind| has_forms(&kind)) {
                *key = self.forms.above.call(vec![key.clone()]);
                is_changed = true;
            }
        }
        if let WindowFunctionDefinition::AggregateUDF(function) = &window.fun {
            is_changed |= self.aggregated(function.name(), &mut params.args, params.distinct, schema);
        }
        is_changed
    }

    /// A comparison of floating numbers, or which of two values is the other one.
    ///
    /// # Errors
    /// The comparison itself, where the engine's is Trino's.
    fn compared(&self, left: Expr, op: Operator, right: Expr, schema: &DFSchema) -> Result<Expr, Expr> {
        match op {
            Operator::IsDistinctFrom | Operator::IsNotDistinctFrom => {
                let [left, right] = [left, right].map(|side| self.forms.above.call(vec![side]));
                Ok(binary_expr(left, op, right))
            }
            _ if is_float(&left, schema) => Ok(self.ordered(left, op, right)),
            _ => Err(binary_expr(left, op, right)),
        }
    }

    /// False of NaN, but for `<>`.
    fn ordered(&self, left: Expr, op: Operator, right: Expr) -> Expr {
        let (one, other) = match op {
            Operator::Gt | Operator::GtEq => (&self.forms.below, &self.forms.above),
            _ => (&self.forms.above, &self.forms.below),
        };
        binary_expr(one.call(vec![left]), op, other.call(vec![right]))
    }

    fn equal(&self, one: Expr, other: Expr, schema: &DFSchema) -> Expr {
        match is_float(&one, schema) {
            true => self.ordered(one, Operator::Eq, other),
            false => self.equals.call(vec![one, other]),
        }
    }

    fn listed(&self, mut list: InList, schema: &DFSchema) -> Expr {
        if is_float(&list.expr, schema) {
            list.expr = Box::new(self.forms.above.call(vec![*list.expr]));
            list.list = list.list.into_iter().map(|item| self.forms.below.call(vec![item])).collect();
            return Expr::InList(list);
        }
        let same = list.list.into_iter().map(|item| self.equals.call(vec![(*list.expr).clone(), item]));
        let any = same.reduce(Expr::or).unwrap_or(Expr::Literal(ScalarValue::Boolean(Some(false)), None));
        if list.negated { not(any) } else { any }
    }

    fn among(&self, one: InSubquery, schema: &DFSchema) -> Result<Expr> {
        let [left, right] = self.sides(&one.expr.get_type(schema)?, false);
        let inner = LogicalPlan::clone(&one.subquery.subquery);
        let columns = inner.schema().columns().into_iter();
        let evened = columns.map(|column| named(right.call(vec![Expr::Column(column.clone())]), &column));
        let inner = LogicalPlanBuilder::from(inner).project(evened.collect::<Vec<_>>())?.build()?;
        let expr = Box::new(left.call(vec![*one.expr]));
        Ok(Expr::InSubquery(InSubquery { expr, subquery: one.subquery.with_plan(Arc::new(inner)), ..one }))
    }

    /// The least and the greatest are none of NaN, where there are others.
    fn aggregated(&self, name: &str, arguments: &mut [Expr], is_distinct: bool, schema: &DFSchema) -> bool {
        let Some(value) = arguments.first_mut() else { return false };
        let form = match name {
            "min" if is_float(value, schema) => &self.forms.last,
            "max" if is_float(value, schema) => &self.forms.first,
            _ if is_distinct && value.get_type(schema).is_ok_and(|kind| has_forms(&kind)) => &self.forms.above,
            _ => return false,
        };
        *value = form.call(vec![value.clone()]);
        true
    }
}

/// Groups of what is below may be NULL, as far as the engine knows, where what was grouped was not.
fn nullable(mut union: Union) -> Result<Transformed<LogicalPlan>> {
    let is_nullable = |column| union.inputs.iter().any(|input| input.schema().field(column).is_nullable());
    let fields = union.schema.iter().enumerate().map(|(column, (relation, field))| {
        let is_nullable = field.is_nullable() || is_nullable(column);
        (relation.cloned(), Arc::new(field.as_ref().clone().with_nullable(is_nullable)))
    });
    let schema = DFSchema::new_with_metadata(fields.collect(), union.schema.metadata().clone())?;
    let is_changed = schema != *union.schema;
    union.schema = Arc::new(schema);
    Ok(Transformed::new_transformed(LogicalPlan::Union(union), is_changed))
}

fn named(expr: Expr, as_other: &Column) -> Expr {
    expr.alias_qualified(as_other.relation.clone(), as_other.name.clone())
}

fn compares(op: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

fn is_float(expr: &Expr, schema: &DFSchema) -> bool {
    expr.get_type(schema).is_ok_and(|kind| matches!(kind, DataType::Float32 | DataType::Float64))
}

fn any_forms(schema: &DFSchema) -> bool {
    schema.fields().iter().any(|field| has_forms(field.data_type()))
}

fn first_of(expr: &Expr) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        first_value_udaf(),
        vec![expr.clone()],
        false,
        None,
        vec![],
        None,
    ))
}
