//! Functions of lambdas, and `TRY`, which is one: what it holds is run for all rows at once, and for one after the other
//! where that fails.

mod fold;
mod maps;
mod pairs;
mod replaced;
mod sorted;
mod zip;

use super::parse;
use datafusion::arrow::array::{ArrayRef, Int8Array, new_null_array};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry as _;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDF,
    HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LambdaFunction,
    LambdaFunctionParameter, LambdaSyntax, OneOrManyWithParens, UnaryOperator, visit_expressions_mut,
};
use std::ops::ControlFlow;
use std::sync::Arc;

const TRY: &str = "$try";

type Arguments<'a> = &'a [ValueOrLambda<FieldRef, Option<FieldRef>>];

pub(super) fn register(session: &SessionContext) {
    for (own, name) in [("array_transform", "transform"), ("array_filter", "filter"), ("array_any_match", "any_match")]
    {
        if let Ok(known) = session.state().higher_order_function(own) {
            session.register_higher_order_function(Arc::new(known.as_ref().clone().with_aliases([name])));
        }
    }
    for function in [
        HigherOrderUDF::new_from_impl(Try::default()),
        HigherOrderUDF::new_from_impl(fold::Reduce::default()),
        HigherOrderUDF::new_from_impl(zip::ZipWith::default()),
        HigherOrderUDF::new_from_impl(pairs::MapZipWith::default()),
        HigherOrderUDF::new_from_impl(replaced::Replaced::default()),
        HigherOrderUDF::new_from_impl(sorted::Sorted::default()),
        HigherOrderUDF::new_from_impl(maps::OverMap::new(maps::What::Filter)),
        HigherOrderUDF::new_from_impl(maps::OverMap::new(maps::What::Keys)),
        HigherOrderUDF::new_from_impl(maps::OverMap::new(maps::What::Values)),
    ] {
        session.register_higher_order_function(Arc::new(function));
    }
}

/// `TRY(x)` is a function of a lambda that has no use for its argument; `all_match` and `none_match` are what `any_match`
/// is not.
pub(super) fn called(function: &Function) -> Option<Expr> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let arguments: Vec<_> = list
        .args
        .iter()
        .filter_map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect();
    let not = |expr: Expr| Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(Expr::Nested(Box::new(expr))) };
    match (function.name.to_string().to_lowercase().as_str(), arguments.as_slice()) {
        ("try", [tried]) => {
            let parameter = LambdaFunctionParameter { name: Ident::with_quote('"', "\u{1}0\u{1}"), data_type: None };
            let lambda = LambdaFunction {
                params: OneOrManyWithParens::One(parameter),
                body: Box::new((*tried).clone()),
                syntax: LambdaSyntax::Arrow,
            };
            Some(parse::call(TRY, vec![Expr::Lambda(lambda)]))
        }
        ("array_sort", [array, lambda @ Expr::Lambda(_)]) => {
            Some(parse::call(sorted::NAME, vec![(*array).clone(), (*lambda).clone()]))
        }
        ("regexp_replace", [text, pattern, lambda @ Expr::Lambda(_)]) => {
            Some(parse::call(replaced::NAME, vec![(*text).clone(), (*pattern).clone(), (*lambda).clone()]))
        }
        ("reduce_agg", [value, first, step @ Expr::Lambda(_), _]) => {
            // The states of parts are one state here, so the function that makes one of two is not asked.
            let mut all = function.clone();
            let list = parse::call("array_agg", vec![(*value).clone()]);
            let Expr::Function(mut list) = list else { return None };
            (list.over, list.filter) = (all.over.take(), all.filter.take());
            let given = kept(Expr::Function(list));
            let state = LambdaFunctionParameter { name: Ident::new("state"), data_type: None };
            let same = Expr::Lambda(LambdaFunction {
                params: OneOrManyWithParens::One(state),
                body: Box::new(Expr::Identifier(Ident::new("state"))),
                syntax: LambdaSyntax::Arrow,
            });
            Some(parse::call("reduce", vec![given, (*first).clone(), (*step).clone(), same]))
        }
        ("none_match", [array, lambda]) => {
            Some(not(parse::call("any_match", vec![(*array).clone(), (*lambda).clone()])))
        }
        ("all_match", [array, Expr::Lambda(lambda)]) => {
            let mut lambda = lambda.clone();
            *lambda.body = not(*lambda.body);
            Some(not(parse::call("any_match", vec![(*array).clone(), Expr::Lambda(lambda)])))
        }
        _ => None,
    }
}

/// What `reduce_agg` is given: NULLs are none of it.
fn kept(list: Expr) -> Expr {
    let item = LambdaFunctionParameter { name: Ident::new("item"), data_type: None };
    let is_there = Expr::Lambda(LambdaFunction {
        params: OneOrManyWithParens::One(item),
        body: Box::new(Expr::IsNotNull(Box::new(Expr::Identifier(Ident::new("item"))))),
        syntax: LambdaSyntax::Arrow,
    });
    parse::call("filter", vec![list, is_there])
}

