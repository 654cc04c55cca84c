//! DataFusion, set up to plan what Trino would.

use super::arithmetic::arithmetic;
use super::average::Average;
use super::cast::Cast;
use super::checked::Checked;
use super::equality::equals;
use super::evened::Forms;
use super::floats::Floats;
use super::intervals;
use super::lambdas;
use super::operators::Operators;
use super::parse::{CAST, TRY_CAST};
use super::relations::Unnesting;
use super::sameness::Sameness;
use super::single::single;
use super::subqueries::Subqueries;
use super::typed::{failed, function};
use super::types;
use super::values::{self, Value};
use datafusion::arrow::array::{Array as _, ArrayRef, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;
use datafusion::execution::FunctionRegistry as _;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::{AggregateUDF, ReturnFieldArgs, ScalarUDF};
use datafusion::optimizer::Analyzer;
use datafusion::prelude::{SessionConfig, SessionContext};
use std::sync::Arc;

pub(in super::super) fn session(mut config: SessionConfig, environment: Arc<RuntimeEnv>) -> SessionContext {
    let options = &mut config.options_mut().sql_parser;
    options.parse_float_as_decimal = true;
    options.map_string_types_to_utf8view = false;
    // "NULLS LAST is the default null ordering, regardless of the ordering direction."
    "nulls_last".clone_into(&mut options.default_null_ordering);
    let ordinals = Arc::new(function("$ordinals", |_| Ok(types::list(DataType::Int64)), numbered));
    let [interval, reach, gap] = intervals::functions();
    let equals = Arc::new(equals());
    let operators: Arc<dyn ExprPlanner> = Arc::new(Operators {
        arithmetic: Arc::new(arithmetic()),
        reach: Arc::new(reach.clone()),
        gap: Arc::new(gap),
        equals: Arc::clone(&equals),
    });
    let mut builder =
        SessionStateBuilder::new().with_config(config).with_runtime_env(environment).with_default_features();
    builder.expr_planners().get_or_insert_default().insert(0, operators);
    builder.relation_planners().get_or_insert_default().insert(0, Arc::new(Unnesting { ordinals }));
    let mut rules = Analyzer::new().rules;
    rules.insert(0, Arc::new(Floats));
    rules.insert(0, Arc::new(Checked));
    rules.insert(0, Arc::new(Subqueries { single: Arc::new(single()) }));
    rules.push(Arc::new(Sameness { forms: Forms::new(), equals }));
    let session = SessionContext::new_with_state(builder.with_analyzer_rules(rules).build());
    session.register_udf(ScalarUDF::new_from_impl(Cast::new(CAST, false)));
    session.register_udf(ScalarUDF::new_from_impl(Cast::new(TRY_CAST, true)));
    session.register_udf(interval);
    session.register_udf(reach);
    session.register_udf(function("row", |given| Ok(DataType::Struct(fields(given))), row));
    for (name, is_mean) in [("avg", true), ("sum", false)] {
        if let Ok(inner) = session.udaf(name) {
            session.register_udaf(AggregateUDF::new_from_impl(Average::of(inner, is_mean)));
        }
    }
    lambdas::register(&session);
    session
}

fn fields(arguments: &ReturnFieldArgs<'_>) -> Fields {
    let all = arguments.arg_fields.iter().enumerate();
    all.map(|(index, field)| Field::new(format!("field{index}"), field.data_type().clone(), true)).collect()
}

fn row(all: &[ArrayRef], kind: &DataType) -> Result<ArrayRef> {
    let DataType::Struct(fields) = kind else { return failed("NOT_SUPPORTED: a row without fields") };
    Ok(Arc::new(StructArray::try_new(fields.clone(), all.to_vec(), None)?))
}

/// `[1, 2, 3]` for the longest of some lists.
fn numbered(all: &[ArrayRef], kind: &DataType) -> Result<ArrayRef> {
    let mut rows = vec![];
    for row in 0..all[0].len() {
        let mut most = 0;
        for lists in all {
            if let Value::List(items) = values::read(lists, row)? {
                most = most.max(items.len());
            }
        }
        rows.push(Value::List(
            (1..=most).map(|number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))).collect(),
        ));
    }
    values::write(rows, kind)
}
