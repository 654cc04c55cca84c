//! Functions of Trino: a line in a table each, with what it takes and gives; and those that are other words for
//! expressions of DataFusion.

mod aggregates;
mod arrays;
mod binary;
mod call;
mod chosen;
mod document;
mod folded;
mod format;
mod gathered;
mod gathering;
mod geo;
mod hashes;
mod items;
mod json;
mod kinds;
mod library;
mod maps;
mod numbers;
mod parsed;
mod pattern;
mod regex;
mod rewritten;
mod sql_json;
mod statistics;
mod text;
mod time;
mod units;
mod url;
mod zoned;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF};
use datafusion::prelude::SessionContext;
pub(super) use regex::{compile, matches};
pub(super) use rewritten::REWRITTEN;
use std::sync::{Arc, LazyLock};

static SCALAR: LazyLock<Vec<Arc<ScalarUDF>>> = LazyLock::new(|| {
    library::functions(&[
        arrays::FUNCTIONS,
        binary::FUNCTIONS,
        format::FUNCTIONS,
        geo::FUNCTIONS,
        json::FUNCTIONS,
        maps::FUNCTIONS,
        numbers::FUNCTIONS,
        regex::FUNCTIONS,
        sql_json::FUNCTIONS,
        statistics::FUNCTIONS,
        text::FUNCTIONS,
        time::FUNCTIONS,
        url::FUNCTIONS,
    ])
});

static AGGREGATE: LazyLock<Vec<AggregateUDF>> = LazyLock::new(|| gathering::aggregates(aggregates::FUNCTIONS));

pub(super) fn register(session: &SessionContext) {
    for function in AGGREGATE.iter() {
        session.register_udaf(function.clone());
    }
    for function in SCALAR.iter() {
        session.register_udf(function.as_ref().clone());
    }
}