/// `s.sum`, where `s` is a parameter: a column cannot be of it.
pub(super) fn fields_of_parameters(lambda: &mut LambdaFunction) {
    let names: Vec<_> = match &lambda.params {
        OneOrManyWithParens::One(parameter) => vec![parameter.name.value.to_lowercase()],
        OneOrManyWithParens::Many(all) => all.iter().map(|parameter| parameter.name.value.to_lowercase()).collect(),
    };
    let _ = visit_expressions_mut(&mut lambda.body, |expr| {
        if let Expr::CompoundIdentifier(parts) = expr
            && let [first, rest @ ..] = parts.as_slice()
            && names.contains(&first.value.to_lowercase())
        {
            let access = |part: &Ident| AccessExpr::Dot(parse::text(&part.value.to_lowercase()));
            let access_chain = rest.iter().map(access).collect();
            *expr = Expr::CompoundFieldAccess { root: Box::new(Expr::Identifier(first.clone())), access_chain };
        }
        ControlFlow::<()>::Continue(())
    });
}

fn wrong<T>(name: &str) -> Result<T> {
    Err(DataFusionError::Plan(format!("FUNCTION_NOT_FOUND: Unexpected parameters for function {name}")))
}

/// The lambda that a function is given at a place.
fn lambda(arguments: &HigherOrderFunctionArgs, place: usize) -> Result<&LambdaArgument> {
    match arguments.args.get(place) {
        Some(ValueOrLambda::Lambda(lambda)) => Ok(lambda),
        _ => wrong("lambda"),
    }
}

/// The column that a function is given at a place.
fn column(arguments: &HigherOrderFunctionArgs, place: usize) -> Result<ArrayRef> {
    match arguments.args.get(place) {
        Some(ValueOrLambda::Value(value)) => value.to_array(arguments.number_rows),
        _ => wrong("lambda"),
    }
}

fn kind_of<L>(fields: &[ValueOrLambda<FieldRef, L>], place: usize) -> Result<&DataType> {
    match fields.get(place) {
        Some(ValueOrLambda::Value(field)) => Ok(field.data_type()),
        _ => wrong("lambda"),
    }
}

/// What a lambda gives.
fn given<'a>(arguments: &'a HigherOrderReturnFieldArgs<'_>, place: usize) -> Result<&'a DataType> {
    match arguments.arg_fields.get(place) {
        Some(ValueOrLambda::Lambda(field)) => Ok(field.data_type()),
        _ => wrong("lambda"),
    }
}

fn parameter(name: &str, kind: &DataType) -> FieldRef {
    Arc::new(Field::new(name, kind.clone(), true))
}

fn signature(values: usize, lambdas: usize) -> HigherOrderSignature {
    let all = std::iter::repeat_n(ValueOrLambda::Value(()), values);
    let all = all.chain(std::iter::repeat_n(ValueOrLambda::Lambda(()), lambdas));
    HigherOrderSignature::exact(all.collect(), Volatility::Immutable)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Try {
    signature: HigherOrderSignature,
}

impl Default for Try {
    fn default() -> Self {
        Self { signature: signature(0, 1) }
    }
}

impl HigherOrderUDFImpl for Try {
    fn name(&self) -> &str {
        TRY
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, kinds: &[DataType]) -> Result<Vec<DataType>> {
        Ok(kinds.to_vec())
    }

    fn lambda_parameters(&self, _: usize, _: Arguments<'_>) -> Result<LambdaParametersProgress> {
        Ok(LambdaParametersProgress::Complete(vec![vec![parameter("row", &DataType::Int8)]]))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        Ok(parameter(TRY, given(&arguments, 0)?))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (tried, kind) = (lambda(&arguments, 0)?, arguments.return_type());
        let rows = |count: usize| -> Result<ArrayRef> { Ok(Arc::new(Int8Array::from(vec![0; count]))) };
        let count = arguments.number_rows;
        match tried.evaluate(&[&|| rows(count)], |captured| Ok(captured.to_vec())) {
            Err(DataFusionError::Execution(_) | DataFusionError::ArrowError(..)) => {}
            done => return done,
        }
        let row = |row: usize| {
            let one = |captured: &[ArrayRef]| Ok(captured.iter().map(|column| column.slice(row, 1)).collect());
            match tried.evaluate(&[&|| rows(1)], one).and_then(|value| value.into_array(1)) {
                Err(DataFusionError::Execution(_) | DataFusionError::ArrowError(..)) => Ok(new_null_array(kind, 1)),
                done => done,
            }
        };
        let all = (0..count).map(row).collect::<Result<Vec<_>>>()?;
        let all: Vec<_> = all.iter().map(AsRef::as_ref).collect();
        match all.is_empty() {
            true => Ok(ColumnarValue::Array(new_null_array(kind, 0))),
            false => Ok(ColumnarValue::Array(concat(&all)?)),
        }
    }
}
