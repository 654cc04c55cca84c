//! `UNNEST`, which sees the tables before it: arrays, maps and arrays of rows, with what stands beside them.
//!
//! DataFusion plans what is to the right of a join without what is to its left. So a join with UNNEST becomes a relation in
//! brackets, which is planned here: the left side, the arrays as columns of it, and the rows that come of these.

use super::types;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, NullHandling, Result, UnnestOptions};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::logical_expr::{Expr, ExprSchemable as _, JoinType, LogicalPlan, LogicalPlanBuilder, ScalarUDF};
use datafusion::sql::sqlparser::ast::{
    self, Join, JoinConstraint, JoinOperator, Select, TableAlias, TableFactor, TableWithJoins,
};
use std::sync::Arc;

fn is_unnest(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::UNNEST { .. })
}

fn bracketed(joined: TableWithJoins) -> TableFactor {
    match joined.joins.is_empty() {
        true => joined.relation,
        false => TableFactor::NestedJoin { table_with_joins: Box::new(joined), alias: None },
    }
}

/// `a, UNNEST(b)` is `a CROSS JOIN UNNEST(b)`.
pub(super) fn bracket_from(select: &mut Select) {
    if select.from.iter().skip(1).any(|from| is_unnest(&from.relation)) {
        let mut all = std::mem::take(&mut select.from).into_iter();
        let Some(mut first) = all.next() else { return };
        for next in all {
            first = TableWithJoins { relation: bracketed(first), joins: vec![] };
            let relation = if is_unnest(&next.relation) { next.relation } else { bracketed(next.clone()) };
            let join_operator = JoinOperator::CrossJoin(JoinConstraint::None);
            first.joins.push(Join { relation, global: false, join_operator });
            if is_unnest(&first.joins[0].relation) {
                first.joins.extend(next.joins);
            }
        }
        select.from.push(first);
    }
    select.from.iter_mut().for_each(bracket);
}

/// What stands in brackets already, unless it is one join with UNNEST.
pub(super) fn bracket_within(joined: &mut TableWithJoins) {
    if joined.joins.len() > 1 {
        bracket(joined);
    }
}

/// Each join with UNNEST is one of two, in brackets.
fn bracket(joined: &mut TableWithJoins) {
    if !joined.joins.iter().any(|join| is_unnest(&join.relation)) {
        return;
    }
    let nothing = TableFactor::UNNEST {
        alias: None,
        array_exprs: vec![],
        with_offset: false,
        with_offset_alias: None,
        with_ordinality: false,
    };
    let mut all = TableWithJoins { relation: std::mem::replace(&mut joined.relation, nothing), joins: vec![] };
    for join in std::mem::take(&mut joined.joins) {
        if is_unnest(&join.relation) {
            let both = TableWithJoins { relation: bracketed(all), joins: vec![join] };
            all = TableWithJoins { relation: bracketed(both), joins: vec![] };
        } else {
            all.joins.push(join);
        }
    }
    *joined = all;
}

#[derive(Debug)]
pub(super) struct Unnesting {
    /// Numbers the elements of lists.
    pub(super) ordinals: Arc<ScalarUDF>,
}

struct Unnested {
    alias: Option<TableAlias>,
    arrays: Vec<ast::Expr>,
    with_ordinality: bool,
    /// Rows without an element stay.
    is_outer: bool,
}

fn refused(text: &str) -> DataFusionError {
    DataFusionError::Plan(text.to_owned())
}

impl RelationPlanner for Unnesting {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let (left, factor, is_outer) = match relation {
            TableFactor::NestedJoin { mut table_with_joins, alias: None }
                if table_with_joins.joins.len() == 1 && is_unnest(&table_with_joins.joins[0].relation) =>
            {
                let join = table_with_joins.joins.remove(0);
                let is_outer = is_outer(&join.join_operator)?;
                (context.plan(table_with_joins.relation)?, join.relation, is_outer)
            }
            factor if is_unnest(&factor) => (LogicalPlanBuilder::empty(true).build()?, factor, false),
            other => return Ok(RelationPlanning::Original(Box::new(other))),
        };
        let TableFactor::UNNEST { alias, array_exprs, with_ordinality, with_offset: false, .. } = factor else {
            return Err(refused("SYNTAX_ERROR: mismatched input 'OFFSET'"));
        };
        let unnested = Unnested { alias, arrays: array_exprs, with_ordinality, is_outer };
        let plan = self.unnest(left, unnested, context)?;
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

fn is_outer(operator: &JoinOperator) -> Result<bool> {
    let always = |constraint: &JoinConstraint| match constraint {
        JoinConstraint::On(on) => on.to_string().trim_matches(['(', ')']).eq_ignore_ascii_case("true"),
        JoinConstraint::None => true,
        _ => false,
    };
    match operator {
        JoinOperator::CrossJoin(_) => Ok(false),
        JoinOperator::Join(on) | JoinOperator::Inner(on) if always(on) => Ok(false),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) if always(on) => Ok(true),
        JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => {
            Err(refused("NOT_SUPPORTED: LEFT JOIN involving UNNEST is only supported with condition ON TRUE"))
        }
        JoinOperator::Join(_) | JoinOperator::Inner(_) => {
            Err(refused("NOT_SUPPORTED: INNER JOIN involving UNNEST is only supported with condition ON TRUE"))
        }
        _ => Err(refused("NOT_SUPPORTED: UNNEST in other than the right side of CROSS JOIN or LEFT JOIN")),
    }
}

