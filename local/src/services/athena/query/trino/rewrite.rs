//! Trino's words in DataFusion's, by the tree of the statement.

use super::super::functions::REWRITTEN;
use super::moment::moment;
use super::parse::{self, Trino};
use super::{folded, forms, hidden, intervals, lambdas, literals, names, patterns, relations};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, CastKind, DataType, ExactNumberInfo, Expr, Fetch, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, LimitClause, ObjectName, Query, SetExpr, TableFactor, Value, ValueWithSpan, VisitorMut,
    visit_expressions_mut,
};
use datafusion::sql::sqlparser::parser::Parser;
use std::collections::HashSet;
use std::ops::ControlFlow;

pub(super) struct Translation {
    /// Tables have the column of their files' places.
    pub(super) has_path: bool,
    /// What has a name in WITH, and is no table of the catalog.
    pub(super) named: HashSet<String>,
}

impl VisitorMut for Translation {
    type Break = String;

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<String> {
        folded::path(relation);
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        let with = query.with.iter_mut().flat_map(|with| &mut with.cte_tables);
        self.named.extend(with.map(|cte| {
            folded::alias(&mut cte.alias);
            cte.alias.name.value.clone()
        }));
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<String> {
        match rewrite(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(why) => ControlFlow::Break(why),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<String> {
        folded::factor(factor);
        ControlFlow::Continue(())
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<String> {
        if let TableFactor::NestedJoin { table_with_joins, .. } = factor {
            relations::bracket_within(table_with_joins);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<String> {
        selects(&mut query.body, self.has_path.then_some(&self.named));
        match query.fetch.take() {
            Some(fetch) => limit(query, fetch),
            None => ControlFlow::Continue(()),
        }
    }
}

/// `FETCH FIRST 3 ROWS ONLY` is `LIMIT 3`.
fn limit(query: &mut Query, fetch: Fetch) -> ControlFlow<String> {
    if fetch.with_ties || fetch.percent {
        return ControlFlow::Break("NOT_SUPPORTED: Local AWS does not have FETCH FIRST ... WITH TIES".to_owned());
    }
    let first = fetch.quantity.unwrap_or_else(|| Expr::value(Value::Number("1".to_owned(), false)));
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit, .. }) => *limit = Some(first),
        clause => *clause = Some(LimitClause::LimitOffset { limit: Some(first), offset: None, limit_by: vec![] }),
    }
    ControlFlow::Continue(())
}

/// Those of a query itself, the queries in it are visited for themselves.
fn selects(body: &mut SetExpr, with_path: Option<&HashSet<String>>) {
    match body {
        SetExpr::Select(select) => {
            folded::select(select);
            names::refuse_aliases(select);
            names::name(select);
            relations::bracket_from(select);
            if let Some(named) = with_path {
                hidden::hide_path(select, named);
            }
        }
        SetExpr::SetOperation { left, right, .. } => {
            selects(left, with_path);
            selects(right, with_path);
        }
        _ => {}
    }
}

fn rewrite(expr: &mut Expr) -> Result<(), String> {
    if let Some(moment) = moment(expr) {
        *expr = moment?;
        return Ok(());
    }
    folded::expression(expr);
    forms::rewrite(expr)?;
    match expr {
        Expr::TypedString(typed) => {
            if let Some(text) = typed.value.value.clone().into_string() {
                *expr = literals::typed(&typed.data_type.to_string(), &text)?;
            }
        }
        Expr::Interval(interval) => {
            if let Some(literal) = intervals::literal(interval) {
                *expr = literal;
            }
        }
        Expr::Like { pattern, escape_char, .. } => {
            if let Some(known) = patterns::escape(pattern, escape_char.take())? {
                *expr = known;
            }
        }
        Expr::Value(ValueWithSpan { value: Value::Number(number, _), .. }) => {
            number.retain(|letter| letter != '_');
            if number.contains(['e', 'E']) {
                *expr = double(number);
            }
        }
        Expr::Value(ValueWithSpan { value: Value::UnicodeStringLiteral(text), .. }) => *expr = parse::text(text),
        // `(1, 'a')` is a row.
        Expr::Tuple(parts) => *expr = parse::call("row", std::mem::take(parts)),
        // `row.field`, where the row is an expression.
        Expr::CompoundFieldAccess { access_chain, .. } => {
            for access in access_chain {
                if let AccessExpr::Dot(field @ Expr::Identifier(_)) = access {
                    *field = parse::text(&field.to_string().trim_matches('"').to_lowercase());
                }
            }
        }
        Expr::Function(function) => {
            intervals::of_frame(function);
            if function.name.to_string().eq_ignore_ascii_case("typeof")
                && let Some(known) = literals::kind_of(function)
            {
                *expr = known;
                return Ok(());
            }
            if let Some(rewritten) = lambdas::called(function).or_else(|| called(function)) {
                *expr = rewritten;
            }
        }
        Expr::Lambda(lambda) => lambdas::fields_of_parameters(lambda),
        _ => {}
    }
    Ok(())
}

/// `1e3` is a double, `1.5` a decimal.
fn double(number: &str) -> Expr {
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(parse::text(number)),
        data_type: DataType::Double(ExactNumberInfo::None),
        array: false,
        format: None,
    }
}

/// A function that is an expression of others.
fn called(function: &Function) -> Option<Expr> {
    let name = function.name.to_string().to_lowercase();
    let FunctionArguments::List(list) = &function.args else { return None };
    let arguments: Vec<_> = list.args.iter().filter_map(argument).collect();
    let (_, _, template) = REWRITTEN.iter().find(|(known, count, _)| *known == name && *count == arguments.len())?;
    let mut text = (*template).to_owned();
    for index in 0..arguments.len() {
        text = text.replace(&format!("{{{index}}}"), &format!("\"{{{index}}}\""));
    }
    let parsed = Parser::new(&Trino).try_with_sql(&text).and_then(|mut parser| parser.parse_expr());
    let mut parsed = parsed.ok()?;
    let _ = visit_expressions_mut(&mut parsed, |expr| {
        if let Expr::Value(ValueWithSpan { value: Value::Number(number, _), .. }) = expr
            && number.contains(['e', 'E'])
        {
            *expr = double(number);
        } else if let Expr::Identifier(ident) = expr
            && let Some(index) = ident.value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))
            && let Some(argument) = index.parse::<usize>().ok().and_then(|index| arguments.get(index))
        {
            let is_alone = !matches!(argument, Expr::BinaryOp { .. } | Expr::UnaryOp { .. } | Expr::Between { .. });
            let argument = (*argument).clone();
            *expr = if is_alone { argument } else { Expr::Nested(Box::new(argument)) };
        }
        ControlFlow::<()>::Continue(())
    });
    if let Expr::Function(outer) = &mut parsed {
        outer.over.clone_from(&function.over);
        outer.filter.clone_from(&function.filter);
    }
    Some(parsed)
}

fn argument(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
