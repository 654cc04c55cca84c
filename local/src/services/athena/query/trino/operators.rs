//! Operators, where the types on both sides are known: what Trino refuses is refused, and what it reckons otherwise than
//! DataFusion is a function of ours.

use super::super::spans::{MONTHS, SPAN};
use super::arithmetic::{self, ARITHMETIC};
use super::equality::has_map;
use super::evened::has_forms;
use super::floated;
use super::types::{list, name};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable as _, ScalarUDF, cast, not};
use datafusion::sql::sqlparser::ast::BinaryOperator;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Operators {
    pub(super) arithmetic: Arc<ScalarUDF>,
    pub(super) reach: Arc<ScalarUDF>,
    pub(super) gap: Arc<ScalarUDF>,
    pub(super) equals: Arc<ScalarUDF>,
}

impl Operators {
    /// What stands to the left may be reckoned already: then this is one more step.
    fn reckon(&self, expr: RawBinaryExpr) -> Expr {
        let RawBinaryExpr { op, left, right } = expr;
        let (mut operators, mut all) = (String::new(), vec![]);
        match left {
            Expr::ScalarFunction(mut before) if before.func.name() == ARITHMETIC => {
                if let Expr::Literal(text, _) = before.args.remove(0) {
                    operators.push_str(text.try_as_str().flatten().unwrap_or_default());
                }
                all = before.args;
            }
            other => all.push(other),
        }
        operators.push_str(&op.to_string());
        all.push(right);
        all.insert(0, Expr::Literal(ScalarValue::Utf8(Some(operators)), None));
        self.arithmetic.call(all)
    }
}

/// Sums of intervals and of times of the day, and intervals so many times, which the engine has not or otherwise.
fn is_reach(one: &DataType, other: &DataType) -> bool {
    let is_clock = |kind: &DataType| matches!(kind, DataType::Time64(_));
    let is_day = |kind: &DataType| is_time(kind) || kind == &DataType::Null;
    (is_interval(one) || is_interval(other) || is_clock(one) || is_clock(other)) && !is_day(one) && !is_day(other)
}

/// A decimal beside a floating number is one too.
fn floated(expr: Expr, kind: &DataType, beside: &DataType) -> Expr {
    match kind.is_decimal() && beside.is_floating() {
        true => cast(expr, beside.clone()),
        false => expr,
    }
}

/// A list and one more number, or the other way round: of the numbers that both are.
fn grown(one: Expr, kind: &DataType, other: Expr, beside: &DataType) -> [Expr; 2] {
    match (item(kind), item(beside)) {
        (Some(item), None) => match floated::common(item, beside) {
            Some(common) => [cast(one, list(common.clone())), cast(other, common)],
            None => [one, other],
        },
        (None, Some(item)) => match floated::common(kind, item) {
            Some(common) => [cast(one, common.clone()), cast(other, list(common))],
            None => [one, other],
        },
        _ => [one, other],
    }
}

/// Months as an interval that a date takes.
fn widened(expr: Expr, kind: &DataType) -> Expr {
    match kind == &MONTHS {
        true => cast(expr, SPAN),
        false => expr,
    }
}

/// A whole number is an integer where it fits, and not a bigint.
fn narrowed(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(ScalarValue::Int64(Some(number)), metadata) => match i32::try_from(number) {
            Ok(number) => Expr::Literal(ScalarValue::Int32(Some(number)), metadata),
            Err(_) => Expr::Literal(ScalarValue::Int64(Some(number)), metadata),
        },
        other => other,
    }
}

/// As Trino names a type; a text that stands there is as long as it is.
pub(super) fn shown(expr: &Expr, kind: &DataType) -> String {
    match expr {
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) => format!("varchar({})", text.chars().count()),
        _ => name(kind),
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::Utf8View)
}

fn is_time(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..))
}

fn is_interval(kind: &DataType) -> bool {
    matches!(kind, DataType::Interval(_) | DataType::Duration(_))
}

fn item(kind: &DataType) -> Option<&DataType> {
    match kind {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => Some(item.data_type()),
        _ => None,
    }
}

/// Whether two types have a common one that Trino compares them by.
pub(super) fn is_comparable(one: &DataType, other: &DataType) -> bool {
    if one == &DataType::Null || other == &DataType::Null || one == other {
        return true;
    }
    if let (Some(one), Some(other)) = (item(one), item(other)) {
        return is_comparable(one, other);
    }
    let both = |is: &dyn Fn(&DataType) -> bool| is(one) && is(other);
    both(&DataType::is_numeric)
        || both(&is_text)
        || both(&is_time)
        || both(&is_interval)
        || both(&|kind| matches!(kind, DataType::Struct(_) | DataType::Map(..)))
        || both(&|kind| matches!(kind, DataType::Time32(_) | DataType::Time64(_)))
        || both(&|kind| matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView))
}

