//! Comparisons of a column with constants, which are answered while files of Parquet are read: from what a row group says of
//! itself, and else row by row before anything else sees them.

use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::compute::kernels::cmp::{eq, gt, gt_eq, lt, lt_eq};
use datafusion::arrow::compute::or_kleene;
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, Operator};
use std::cmp::Ordering;

/// Each value is compared with each row.
const MOST_VALUES: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Comparison {
    pub(super) column: String,
    operator: Operator,
    /// One of them is equal; the others have one value only. None is NULL.
    values: Vec<ScalarValue>,
}

impl Comparison {
    /// `None` of what is no such comparison, or of a type whose order files may have otherwise: floats have NaN, and
    /// decimals came to be written as bytes in several ways.
    pub(super) fn of(filter: &Expr, schema: &SchemaRef) -> Option<Self> {
        let (column, operator, values) = match filter {
            Expr::BinaryExpr(both) => (both.left.as_ref(), both.op, vec![both.right.as_ref()]),
            Expr::InList(list) if !list.negated => (list.expr.as_ref(), Operator::Eq, list.list.iter().collect()),
            _ => return None,
        };
        let Expr::Column(column) = column else { return None };
        let kind = schema.field_with_name(&column.name).ok()?.data_type();
        let value = |value: &Expr| match value {
            Expr::Literal(value, _) if &value.data_type() == kind && !value.is_null() => Some(value.clone()),
            _ => None,
        };
        let values = values.into_iter().map(value).collect::<Option<Vec<_>>>()?;
        let known = [Operator::Eq, Operator::Lt, Operator::LtEq, Operator::Gt, Operator::GtEq].contains(&operator);
        let fits = known && is_ordered(kind) && (1..=MOST_VALUES).contains(&values.len());
        fits.then(|| Self { column: column.name.clone(), operator, values })
    }

    /// Whether it is true of each row; of a row without a value it is not.
    pub(super) fn mask(&self, column: &ArrayRef) -> Result<BooleanArray, ArrowError> {
        let one = |value: &ScalarValue| {
            let value = value.to_scalar()?;
            match self.operator {
                Operator::Lt => lt(column, &value),
                Operator::LtEq => lt_eq(column, &value),
                Operator::Gt => gt(column, &value),
                Operator::GtEq => gt_eq(column, &value),
                _ => eq(column, &value),
            }
        };
        let mut masks = self.values.iter().map(one);
        let first = masks.next().unwrap_or_else(|| Ok(BooleanArray::new_null(column.len())))?;
        masks.try_fold(first, |all, mask| or_kleene(&all, &mask?))
    }

    /// Whether it may be true of a value between these two. What does not compare says nothing.
    pub(super) fn may(&self, least: &ScalarValue, most: &ScalarValue) -> bool {
        let order = |bound: &ScalarValue, value: &ScalarValue| match bound.is_null() {
            true => None,
            false => bound.partial_cmp(value),
        };
        let may = |value: &ScalarValue| {
            let (least, most) = (order(least, value), order(most, value));
            let (below, above) = (least == Some(Ordering::Greater), most == Some(Ordering::Less));
            match self.operator {
                Operator::Lt => !below && least != Some(Ordering::Equal),
                Operator::LtEq => !below,
                Operator::Gt => !above && most != Some(Ordering::Equal),
                Operator::GtEq => !above,
                _ => !below && !above,
            }
        };
        self.values.iter().any(may)
    }
}

fn is_ordered(kind: &DataType) -> bool {
    kind.is_signed_integer() || matches!(kind, DataType::Utf8 | DataType::Date32 | DataType::Timestamp(_, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::{Field, Schema};
    use datafusion::logical_expr::{col, lit};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn schema() -> SchemaRef {
        let kinds = [("n", DataType::Int64), ("s", DataType::Utf8), ("f", DataType::Float64)];
        Arc::new(Schema::new(kinds.map(|(name, kind)| Field::new(name, kind, true)).to_vec()))
    }

    fn all(value: i64) -> Vec<Expr> {
        let (n, v) = (|| col("n"), || lit(value));
        let list = n().in_list(vec![v(), lit(value + 3)], false);
        vec![n().eq(v()), n().lt(v()), n().lt_eq(v()), n().gt(v()), n().gt_eq(v()), list]
    }

    #[test]
    fn only_what_is_a_plain_comparison_is_one() {
        let text = || col("s").eq(lit("a"));
        let known = |filter: Expr| Comparison::of(&filter, &schema()).is_some();
        assert!(all(1).into_iter().chain([text()]).all(known));
        let others = [
            col("n").eq(lit(1_i32)),
            col("n").eq(lit(ScalarValue::Int64(None))),
            col("n").not_eq(lit(1_i64)),
            (col("n") + lit(1_i64)).eq(lit(1_i64)),
            col("f").lt(lit(1.0)),
            col("n").eq(col("n")),
            col("gone").eq(lit(1_i64)),
            text().or(text()),
            col("n").in_list(vec![lit(1_i64)], true),
            col("n").in_list((0..20).map(lit).collect(), false),
        ];
        others.into_iter().for_each(|other| assert!(!known(other.clone()), "{other}"));
    }

    proptest! {
        #[test]
        fn rows_that_pass_are_never_in_a_group_that_may_not(
            rows in prop::collection::vec(prop::option::weighted(0.8, 0_i64..8), 1..6),
            value in 0_i64..8,
            which in 0_usize..6,
        ) {
            let filter = all(value).remove(which);
            let comparison = Comparison::of(&filter, &schema()).unwrap();
            let column: ArrayRef = Arc::new(rows.iter().copied().collect::<datafusion::arrow::array::Int64Array>());
            let mask = comparison.mask(&column).unwrap();
            let expected = |row: i64| match which {
                0 => row == value,
                1 => row < value,
                2 => row <= value,
                3 => row > value,
                4 => row >= value,
                _ => row == value || row == value + 3,
            };
            for (passed, row) in mask.iter().zip(&rows) {
                prop_assert_eq!(passed == Some(true), row.is_some_and(expected));
            }
            let bound = |bound: Option<i64>| ScalarValue::Int64(bound);
            let (least, most) = (rows.iter().flatten().min().copied(), rows.iter().flatten().max().copied());
            if mask.true_count() > 0 {
                prop_assert!(comparison.may(&bound(least), &bound(most)));
            }
            prop_assert!(comparison.may(&bound(None), &bound(None)));
            // One value says all.
            if let (Some(least), Some(most)) = (least, most) && least == most && which < 5 {
                prop_assert_eq!(comparison.may(&bound(Some(least)), &bound(Some(most))), mask.true_count() > 0);
            }
        }
    }
}
