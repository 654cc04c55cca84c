//! How large a plan a statement becomes: what has a name in WITH stands in the plan wherever it is named, so that a few
//! lines that each name the one before twice would fill all memory.

use datafusion::sql::sqlparser::ast::{Cte, Expr, ObjectName, Query, Select, Visitor};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Tables and SELECTs in the whole plan.
const MOST_TABLES: u64 = 3000;
/// Tables that are joined in one FROM, and queries that stand on each other by WITH.
const MOST_JOINS: usize = 200;
/// Columns of one SELECT. Each is looked for among all others by its name.
const MOST_COLUMNS: usize = 6000;
/// Queries in expressions, WITHs, rows and maps that stand in each other: with each, DataFusion takes twice as long to plan the
/// ones, and to find the types of the others.
const MOST_NESTED: usize = 12;
/// Functions that make such values.
const MAKERS: [&str; 4] = ["row", "struct", "named_struct", "map"];

/// Tables in it, and how high it stands.
type Weight = (u64, usize);

/// Counts while it visits.
#[derive(Debug, Default)]
pub(super) struct Size {
    named: HashMap<String, Weight>,
    /// The queries of WITH, by where they stand.
    called: HashMap<usize, String>,
    open: Vec<Weight>,
    /// What is around it and doubles.
    nested: usize,
}

fn doubles(expr: &Expr) -> bool {
    match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } | Expr::Tuple(_) | Expr::Struct { .. } => {
            true
        }
        Expr::Function(call) => MAKERS.iter().any(|name| call.name.to_string().eq_ignore_ascii_case(name)),
        _ => false,
    }
}

fn place(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

impl Visitor for Size {
    type Break = &'static str;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<&'static str> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        let name = |cte: &Cte| (place(&cte.query), cte.alias.name.value.to_lowercase());
        self.called.extend(ctes.map(name));
        self.open.push((0, 0));
        self.enter(query.with.is_some())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<&'static str> {
        self.enter(doubles(expr))
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<&'static str> {
        self.nested -= usize::from(doubles(expr));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<&'static str> {
        let name = relation.to_string().replace('"', "").to_lowercase();
        let (tables, height) = self.named.get(&name).copied().unwrap_or((1, 0));
        self.add((tables, height))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<&'static str> {
        let joined: usize = select.from.iter().map(|from| 1 + from.joins.len()).sum();
        self.add((1, 0))?;
        match joined + select.lateral_views.len() {
            joined if joined > MOST_JOINS => ControlFlow::Break("too many tables are joined"),
            _ if select.projection.len() > MOST_COLUMNS => ControlFlow::Break("too many columns"),
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<&'static str> {
        let (tables, height) = self.open.pop().unwrap_or_default();
        self.nested -= usize::from(query.with.is_some());
        match self.called.remove(&place(query)) {
            None => self.add((tables, height)),
            Some(name) => {
                self.named.insert(name, (tables + 1, height + 1));
                ControlFlow::Continue(())
            }
        }
    }
}

impl Size {
    fn enter(&mut self, doubles: bool) -> ControlFlow<&'static str> {
        self.nested += usize::from(doubles);
        match self.nested > MOST_NESTED {
            true => ControlFlow::Break("too many queries, rows or maps in each other"),
            false => ControlFlow::Continue(()),
        }
    }

    fn add(&mut self, (tables, height): Weight) -> ControlFlow<&'static str> {
        if let Some(open) = self.open.last_mut() {
            *open = (open.0 + tables, open.1.max(height));
            if open.0 > MOST_TABLES {
                return ControlFlow::Break("too many tables");
            }
            if open.1 > MOST_JOINS {
                return ControlFlow::Break("too many queries of WITH that stand on each other");
            }
        }
        ControlFlow::Continue(())
    }
}