/// Whether DataFusion reckons it as Trino does.
fn is_reckoned(op: &BinaryOperator, one: &DataType, other: &DataType) -> bool {
    let numbers = one.is_numeric() && other.is_numeric();
    let is_null = one == &DataType::Null || other == &DataType::Null;
    numbers
        || is_null
        || match op {
            BinaryOperator::Plus => {
                let is_sum = |one, other| (is_time(one) || is_interval(one)) && is_interval(other);
                is_sum(one, other) || is_sum(other, one)
            }
            BinaryOperator::Minus => is_interval(other) && (is_time(one) || is_interval(one)),
            BinaryOperator::Multiply => {
                is_interval(one) && other.is_numeric() || is_interval(other) && one.is_numeric()
            }
            BinaryOperator::Divide => is_interval(one) && other.is_numeric(),
            _ => false,
        }
}

fn mismatch(expr: &RawBinaryExpr, one: &DataType, other: &DataType) -> DataFusionError {
    let (left, right) = (shown(&expr.left, one), shown(&expr.right, other));
    DataFusionError::Plan(match expr.op {
        BinaryOperator::StringConcat => format!(
            "FUNCTION_NOT_FOUND: Unexpected parameters ({left}, {right}) for function concat. Expected: \
             concat(char(x), char(y)), concat(array(E), E) E, concat(E, array(E)) E, concat(array(E)) E, \
             concat(varchar), concat(varbinary)"
        ),
        _ => format!("TYPE_MISMATCH: Cannot apply operator: {left} {} {right}", expr.op),
    })
}

impl ExprPlanner for Operators {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let RawBinaryExpr { op, left, right } = expr;
        let mut expr = RawBinaryExpr { op, left: narrowed(left), right: narrowed(right) };
        let (Ok(one), Ok(other)) = (expr.left.get_type(schema), expr.right.get_type(schema)) else {
            return Ok(PlannerResult::Original(expr));
        };
        use BinaryOperator as Op;
        let is_well = match expr.op {
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
                let is_exact = arithmetic::is_exact(&one) && arithmetic::is_exact(&other);
                if is_exact {
                    return Ok(PlannerResult::Planned(self.reckon(expr)));
                }
                if expr.op == Op::Minus && is_time(&one) && is_time(&other) {
                    return Ok(PlannerResult::Planned(self.gap.call(vec![expr.left, expr.right])));
                }
                if is_reach(&one, &other) {
                    let operator = Expr::Literal(ScalarValue::Utf8(Some(expr.op.to_string())), None);
                    return Ok(PlannerResult::Planned(self.reach.call(vec![operator, expr.left, expr.right])));
                }
                let is_well = is_reckoned(&expr.op, &one, &other);
                let RawBinaryExpr { op, left, right } = expr;
                expr = RawBinaryExpr { op, left: widened(left, &one), right: widened(right, &other) };
                is_well
            }
            Op::Eq | Op::NotEq if !one.is_floating() && has_forms(&one) && is_comparable(&one, &other) => {
                let equals = self.equals.call(vec![expr.left, expr.right]);
                return Ok(PlannerResult::Planned(if expr.op == Op::Eq { equals } else { not(equals) }));
            }
            Op::Lt | Op::LtEq | Op::Gt | Op::GtEq if has_map(&one) => false,
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                let RawBinaryExpr { op, left, right } = expr;
                expr = RawBinaryExpr { op, left: floated(left, &one, &other), right: floated(right, &other, &one) };
                is_comparable(&one, &other)
            }
            Op::StringConcat => {
                let is_null = one == DataType::Null || other == DataType::Null;
                let is_list = item(&one).is_some() || item(&other).is_some();
                let RawBinaryExpr { op, left, right } = expr;
                let [left, right] = grown(left, &one, right, &other);
                expr = RawBinaryExpr { op, left, right };
                is_null || is_list || is_text(&one) && is_text(&other) || one == DataType::Binary && other == one
            }
            Op::And | Op::Or => {
                let is_truth = |kind: &DataType| matches!(kind, DataType::Boolean | DataType::Null);
                is_truth(&one) && is_truth(&other)
            }
            _ => true,
        };
        match is_well {
            true => Ok(PlannerResult::Original(expr)),
            false => Err(mismatch(&expr, &one, &other)),
        }
    }
}
