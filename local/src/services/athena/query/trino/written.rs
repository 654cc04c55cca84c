//! Names as they were written. Trino finds a name in any case, and shows columns of a result in the case of the statement.

use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Query, Select, SelectItem, SetExpr, Statement as Sql, TableAlias, TableFactor, TableWithJoins,
};
use std::collections::HashMap;
use std::sync::Arc;

/// By their small letters, those that have others.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Written(HashMap<String, String>);

impl Written {
    pub(super) fn of(statement: &Statement) -> Self {
        match statement {
            Statement::Statement(inner) => match inner.as_ref() {
                Sql::Query(query) => Written::of_query(query, &HashMap::new()),
                _ => Self::default(),
            },
            _ => Self::default(),
        }
    }

    pub(in super::super) fn shown(&self, schema: &SchemaRef) -> SchemaRef {
        if self.0.is_empty() {
            return Arc::clone(schema);
        }
        let field = |field: &Arc<Field>| match self.0.get(field.name()) {
            Some(name) => field.as_ref().clone().with_name(name),
            None => field.as_ref().clone(),
        };
        Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
    }

    fn add(&mut self, name: &str) {
        let small = name.to_lowercase();
        if small != name {
            self.0.entry(small).or_insert_with(|| name.to_owned());
        }
    }

    fn of_query(query: &Query, outer: &HashMap<String, Written>) -> Self {
        let mut known = outer.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let names = Self::of_query(&cte.query, &known).aliased(Some(&cte.alias));
            known.insert(cte.alias.name.value.to_lowercase(), names);
        }
        Self::of_body(&query.body, &known)
    }

    fn of_body(body: &SetExpr, known: &HashMap<String, Written>) -> Self {
        match body {
            SetExpr::Select(select) => Self::of_select(select, known),
            SetExpr::Query(query) => Self::of_query(query, known),
            SetExpr::SetOperation { left, .. } => Self::of_body(left, known),
            _ => Self::default(),
        }
    }

    fn of_select(select: &Select, known: &HashMap<String, Written>) -> Self {
        let mut names = Self::default();
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => names.add(&alias.value),
                SelectItem::UnnamedExpr(expr) => {
                    names.add(&last(expr).map_or_else(String::new, |last| last.value.clone()))
                }
                _ => {
                    for (small, name) in select.from.iter().flat_map(|from| Self::of_tables(from, known).0) {
                        names.0.entry(small).or_insert(name);
                    }
                }
            }
        }
        names
    }

    fn of_tables(from: &TableWithJoins, known: &HashMap<String, Written>) -> Self {
        let factors = std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation));
        Self(factors.flat_map(|factor| Self::of_factor(factor, known).0).collect())
    }

    fn of_factor(factor: &TableFactor, known: &HashMap<String, Written>) -> Self {
        match factor {
            TableFactor::Derived { subquery, alias, .. } => Self::of_query(subquery, known).aliased(alias.as_ref()),
            TableFactor::Table { name, alias, .. } => known
                .get(&name.to_string().replace('"', "").to_lowercase())
                .cloned()
                .unwrap_or_default()
                .aliased(alias.as_ref()),
            TableFactor::UNNEST { alias, .. } => Self::default().aliased(alias.as_ref()),
            TableFactor::NestedJoin { table_with_joins, .. } => Self::of_tables(table_with_joins, known),
            _ => Self::default(),
        }
    }

    /// `t("X", "Y")` gives all columns other names.
    fn aliased(self, alias: Option<&TableAlias>) -> Self {
        let columns = alias.map(|alias| &alias.columns).filter(|columns| !columns.is_empty());
        columns.map_or(self, |columns| {
            let mut names = Self::default();
            columns.iter().for_each(|column| names.add(&column.name.value));
            names
        })
    }
}

fn last(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(ident) => Some(ident),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    }
}
