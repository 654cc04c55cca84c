//! Queries by name: SQL, or SQL with what is drawn of its answer.

use super::super::described::{Described, Form, What};
use super::super::problem::Problem;
use super::super::reader::Section;
use super::super::tree::{Node, Placed};
use super::super::values;
use super::{Group, TABLES};
use crate::chart::{Hint, Type};
use std::collections::BTreeMap;

const DOC: &str = "Queries to keep in the workgroup, by name; `${raw_table}` and `${parquet_table}` stand for the tables. SQL, or a group of `sql` and `chart`.";
const SQL: &str = "The statement.";
const CHART: &str = "How its answer is drawn by `query` and `report`: `bar`, `line`, `number` or `table`, or a group of `type`, `x`, `y`, `series` and `title`; without it, after the columns' types. AWS knows nothing of it.";

/// What a file has of queries.
#[derive(Default)]
pub(super) struct Named {
    pub(super) sql: BTreeMap<String, String>,
    pub(super) charts: BTreeMap<String, Hint>,
}

/// `None`: the file says nothing of them.
pub(super) fn named(at: Group<'_, '_, '_>) -> Option<Named> {
    let held = described(at);
    let (_, node) = at.take("queries", DOC, What::NamesOrGroups(held))?;
    let inner = Section::new(at.reader, &at.name("queries"), Some(node));
    let mut all = Named::default();
    for (key, node) in &inner.entries {
        let name = inner
            .noted(values::query_name(&key.value).map_err(|message| Problem::split(Some(key.span.clone()), &message)));
        let (sql, chart) = match &node.value {
            Node::Map(_) => {
                let mut one = Section::new(at.reader, &inner.name(&key.value), Some(node));
                let read = query(&mut one);
                one.finish();
                if !one_has(node, "sql") {
                    let message = format!("the query `{}` has no `sql`, which has no default", key.value);
                    at.reader.problem(Problem::new(key.span.clone(), message));
                }
                read
            }
            _ => (inner.read(Some((key, node)), TABLES, values::sql), None),
        };
        let Some(name) = name else { continue };
        all.sql.extend(sql.map(|sql| (name.clone(), sql)));
        all.charts.extend(chart.map(|chart| (name, chart)));
    }
    Some(all)
}

fn one_has(node: &Placed<Node>, key: &str) -> bool {
    matches!(&node.value, Node::Map(entries) if entries.iter().any(|(known, _)| known.value == key))
}

/// What a group holds, from reading one that is not there.
fn described(at: Group<'_, '_, '_>) -> Vec<Described> {
    let mut none = Section::new(at.reader, "", None);
    query(&mut none);
    none.finish()
}

fn query(at: Group<'_, '_, '_>) -> (Option<String>, Option<Hint>) {
    let entry = at.take("sql", SQL, What::Value(Form::Text, None, true));
    (at.read(entry, TABLES, values::sql), chart(at))
}

/// One word, or a group.
fn chart(at: Group<'_, '_, '_>) -> Option<Hint> {
    let mut none = Section::new(at.reader, "", None);
    hint(&mut none);
    let what = What::ValueOrGroup(Form::OneOf(Type::words), none.finish());
    let (key, node) = at.take("chart", CHART, what)?;
    if let Node::Map(_) = node.value {
        let mut inner = Section::new(at.reader, &at.name("chart"), Some(node));
        let read = hint(&mut inner);
        inner.finish();
        return Some(read);
    }
    let kind = at.read(Some((key, node)), &[], str::parse);
    Some(Hint { kind, ..Hint::default() })
}

fn hint(at: Group<'_, '_, '_>) -> Hint {
    let column = |text: &str| match text.trim() {
        "" => Err("this names no column".to_owned()),
        name => Ok(name.to_owned()),
    };
    Hint {
        kind: at.optional("type", "The chart.", Form::OneOf(Type::words), str::parse),
        x: at.optional("x", "The column of the axis, or of the bars' names.", Form::Text, column),
        y: at.some("y", "The columns of the values; without it, all numbers.", Form::Text, column),
        series: at.optional("series", "The column whose values have a line, or bars, each.", Form::Text, column),
        title: at.optional("title", "What stands above it; without it, the query's name.", Form::Text, column),
    }
}
