//! Names in small letters: they mean the same in any case, in quotes too. Athena's console writes
//! `"AwsDataCatalog"."web"."pages"`, and tools that draw charts `ORDER BY "Events"`.

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, NamedWindowDefinition, NamedWindowExpr, ObjectName,
    ObjectNamePart, OneOrManyWithParens, Select, TableAlias, TableFactor, WindowType,
};

fn fold(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
}

pub(super) fn path(name: &mut ObjectName) {
    name.0.iter_mut().for_each(|part| {
        if let ObjectNamePart::Identifier(ident) = part {
            fold(ident);
        }
    });
}

pub(super) fn expression(expr: &mut Expr) {
    match expr {
        Expr::Identifier(ident) => fold(ident),
        Expr::CompoundIdentifier(parts) => parts.iter_mut().for_each(fold),
        Expr::Function(function) => match &mut function.over {
            Some(WindowType::NamedWindow(name)) => *name = window(name),
            Some(WindowType::WindowSpec(spec)) => spec.window_name = spec.window_name.as_ref().map(window),
            None => {}
        },
        Expr::Lambda(lambda) => match &mut lambda.params {
            OneOrManyWithParens::One(parameter) => fold(&mut parameter.name),
            OneOrManyWithParens::Many(all) => all.iter_mut().for_each(|parameter| fold(&mut parameter.name)),
        },
        _ => {}
    }
}

pub(super) fn select(select: &mut Select) {
    select.from.iter_mut().flat_map(|from| &mut from.joins).for_each(using);
    for NamedWindowDefinition(name, of) in &mut select.named_window {
        *name = window(name);
        match of {
            NamedWindowExpr::NamedWindow(other) => *other = window(other),
            NamedWindowExpr::WindowSpec(spec) => spec.window_name = spec.window_name.as_ref().map(window),
        }
    }
}

pub(super) fn factor(factor: &mut TableFactor) {
    match factor {
        TableFactor::Table { alias: Some(of), .. }
        | TableFactor::Derived { alias: Some(of), .. }
        | TableFactor::UNNEST { alias: Some(of), .. }
        | TableFactor::Function { alias: Some(of), .. }
        | TableFactor::TableFunction { alias: Some(of), .. } => alias(of),
        TableFactor::NestedJoin { table_with_joins, alias: of } => {
            of.iter_mut().for_each(alias);
            table_with_joins.joins.iter_mut().for_each(using);
        }
        _ => {}
    }
}

pub(super) fn alias(alias: &mut TableAlias) {
    fold(&mut alias.name);
    alias.columns.iter_mut().for_each(|column| fold(&mut column.name));
}

/// Names of windows are compared as they are written, quotes and all.
fn window(name: &Ident) -> Ident {
    Ident::new(name.value.to_lowercase())
}

fn using(join: &mut Join) {
    let (JoinOperator::Join(on)
    | JoinOperator::Inner(on)
    | JoinOperator::Left(on)
    | JoinOperator::LeftOuter(on)
    | JoinOperator::Right(on)
    | JoinOperator::RightOuter(on)
    | JoinOperator::FullOuter(on)) = &mut join.join_operator
    else {
        return;
    };
    if let JoinConstraint::Using(columns) = on {
        columns.iter_mut().for_each(path);
    }
}