/// The columns that one argument becomes: lists to unnest, and what is read of each.
fn lists(array: Expr, kind: &DataType) -> Result<Vec<(Expr, Vec<String>)>> {
    Ok(match kind {
        DataType::Map(..) => {
            let (keys, values) = (
                datafusion::functions_nested::expr_fn::map_keys(array.clone()),
                datafusion::functions_nested::expr_fn::map_values(array),
            );
            vec![(keys, vec![]), (values, vec![])]
        }
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => match item.data_type() {
            DataType::Struct(fields) => vec![(array, fields.iter().map(|field| field.name().clone()).collect())],
            _ => vec![(array, vec![])],
        },
        other => return Err(refused(&format!("TYPE_MISMATCH: Cannot unnest type: {}", types::name(other)))),
    })
}

impl Unnesting {
    fn unnest(
        &self,
        left: LogicalPlan,
        unnested: Unnested,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<LogicalPlan> {
        let mut columns = vec![];
        for array in unnested.arrays {
            let array = context.sql_to_expr(array, left.schema())?;
            let kind = array.get_type(left.schema())?;
            columns.extend(lists(array, &kind)?);
        }
        if unnested.with_ordinality {
            let all = columns.iter().map(|(list, _)| list.clone()).collect();
            columns.push((self.ordinals.call(all), vec![]));
        }
        // Arrays that are the same for every row are rows of their own, which a join streams.
        let is_alone = columns.iter().all(|(list, _)| list.column_refs().is_empty());
        if is_alone && !left.schema().fields().is_empty() {
            let rows = rows(LogicalPlanBuilder::empty(true).build()?, columns, unnested.alias, false)?;
            let left = LogicalPlanBuilder::from(left);
            return match unnested.is_outer {
                true => left.join_on(rows, JoinType::Left, [datafusion::prelude::lit(true)])?.build(),
                false => left.cross_join(rows)?.build(),
            };
        }
        rows(left, columns, unnested.alias, unnested.is_outer)
    }
}

/// The rows of the left side, each with the elements of its lists.
fn rows(
    left: LogicalPlan,
    columns: Vec<(Expr, Vec<String>)>,
    alias: Option<TableAlias>,
    is_outer: bool,
) -> Result<LogicalPlan> {
    let before: Vec<_> = left.schema().columns().into_iter().map(Expr::Column).collect();
    // No table before it has a column of this name.
    let place = |index: usize| format!("#unnest{}", before.len() + index);
    let lists = columns.iter().enumerate().map(|(index, (list, _))| list.clone().alias(place(index)));
    let projected = before.iter().cloned().chain(lists).collect::<Vec<_>>();
    let options = UnnestOptions::new().with_null_handling(match is_outer {
        true => NullHandling::PreserveAndExpandEmpty,
        false => NullHandling::Drop,
    });
    let names = (0..columns.len()).map(|index| Column::from_name(place(index))).collect();
    let rows = LogicalPlanBuilder::from(left).project(projected)?.unnest_columns_with_options(names, options)?;
    let mut values = vec![];
    for (index, (_, fields)) in columns.into_iter().enumerate() {
        let value = Expr::Column(Column::from_name(place(index)));
        match fields.is_empty() {
            true => values.push((value, None)),
            false => {
                values.extend(fields.into_iter().map(|field| {
                    (datafusion::functions::expr_fn::get_field(value.clone(), field.as_str()), Some(field))
                }))
            }
        }
    }
    let values = aliased(values, alias, before.len())?;
    rows.project(before.into_iter().chain(values).collect::<Vec<_>>())?.build()
}

/// The columns under the names that the alias gives them, or under those of their rows.
fn aliased(values: Vec<(Expr, Option<String>)>, alias: Option<TableAlias>, before: usize) -> Result<Vec<Expr>> {
    let names: Vec<_> =
        alias.iter().flat_map(|alias| &alias.columns).map(|column| column.name.value.to_lowercase()).collect();
    let table = alias.map(|alias| alias.name.value.to_lowercase());
    if !names.is_empty() && names.len() != values.len() {
        return Err(refused(&format!(
            "MISMATCHED_COLUMN_ALIASES: Column alias list has {} entries but '{}' has {} columns available",
            names.len(),
            table.unwrap_or_default(),
            values.len()
        )));
    }
    let named = values.into_iter().enumerate().map(|(index, (value, field))| {
        let name = names.get(index).cloned().or(field).unwrap_or_else(|| format!("\u{1}{}\u{1}", before + index));
        match &table {
            Some(table) => value.alias_qualified(Some(table.as_str()), name),
            None => value.alias(name),
        }
    });
    Ok(named.collect())
}
