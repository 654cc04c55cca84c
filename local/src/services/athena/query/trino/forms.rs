//! What Trino writes in a form of its own, `substring(a FROM 2)` or `a[1]`, as a call of the function that it is.

use super::parse::{call, text};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident,
    ObjectName, Subscript, Value,
};
use std::mem::replace;

fn taken(expr: &mut Expr) -> Expr {
    replace(expr, Expr::value(Value::Null))
}

/// How far from UTC a zone may be, in minutes.
const FARTHEST: i64 = 14 * 60;

fn count(function: &Function) -> usize {
    match &function.args {
        FunctionArguments::List(list) => list.args.len(),
        _ => 0,
    }
}

/// Functions by name and number of arguments, as the engine has them.
const NAMES: [(&str, usize, &str); 4] =
    [("every", 1, "bool_and"), ("max", 2, "max_n"), ("min", 2, "min_n"), ("variance", 1, "var_samp")];

fn rename(function: &mut Function) {
    let name = function.name.to_string().to_lowercase();
    let FunctionArguments::List(list) = &mut function.args else { return };
    if let Some((_, _, other)) = NAMES.iter().find(|(known, count, _)| *known == name && *count == list.args.len()) {
        function.name = ObjectName::from(vec![Ident::new(*other)]);
    }
}

/// `normalize(a, NFD)` names its form as no function else names anything.
fn normalized(function: &mut Function) {
    let FunctionArguments::List(list) = &mut function.args else { return };
    if let [_, FunctionArg::Unnamed(FunctionArgExpr::Expr(form @ Expr::Identifier(_)))] = list.args.as_mut_slice() {
        let named = form.to_string();
        *form = text(&named);
    }
}

/// `from_unixtime(a, 5, 30)` is in a zone of that many hours and minutes.
///
/// # Errors
/// No zone is so far away, or it is not known beforehand.
fn offset(function: &mut Function) -> Result<(), String> {
    let FunctionArguments::List(list) = &mut function.args else { return Ok(()) };
    if list.args.len() != 3 {
        return Ok(());
    }
    let number = |argument: &FunctionArg| argument.to_string().replace(' ', "").parse::<i64>().ok();
    let (Some(hours), Some(minutes)) = (number(&list.args[1]), number(&list.args[2])) else {
        return Err("NOT_SUPPORTED: Local AWS has from_unixtime with hours and minutes that are written out".to_owned());
    };
    let all = hours.saturating_mul(60).saturating_add(minutes);
    if all.abs() > FARTHEST {
        return Err(format!("INVALID_FUNCTION_ARGUMENT: Invalid offset minutes {all}"));
    }
    let sign = if all < 0 { '-' } else { '+' };
    let zone = format!("{sign}{:02}:{:02}", all.abs() / 60, all.abs() % 60);
    list.args.truncate(1);
    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(text(&zone))));
    Ok(())
}

/// `listagg(a, ',') WITHIN GROUP (ORDER BY b)` is `string_agg(a, ',' ORDER BY b)`, whose text is of another type.
fn listagg(function: &mut Function) -> Option<Result<Expr, String>> {
    if !function.name.to_string().eq_ignore_ascii_case("listagg") {
        return None;
    }
    let FunctionArguments::List(list) = &mut function.args else { return None };
    let is_text = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => value.value.clone().into_string().is_some(),
        _ => false,
    };
    if function.within_group.is_empty() {
        return Some(Err("SYNTAX_ERROR: mismatched input. Expecting: 'WITHIN' behind listagg".to_owned()));
    }
    if list.args.len() > 2 || list.args.get(1).is_some_and(|separator| !is_text(separator)) {
        return Some(Err("SYNTAX_ERROR: mismatched input. Expecting: <string>, the separator of listagg".to_owned()));
    }
    if list.args.len() == 1 {
        list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(text(""))));
    }
    let mut order = std::mem::take(&mut function.within_group);
    if let FunctionArg::Unnamed(FunctionArgExpr::Expr(gathered)) = &mut list.args[0] {
        let written = gathered.to_string();
        *gathered = call("listagg_text", vec![taken(gathered), text(&written)]);
        // With DISTINCT, what is ordered by has to be what is gathered.
        let same = order.iter_mut().filter(|by| by.expr.to_string() == written);
        same.for_each(|by| by.expr = gathered.clone());
    }
    list.clauses.retain(|clause| !matches!(clause, FunctionArgumentClause::OnOverflow(_)));
    list.clauses.push(FunctionArgumentClause::OrderBy(order));
    function.name = ObjectName::from(vec![Ident::new("string_agg")]);
    Some(Ok(call("arrow_cast", vec![Expr::Function(function.clone()), text("Utf8")])))
}

/// # Errors
/// What Trino's grammar has not.
pub(super) fn rewrite(expr: &mut Expr) -> Result<(), String> {
    if let Expr::Function(function) = expr {
        match function.name.to_string().to_lowercase().as_str() {
            "normalize" => normalized(function),
            "from_unixtime" => offset(function)?,
            "concat" if count(function) == 1 => {
                return Err("INVALID_FUNCTION_ARGUMENT: There must be two or more concatenation arguments".to_owned());
            }
            _ => rename(function),
        }
        if let Some(made) = listagg(function) {
            *expr = made?;
        }
        return Ok(());
    }
    let made = match expr {
        Expr::Substring { expr, substring_from: Some(from), substring_for, .. } => {
            let length = substring_for.as_mut().map(|length| taken(length));
            let start = [taken(expr), taken(from)];
            call("substr", start.into_iter().chain(length).collect())
        }
        Expr::Position { expr, r#in } => call("strpos", vec![taken(r#in), taken(expr)]),
        Expr::Extract { field, expr, .. } => call(&field.to_string().to_lowercase(), vec![taken(expr)]),
        Expr::AtTimeZone { timestamp, time_zone } => call("at_timezone", vec![taken(timestamp), taken(time_zone)]),
        Expr::CompoundFieldAccess { root, access_chain } => {
            let Some(AccessExpr::Subscript(Subscript::Index { index })) = access_chain.last_mut() else {
                return Ok(());
            };
            let index = taken(index);
            access_chain.pop();
            let mut inner = match access_chain.is_empty() {
                true => taken(root),
                false => {
                    let access_chain = std::mem::take(access_chain);
                    Expr::CompoundFieldAccess { root: Box::new(taken(root)), access_chain }
                }
            };
            rewrite(&mut inner)?;
            call("subscript", vec![inner, index])
        }
        _ => return Ok(()),
    };
    *expr = made;
    Ok(())
}
